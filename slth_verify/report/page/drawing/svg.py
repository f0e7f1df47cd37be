"""Matplotlib figures as SVG elements that live inside a page."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from slth_verify.text import printable

#: Colours that only stand for those of the page.
INK, FAINT = "#010101", "#020202"
SERIES = ("#030301", "#030302", "#030303")
#: What they become: variables of its style sheet, and what shows without that.
_COLOURS = {
    INK: "currentColor",
    FAINT: "var(--line, #9aa3b0)",
    SERIES[0]: "var(--series-1, #3b7cb8)",
    SERIES[1]: "var(--series-2, #c2691d)",
    SERIES[2]: "var(--series-3, #7c6bbb)",
}
#: What a style sheet of Matplotlib's says of every element, and the fonts it measured.
_INHERITED = {
    "stroke-linejoin": "round",
    "stroke-linecap": "butt",
    "font-family": "DejaVu Sans, Verdana, Geneva, Arial, Helvetica, sans-serif",
}
#: Where legends stand: above the axes, three entries in a row.
LEGEND = {
    "loc": "lower left",
    "bbox_to_anchor": (0.0, 1.0),
    "ncols": 3,
    "borderaxespad": 0.2,
}
_LEFT_OUT = ("metadata", "title", "style")
#: Attributes of places, and decimals in them beyond a hundredth of a point.
_PLACES = frozenset({"d", "x", "y", "width", "height", "transform"})
_LONG = re.compile(r"-?\d+\.\d{3,}")
#: Characters of an alternative text, and of a label in a chart.
_WORDS, _LABEL = 4000, 32
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
        An ``svg`` element without any style: presentation attributes, which a
        content-security policy admits, say how it looks. The same arguments give the
        same bytes.
    """
    with (
        mpl.rc_context({**_STYLE, "svg.hashsalt": identifier}),
        warnings.catch_warnings(),
    ):
        # the reader's fonts draw the labels, not those that measured them
        warnings.filterwarnings("ignore", r"Glyph \d+")
        canvas = Figure(figsize=size, layout="constrained")
        draw(canvas.add_subplot())
        FigureCanvasSVG(canvas)
        _arranged(canvas)
        buffer = io.StringIO()
        canvas.savefig(
            buffer,
            format="svg",
            transparent=True,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    return _embeddable(buffer.getvalue(), identifier, description)


def _arranged(canvas: Figure) -> None:
    """Give everything its place, once; saving would draw it all for that first."""
    engine = canvas.get_layout_engine()
    if engine is not None:
        engine.execute(canvas)
    canvas.set_layout_engine("none")


def plain(text: str) -> str:
    """Text for a chart in which nothing is markup of Matplotlib's."""
    return printable(text, _LABEL).replace("$", r"\$")


def _embeddable(text: str, identifier: str, description: str) -> str:
    """The figure without style, and with every id under ``identifier``."""
    drawn = ElementTree.fromstring(text)
    for part in drawn.iter():
        for child in [child for child in part if _local(child.tag) in _LEFT_OUT]:
            part.remove(child)
        part.tag = _local(part.tag)
        part.attrib = _attributes(part.attrib, identifier)
    whole = ElementTree.Element(
        "svg",
        {
            "class": "chart",
            "role": "img",
            "viewBox": drawn.get("viewBox", ""),
            **_INHERITED,
        },
    )
    ElementTree.SubElement(whole, "title").text = printable(description, _WORDS)
    whole.extend(drawn)
    return ElementTree.tostring(whole, encoding="unicode")


def _attributes(found: dict[str, str], identifier: str) -> dict[str, str]:
    """Attributes of an element with its style as presentation attributes."""
    styled = dict(found)
    rules = styled.pop("style", "")
    for rule in filter(None, map(str.strip, rules.split(";"))):
        name, _, value = rule.partition(":")
        styled[name.strip()] = value.strip()
    styled.pop("font-family", None)  # the whole chart has one
    font = re.search(r"([\d.]+px)", styled.pop("font", ""))
    if font:
        styled["font-size"] = font.group(1)
    return {
        _local(name): _value(_local(name), value, identifier)
        for name, value in styled.items()
    }


def _value(name: str, value: str, identifier: str) -> str:
    if name == "id":
        return f"{identifier}-{value}"
    if name == "href":
        return value.replace("#", f"#{identifier}-", 1)
    if name in _PLACES:
        return _LONG.sub(_shortened, value)
    if value in _COLOURS:
        return _COLOURS[value]
    return value.replace("url(#", f"url(#{identifier}-")


def _shortened(number: re.Match[str]) -> str:
    return f"{float(number.group()):.2f}".rstrip("0").rstrip(".")


def _local(name: str) -> str:
    """A name without its namespace, which a page gives by itself."""
    return name.rpartition("}")[2]
