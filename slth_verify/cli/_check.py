"""``slth-verify check``: the independent checker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from slth_verify.cli._output import print_json
from slth_verify.numbers import rough
from slth_verify.verdict import exit_code

if TYPE_CHECKING:
    from slth_verify.ticket import CheckResult, LayerBound


@click.command()
@click.argument("ticket", type=click.Path(exists=True, dir_okay=False))
@click.argument("target", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--eps", help="Bound to check instead of the ticket's own, such as 1/100."
)
@click.option(
    "--cross-check/--no-cross-check",
    default=True,
    show_default=True,
    help="Evaluate the bound in mpmath too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    ticket: str, target: str, eps: str | None, cross_check: bool, as_json: bool
) -> int:
    """Prove TICKET for TARGET, for every input in [-1, 1], or refute it.

    The weights are derived again from the seed and decided in ball arithmetic, the
    error is exact. Nothing that the search said is believed.
    """
    from slth_verify.ticket import check

    result = check(ticket, target, eps=eps, cross_check=cross_check)
    if as_json:
        print_json("check", **result_as_json(result))
    else:
        _print(result)
    return exit_code(result.verdict)


def result_as_json(result: CheckResult) -> dict[str, Any]:
    """A check result with exact numbers as strings."""
    enclosure = result.enclosure
    content: dict[str, Any] = {
        "verdict": result.verdict.name,
        "eps": str(result.eps),
        "ledger": [
            {
                "claim": finding.claim,
                "verdict": finding.verdict.name,
                "reason": finding.reason,
            }
            for finding in result.ledger
        ],
        "per_layer": [_layer_as_json(layer) for layer in result.per_layer],
    }
    if enclosure is not None:
        low, high = enclosure.decimal(18)
        content["error_upper_bound"] = {
            "lower": low,
            "upper": high,
            "evidence": "exact, rounded outwards",
            "direction": "upper bound",
        }
    if result.witness is not None:
        content["witness"] = {
            "pixels": list(result.witness.pixels),
            "shape": list(result.witness.shape),
            "pixel": list(result.witness.pixel),
            "channel": result.witness.channel,
            "difference": str(result.witness.difference),
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
    if result.enclosure is not None:
        click.echo(
            f"sup ||f - g||_max <= {result.enclosure.decimal(9)[1]}  "
            f"(claimed {rough(result.eps)}; every input in [-1, 1])"
        )
    for layer in result.per_layer:
        click.echo(
            f"  layer {layer.layer}: {layer.kept} filters kept, layer error "
            f"{rough(layer.layer_error)}, accumulated "
            f"{rough(layer.accumulated_error)} (normalised units)"
        )
    for finding in result.ledger:
        click.echo(f"  {finding.verdict.name:12} {finding.claim}: {finding.reason}")
