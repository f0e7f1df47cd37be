"""Where each entry of a node's tensor comes from: plain loops over places.

Nothing is taken from the graph room but its data, so that its arithmetic of windows,
padding and moved entries can be compared with this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Concat,
    Convolution,
    Crop,
    Dense,
    MaxPool,
    Node,
    Pad,
    Permute,
    Reshape,
)
from slth_verify.graph.nodes import PaddingMode, Shape

#: The place of an entry in a tensor, or of a weight in a kernel.
Index = tuple[int, ...]

#: A tensor of fractions, or of what is known of each entry.
Entries = NDArray[Any]

#: Kinds of nodes that only move entries, or add zeros.
MOVES = (Reshape, Permute, Crop, Pad, Concat)


def kernel_terms(
    node: Convolution | Dense | BatchNorm, shape: Shape, at: Index
) -> Iterator[tuple[Index, Index]]:
    """What an affine node adds up for one entry of its result.

    Args:
        node: The node; a batch norm has one weight a channel.
        shape: Of its source.
        at: The entry of the result.

    Yields:
        The index of a weight, and that of the source's entry which it multiplies.
        Zeros of a padding are left out; copies are the entries that they copy.
    """
    if isinstance(node, BatchNorm):
        yield at[:1], at
    elif isinstance(node, Dense):
        for feature in range(shape[0]):
            yield (at[0], feature), (feature,)
    else:
        c_out, wide, rows, columns = node.weight.shape
        first = at[0] // (c_out // node.groups) * wide
        top, _, left, _ = node.padding
        for c, i, j in np.ndindex(wide, rows, columns):
            row = at[1] * node.stride[0] - top + i * node.dilation[0]
            column = at[2] * node.stride[1] - left + j * node.dilation[1]
            place = _on_image(row, column, shape, node.padding_mode)
            if place is not None:
                yield (at[0], c, i, j), (first + c, *place)


def pool_entries(node: MaxPool | AveragePool, shape: Shape, at: Index) -> list[Index]:
    """The entries of the image that a pool's window sees for one entry of its result.

    Args:
        node: The pool.
        shape: Of its source.
        at: The entry of the result.
    """
    apart = node.dilation if isinstance(node, MaxPool) else (1, 1)
    top, _, left, _ = node.padding
    found: list[Index] = []
    for i, j in np.ndindex(*node.window):
        row = at[1] * node.stride[0] - top + i * apart[0]
        column = at[2] * node.stride[1] - left + j * apart[1]
        place = _on_image(row, column, shape, "zeros")
        if place is not None:
            found.append((at[0], *place))
    return found


def counted(node: AveragePool, inside: int) -> int:
    """The denominator of a mean with so many entries of the image in its window."""
    return node.window[0] * node.window[1] if node.counts_padding else inside


def moved(node: Node, sources: Sequence[Entries], shape: Shape, zero: Any) -> Entries:
    """The tensor of a node of the kinds `MOVES`.

    Args:
        node: The node.
        sources: The tensors that it takes.
        shape: Of its result.
        zero: What a padding of zeros adds.
    """
    found = np.empty(shape, object)
    for at in np.ndindex(*shape):
        origin = _origin(node, at, [source.shape for source in sources])
        found[at] = zero if origin is None else sources[origin[0]][origin[1]]
    return found


def _origin(node: Node, at: Index, shapes: Sequence[Shape]) -> tuple[int, Index] | None:
    """Which source an entry is from, and its index there; None if it is a new zero."""
    if isinstance(node, Concat):
        channel, source = at[0], 0
        while channel >= shapes[source][0]:
            channel -= shapes[source][0]
            source += 1
        return source, (channel, *at[1:])
    if isinstance(node, Crop):
        return 0, tuple(k + start for k, start in zip(at, node.starts, strict=True))
    if isinstance(node, Permute):
        places = dict(zip(node.axes, at, strict=True))
        return 0, tuple(places[axis] for axis in range(len(at)))
    if isinstance(node, Reshape):
        number = 0
        for k, size in zip(at, node.shape, strict=True):
            number = number * size + k
        index: Index = ()
        for size in reversed(shapes[0]):
            number, k = divmod(number, size)
            index = (k, *index)
        return 0, index
    if isinstance(node, Pad):
        row, column = at[1] - node.padding[0], at[2] - node.padding[2]
        place = _on_image(row, column, shapes[0], node.padding_mode)
        return None if place is None else (0, (at[0], *place))
    raise TypeError(f"{type(node).__name__} computes")


def _on_image(
    row: int, column: int, shape: Shape, mode: PaddingMode
) -> tuple[int, int] | None:
    """The entry that stands in a row and column, maybe added ones; None for a zero."""
    row_inside = _on_axis(row, shape[1], mode)
    column_inside = _on_axis(column, shape[2], mode)
    if row_inside is None or column_inside is None:
        return None
    return row_inside, column_inside


def _on_axis(k: int, side: int, mode: PaddingMode) -> int | None:
    if 0 <= k < side:
        return k
    if mode == "zeros":
        return None
    if mode == "replicate":
        return 0 if k < 0 else side - 1
    if mode == "circular":
        return k + side if k < 0 else k - side
    return -k if k < 0 else 2 * (side - 1) - k
