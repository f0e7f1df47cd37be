"""Benchmarks as bars: how many times better than a peer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from slth_verify.report.model.ends import ends
from slth_verify.report.page.drawing.svg import FAINT, INK, SERIES, plain, svg

Document = Mapping[str, Any]

#: Inches; the page scales charts to its own width.
_WIDTH = 8.6
_BAR = 0.55


def ratio_chart(rows: Sequence[Document], identifier: str) -> str:
    """A bar for each benchmark and peer, from 1 to its ratio or over all its ratios."""
    spans: dict[str, list[float]] = {}
    for row in rows:
        label = f"{row['what'].partition(', ')[0]} / {row['peer']}"
        spans.setdefault(label, []).append(float(ends(row["better"])[0]))
    shown = list(reversed(spans.items()))
    text = "; ".join(f"{name}: {_words(values)}" for name, values in reversed(shown))

    def draw(axes: Axes) -> None:
        for place, (_, values) in enumerate(shown):
            least, most = min(values), max(values)
            end = least if least >= 1 else most
            colour = SERIES[0] if end >= 1 else SERIES[1]
            low, high = sorted((1.0, end))
            axes.barh(place, high - low, left=low, height=_BAR, color=colour)
            if least < most:
                axes.plot([least, most], [place, place], color=INK, lw=1)
                axes.plot([most], [place], marker="|", color=INK, ms=8)
            axes.annotate(
                _words(values),
                (max(high, most), place),
                (6, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        axes.axvline(1, color=FAINT, zorder=0)
        axes.set_xscale("log")
        highest = max(max(values) for _, values in shown)
        axes.set_xlim(right=6 * highest)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        axes.set_yticks(range(len(shown)), [_label(name) for name, _ in shown])
        axes.set_ylim(-0.6, len(shown) - 0.4)
        axes.set_xlabel("times better than the peer")
        axes.grid(axis="x")

    return svg(draw, (_WIDTH, 0.9 + 0.36 * len(shown)), identifier, f"Ratios. {text}.")


def _label(name: str) -> str:
    what, _, peer = name.partition(" / ")
    return f"{plain(what)}\nbeside {plain(peer)}"


def _words(values: Sequence[float]) -> str:
    least, most = min(values), max(values)
    return _short(least) if least == most else f"{_short(least)} to {_short(most)}"


def _short(ratio: float) -> str:
    """Three digits, without an exponent."""
    return f"{ratio:.3g}" if ratio < 1000 else f"{ratio:.0f}"
