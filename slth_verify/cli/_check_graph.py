"""What ``slth-verify check`` says of a graph's ticket."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from slth_verify.cli._findings import exact_or_rounded_down, finding_lines, ledger_json
from slth_verify.cli._scale import decimal, plain
from slth_verify.numbers import rough
from slth_verify.text import printable

if TYPE_CHECKING:
    from slth_verify.ticket import GraphCheckResult, OutputSpread


def graph_result_as_json(result: GraphCheckResult) -> dict[str, Any]:
    """A check result with exact numbers as strings."""
    content: dict[str, Any] = {
        "verdict": result.verdict.name,
        "eps": None if result.eps is None else str(result.eps),
        "trivial": result.trivial,
        "ledger": ledger_json(result.ledger),
        "per_stage": [
            {
                "stage": stage.name,
                "kept": stage.kept,
                "own_error": rough(stage.own_error),
                "carried_error": rough(stage.carried_error),
                "error": rough(stage.error),
                "lower": rough(stage.lower),
                "upper": rough(stage.upper),
            }
            for stage in result.per_stage
        ],
    }
    if result.error_upper_bound is not None:
        content["error_upper_bound"] = {
            "upper": decimal(result.error_upper_bound, 18, up=True),
            "evidence": "exact, rounded up",
            "direction": "upper bound",
        }
    if result.error_by_intervals is not None:
        by_intervals = decimal(result.error_by_intervals, 18, up=True)
        content["error_by_intervals"] = by_intervals
    if result.outputs is not None:
        content["target_range"] = spread_as_json(result.outputs)
    if result.witness is not None:
        content["witness"] = {
            "image": [str(entry) for entry in result.witness.image],
            "shape": list(result.witness.shape),
            "entry": list(result.witness.entry),
            **exact_or_rounded_down(result.witness.difference),
        }
    return content


def spread_as_json(outputs: OutputSpread) -> dict[str, str]:
    """How far a target's outputs range."""
    return {
        "lower": decimal(outputs.lower, 18, up=False),
        "upper": decimal(outputs.upper, 18, up=True),
        "widest": decimal(outputs.widest, 18, up=True),
        "reached": decimal(outputs.reached, 18, up=False),
        "evidence": "enclosed, rounded outwards",
    }


def spread_lines(outputs: OutputSpread, error: Fraction) -> list[str]:
    """The same in words, with an error beside."""
    lines = [
        f"target: outputs lie in [{plain(outputs.lower, 6, up=False)}, "
        f"{plain(outputs.upper, 6)}], no channel ranges over more than "
        f"{plain(outputs.widest, 6)}"
    ]
    if outputs.widest:
        lines.append(f"error: {plain(100 * error / outputs.widest, 4)} % of that")
    return lines


def print_graph_result(result: GraphCheckResult) -> None:
    """The verdict, the error and where it comes from, every finding."""
    click.echo(result.verdict.name)
    error, outputs = result.error_upper_bound, result.outputs
    if error is not None and outputs is not None and result.eps is not None:
        click.echo(
            f"sup ||f - g||_max <= {plain(error, 9)}  (claimed {plain(result.eps, 9)}; "
            "every image of the target's box)"
        )
        for line in spread_lines(outputs, error):
            click.echo(f"  {line}")
    for stage in result.per_stage:
        click.echo(
            f"  {printable(stage.name)}: {stage.kept} filters kept, error "
            f"{rough(stage.error)} (own {rough(stage.own_error)}, carried "
            f"{rough(stage.carried_error)})"
        )
    for line in finding_lines(result.ledger):
        click.echo(line)
