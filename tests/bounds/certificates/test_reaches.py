"""How far a gain reaches is decided by the worst cell, whichever it is."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from types import ModuleType

import mpmath
import numpy as np
import pytest

from slth_verify.bounds.certificates import label_event
from slth_verify.enclosure import to_ball, working_precision

F = Fraction
LEVELS = [F(-1), F(-1, 2), F(0), F(1, 3), F(1), F(3), F(9)]


def cells_of(seed: int) -> list[tuple[float, float, float]]:
    """Roots of both ends of cells, and values of many sizes, the worst one anywhere."""
    rng = np.random.default_rng(seed)
    roots = np.sort(rng.integers(1, 64, 7)) / 16
    values = 2.0 ** rng.integers(-40, 4, len(roots) - 1)
    return [(*ends, v) for ends, v in zip(pairwise(roots), values, strict=True)]


def too_far(room: ModuleType) -> bool:
    """Whether some number is above the least ratio of all cells, or far below."""
    for seed in range(30):
        cells, slope = cells_of(seed), F(seed % 5, 4)
        with working_precision(128):
            balls = [tuple(to_ball(F(float(x))) for x in cell) for cell in cells]
            found = room.reaches(LEVELS, balls, slope)
        for level, reach in zip(LEVELS, found, strict=True):
            with mpmath.workdps(40):
                steep = mpmath.mpf(slope.numerator) / slope.denominator
                gain = mpmath.mpf(level.numerator) / level.denominator
                truth = min(
                    value / mpmath.ncdf(-(gain / high + steep * low))
                    for low, high, value in cells
                )
                reached = mpmath.mpf(reach.numerator) / reach.denominator
                if not truth * (1 - mpmath.mpf(2) ** -60) <= reached <= truth:
                    return True
    return False


def test_the_worst_cell_decides() -> None:
    assert not too_far(label_event)


LIES = {
    "cells that were not looked at are known": ("[to_ball(0) for", "[to_ball(1) for"),
    "the best cell": ("ratio.min(found[-1])", "ratio.max(found[-1])"),
    "the last cell": ("ratio.min(found[-1]) if found else ratio", "ratio"),
    "worse cells are passed over": (
        "known[place] > found[-1]",
        "known[place] < found[-1]",
    ),
    "a gain over the other end": (
        "level / high + steep * low",
        "level / low + steep * high",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(lie: str, mutant: Callable[..., ModuleType]) -> None:
    assert too_far(mutant(label_event, *LIES[lie]))
