"""Linear nodes read backwards: from coefficients of a tensor to those of its sources.

Coefficients have the tensor's axes and one more, the last: each row of it is a linear
form of its own. Every function here computes a transposed matrix times such rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from slth_verify.arrays import Float64Array, IndexArray
from slth_verify.graph.nodes import (
    AveragePool,
    Concat,
    Convolution,
    Crop,
    Margins,
    MaxPool,
    Node,
    Pad,
    PaddingMode,
    Pair,
    Permute,
    Reshape,
    Shape,
)
from slth_verify.graph.stages import Stage
from slth_verify.graph.windows import padded, window_sizes, windows


def of_stage(stage: Stage, weight: Float64Array, rows: Float64Array) -> Float64Array:
    """Of a stage with the given weights, without its bias.

    Args:
        stage: Geometry.
        weight: Of the shape of the stage's.
        rows: Of the stage's tensor, ``(*shape, rows)``.

    Returns:
        Of the source as an image, ``(*stage.shape, rows)``.
    """
    layer, (channels, height, width) = stage.layer, stage.shape
    count, outs = rows.shape[-1], rows.shape[0]
    window = weight.shape[2:]
    groups, wide = layer.groups, weight.shape[1]
    places = _places(layer, (height, width))
    # every entry of the window from every output at once, then each to its place
    matrices = weight.reshape(groups, outs // groups, -1).transpose(0, 2, 1)
    spread = matrices @ rows.reshape(groups, outs // groups, -1)
    spread = spread.reshape(groups, wide, *window, *places, count)
    top, bottom, left, right = layer.padding
    canvas = np.zeros(
        (groups, wide, height + top + bottom, width + left + right, count)
    )
    for i in range(window[0]):
        for j in range(window[1]):
            seen = _seen((i, j), places, layer.stride, layer.dilation)
            canvas[:, :, seen[0], seen[1]] += spread[:, :, i, j]
    image = canvas.reshape(channels, *canvas.shape[2:])
    return unpadded(image, layer.padding, layer.padding_mode)


def _places(layer: Convolution, sides: Sequence[int]) -> tuple[int, int]:
    heights = (layer.padding[:2], layer.padding[2:])
    found = tuple(
        (side + sum(margins) - apart * (size - 1) - 1) // step + 1
        for side, margins, size, step, apart in zip(
            sides,
            heights,
            layer.weight.shape[2:],
            layer.stride,
            layer.dilation,
            strict=True,
        )
    )
    return found[0], found[1]


@lru_cache(1 << 12)
def _seen(
    entry: tuple[int, int], places: tuple[int, int], stride: Pair, dilation: Pair
) -> tuple[slice, slice]:
    """Rows and columns that an entry of the window sees, over all places."""
    starts = [i * apart for i, apart in zip(entry, dilation, strict=True)]
    rows, columns = (
        slice(start, start + step * (count - 1) + 1, step)
        for start, step, count in zip(starts, stride, places, strict=True)
    )
    return rows, columns


def unpadded(canvas: Float64Array, margins: Margins, mode: PaddingMode) -> Float64Array:
    """Of an image, from coefficients of the padded one: copies give theirs back.

    Args:
        canvas: Shape ``(channels, height, width, rows)``, with the margins.
        margins: Added rows and columns.
        mode: What stands in them.
    """
    top, bottom, left, right = margins
    height, width = canvas.shape[1] - top - bottom, canvas.shape[2] - left - right
    if mode != "zeros" and any(margins):
        # one axis after the other, as the copies were made
        canvas = _given_back(canvas, 1, (top, bottom), mode)
        return _given_back(canvas, 2, (left, right), mode)
    return canvas[:, top : top + height, left : left + width]


def _given_back(
    canvas: Float64Array, axis: int, margins: tuple[int, int], mode: PaddingMode
) -> Float64Array:
    size = canvas.shape[axis] - sum(margins)
    line = np.arange(size, dtype=np.int64).reshape(1, 1, 1, size)
    owners = padded(line, (0, 0, *margins), mode).ravel()
    whole = np.moveaxis(canvas, axis, 0)
    found = whole[margins[0] : margins[0] + size].copy()
    for place in (*range(margins[0]), *range(margins[0] + size, len(whole))):
        found[owners[place]] += whole[place]
    return np.moveaxis(found, 0, axis)


def of_average(node: AveragePool, shape: Shape, rows: Float64Array) -> Float64Array:
    """Of an average pool of an image of the given shape."""
    places = rows.shape[1:3]
    shares = rows / window_sizes(shape[1:], node)[None, :, :, None]
    top, bottom, left, right = node.padding
    sides = shape[1] + top + bottom, shape[2] + left + right
    canvas = np.zeros((shape[0], *sides, rows.shape[-1]))
    for i in range(node.window[0]):
        for j in range(node.window[1]):
            seen = _seen((i, j), places, node.stride, (1, 1))
            canvas[:, seen[0], seen[1]] += shares
    return unpadded(canvas, node.padding, "zeros")


def taps(node: MaxPool, shape: Shape) -> IndexArray:
    """Which entries of a flat image each window of a max pool sees.

    Returns:
        Shape ``(entries of the window, *shape of the result)``; -1 for margins.
    """
    numbers = np.arange(int(np.prod(shape)), dtype=np.int64).reshape(1, *shape)
    filled = padded(numbers, node.padding, "zeros", -1)
    seen = windows(filled, node.window, node.stride, node.dilation)[0]
    return np.ascontiguousarray(seen.reshape(*seen.shape[:3], -1).transpose(3, 0, 1, 2))


def of_moves(
    node: Node, shapes: Sequence[Shape], rows: Float64Array
) -> list[Float64Array]:
    """Of a node that only moves entries or adds zeros, for each of its sources."""
    count = rows.shape[-1]
    if isinstance(node, Reshape):
        return [rows.reshape(*shapes[0], count)]
    if isinstance(node, Permute):
        back = np.argsort(node.axes)
        return [rows.transpose(*back, len(back))]
    if isinstance(node, Crop):
        found = np.zeros((*shapes[0], count))
        found[tuple(map(slice, node.starts, node.stops))] = rows
        return [found]
    if isinstance(node, Pad):
        return [unpadded(rows, node.padding, node.padding_mode)]
    if isinstance(node, Concat):
        ends = np.cumsum([shape[0] for shape in shapes])
        return list(np.split(rows, ends[:-1]))
    raise TypeError(f"{type(node).__name__}: no rule reads it backwards")


def terms_of(stage: Stage) -> int:
    """At most so many products make one coefficient of a stage's source."""
    layer = stage.layer
    outs = layer.weight.shape[0] // layer.groups
    return int(outs + 1) * math.prod(layer.weight.shape[2:]) * copies_of(stage)


def copies_of(stage: Stage) -> int:
    """How often a window may see one entry of its source."""
    layer = stage.layer
    if layer.padding_mode == "zeros" or not any(layer.padding):
        return 1
    top, bottom, left, right = layer.padding
    return (1 + top + bottom) * (1 + left + right)


def scattered(
    out: Float64Array | None, shape: Shape, entries: IndexArray, rows: Float64Array
) -> Float64Array:
    """Rows added to those of a flat image, entry by entry."""
    if out is None:
        out = np.zeros((int(np.prod(shape)), rows.shape[-1]))
    if len(np.unique(entries)) == len(entries):
        out[entries] += rows
    else:
        np.add.at(out, entries, rows)
    return out
