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
#: Points around a chart.
_PAD = 3
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_LEFT_OUT = ("metadata", "title", "style")
#: Attributes of places, and decimals in them beyond a hundredth of a point.
_PLACES = frozenset({"d", "x", "y", "width", "height", "transform"})
_LONG = re.compile(r"-?\d+\.\d{3,}")
#: Spaces that a path does not need, and ids that something refers to.
_SPACES = re.compile(r" *([MLQCz]) *")
_STEPS = re.compile(r"([MLZz]) *(?:(-?[\d.]+) +(-?[\d.]+))? *")
_STRAIGHT = re.compile(rf"(?:{_STEPS.pattern})*")
_USED = re.compile(r"(?:href=\"|url\()#([^\")]+)")
#: Characters of an alternative text, and of a label in a chart.
_WORDS, _LABEL = 4000, 32
_STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
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
        figure = Figure(figsize=size)
        canvas, axes = FigureCanvasSVG(figure), figure.add_subplot()
        draw(axes)
        _arrange(axes)
        buffer = io.StringIO()
        # what `savefig` does, without drawing everything for its layout first
        canvas.print_svg(buffer, metadata=_NO_METADATA)
    return _embeddable(buffer.getvalue(), identifier, description)


def _arrange(axes: Axes) -> None:
    """Give the axes all of the sheet that labels, legend and a margin leave.

    Texts keep their size when the axes change theirs, so that one look is enough.
    """
    sheet, labelled = axes.figure.bbox, axes.get_tightbbox(for_layout_only=True)
    if labelled is None:  # nothing is drawn
        return
    inner, pad = axes.get_window_extent(), _PAD / 72 * axes.figure.dpi
    left, bottom = (inner.p0 - labelled.p0 + pad) / sheet.size
    right, top = (labelled.p1 - inner.p1 + pad) / sheet.size
    axes.set_position((left, bottom, 1 - left - right, 1 - bottom - top))


def plain(text: str) -> str:
    """Text for a chart in which nothing is markup of Matplotlib's."""
    return printable(text, _LABEL).replace("$", r"\$")


def _embeddable(text: str, identifier: str, description: str) -> str:
    """The figure without style, and with every id that is used under ``identifier``."""
    drawn = ElementTree.fromstring(text)
    used = frozenset(_USED.findall(text))
    for part in drawn.iter():
        for child in [child for child in part if _is_nothing(child)]:
            part.remove(child)
        part.tag = _local(part.tag)
        part.attrib = _attributes(part.attrib, identifier, used)
        part.text = part.text if part.tag in ("text", "tspan") else None
        part.tail = None
    _unwrap(drawn)
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


def _is_nothing(part: ElementTree.Element) -> bool:
    """Whether an element shows nothing: data about the figure, or an unseen sheet."""
    unseen = part.get("style") == "fill: none" and _local(part.tag) == "path"
    return unseen or _local(part.tag) in _LEFT_OUT


def _unwrap(part: ElementTree.Element) -> None:
    """Take the children out of groups that say nothing, drop empty ones, join areas."""
    found: list[ElementTree.Element] = []
    for child in part:
        _unwrap(child)
        if child.tag in ("g", "defs") and not len(child):
            continue
        plain = child.tag == "g" and not child.attrib
        for item in list(child) if plain else [child]:
            if found and _are_one_area(found[-1], item):
                found[-1].attrib["d"] += item.attrib["d"]
            else:
                found.append(item)
    part[:] = found


def _are_one_area(first: ElementTree.Element, second: ElementTree.Element) -> bool:
    """Whether two filled areas look the same when they are drawn as one."""
    one, other = ({**part.attrib, "d": ""} for part in (first, second))
    return (
        first.tag == second.tag == "path"
        and one == other
        and not one.keys() & {"id", "stroke", "opacity", "fill-opacity"}
    )


def _path(words: str) -> str:
    """A path, its straight lines told as briefly as they can be."""
    if not _STRAIGHT.fullmatch(words):
        return _SPACES.sub(r"\1", words).strip()
    told, last = "", ("", "")
    for command, x, y in _STEPS.findall(words):
        if command in "Zz":
            told += "z"
        elif command == "M" or not (x == last[0] or y == last[1]):
            told += f"{command}{x} {y}"
        elif (x, y) != last:
            told += f"V{y}" if x == last[0] else f"H{x}"
        last = x, y
    return told


def _attributes(
    found: dict[str, str], identifier: str, used: frozenset[str]
) -> dict[str, str]:
    """Attributes of an element with its style as presentation attributes."""
    styled = dict(found)
    rules = styled.pop("style", "")
    for rule in filter(None, map(str.strip, rules.split(";"))):
        name, _, value = rule.partition(":")
        styled[name.strip()] = value.strip()
    styled.pop("font-family", None)  # the whole chart has one
    if styled.get("id") not in used:
        styled.pop("id", None)
    if styled.get("transform", "").startswith("rotate(-0 "):
        del styled["transform"]
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
        short = _LONG.sub(_shortened, value)
        return _path(short) if name == "d" else short
    if value in _COLOURS:
        return _COLOURS[value]
    return value.replace("url(#", f"url(#{identifier}-")


def _shortened(number: re.Match[str]) -> str:
    return f"{float(number.group()):.2f}".rstrip("0").rstrip(".")


def _local(name: str) -> str:
    """A name without its namespace, which a page gives by itself."""
    return name.rpartition("}")[2]
