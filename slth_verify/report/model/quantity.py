"""Figures of a report: never a bare number, always with its kind and its safe side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.enclosure import directed_decimal
from slth_verify.errors import InvalidParameterError
from slth_verify.verdict import Direction, Evidence

#: The unit of what a target puts out, and of errors there.
OUTPUT = "target output"

#: Significant decimal digits of enclosures.
DIGITS = 12


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure.

    Attributes:
        lower: Lower end, a decimal or an integer or ``p/q``.
        upper: Upper end; equal to ``lower`` for a single number.
        kind: How it is known.
        direction: What of it is guaranteed.
        unit: Unit in words, empty for a pure number.
    """

    lower: str
    upper: str
    kind: Evidence
    direction: Direction
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """A figure that does not exist.

    Attributes:
        absent: Why.
    """

    absent: str


Figure = Quantity | Absent


def exact(
    value: int | str | Fraction, unit: str = "", direction: Direction = Direction.BOTH
) -> Quantity:
    """A number known exactly; a string is kept as it is written.

    Raises:
        InvalidParameterError: If a string is no finite number.
    """
    try:
        Fraction(value)
    except (ValueError, ZeroDivisionError) as error:
        raise InvalidParameterError(
            f"value={value!r}: an exact figure needs an integer, a decimal or p/q."
        ) from error
    return Quantity(str(value), str(value), Evidence.EXACT, direction, unit)


def enclosed(
    lower: Fraction, upper: Fraction, direction: Direction, unit: str = ""
) -> Quantity:
    """An interval that certainly holds the number, rounded outwards to decimals."""
    return Quantity(
        directed_decimal(lower, DIGITS, up=False),
        directed_decimal(upper, DIGITS, up=True),
        Evidence.ENCLOSED,
        direction,
        unit,
    )


def statistical(value: float, unit: str = "") -> Quantity:
    """A finite number fitted to samples or counted in them; nothing is guaranteed."""
    text = repr(value)
    return Quantity(text, text, Evidence.STATISTICAL, Direction.NONE, unit)


def heuristic(value: float, unit: str = "") -> Figure:
    """A float that nothing vouches for; absent if it is not finite."""
    if not math.isfinite(value):
        return Absent(f"not finite: {value}")
    text = repr(float(value))
    return Quantity(text, text, Evidence.HEURISTIC, Direction.NONE, unit)
