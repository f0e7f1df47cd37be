"""``slth-verify collapse``: the small dense network of a ticket."""

from __future__ import annotations

import click

from slth_verify.cli._output import print_json


@click.command()
@click.argument("ticket", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False),
    help="Safetensors file with the weights of the torch nn.Sequential.",
)
@click.option(
    "--merge",
    is_flag=True,
    help="Also add up filters that see the same channel with the same sign.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(ticket: str, output: str, merge: bool, as_json: bool) -> int:
    """Delete the removed filters of TICKET's random network and keep what is dense.

    The weights are generated again from the ticket's seed. Outputs approximate the
    target divided by the scale that is printed.
    """
    from slth_verify.construction import collapse

    collapsed = collapse(ticket, merge=merge)
    collapsed.save(output)
    figures = {
        "scale": str(collapsed.output_scale),
        "parameters": {
            "random": collapsed.before.parameters,
            "collapsed": collapsed.after.parameters,
        },
        "multiply_adds": {
            "random": collapsed.before.multiply_adds,
            "collapsed": collapsed.after.multiply_adds,
        },
    }
    if as_json:
        print_json("collapse", output=output, **figures)
    else:
        click.echo(
            f"{output}: {collapsed.after.parameters} parameters and "
            f"{collapsed.after.multiply_adds} multiply-adds instead of "
            f"{collapsed.before.parameters} and {collapsed.before.multiply_adds}; "
            f"target = {collapsed.output_scale} x output"
        )
    return 0
