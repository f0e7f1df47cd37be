"""Max pools as tournaments: every entry of a window is compared, and margins never."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from slth_verify.forms import Interval, Intervals
from slth_verify.forms.adjoints import taps
from slth_verify.forms.relaxations.pools import Tournament
from slth_verify.graph import MaxPool

POOL = MaxPool(
    name="pool", sources=("x",), window=(2, 2), stride=(1, 1), padding=(1, 0, 0, 1)
)
SHAPE = (2, 3, 3)


def intervals(low: np.ndarray, high: np.ndarray) -> Intervals:
    part = Interval(low, high)
    return Intervals(part, part, Interval(0 * low, 0 * low))


@pytest.mark.parametrize("end", [0.0, 1e308, np.inf, np.nan])
def test_every_entry_of_a_window_is_met_once(end: float) -> None:
    """Infinite ends have no middle, and are in the order nevertheless."""
    rng = np.random.default_rng(0)
    low, high = -rng.random(SHAPE), rng.random(SHAPE)
    wide = rng.random(SHAPE) < 0.5
    low, high = np.where(wide, -end, low), np.where(wide, end, high)
    with np.errstate(all="ignore"):
        found = Tournament.of(POOL, SHAPE, intervals(low, high))
    windows = taps(POOL, SHAPE).reshape(4, -1).T
    met = [[entry] for entry in found.first]
    for match in found.comparisons:
        for place, entry in zip(match.places, match.entries, strict=True):
            met[place].append(entry)
    for window, entries in zip(windows, met, strict=True):
        assert sorted(entries) == sorted(window[window >= 0])


def test_a_tournament_bounds_the_largest_entry() -> None:
    """At all corners of a box, by the forms of its comparisons."""
    rng = np.random.default_rng(1)
    shape = (1, 1, 3)
    pool = MaxPool(name="pool", sources=("x",), window=(1, 3), stride=(1, 1))
    for _ in range(50):
        low, high = np.sort(rng.normal(size=(2, *shape)), axis=0)
        found = Tournament.of(pool, shape, intervals(low, high))
        for share in itertools.product([0.0, 0.5, 1.0], repeat=3):
            x = (low + (high - low) * np.reshape(share, shape)).ravel()
            best = upper = lower = x[found.first[0]]
            for match in found.comparisons:
                gap = x[match.entries[0]] - best
                above, below = match.relaxation.upper, match.relaxation.lower
                upper += above.by_target[0] * gap + above.constant[0]
                lower += below.by_target[0] * gap + below.constant[0]
                best = max(best, x[match.entries[0]])
            assert lower <= best + 1e-12
            assert best <= upper + 1e-12
