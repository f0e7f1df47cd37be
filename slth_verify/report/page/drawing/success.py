"""Success probabilities against samples: proved ends, and what was simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from slth_verify.report.page.drawing.steps import SIDES, Side, draw_end
from slth_verify.report.page.drawing.svg import FAINT, LEGEND, SERIES


class Simulated(NamedTuple):
    """A share of successes and its interval."""

    samples: int
    share: float
    low: float
    high: float


def draw_success(
    axes: Axes,
    proved: Mapping[Side, Sequence[tuple[int, float]]],
    seen: Sequence[Simulated],
    known: str = "proved",
) -> None:
    """Draw the probabilities of one question.

    Args:
        axes: To draw on.
        proved: By side, numbers of samples in ascending order with what is proved.
        seen: Simulations.
        known: How the ends are known, in a word for the legend.
    """
    for side in SIDES:
        if proved[side]:
            samples, values = zip(*proved[side], strict=True)
            draw_end(axes, side, samples, values, f"{known} {side} end", rises=True)
    if seen:
        gaps = (
            [max(0.0, point.share - point.low) for point in seen],
            [max(0.0, point.high - point.share) for point in seen],
        )
        axes.errorbar(
            [point.samples for point in seen],
            [point.share for point in seen],
            gaps,
            fmt="o",
            color=SERIES[2],
            label="simulated",
        )
    axes.axhline(0.5, color=FAINT, lw=0.8, zorder=0)
    axes.set_ylim(-0.03, 1.05)
    axes.set_xlabel("samples n")
    axes.set_ylabel("success probability")
    axes.grid()
    axes.legend(**LEGEND)
