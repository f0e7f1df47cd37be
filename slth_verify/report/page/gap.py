"""The gap in one chart: what is needed, is certified, is found, and is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from slth_verify.report.model.ends import ends
from slth_verify.report.page.drawing.svg import INK, LEGEND, SERIES, svg

Document = Mapping[str, Any]

#: Inches; the page scales charts to its own width.
_SIZE = (8.6, 4.0)
#: Key of a row, marker, series and label.
_CURVES = (
    ("necessary", ">", 1, "necessary"),
    ("certified", "<", 0, "certified"),
    ("found", "", 2, "found, by the law"),
)
#: Results of others: line style and label before the assumed constant.
_KNOWN = {
    "rel:balancing-optimum": (":", "signed sums: optimum"),
    "rel:balancing-algorithm": ("--", "signed sums: algorithm"),
}


def law_chart(law: Document, identifier: str) -> str:
    """Widths by dimension: proved ones, searches and their law, and known results."""
    accuracy = float(ends(law["accuracy"])[0])
    # a search is moved along the law to the accuracy of the chart
    dots = [p["dimension"] for p in law["points"]]
    heights = [p["width"] * p["residual"] / accuracy for p in law["points"]]

    def draw(axes: Axes) -> None:
        for known in law["known"]:
            style, label = _KNOWN.get(known["statement"], ("-.", "known"))
            rows = [row for row in known["widths"] if _has(row["width"])]
            axes.plot(
                [row["dimension"] for row in rows],
                [float(ends(row["width"])[0]) for row in rows],
                linestyle=style,
                color=INK,
                label=f"{label}, if {known['assumed']}",
            )
        for key, marker, series, label in _CURVES:
            rows = [row for row in law["rows"] if _has(row[key])]
            dimensions = [row["dimension"] for row in rows]
            widths = [float(ends(row[key])[0]) for row in rows]
            colour = SERIES[series]
            axes.plot(dimensions, widths, marker=marker, color=colour, label=label)
        axes.scatter(dots, heights, s=9, color=SERIES[2], label="searches")
        axes.set_xscale("log")
        axes.set_yscale("log")
        ticks = [row["dimension"] for row in law["rows"]]
        axes.set_xticks(ticks, [str(m) for m in ticks], minor=False)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("dimension m")
        axes.set_ylabel("width n")
        axes.grid()
        axes.legend(**LEGEND)

    text = "; ".join(f"m = {r['dimension']}: {_words(r)}" for r in law["rows"])
    return svg(draw, _SIZE, identifier, f"What exists and is found. {text}.")


def _words(row: Document) -> str:
    names = (
        ("necessary", "necessary"),
        ("certified", "certified"),
        ("found", "found by the law about"),
    )
    return ", ".join(
        f"{name} {ends(row[key])[0]}" for key, name in names if _has(row[key])
    )


def _has(figure: Document) -> bool:
    return "absent" not in figure
