"""The success probability: proved curves with simulations between them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from matplotlib.axes import Axes

from slth_verify.report.model.contradicted_widths import probability_fault
from slth_verify.report.model.ends import ends
from slth_verify.report.page.drawing.steps import SIDES
from slth_verify.report.page.drawing.success import Simulated, draw_success
from slth_verify.report.page.drawing.svg import svg

Document = Mapping[str, Any]

#: Inches; the page scales charts to its own width.
_SIZE = (8.6, 3.4)


def conflict(point: Document) -> str:
    """Why the figures of a point do not go together, or empty.

    Args:
        point: Of a curve of the document.
    """
    fault = probability_fault(point)
    if fault:
        return fault
    lower, upper = point["lower"], point["upper"]
    return outlying(
        ends(point["interval"]) if _has(point["interval"]) else None,
        ends(lower)[0] if _has(lower) else None,
        ends(upper)[1] if _has(upper) else None,
    )


def outlying(
    seen: tuple[Fraction, Fraction] | None,
    lower: Fraction | None,
    upper: Fraction | None,
) -> str:
    """Where a simulated interval lies outside of proved ends, or empty.

    Args:
        seen: Its ends; None where nothing was simulated.
        lower: The proved lower end, if there is one.
        upper: The proved upper end, if there is one.
    """
    if seen is None:
        return ""
    low, high = seen
    if lower is not None and high < lower:
        return "the simulation lies below the proved lower end"
    if upper is not None and low > upper:
        return "the simulation lies above the proved upper end"
    return ""


def success_chart(curve: Document, identifier: str) -> str:
    """Proved ends as curves, simulated shares with their intervals as points."""
    points = curve["points"]
    proved = {
        side: [
            (point["samples"], float(ends(point[side])[0]))
            for point in points
            if _has(point[side])
        ]
        for side in SIDES
    }
    seen = [
        Simulated(
            point["samples"],
            point["hits"] / point["trials"],
            *map(float, ends(point["interval"])),
        )
        for point in points
        if _has(point["interval"])
    ]

    def draw(axes: Axes) -> None:
        draw_success(axes, proved, seen)

    text = "; ".join(f"n = {point['samples']}: {_words(point)}" for point in points)
    title = f"Success probability in dimension {curve['dimension']}"
    return svg(draw, _SIZE, identifier, f"{title}. {text}.")


def _words(point: Document) -> str:
    words = []
    for side, name in (("lower", "at least"), ("upper", "at most")):
        if _has(point[side]):
            words.append(f"{name} {float(ends(point[side])[0]):.3g}")
    if point["trials"]:
        words.append(f"{point['hits']} of {point['trials']} simulated")
    return ", ".join(words)


def _has(figure: Document) -> bool:
    return "absent" not in figure
