"""``slth-verify collapse``: the small dense network of a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from slth_verify.cli._output import note, try_output
from slth_verify.cli.printing import Form, formatted, print_answer, print_failure
from slth_verify.errors import UnprovedTicketError
from slth_verify.verdict import exit_code

if TYPE_CHECKING:
    from slth_verify.construction import Collapsed


@click.command()
@click.argument("ticket", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False),
    help="Target file of the small network.",
)
@click.option(
    "--target",
    required=True,
    type=click.Path(exists=True, dir_okay=False),
    help="File of the target that the ticket was made for.",
)
@click.option(
    "--merge",
    is_flag=True,
    help="Also add up filters that see the same channel with the same sign.",
)
@formatted
def command(ticket: str, output: str, target: str, merge: bool, form: Form) -> int:
    """Delete the removed filters of TICKET's random network and keep what is dense.

    The weights are generated again from the ticket's seed, once the ticket's own are
    proved to be these, or, where it stores none, once its claims are checked; if that
    fails, nothing is written (exit code 1, or 3 if it is undecided). A target file is
    written, whose outputs approximate the target's.
    """
    try_output(output, {"TICKET": ticket, "--target": target})
    from slth_verify.graph import TargetCNN
    from slth_verify.ticket import Ticket

    read, network = Ticket.load(ticket), TargetCNN.from_file(target)
    from slth_verify.construction import collapse

    try:
        collapsed = collapse(read, network, merge=merge)
    except UnprovedTicketError as error:
        note(f"slth-verify: {error}")
        print_failure(form, "collapse", str(error), error.verdict.name)
        return exit_code(error.verdict)
    collapsed.save(output)
    print_answer(
        form,
        "collapse",
        lambda: {"output": output, **_figures(collapsed)},
        lambda: _line(output, collapsed),
    )
    return 0


def _line(output: str, collapsed: Collapsed) -> str:
    zeros = f" ({collapsed.zeros} of them zero)" if collapsed.zeros else ""
    return (
        f"{output}: {collapsed.after.parameters} parameters{zeros} and "
        f"{collapsed.after.multiply_adds} multiply-adds instead of "
        f"{collapsed.before.parameters} and {collapsed.before.multiply_adds}"
    )


def _figures(collapsed: Collapsed) -> dict[str, Any]:
    return {
        "parameters": {
            "random": collapsed.before.parameters,
            "collapsed": collapsed.after.parameters,
        },
        "zeros": collapsed.zeros,
        "multiply_adds": {
            "random": collapsed.before.multiply_adds,
            "collapsed": collapsed.after.multiply_adds,
        },
        "bytes": {
            "random": collapsed.bytes_before,
            "collapsed": collapsed.bytes_after,
        },
    }
