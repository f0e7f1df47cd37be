"""Named rows of numbers: where each lies, and what lies between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from slth_verify.report.page.drawing.svg import FAINT, LEGEND, SERIES


def draw_spans(
    axes: Axes,
    rows: Sequence[Mapping[str, float]],
    marks: Sequence[tuple[str, str, int]],
    names: Sequence[str],
) -> None:
    """A line for each row, from its least number to its largest, and a mark a key.

    Args:
        axes: Where to draw; the first row is at the bottom.
        rows: Numbers by key.
        marks: Key, marker and number of its series.
        names: Of the rows.
    """
    for place, row in enumerate(rows):
        span = [min(row.values()), max(row.values())]
        axes.plot(span, [place, place], color=FAINT, zorder=1)
    for key, marker, series in marks:
        places = [n for n, row in enumerate(rows) if key in row]
        if places:
            axes.scatter(
                [rows[n][key] for n in places],
                places,
                marker=marker,
                s=70 if marker == "|" else 36,
                color=SERIES[series],
                label=key,
                zorder=2,
            )
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.grid(axis="x")
    axes.legend(**LEGEND)
