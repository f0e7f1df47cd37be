"""``slth-verify statements``: what exactly is claimed."""

from __future__ import annotations

import click

from slth_verify.cli._output import print_json


@click.command()
@click.argument("identifier", required=False, metavar="[ID]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(identifier: str | None, as_json: bool) -> int:
    """List the statements, or show statement ID in full.

    Hypotheses, conclusion, direction, source and provenance: quoted from the paper,
    reconstructed from its ingredients, derived here with a proof, or cited.
    """
    from slth_verify.statements import as_text, statement, statements

    if identifier is not None:
        shown = statement(identifier)
        if as_json:
            print_json("statements", statement=shown.to_json())
        else:
            click.echo(as_text(shown))
        return 0
    if as_json:
        print_json("statements", statements=[s.to_json() for s in statements()])
        return 0
    width = max(len(s.id) for s in statements())
    for s in statements():
        click.echo(f"{s.id:{width}}  {s.provenance.value:13}  {s.title}")
    return 0
