"""How a ticket states its error."""

from __future__ import annotations

from fractions import Fraction

from slth_verify.enclosure import directed_decimal
from slth_verify.limits import EXPONENT


def stated(error: Fraction) -> str:
    """The error in 12 digits, rounded up to one that readers of numbers admit."""
    least = Fraction(1, 10**EXPONENT)
    return directed_decimal(max(error, least) if error else error, 12, up=True)
