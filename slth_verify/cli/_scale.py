"""How large a target's outputs are, and what part of that an error is, in print."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slth_verify.ticket import OutputRange


def scale_as_json(outputs: OutputRange, error: Fraction) -> dict[str, Any]:
    """The certified range of the outputs, and the error as a share of its ends."""
    return {
        "target_range": {
            "reached": decimal(outputs.reached, 18, up=False),
            "bound": decimal(outputs.bound, 18, up=True),
            "evidence": "exact, rounded outwards",
        },
        "error_share": {
            "of_range": _share(error, outputs.bound),
            "of_reached": _share(error, outputs.reached),
            "evidence": "exact, rounded up",
        },
    }


def scale_lines(outputs: OutputRange, error: Fraction) -> list[str]:
    """The same in words."""
    largest, reached = plain(outputs.bound, 6), plain(outputs.reached, 6, up=False)
    lines = [f"target: outputs lie in [0, {largest}], {reached} is reached"]
    if outputs.bound:
        text = f"error: {plain(100 * error / outputs.bound, 4)} % of that range"
        if outputs.reached:
            share = plain(100 * error / outputs.reached, 4)
            text += f", at most {share} % of the largest output"
        lines.append(text)
    return lines


def decimal(value: Fraction, digits: int, *, up: bool) -> str:
    """A decimal rounded to one side."""
    from slth_verify.enclosure import directed_decimal

    return directed_decimal(value, digits, up=up)


def plain(value: Fraction, digits: int, *, up: bool = True) -> str:
    """A decimal rounded to one side, for people."""
    from slth_verify.enclosure import plain_decimal

    return plain_decimal(value, digits, up=up)


def _share(error: Fraction, whole: Fraction) -> str | None:
    return decimal(error / whole, 18, up=True) if whole else None
