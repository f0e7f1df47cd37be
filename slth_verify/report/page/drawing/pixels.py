"""Small grey images and output maps as SVG without scripts, one path per level."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from slth_verify.text import printable

_LEVELS = 16
#: Without the page's style sheet; that has the last word.
_FILLS = {"plus": "currentColor", "minus": "#c2691d"}


def pixel_picture(
    rows: Sequence[Sequence[float]], scale: float, description: str
) -> str:
    """A map of numbers as squares, darker for larger ones.

    Args:
        rows: The numbers.
        scale: Number drawn at full strength, positive.
        description: Alternative text.

    Returns:
        An ``svg`` element; positive squares have class ``plus``, negative ``minus``.
    """
    paths: dict[tuple[str, int], list[str]] = {}
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            level = min(_LEVELS, round(abs(value) / scale * _LEVELS))
            if level:
                key = ("plus" if value > 0 else "minus", level)
                paths.setdefault(key, []).append(f"M{x} {y}h1v1h-1z")
    drawn = "".join(
        f'<path class="{name}" fill="{_FILLS[name]}" '
        f'fill-opacity="{level / _LEVELS:.4g}" d="{"".join(squares)}"/>'
        for (name, level), squares in sorted(paths.items())
    )
    width, height = len(rows[0]), len(rows)
    return (
        f'<svg class="pixels" role="img" viewBox="0 0 {width} {height}" '
        'width="64" height="64" shape-rendering="crispEdges">'
        f"<title>{escape(printable(description))}</title>"
        f'<rect class="paper" width="{width}" height="{height}" fill="none" '
        f'stroke="currentColor" stroke-width="0.1"/>{drawn}</svg>'
    )
