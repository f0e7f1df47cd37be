"""How large a target's outputs are, and what part of that an error is, in print."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slth_verify.ticket import OutputSpread


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


def decimal(value: Fraction, digits: int, *, up: bool) -> str:
    """A decimal rounded to one side."""
    from slth_verify.enclosure import directed_decimal

    return directed_decimal(value, digits, up=up)


def plain(value: Fraction, digits: int, *, up: bool = True) -> str:
    """A decimal rounded to one side, for people."""
    from slth_verify.enclosure import plain_decimal

    return plain_decimal(value, digits, up=up)
