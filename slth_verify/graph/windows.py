"""Moving windows and moved entries, for arrays of floats and of Python integers alike.

Arrays have a batch axis in front: ``(batch, channels, height, width)``. Nothing here
rounds but the sums of products of floats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from slth_verify.arrays import IndexArray
from slth_verify.graph.nodes import (
    AveragePool,
    Concat,
    Convolution,
    Crop,
    Dense,
    Margins,
    MaxPool,
    Node,
    Pad,
    PaddingMode,
    Pair,
    Permute,
    Reshape,
)
from slth_verify.graph.shapes import window_count

#: Entries that are copied at a time: 64 MiB of float64 numbers.
CHUNK = 1 << 23

Array = NDArray[Any]

_NUMPY_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def padded(images: Array, margins: Margins, mode: PaddingMode, zero: Any = 0) -> Array:
    """Images with added rows and columns.

    Args:
        images: Shape ``(batch, channels, height, width)``.
        margins: How many are added at the top, bottom, left and right.
        mode: What stands there.
        zero: What stands there in mode ``"zeros"``.
    """
    if not any(margins):
        return images
    if mode != "zeros":
        widths = ((0, 0), (0, 0), margins[:2], margins[2:])
        return np.pad(images, widths, mode=_NUMPY_MODES[mode])  # type: ignore[call-overload,no-any-return]
    top, bottom, left, right = margins
    *outer, height, width = images.shape
    shape = (*outer, height + top + bottom, width + left + right)
    filled = np.full(shape, zero, images.dtype)  # numpy.pad would put int64 zeros in
    filled[:, :, top : top + height, left : left + width] = images
    return filled


def windows(
    images: Array, window: Sequence[int], stride: Pair, dilation: Pair = (1, 1)
) -> Array:
    """What a window sees at each place.

    Returns:
        A view of shape ``(batch, channels, height, width, rows, columns)``.
    """
    spans = [
        apart * (size - 1) + 1 for size, apart in zip(window, dilation, strict=True)
    ]
    seen = sliding_window_view(images, spans, axis=(2, 3))
    return seen[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]


def correlated(images: Array, weight: Array, node: Convolution) -> Array:
    """The linear part of a convolution of images that are padded already.

    Args:
        images: Shape ``(batch, channels, height, width)``.
        weight: Of the shape of the node's weight.
        node: Stride, dilation and groups.
    """
    seen = windows(images, weight.shape[2:], node.stride, node.dilation)
    batch, channels, height, width = seen.shape[:4]
    matrices = weight.reshape(node.groups, weight.shape[0] // node.groups, -1)
    out = np.empty((batch, weight.shape[0], height, width), images.dtype)
    row = width * max(channels * seen.shape[4] * seen.shape[5], weight.shape[0])
    for some, rows in chunks(batch, height, row, CHUNK):
        part = seen[some, :, rows]
        columns = part.transpose(1, 4, 5, 0, 2, 3).reshape(
            node.groups, matrices.shape[2], -1
        )
        sums = (matrices @ columns).reshape(-1, len(part), part.shape[2], width)
        out[some, :, rows] = sums.transpose(1, 0, 2, 3)
    return out


def convolved(images: Array, weight: Array, node: Convolution | Dense) -> Array:
    """The linear part of an affine node, with its padding.

    Args:
        images: The tensor that the node takes, with a batch axis.
        weight: Of the shape of the node's weight.
        node: The node.
    """
    if isinstance(node, Dense):
        return images @ weight.T
    return correlated(padded(images, node.padding, node.padding_mode), weight, node)


def largest(images: Array, node: MaxPool) -> Array:
    """Max pooling; the least entry fills the margins, as every window meets others."""
    filled = padded(images, node.padding, "zeros", images.min())
    seen = windows(filled, node.window, node.stride, node.dilation)
    return np.asarray(seen.max(axis=(4, 5)))


def window_sums(images: Array, node: AveragePool) -> Array:
    """Sums over the windows of an average pool."""
    filled = padded(images, node.padding, "zeros")
    return np.asarray(windows(filled, node.window, node.stride).sum(axis=(4, 5)))


def window_sizes(sides: Sequence[int], node: AveragePool) -> IndexArray:
    """Denominators of an average pool's means, by place: ``(height, width)``."""
    inside = inside_counts(sides, node)
    if node.counts_padding:
        return np.full_like(inside, node.window[0] * node.window[1])
    return inside


def inside_counts(sides: Sequence[int], node: AveragePool) -> IndexArray:
    """How many entries of the image a pool's windows see: ``(height, width)``."""
    rows, columns = (
        np.diff(inside_ranges(side, size, step, 1, margins), axis=1)[:, 0]
        for side, size, step, margins in zip(
            sides,
            node.window,
            node.stride,
            (node.padding[:2], node.padding[2:]),
            strict=True,
        )
    )
    return np.multiply.outer(rows, columns)


def inside_ranges(
    side: int, window: int, stride: int, dilation: int, margins: Sequence[int]
) -> IndexArray:
    """Which entries of a window lie in the image, on one axis.

    Entry i of the window at place t is number ``t stride - margins[0] + i dilation``
    of the image, which is inside from 0 to ``side - 1``.

    Returns:
        For each place the first i inside and the end of those: ``(places, 2)``.
    """
    count = window_count(side, window, stride, dilation, sum(margins))
    starts = np.arange(count, dtype=np.int64) * stride - margins[0]
    first = np.clip(-(starts // dilation), 0, window)
    end = np.clip(-((starts - side) // dilation), first, window)
    return np.stack([first, end], axis=1)


def moved(node: Node, sources: Sequence[Array]) -> Array:
    """The tensor of a node that only moves entries, or adds zeros.

    Args:
        node: One of the kinds of ``MOVES``.
        sources: The tensors that it takes, with a batch axis.
    """
    return MOVES[type(node)](node, sources)


def _reshape(node: Reshape, sources: Sequence[Array]) -> Array:
    return sources[0].reshape(len(sources[0]), *node.shape)


def _permute(node: Permute, sources: Sequence[Array]) -> Array:
    return sources[0].transpose(0, *(axis + 1 for axis in node.axes))


def _crop(node: Crop, sources: Sequence[Array]) -> Array:
    kept = (slice(*ends) for ends in zip(node.starts, node.stops, strict=True))
    return sources[0][(slice(None), *kept)]


def _pad(node: Pad, sources: Sequence[Array]) -> Array:
    return padded(sources[0], node.padding, node.padding_mode)


def _concat(node: Concat, sources: Sequence[Array]) -> Array:
    return np.concatenate(sources, axis=1)


#: Kinds of nodes that only move entries, or add zeros.
MOVES: dict[type[Node], Callable[[Any, Sequence[Array]], Array]] = {
    Reshape: _reshape,
    Permute: _permute,
    Crop: _crop,
    Pad: _pad,
    Concat: _concat,
}


def by_channel(values: Array | Sequence[Any], axes: int) -> Array:
    """Numbers, one a channel, so that they stretch over ``axes`` axes with a batch."""
    return np.asarray(values).reshape(-1, *(1,) * (axes - 2))


def chunks(
    batch: int, height: int, row: int, limit: int
) -> Iterator[tuple[slice, slice]]:
    """Slices of images, or of rows of single ones, of at most ``limit`` entries.

    Args:
        batch: How many images there are.
        height: How many rows each has.
        row: How many entries a row has; a single row may pass the limit.
        limit: How many entries are wanted at most.
    """
    rows = max(1, limit // row)
    some = max(1, rows // height)
    for first in range(0, batch, some):
        for top in range(0, height, rows):
            yield slice(first, first + some), slice(top, top + rows)
