"""``slth-verify check``: the independent checker."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from slth_verify.cli._check_graph import graph_result_as_json, print_graph_result
from slth_verify.cli._findings import exact_or_rounded_down, finding_lines, ledger_json
from slth_verify.cli._local import bracket_as_json, bracket_line
from slth_verify.cli._output import print_json
from slth_verify.cli._scale import plain, scale_as_json, scale_lines
from slth_verify.numbers import rough
from slth_verify.verdict import exit_code

if TYPE_CHECKING:
    from slth_verify.ticket import CheckResult, LayerBound

_POSITIVE = click.FloatRange(min=0, min_open=True)


@click.command()
@click.argument("ticket", type=click.Path(exists=True, dir_okay=False))
@click.argument("target", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--eps",
    help="Bound to check instead of the ticket's own: 1/100, or 2% of the certified "
    "range of the target's outputs.",
)
@click.option(
    "--input-bound",
    default="1",
    show_default=True,
    metavar="B",
    help="Inputs range over [-B, B]; exact: 2.83 or 17/6.",
)
@click.option(
    "--cross-check/--no-cross-check",
    default=True,
    show_default=True,
    help="Evaluate the bound in mpmath too.",
)
@click.option(
    "--time-limit",
    type=_POSITIVE,
    help="Seconds; beyond them nothing is verified. Without one, a check that would "
    "take minutes is not begun.",
)
@click.option(
    "--bracket",
    is_flag=True,
    help="Also attack the ticket of a graph: print the error from below and above.",
)
@click.option("--memory-limit", type=_POSITIVE, help="MiB, in the same way.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    ticket: str,
    target: str,
    eps: str | None,
    input_bound: str,
    cross_check: bool,
    time_limit: float | None,
    memory_limit: float | None,
    bracket: bool,
    as_json: bool,
) -> int:
    """Prove TICKET for TARGET, for every input in [-B, B], or refute it.

    The weights are derived again from the seed and decided in ball arithmetic, the
    error is exact. Nothing that the search said is believed. A claim that the network
    that computes 0 meets as well is VACUOUS.
    """
    from slth_verify.comparison import attack
    from slth_verify.ticket import GraphCheckResult, check

    result = check(
        ticket,
        target,
        eps=eps,
        input_bound=input_bound,
        cross_check=cross_check,
        time_limit=time_limit,
        memory_limit=None if memory_limit is None else int(memory_limit * 2**20),
    )
    if isinstance(result, GraphCheckResult):
        certified = result.error_upper_bound
        found = attack(ticket, target) if bracket and certified is not None else None
        if as_json:
            content = graph_result_as_json(result)
            if found is not None:
                content["bracket"] = bracket_as_json(found, certified)
            print_json("check", **content)
        else:
            print_graph_result(result)
            if found is not None:
                click.echo(bracket_line(found, certified))
    elif as_json:
        print_json("check", **result_as_json(result))
    else:
        _print(result)
    return exit_code(result.verdict)


def result_as_json(result: CheckResult) -> dict[str, Any]:
    """A check result with exact numbers as strings."""
    content: dict[str, Any] = {
        "verdict": result.verdict.name,
        "eps": None if result.eps is None else str(result.eps),
        "input_bound": str(result.input_bound),
        "trivial": result.trivial,
        "ledger": ledger_json(result.ledger),
        "per_layer": [_layer_as_json(layer) for layer in result.per_layer],
    }
    enclosure, outputs = result.enclosure, result.target_range
    if enclosure is not None:
        low, high = enclosure.decimal(18)
        content["error_upper_bound"] = {
            "lower": low,
            "upper": high,
            "evidence": "exact, rounded outwards",
            "direction": "upper bound",
        }
    if outputs is not None and result.error_upper_bound is not None:
        content |= scale_as_json(outputs, result.error_upper_bound)
    if result.witness is not None:
        content["witness"] = {
            "pixels": list(result.witness.pixels),
            "shape": list(result.witness.shape),
            "pixel": list(result.witness.pixel),
            "channel": result.witness.channel,
            **exact_or_rounded_down(result.witness.difference),
        }
    return content


def _layer_as_json(layer: LayerBound) -> dict[str, Any]:
    return {
        "layer": layer.layer,
        "kept": layer.kept,
        "layer_error": rough(layer.layer_error),
        "lipschitz": rough(layer.lipschitz),
        "activation": rough(layer.activation),
        "accumulated_error": rough(layer.accumulated_error),
    }


def _print(result: CheckResult) -> None:
    click.echo(f"{result.verdict.name}")
    error, outputs = result.error_upper_bound, result.target_range
    if error is not None and outputs is not None and result.eps is not None:
        click.echo(
            f"sup ||f - g||_max <= {plain(error, 9)}  (claimed {plain(result.eps, 9)}; "
            f"every input in {_box(result.input_bound)})"
        )
        for line in scale_lines(outputs, error):
            click.echo(f"  {line}")
    for layer in result.per_layer:
        click.echo(
            f"  layer {layer.layer}: {layer.kept} filters kept, layer error "
            f"{rough(layer.layer_error)}, accumulated "
            f"{rough(layer.accumulated_error)} (normalised units)"
        )
    for line in finding_lines(result.ledger):
        click.echo(line)


def _box(bound: Fraction) -> str:
    largest = plain(bound, 9, up=False)
    return f"[-{largest}, {largest}]"
