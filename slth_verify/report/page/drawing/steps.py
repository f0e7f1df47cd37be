"""Ends that are proved at some places, drawn as far as they hold in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from matplotlib.axes import Axes

from slth_verify.report.page.drawing.svg import SERIES

Side = Literal["lower", "upper"]
SIDES: tuple[Side, Side] = ("upper", "lower")

_MARKERS = {"lower": (0, "^"), "upper": (1, "v")}


def draw_end(
    axes: Axes,
    side: Side,
    places: Sequence[float],
    values: Sequence[float],
    label: str,
    *,
    rises: bool,
) -> None:
    """One end of a quantity that rises, or falls, from place to place.

    Between two places the lower end of what rises is that of the place before, and its
    upper end that of the place after; for what falls it is the other way round. A
    straight line would claim more.

    Args:
        axes: To draw on.
        side: Which end.
        places: In ascending order.
        values: Proved at the places.
        label: For the legend.
        rises: Whether the quantity never falls, or never rises.
    """
    series, marker = _MARKERS[side]
    keeps = (side == "lower") is rises
    axes.plot(
        places,
        values,
        color=SERIES[series],
        marker=marker,
        drawstyle="steps-post" if keeps else "steps-pre",
        label=label,
    )
