"""``slth-verify statements``: what exactly is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from slth_verify.cli.printing import Form, formatted, print_answer

if TYPE_CHECKING:
    from slth_verify.statements import Statement


@click.command()
@click.argument("identifier", required=False, metavar="[ID]")
@formatted
def command(identifier: str | None, form: Form) -> int:
    """List the statements, or show statement ID in full.

    Hypotheses, conclusion, direction, source and provenance: quoted from the paper,
    reconstructed from its ingredients, derived here with a proof, or cited.
    """
    from slth_verify.statements import as_text, statement, statements

    if identifier is not None:
        shown = statement(identifier)
        print_answer(
            form,
            "statements",
            lambda: {"statement": shown.to_json()},
            lambda: as_text(shown),
        )
        return 0
    print_answer(
        form,
        "statements",
        lambda: {"statements": [s.to_json() for s in statements()]},
        lambda: _listed(statements()),
        lambda: {
            "statements": [
                {"id": s.id, "provenance": s.provenance.value, "title": s.title}
                for s in statements()
            ]
        },
    )
    return 0


def _listed(every: Sequence[Statement]) -> str:
    width = max(len(s.id) for s in every)
    return "\n".join(
        f"{s.id:{width}}  {s.provenance.value:13}  {s.title}" for s in every
    )
