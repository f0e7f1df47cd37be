"""Bisection over whole numbers."""

from __future__ import annotations

import math
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


def least_not_negative(
    height: Callable[[int], float], low: int, high: int, ends: tuple[float, float]
) -> int:
    """The least number at which an increasing height is not negative.

    Few numbers are tried where the height is nearly straight: it is interpolated, and
    every third time the middle is tried, so that no more than three times as many as
    by bisection ever are.

    Args:
        height: May be infinite.
        low: A number at which it is negative.
        high: A larger one at which it is not.
        ends: The heights there.
    """
    below, above = ends
    tried = 0
    while high - low > 1:
        tried += 1
        part = -below / (above - below) if math.isfinite(above - below) else 0.5
        if tried % 3 == 0:
            part = 0.5
        middle = min(max(low + round(part * (high - low)), low + 1), high - 1)
        here = height(middle)
        if here < 0:
            low, below = middle, here
        else:
            high, above = middle, here
    return high
