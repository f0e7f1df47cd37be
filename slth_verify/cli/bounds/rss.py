"""``slth-verify bounds rss``: samples of Theorem 1."""

from __future__ import annotations

from functools import partial

import click

from slth_verify.cli.arguments.types import EXACT
from slth_verify.cli.bounds.ladder import Rung, climb, enough, needed, print_ladder
from slth_verify.cli.bounds.paper_form import (
    KIND,
    PAPER_FORM,
    KindChoice,
    paper_form,
    paper_line,
)
from slth_verify.cli.printing import Form, formatted
from slth_verify.errors import InvalidParameterError


@click.command()
@click.option("--eps", type=EXACT, required=True, help="Accuracy, such as 0.01.")
@click.option(
    "--delta", type=EXACT, help="Failure probability; default: eps, as in Theorem 1."
)
@click.option("--half", is_flag=True, help="Only the targets in [-1/2, 1/2].")
@click.option("--kind", type=KindChoice(), default="certified", help=KIND)
@click.option("--explain", is_flag=True, help="Print the derivation, step by step.")
@formatted
def rss(
    eps: str, delta: str | None, half: bool, kind: str, explain: bool, form: Form
) -> int:
    """Number of uniform samples whose subset sums are near every z in [-1, 1]."""
    from slth_verify.bounds import rss_width

    ask = partial(rss_width, eps, delta, half=half)
    rungs = {
        PAPER_FORM: lambda: _paper(eps, delta, half, required=kind == PAPER_FORM),
        "certified": lambda: enough(ask()),
        "necessary": lambda: needed(ask(kind="necessary")),
    }
    print_ladder(climb(kind, rungs), explain=explain, form=form)
    return 0


def _paper(eps: str, delta: str | None, half: bool, *, required: bool) -> Rung:
    """Theorem 1, with its unnamed constant.

    It has one number for accuracy and failure probability; the smaller of the two that
    are asked for serves both.
    """
    from slth_verify.enclosure import exact
    from slth_verify.statements import statement

    theorem = statement("thm:rss")
    both = exact(eps, "eps")
    both = both if delta is None else min(both, exact(delta, "delta"))
    asked = {"eps": eps, "delta": eps if delta is None else delta, "half": half}
    try:
        expression = str(theorem.bound(of="n", eps=both))
    except InvalidParameterError as error:
        if required:
            raise
        reason = f"Theorem 1 claims nothing here: {error}"
        return paper_form(theorem, asked, reason=reason), [f"{PAPER_FORM} {reason}"], ""
    paper = paper_form(theorem, asked, expression=expression)
    return paper, [paper_line(paper, f"n >= {expression}")], ""
