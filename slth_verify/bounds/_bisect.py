"""Bisection over whole numbers."""

from __future__ import annotations

from collections.abc import Callable


def least_that(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The least number of which something holds, as it does of all larger ones.

    Args:
        holds: What must hold; the ends are not asked.
        low: A number of which it does not hold.
        high: A larger one of which it does.
    """
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
