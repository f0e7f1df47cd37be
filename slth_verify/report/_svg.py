"""Matplotlib figures as SVG elements that live inside a page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import escape

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Colours that only stand for variables of the page's style sheet.
INK, FAINT = "#010101", "#020202"
SERIES = ("#030301", "#030302", "#030303")
_VARIABLES = {
    INK: "var(--ink)",
    FAINT: "var(--line)",
    **{colour: f"var(--series-{n})" for n, colour in enumerate(SERIES, start=1)},
}
_STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
}


def svg(
    draw: Callable[[Axes], None],
    size: tuple[float, float],
    identifier: str,
    description: str,
) -> str:
    """Draw a chart.

    Args:
        draw: Puts the chart on empty axes, in the colours of this module.
        size: Width and height in inches.
        identifier: Unique on the page; prefixes every id inside.
        description: Alternative text.

    Returns:
        An ``svg`` element; the same arguments give the same bytes.
    """
    with mpl.rc_context({**_STYLE, "svg.hashsalt": identifier}):
        canvas = Figure(figsize=size, layout="constrained")
        draw(canvas.add_subplot())
        buffer = io.StringIO()
        canvas.savefig(
            buffer,
            format="svg",
            transparent=True,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    return _embeddable(buffer.getvalue(), identifier, description)


def _embeddable(text: str, identifier: str, description: str) -> str:
    body = text[text.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{identifier}-\1"', body)
    body = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{identifier}-", body)
    body = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", body)
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, variable)
    viewbox = re.search(r'viewBox="[^"]*"', body)
    inside = body[body.index(">") + 1 :]
    box = viewbox.group() if viewbox else ""
    return (
        f'<svg class="chart" role="img" xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" {box}>'
        f"<title>{escape(description)}</title>{inside}"
    )
