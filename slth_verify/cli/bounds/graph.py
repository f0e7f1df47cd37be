"""``slth-verify bounds network --target``: widths of all stages of one network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

import click

from slth_verify.cli._output import progress
from slth_verify.cli.arguments.targets import read_target
from slth_verify.cli.bounds.ladder import Rung, climb, given, print_ladder, rung
from slth_verify.cli.bounds.paper_form import PAPER_FORM, paper_form, paper_line
from slth_verify.cli.printing import Form
from slth_verify.text import printable

if TYPE_CHECKING:
    from slth_verify.bounds import TargetWidths
    from slth_verify.graph import TargetCNN


def print_target_widths(
    path: str,
    eps: str,
    delta: str,
    kind: str,
    effort: Literal["quick", "best"],
    *,
    refused: Sequence[str],
    explain: bool,
    form: Form,
) -> None:
    """Answer for the network in a file.

    Args:
        path: Of a target.
        eps: Accuracy, or a share such as ``2%``.
        delta: Failure probability.
        kind: Of the answers, or ``all``.
        effort: How much work a width is worth.
        refused: Options that were given, and mean nothing for one target.
        explain: Whether derivations are printed.
        form: Of what is printed.
    """
    if refused:
        raise click.UsageError(f"--target goes without {', '.join(refused)}.")
    target = read_target(path, None)
    from slth_verify.bounds import target_widths

    with progress() as advance:
        ask = partial(
            target_widths, target, eps, delta, effort=effort, progress=advance
        )
        rungs = {
            PAPER_FORM: lambda: _paper(target, eps, delta),
            "certified": lambda: _enough(ask()),
            "necessary": lambda: _needed(ask(kind="necessary")),
        }
        answers = climb(kind, rungs)
    print_ladder(answers, explain=explain, form=form)


def _enough(found: TargetWidths) -> Rung:
    said = f"these are enough, {found.filters} filters"
    return rung(found, said, *_table(found), *given(found))


def _needed(found: TargetWidths) -> Rung:
    said = f"fewer than {found.filters} filters in all are not enough"
    return rung(found, said, *_table(found), *given(found))


def _table(found: TargetWidths) -> list[str]:
    """One line a stage."""
    lines = []
    for stage in found.stages:
        values = dict(stage.details)
        rows, columns = stage.kernel
        shape = f"{rows}x{columns} {stage.channels}->{stage.outputs}"
        n = "-" if stage.n is None else stage.n
        line = f"    {printable(stage.name):<16} {shape:<18} n = {n}"
        if values:
            line += (
                f"  ({values['kernel_problems']} problems of channels, "
                f"{values['bias_problems']} of the bias, scale 2^{values['exponent']})"
            )
        lines.append(f"{line}  ({stage.reason})" if stage.reason else line)
    return lines


def _paper(target: TargetCNN, eps: str, delta: str) -> Rung:
    """The reconstructed Theorem 2, with our exponents, stage by stage.

    Of a window that is no square, the larger side counts; groups are not looked at.
    """
    from slth_verify.graph.stages import stages_of
    from slth_verify.statements import statement
    from slth_verify.ticket.graphs import read_accuracy

    theorem = statement("thm:structured-slth")
    allowed = read_accuracy(eps, target)
    stages = stages_of(target)
    layers = [
        {
            "kernel": max(stage.layer.weight.shape[2:]),
            "channels_in": stage.channels,
            "channels_out": len(stage.layer.weight),
            "expression": str(
                theorem.bound(
                    of="n",
                    d=max(stage.layer.weight.shape[2:]),
                    c_in=stage.channels,
                    c_out=len(stage.layer.weight),
                    depth=len(stages),
                    eps=allowed,
                )
            ),
        }
        for stage in stages
    ]
    inputs = {
        "target": target.name,
        "sha256": target.sha256,
        "eps": str(allowed),
        "delta": delta,
        "outside_papers_class": target.outside_papers_class,
    }
    paper = paper_form(theorem, inputs, layers=layers)
    outside = target.outside_papers_class
    lines = [paper_line(paper, "n_i >= the following")]
    lines += [
        f"    {printable(stage.name):<16} {layer['expression']}"
        for stage, layer in zip(stages, layers, strict=True)
    ]
    if outside:
        lines.append(f"    outside the paper's class: {printable(outside)}")
    return paper, lines, ""
