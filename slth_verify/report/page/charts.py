"""Charts of a report as SVG: deterministic, themed by the page, drawn from the JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter

from slth_verify.report.model.ends import ends
from slth_verify.report.model.observations import TARGET_AND_PRUNED
from slth_verify.report.page.display import grouped
from slth_verify.report.page.drawing.spans import draw_spans
from slth_verify.report.page.drawing.svg import FAINT, SERIES, plain, svg

Document = Mapping[str, Any]

#: Inches; the page scales charts to its own width.
_WIDTH = 8.6
_SIGNS = ("positive", "negative")


def ladder_chart(case: Document, identifier: str) -> str:
    """Necessary, certified and used widths of every layer on a logarithmic axis."""
    rungs = list(reversed(case["ladder"]))
    text = "; ".join(f"layer {r['layer']}: {_width_words(r)}" for r in case["ladder"])
    marks = (("necessary", ">", 1), ("certified", "<", 0), ("used", "o", 2))
    rows = [
        {key: float(ends(rung[key])[0]) for key, _, _ in marks if _has(rung[key])}
        for rung in rungs
    ]

    def draw(axes: Axes) -> None:
        names = [f"layer {rung['layer']}" for rung in rungs]
        draw_spans(axes, rows, marks, names)
        axes.set_xscale("log")
        axes.set_xlabel("width n of a layer (2n filters per input channel)")

    return svg(draw, (_WIDTH, 1.3 + 0.34 * len(rungs)), identifier, f"Widths. {text}.")


def error_chart(cases: Sequence[Document], identifier: str) -> str:
    """Claimed, certified and observed error of every ticket, relative to its target."""
    rows = [row for case in reversed(cases) if (row := _errors(case)) is not None]
    if not rows:
        return ""
    text = "; ".join(
        f"{row['name']}: certified {row['certified']:.2g}, "
        f"observed {row['observed']:.2g}"
        for row in reversed(rows)
    )

    marks = (("claimed", "|", 1), ("certified", "<", 0), ("observed", "x", 2))
    shown = [{key: row[key] for key, _, _ in marks if row[key] > 0} for row in rows]

    def draw(axes: Axes) -> None:
        draw_spans(axes, shown, marks, [plain(row["name"]) for row in rows])
        axes.set_xscale("log")
        axes.set_xlabel("error, as a part of the target's largest output")

    return svg(draw, (_WIDTH, 1.2 + 0.3 * len(rows)), identifier, f"Errors. {text}.")


def mask_chart(picture: Document, identifier: str) -> str:
    """The channel blocks of one layer with the kept filters inside."""
    channels, block = len(picture["positive"]), picture["block"]
    kept = [sum(map(sum, picture[sign])) for sign in _SIGNS]
    text = (
        f"Layer {picture['layer']}: a block of {grouped(block)} filters for each of "
        f"{channels} input channel{'s' if channels > 1 else ''}; {kept[0]} kept "
        f"filters with positive and {kept[1]} with negative scalar."
    )
    top = math.log1p(max(1, *(max(row) for s in _SIGNS for row in picture[s])))
    two_sided = kept[1] > 0

    def draw(axes: Axes) -> None:
        bins = len(picture["positive"][0])
        for channel, start, low, high in _blocks(axes, picture):
            base = (low + high) / 2 if two_sided else low
            edges = [start + block * n / bins for n in range(bins + 1)]
            for sign, series, end in (("positive", 0, high), ("negative", 1, low)):
                heights = [math.log1p(n) / top for n in picture[sign][channel]]
                tops = [base + (end - base) * height for height in heights]
                if any(heights):
                    colour = SERIES[series]
                    axes.stairs(tops, edges, baseline=base, fill=True, color=colour)

    return svg(draw, (_WIDTH, 0.75 + 0.3 * channels), identifier, text)


def whole_mask_chart(picture: Document, identifier: str) -> str:
    """Every entry of a small first-layer matrix: masked, removed or kept."""
    channels, block = len(picture["positive"]), picture["block"]
    signs = dict(picture["filters"])
    text = (
        f"Layer {picture['layer']}: the {channels} by {channels * block} matrix of the "
        f"1x1 layer; {len(signs)} filters kept, {channels * block - len(signs)} "
        "removed; entries outside the diagonal blocks are masked."
    )

    def draw(axes: Axes) -> None:
        for _, start, low, high in _blocks(axes, picture):
            inside = [i for i in signs if start <= i < start + block]
            for sign, series in ((1, 0), (-1, 1)):
                spans = [(i + 0.08, 0.84) for i in inside if signs[i] == sign]
                box = (low, high - low)
                axes.broken_barh(spans, box, color=SERIES[series], lw=0)

    return svg(draw, (_WIDTH, 0.75 + 0.34 * channels), identifier, text)


def _blocks(axes: Axes, picture: Document) -> Iterator[tuple[int, int, float, float]]:
    """Draw axes and grey blocks; yield channel, first filter, lower and upper edge."""
    channels, block = len(picture["positive"]), picture["block"]
    axes.set_xlim(0, channels * block)
    axes.set_ylim(-0.55, channels - 0.45)
    axes.set_yticks(range(channels), [str(channels - n) for n in range(channels)])
    axes.set_ylabel("channel")
    axes.set_xlabel(f"filter, of {grouped(channels * block)}")
    axes.xaxis.set_major_formatter(EngFormatter(sep="\u202f"))
    for channel in range(channels):
        start, middle = channel * block, channels - 1 - channel
        low, high = middle - 0.46, middle + 0.46
        axes.fill_between([start, start + block], low, high, color=FAINT, lw=0)
        yield channel, start, low, high


def _errors(case: Document) -> dict[str, Any] | None:
    """Claimed, certified and observed error over the largest output."""
    ticket, largest = case["ticket"], case["target"]["largest_output"]
    if ticket is None or not _has(largest) or not _has(ticket["certified_error"]):
        return None
    size = float(ends(largest)[0])
    seen = [
        float(ends(item["difference"])[1])
        for item in case["observations"]
        if item["subject"] == TARGET_AND_PRUNED and _has(item["difference"])
    ]
    if size <= 0 or not seen:
        return None
    certified = float(ends(ticket["certified_error"])[1])
    return {
        "name": case["name"],
        "claimed": float(ends(case["eps"])[1]) / size,
        "certified": certified / size,
        "observed": max(seen) / size,
    }


def _has(figure: Document) -> bool:
    return "absent" not in figure


def _width_words(rung: Document) -> str:
    """Drawn widths in words."""
    names = ("necessary", "certified", "used")
    words = [f"{name} {ends(rung[name])[0]}" for name in names if _has(rung[name])]
    return ", ".join(words)
