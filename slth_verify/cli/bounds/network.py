"""``slth-verify bounds network``: widths of all layers of Theorem 2, or of a target."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

import click

from slth_verify.cli._output import progress
from slth_verify.cli.arguments.types import EXACT, accuracy, integers
from slth_verify.cli.bounds.graph import print_target_widths
from slth_verify.cli.bounds.ladder import Rung, climb, given, print_ladder, rung
from slth_verify.cli.bounds.paper_form import (
    KIND,
    PAPER_FORM,
    KindChoice,
    paper_form,
    paper_line,
)
from slth_verify.cli.printing import Form, formatted
from slth_verify.limits import KERNEL_SIDE, WEIGHTS

if TYPE_CHECKING:
    from slth_verify.bounds import NetworkQuestion, NetworkResult

_OBJECTIVES = ("filters", "weights")

EFFORTS = ("quick", "best")

EFFORT = (
    "quick: from the library of certificates, about a second; best: search as well."
)


@click.command()
@click.option(
    "--kernel",
    type=integers(1, KERNEL_SIDE),
    help="Kernel size of every layer: 3,3.",
)
@click.option(
    "--channels",
    type=integers(1, WEIGHTS),
    help="Channels before the first layer and after every layer: 1,8,16.",
)
@click.option(
    "--target",
    type=click.Path(exists=True, dir_okay=False),
    help="A target file, in place of --kernel and --channels.",
)
@click.option(
    "--eps",
    type=accuracy(),
    required=True,
    help="Accuracy of the network in the max norm.",
)
@click.option("--delta", type=EXACT, required=True, help="Failure probability.")
@click.option("--universal", is_flag=True, help="All targets at once.")
@click.option("--kind", type=KindChoice(), default="certified", help=KIND)
@click.option(
    "--objective",
    type=click.Choice(_OBJECTIVES),
    default="filters",
    help="What certified widths make small.",
)
@click.option("--effort", type=click.Choice(EFFORTS), default="quick", help=EFFORT)
@click.option("--explain", is_flag=True, help="Print the derivation, step by step.")
@formatted
def network(
    kernel: tuple[int, ...] | None,
    channels: tuple[int, ...] | None,
    target: str | None,
    eps: str,
    delta: str,
    universal: bool,
    kind: str,
    objective: Literal["filters", "weights"],
    effort: Literal["quick", "best"],
    explain: bool,
    form: Form,
) -> int:
    """Widths n_i: the random 1x1 layer i has 2 n_i filters per entering channel.

    For kernels with ||K||_1 <= 1, inputs in [-1, 1] and ideal normal weights. Necessary
    widths need images at least as large as the kernels, in both directions. Each answer
    lists its hypotheses, with what it still says about RandomCNN's float32 weights.

    With --target, of all stages of that network, with its own norms and box.
    """
    if target is not None:
        own = {
            "--kernel": kernel,
            "--channels": channels,
            "--universal": universal,
            "--objective=weights": objective == "weights",
        }
        print_target_widths(
            target,
            eps,
            delta,
            kind,
            effort,
            refused=[name for name, given in own.items() if given],
            explain=explain,
            form=form,
        )
        return 0
    if kernel is None or channels is None:
        raise click.UsageError("Give --kernel and --channels, or --target.")
    from slth_verify.bounds import network_question, network_width

    if eps.strip().endswith("%"):
        raise click.UsageError(
            f"--eps={eps}: a share is one of the range of a network's outputs. Name "
            "the network with --target, or give an absolute accuracy."
        )
    asked = network_question(
        kernel, channels, eps, delta, universal=universal, objective=objective
    )
    with progress() as advance:
        ask = partial(
            network_width,
            kernel,
            channels,
            eps,
            delta,
            universal=universal,
            objective=objective,
            effort=effort,
            progress=advance,
        )
        rungs = {
            PAPER_FORM: lambda: _paper(asked, eps),
            "certified": lambda: _enough(ask()),
            "necessary": lambda: _needed(ask(kind="necessary")),
        }
        answers = climb(kind, rungs)
    print_ladder(answers, explain=explain, form=form)
    return 0


def _enough(found: NetworkResult) -> Rung:
    said = f"{_widths(found)} is enough, {found.filters} filters"
    return rung(found, said, *given(found))


def _needed(found: NetworkResult) -> Rung:
    said = f"fewer than {_widths(found)} in a layer are not enough for it"
    return rung(found, said, *given(found))


def _widths(result: NetworkResult) -> str:
    return "n = " + ", ".join(str(n) for n in result.widths)


def _paper(asked: NetworkQuestion, eps: str) -> Rung:
    """The reconstructed Theorem 2, with our exponents."""
    from slth_verify.statements import statement

    theorem = statement("thm:structured-slth")
    layers = [
        {
            "kernel": shape.kernel,
            "channels_in": shape.entering,
            "channels_out": shape.leaving,
            "expression": str(
                theorem.bound(
                    of="n",
                    d=shape.kernel,
                    c_in=shape.entering,
                    c_out=shape.leaving,
                    depth=len(asked.shapes),
                    eps=eps,
                )
            ),
        }
        for shape in asked.shapes
    ]
    paper = paper_form(theorem, dict(asked.inputs()), layers=layers)
    shown = "; ".join(str(layer["expression"]) for layer in layers)
    return paper, [paper_line(paper, f"n_i >= {shown}")], ""
