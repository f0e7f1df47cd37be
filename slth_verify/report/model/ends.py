"""Ends of the figures of a document, and which of them are guaranteed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from slth_verify.enclosure import directed_decimal
from slth_verify.report.model.quantity import DIGITS

Document = Mapping[str, Any]

_PROVED = ("exact", "enclosed")
#: Rounded outwards, a number grows by less than this part of itself.
ROUNDING = Fraction(1, 10 ** (DIGITS - 1))


def ends(quantity: Document) -> tuple[Fraction, Fraction]:
    """Lower and upper end of a figure that exists."""
    if "value" in quantity:
        value = Fraction(quantity["value"])
        return value, value
    low, high = quantity["interval"]
    return Fraction(low), Fraction(high)


def is_there(figure: Document) -> bool:
    """Whether a figure exists."""
    return "absent" not in figure


def is_bound(figure: Document, side: str) -> bool:
    """Whether a figure says that it is a proved bound on a side.

    Args:
        figure: Of a document.
        side: ``"upper"`` or ``"lower"``.
    """
    if not is_there(figure):
        return False
    return figure["kind"] in _PROVED and figure["direction"] in (side, "two-sided")


def is_within(figure: Document, limit: Fraction) -> bool:
    """Whether an upper bound, as it is shown, goes with a number of at most a limit.

    Args:
        figure: That exists.
        limit: Exact.

    Rigor:
        Its upper end is guaranteed, so it is the one that counts. What is at most
        ``limit`` is shown rounded up, and thus at most ``limit`` rounded up likewise:
        nothing else may exceed it, and no lower end may.
    """
    low, high = ends(figure)
    if low > limit:
        return False
    return high <= limit or high <= Fraction(directed_decimal(limit, DIGITS, up=True))


def goes_with(figure: Document, low: Fraction, high: Fraction) -> bool:
    """Whether an enclosure and ``[low, high]`` have a number in common."""
    least, most = ends(figure)
    return least <= high and low <= most
