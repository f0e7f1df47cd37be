"""``slth-verify bounds network``: widths of all layers of Theorem 2."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import click

from slth_verify.cli._output import print_answers, progress
from slth_verify.cli._paper_form import PAPER_FORM, KindChoice, paper_form, paper_line
from slth_verify.cli._types import Integers
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
    type=Integers(1, KERNEL_SIDE),
    required=True,
    help="Kernel size of every layer: 3,3.",
)
@click.option(
    "--channels",
    type=Integers(1, WEIGHTS),
    required=True,
    help="Channels before the first layer and after every layer: 1,8,16.",
)
@click.option("--eps", required=True, help="Accuracy of the network in the max norm.")
@click.option("--delta", required=True, help="Failure probability.")
@click.option("--universal", is_flag=True, help="All targets at once.")
@click.option("--kind", type=KindChoice(), default="certified")
@click.option("--objective", type=click.Choice(_OBJECTIVES), default="filters")
@click.option("--effort", type=click.Choice(EFFORTS), default="quick", help=EFFORT)
@click.option("--explain", is_flag=True, help="Print the derivation, step by step.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def network(
    kernel: tuple[int, ...],
    channels: tuple[int, ...],
    eps: str,
    delta: str,
    universal: bool,
    kind: str,
    objective: Literal["filters", "weights"],
    effort: Literal["quick", "best"],
    explain: bool,
    as_json: bool,
) -> int:
    """Widths n_i: the random 1x1 layer i has 2 n_i filters per entering channel.

    For kernels with ||K||_1 <= 1, inputs in [-1, 1] and ideal normal weights. Necessary
    widths need images at least as large as the kernels, in both directions. Each answer
    lists its hypotheses, with what it still says about RandomCNN's float32 weights.
    """
    from slth_verify.bounds import network_question, network_width

    asked = network_question(
        kernel, channels, eps, delta, universal=universal, objective=objective
    )
    results: list[dict[str, Any]] = []
    lines: list[str] = []
    explained: list[str] = []
    if kind in (PAPER_FORM, "all"):
        paper = _paper(asked, eps)
        results.append(paper)
        shown = "; ".join(layer["expression"] for layer in paper["layers"])
        lines.append(paper_line(paper, f"n_i >= {shown}"))
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
        enough = ask() if kind in ("certified", "all") else None
        needed = ask(kind="necessary") if kind in ("necessary", "all") else None
    if enough is not None:
        results.append(enough.to_json())
        explained.append(enough.to_text())
        lines.append(
            f"certified  {_widths(enough)} is enough, {enough.filters} filters"
        )
        lines += _given(enough)
    if needed is not None:
        results.append(needed.to_json())
        explained.append(needed.to_text())
        lines.append(
            f"necessary  fewer than {_widths(needed)} in a layer are not enough for it"
        )
        lines += _given(needed)
    print_answers(results, [*lines, *(explained if explain else [])], as_json=as_json)
    return 0


def _widths(result: NetworkResult) -> str:
    return "n = " + ", ".join(str(n) for n in result.widths)


def _given(result: NetworkResult) -> list[str]:
    """The hypotheses of an answer, one a line."""
    return [f"    given [{item.name}]: {item.text}" for item in result.hypotheses]


def _paper(asked: NetworkQuestion, eps: str) -> dict[str, Any]:
    """The reconstructed Theorem 2, with its unnamed constant and our exponents."""
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
    return paper_form(theorem, dict(asked.inputs()), layers=layers)
