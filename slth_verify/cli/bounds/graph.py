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
from slth_verify.errors import InvalidParameterError
from slth_verify.text import printable

if TYPE_CHECKING:
    from fractions import Fraction

    from slth_verify.bounds import StageWidth, TargetWidths
    from slth_verify.graph import TargetCNN
    from slth_verify.graph.stages import Stage
    from slth_verify.statements import Statement


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

    found: dict[str, TargetWidths] = {}
    with progress() as advance:
        ask = partial(
            target_widths, target, eps, delta, effort=effort, progress=advance
        )

        def enough() -> Rung:
            found["certified"] = ask()
            return _enough(found["certified"])

        def needed() -> Rung:
            found["necessary"] = ask(kind="necessary")
            return _needed(found["necessary"])

        rungs = {
            PAPER_FORM: lambda: _paper(target, eps, delta, required=kind != "all"),
            "certified": enough,
            "necessary": needed,
        }
        answers = climb(kind, rungs)
    if len(answers) == len(rungs):
        document, lines, text = answers[-1]
        both = found["certified"].stages, found["necessary"].stages
        layers = answers[0][0].get("layers", [{"expression": "-"}] * len(both[0]))
        forms = [layer["expression"] for layer in layers]
        answers[-1] = document, [*lines, *_side_by_side(*both, forms)], text
    print_ladder(answers, explain=explain, form=form)


def _enough(found: TargetWidths) -> Rung:
    said = f"these are enough, {found.filters} filters"
    return rung(found, said, *_table(found), *given(found))


def _needed(found: TargetWidths) -> Rung:
    said = f"fewer than {found.filters} filters in all are not enough"
    return rung(found, said, *_table(found), *given(found))


def _table(found: TargetWidths) -> list[str]:
    """One line a stage, and one more for what it needs alone."""
    lines = []
    for stage in found.stages:
        values = dict(stage.details)
        line = f"    {_head(stage)} n = {_number(stage.n)}"
        if values:
            line += (
                f"  ({values['kernel_problems']} problems of channels, "
                f"{values['bias_problems']} of the bias, scale 2^{values['exponent']})"
            )
        lines.append(f"{line}  ({stage.reason})" if stage.reason else line)
        if stage.alone is not None:
            lines.append(f"        {stage.alone.to_line()}")
    return lines


def _head(stage: StageWidth) -> str:
    rows, columns = stage.kernel
    shape = f"{rows}x{columns} {stage.channels}->{stage.outputs}"
    return f"{printable(stage.name):<16} {shape:<18}"


def _number(n: int | None) -> str:
    return "-" if n is None else str(n)


def _side_by_side(
    enough: Sequence[StageWidth], needed: Sequence[StageWidth], forms: Sequence[str]
) -> list[str]:
    """All widths of a stage in one line."""
    head = f"{'stage':<16} {'kernel':<18}"
    lines = [
        "side by side, n of every stage",
        f"    {head} {'needed':>9} {'alone':>9} {'enough':>9}  paper form",
    ]
    for stage, low, form in zip(enough, needed, forms, strict=True):
        own = None if low.alone is None else low.alone.n
        numbers = (f"{_number(n):>9}" for n in (low.n, own, stage.n))
        lines.append(f"    {_head(stage)} {' '.join(numbers)}  {form}")
    meanings = {low.alone.meaning for low in needed if low.alone is not None}
    lines += [f"    alone: {meaning}" for meaning in meanings]
    return [*lines, "    -: nothing is proved"]


def _paper(target: TargetCNN, eps: str, delta: str, *, required: bool) -> Rung:
    """The reconstructed Theorem 2, with our exponents, stage by stage.

    Of a window that is no square, the larger side counts; groups are not looked at.
    Where it claims nothing, the other answers stand, unless it alone is asked for.
    """
    from slth_verify.graph.stages import stages_of
    from slth_verify.statements import statement
    from slth_verify.ticket.graphs import read_accuracy

    theorem = statement("thm:structured-slth")
    allowed = read_accuracy(eps, target)
    stages = stages_of(target)
    inputs = {
        "target": target.name,
        "sha256": target.sha256,
        "eps": str(allowed),
        "delta": delta,
        "outside_papers_class": target.outside_papers_class,
    }
    try:
        layers = [_layer(theorem, stage, len(stages), allowed) for stage in stages]
    except InvalidParameterError as error:
        if required:
            raise
        reason = f"the reconstructed Theorem 2 claims nothing here: {error}"
        return (
            paper_form(theorem, inputs, reason=reason),
            [f"{PAPER_FORM} {reason}"],
            "",
        )
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


def _layer(
    theorem: Statement, stage: Stage, depth: int, eps: Fraction
) -> dict[str, object]:
    """The form of one stage."""
    kernel = max(stage.layer.weight.shape[2:])
    outputs = len(stage.layer.weight)
    bound = theorem.bound(
        of="n", d=kernel, c_in=stage.channels, c_out=outputs, depth=depth, eps=eps
    )
    return {
        "kernel": kernel,
        "channels_in": stage.channels,
        "channels_out": outputs,
        "expression": str(bound),
    }
