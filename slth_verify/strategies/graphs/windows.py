"""Windows, strides and margins that fit an image, whatever its size."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from slth_verify.graph.nodes import PADDING_MODES, Margins, PaddingMode, Pair

_MARGIN = 3
#: Images of more entries get no further margins.
_LARGE = 64
_WINDOW = 3
_DILATION = 3
#: Simplest first; the largest exceed every window and most images.
_STRIDES = st.sampled_from((1, 2, 3, 4, 7))


@dataclass(frozen=True, slots=True)
class Windows:
    """Where windows go, rows first.

    Attributes:
        window: Rows and columns of the window.
        stride: Steps of the window.
        dilation: Distances of the window's entries.
        padding: Added rows and columns.
    """

    window: Pair
    stride: Pair
    dilation: Pair
    padding: Margins


@st.composite
def modes_and_margins(
    draw: st.DrawFn, height: int, width: int, *, seldom: bool = False
) -> tuple[PaddingMode, Margins]:
    """A padding mode, and margins as wide as it can fill them; or none, if seldom."""
    if seldom and not draw(st.booleans(), label="margins"):
        return "zeros", (0, 0, 0, 0)
    mode = draw(st.sampled_from(PADDING_MODES))
    room = {"reflect": 1, "circular": 0}.get(mode)
    most = _MARGIN if height * width <= _LARGE else 0
    tops, sides = (
        st.integers(0, most if room is None else min(side - room, most))
        for side in (height, width)
    )
    return mode, (draw(tops), draw(tops), draw(sides), draw(sides))


@st.composite
def kernel_windows(
    draw: st.DrawFn, height: int, width: int, padding: Margins
) -> Windows:
    """Windows of a convolution; with its padding an image may be the smaller one."""
    axes = [
        draw(_kernel_axes(side + sum(margins)))
        for side, margins in ((height, padding[:2]), (width, padding[2:]))
    ]
    rows, columns = axes
    return Windows(
        (rows[0], columns[0]), (rows[1], columns[1]), (rows[2], columns[2]), padding
    )


@st.composite
def pool_windows(draw: st.DrawFn, height: int, width: int, *, dilated: bool) -> Windows:
    """Windows of a pool, all of which meet the image."""
    rows, columns = (draw(_pool_axes(side, dilated)) for side in (height, width))
    return Windows(
        (rows[0], columns[0]),
        (rows[1], columns[1]),
        (rows[2], columns[2]),
        (*rows[3], *columns[3]),
    )


@st.composite
def _kernel_axes(draw: st.DrawFn, total: int) -> tuple[int, int, int]:
    window = draw(st.integers(1, min(_WINDOW, total)))
    widest = _DILATION if window == 1 else (total - 1) // (window - 1)
    dilation = draw(st.integers(1, min(_DILATION, widest)))
    return window, draw(_STRIDES), dilation


@st.composite
def _pool_axes(
    draw: st.DrawFn, side: int, dilated: bool
) -> tuple[int, int, int, tuple[int, int]]:
    """Steps no longer than the image never jump over it; margins stay in reach."""
    window = draw(st.integers(1, _WINDOW))
    dilation = draw(st.integers(1, min(_DILATION, side) if dilated else 1))
    reach = dilation * (window - 1)
    lacking = max(0, reach + 1 - side)
    before = draw(st.integers(max(0, lacking - reach), min(reach, _MARGIN)))
    behind = draw(
        st.integers(
            max(0, lacking - before), max(lacking - before, min(reach, _MARGIN))
        )
    )
    return window, draw(_STRIDES), dilation, (before, behind)
