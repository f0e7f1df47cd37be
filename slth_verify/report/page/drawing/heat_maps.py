"""Heat maps: a number in every cell, its size as the cell's shade."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from slth_verify.report.page.drawing.svg import FAINT, SERIES, plain, svg

Document = Mapping[str, Any]

_WIDTH, _HEAD, _LINE = 8.6, 0.9, 0.42  # inches
_FAINTEST, _DARKEST = 0.06, 0.55  # opacity; the number in the cell stays readable


def heat_map(found: Document, identifier: str) -> str:
    """A map of the document of a sweep; larger numbers are darker.

    Widths are shaded by their logarithms, shares from 0 to 1. A cell without a run is
    empty, and not shaded.
    """
    cells = found["cells"]
    sizes = [[_size(cell) for cell in row] for row in cells]
    known = [size for row in sizes for size in row if size is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    shares = any(isinstance(cell, list) for row in cells for cell in row)
    if shares:
        low, high = 0.0, 1.0

    def draw(axes: Axes) -> None:
        for y, row in enumerate(sizes):
            for x, size in enumerate(row):
                if size is None:
                    continue
                part = (size - low) / (high - low) if high > low else 0.0
                shade = _FAINTEST + (_DARKEST - _FAINTEST) * part
                box = Rectangle((x, y), 1, 1, facecolor=SERIES[0], alpha=shade)
                box.set(edgecolor=FAINT, linewidth=0.6)
                axes.add_patch(box)
                text = _words(cells[y][x])
                axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", size=8.5)
        axes.set_xlim(0, len(found["xs"]))
        axes.set_ylim(0, len(found["ys"]))
        for place, set_ticks in (("x", axes.set_xticks), ("y", axes.set_yticks)):
            names = found[f"{place}s"]
            set_ticks([n + 0.5 for n in range(len(names))], list(map(plain, names)))
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_xlabel(plain(found["x"]))
        axes.set_ylabel(plain(found["y"]))

    words = "; ".join(
        f"{found['y']} = {name}: {', '.join(map(_words, row))}"
        for name, row in zip(found["ys"], cells, strict=True)
    )
    height = _HEAD + _LINE * len(cells)
    title = f"{found['what']} by {found['x']} and {found['y']}. {words}."
    return svg(draw, (_WIDTH, height), identifier, title)


def _size(cell: int | list[int] | None) -> float | None:
    if cell is None:
        return None
    if isinstance(cell, list):
        hits, trials = cell
        return hits / trials
    return math.log(max(1, cell))


def _words(cell: int | list[int] | None) -> str:
    if cell is None:
        return "\u2013"
    if isinstance(cell, list):
        hits, trials = cell
        return f"{hits}/{trials}"
    return f"{cell:,}".replace(",", "\u202f")
