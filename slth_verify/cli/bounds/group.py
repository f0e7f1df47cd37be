"""``slth-verify bounds``: widths and probabilities, certified."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

import click

from slth_verify.cli._groups import WholeSummaries
from slth_verify.cli._output import busy
from slth_verify.cli.arguments.types import EXACT, SECONDS, integer
from slth_verify.cli.bounds.ladder import Rung, climb, enough, needed, print_ladder
from slth_verify.cli.bounds.network import EFFORT, EFFORTS, network
from slth_verify.cli.bounds.paper_form import (
    KIND,
    PAPER_FORM,
    KindChoice,
    paper_form,
    paper_line,
)
from slth_verify.cli.bounds.recheck import recheck
from slth_verify.cli.bounds.rss import rss
from slth_verify.cli.printing import Form, formatted, print_answers
from slth_verify.limits import DIMENSION, SAMPLES

if TYPE_CHECKING:
    from slth_verify.bounds import BoundResult

_DIM = integer(1, DIMENSION)
_BALLS = ("euclidean", "one-norm")

_LIMIT = "Seconds that a search may take; without end for best, a minute for quick."


@click.group(cls=WholeSummaries)
def command() -> None:
    """Explicit bounds: how wide is enough, how wide is needed, how likely is success.

    \b
    slth-verify bounds mrss --dim 9 --eps 0.01 --prob 1/2 --kind all
    slth-verify bounds rss --eps 0.01 --kind all
    slth-verify bounds success --dim 2 --n 20 --eps 0.1
    slth-verify bounds network --kernel 3,3 --channels 1,8,16 --eps 0.1 --delta 0.01
    slth-verify bounds network --target net.safetensors --eps 2% --delta 0.01
    slth-verify bounds recheck answer.json
    """


command.add_command(network)
command.add_command(recheck)
command.add_command(rss)


@command.command()
@click.option("--dim", type=_DIM, required=True, help="Dimension m of the vectors.")
@click.option(
    "--eps", type=EXACT, required=True, help="Accuracy in the max norm, such as 0.01."
)
@click.option(
    "--prob", type=EXACT, default="1/2", show_default=True, help="Success probability."
)
@click.option(
    "--target-norm", type=EXACT, default="1", show_default=True, help="Radius."
)
@click.option("--universal", is_flag=True, help="All targets of the ball at once.")
@click.option(
    "--ball",
    type=click.Choice(_BALLS),
    default="euclidean",
    help="With --universal, the norm of the ball of targets.",
)
@click.option("--kind", type=KindChoice(), default="certified", help=KIND)
@click.option("--effort", type=click.Choice(EFFORTS), default="quick", help=EFFORT)
@click.option("--time-limit", type=SECONDS, help=_LIMIT)
@click.option("--explain", is_flag=True, help="Print the derivation, step by step.")
@formatted
def mrss(
    dim: int,
    eps: str,
    prob: str,
    target_norm: str,
    universal: bool,
    ball: Literal["euclidean", "one-norm"],
    kind: str,
    effort: Literal["quick", "best"],
    time_limit: float | None,
    explain: bool,
    form: Form,
) -> int:
    """Width of the multidimensional random subset sum for NSN vectors.

    Without --universal the width is for one target of that Euclidean norm; with it,
    one sample serves all targets of the ball at once.
    """
    from slth_verify.bounds import mrss_width

    question = dim, eps, prob, target_norm
    ask = partial(mrss_width, *question, universal=universal, ball=ball)

    def certified() -> Rung:
        with busy("searching a certificate"):
            return enough(ask(effort=effort, time_limit=time_limit))

    def necessary() -> Rung:
        with busy("bisecting the first moment"):
            return needed(ask(kind="necessary"))

    rungs = {
        PAPER_FORM: lambda: _paper(dim, eps),
        "certified": certified,
        "necessary": necessary,
    }
    print_ladder(climb(kind, rungs), explain=explain, form=form)
    return 0


@command.command()
@click.option("--dim", type=_DIM, required=True, help="Dimension m of the vectors.")
@click.option(
    "--n", "count", type=integer(0, SAMPLES), required=True, help="Number of samples."
)
@click.option(
    "--size",
    type=integer(0, SAMPLES),
    help="Size k of the subsets; default: every size.",
)
@click.option(
    "--eps", type=EXACT, required=True, help="Accuracy in the max norm, such as 0.01."
)
@click.option(
    "--target-norm", type=EXACT, default="1", show_default=True, help="Euclidean norm."
)
@formatted
def success(
    dim: int, count: int, size: int | None, eps: str, target_norm: str, form: Form
) -> int:
    """Enclosure of the probability that some subset hits the worst target."""
    from slth_verify.bounds import mrss_success

    result: BoundResult = mrss_success(dim, count, size, eps, target_norm)
    print_answers(form, "bounds", [result.to_json()], [result.to_text()])
    return 0


def _paper(dim: int, eps: str) -> Rung:
    """The reconstructed Theorem 5, with our exponents."""
    from slth_verify.statements import statement

    theorem = statement("thm:mrss-nsn")
    expression = str(theorem.bound(of="n", m=dim, eps=eps))
    paper = paper_form(theorem, {"dim": dim, "eps": eps}, expression=expression)
    return paper, [paper_line(paper, f"n >= {expression}")], ""
