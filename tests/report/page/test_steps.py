"""Between the places where something is proved, nothing more is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from slth_verify.report.page.drawing.steps import draw_end

PLACES = (0.0, 1.0, 3.0, 4.0)


def _drawn(values, side: str, *, rises: bool):
    """What the line says at any place."""
    axes = Figure().add_subplot()
    draw_end(axes, side, PLACES, values, "end", rises=rises)
    (line,) = axes.get_lines()
    post = line.get_drawstyle() == "steps-post"

    def at(place: float) -> float:
        index = np.searchsorted(PLACES, place, side="right" if post else "left")
        return values[int(index) - 1 if post else int(index)]

    return at


@given(
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
    st.floats(0, 4),
    st.booleans(),
)
def test_the_line_is_on_the_safe_side(levels, place, rises) -> None:
    levels = sorted(levels, reverse=not rises)

    def truth(at: float) -> tuple[float, float]:
        """Least and largest value there of all that pass through the levels."""
        before = max(i for i, p in enumerate(PLACES) if p <= at)
        after = min(i for i, p in enumerate(PLACES) if p >= at)
        low, high = sorted((levels[before], levels[after]))
        return low, high

    low, high = truth(place)
    assert _drawn(levels, "lower", rises=rises)(place) <= low
    assert _drawn(levels, "upper", rises=rises)(place) >= high


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_the_wrong_direction_is_seen(side) -> None:
    """Planted lie: what rises is drawn like what falls."""
    at = _drawn((0.1, 0.2, 0.6, 0.9), side, rises=False)(2.0)
    assert at == (0.6 if side == "lower" else 0.2)  # above, or below, what is proved
