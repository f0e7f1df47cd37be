"""The shape of a node's tensor, from those of its sources; misfits are refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from slth_verify.errors import InvalidTargetError
from slth_verify.graph.nodes import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    Input,
    Margins,
    MaxPool,
    Node,
    Pad,
    PaddingMode,
    Pair,
    Permute,
    Rectifier,
    Reshape,
    Shape,
    Sum,
    Weights,
)


def shape_of(node: Node, sources: Sequence[Shape]) -> Shape:
    """The shape of a node's tensor.

    Args:
        node: The node.
        sources: Shapes of the tensors that it takes.

    Raises:
        InvalidTargetError: If the node cannot take them.
    """
    return SHAPES[type(node)](node, sources)


def window_count(size: int, window: int, stride: int, dilation: int, added: int) -> int:
    """How many places a window has on an axis; not positive if it does not fit."""
    return (size + added - dilation * (window - 1) - 1) // stride + 1


def _input(node: Input, sources: Sequence[Shape]) -> Shape:
    _require(not sources, node, "an input takes no tensor")
    return node.shape


def _convolution(node: Convolution, sources: Sequence[Shape]) -> Shape:
    channels, *sides = _image(node, sources)
    c_out, c_in, *window = node.weight.shape
    _require(
        c_in * node.groups == channels and c_out % node.groups == 0,
        node,
        f"weight of shape {node.weight.shape} in {node.groups} groups does not fit "
        f"{channels} channels",
    )
    _require_vector(node, node.bias, c_out, "bias")
    _require_copies(node, node.padding, node.padding_mode, sides)
    places = _places(node, sides, window, node.stride, node.dilation, node.padding)
    return c_out, *places


def _dense(node: Dense, sources: Sequence[Shape]) -> Shape:
    source = _only(node, sources)
    _require(
        source == (node.weight.shape[1],),
        node,
        f"weight of shape {node.weight.shape} takes a vector of "
        f"{node.weight.shape[1]} features, and its source has shape {source}. Flatten "
        "it first",
    )
    _require_vector(node, node.bias, node.weight.shape[0], "bias")
    return (node.weight.shape[0],)


def _batch_norm(node: BatchNorm, sources: Sequence[Shape]) -> Shape:
    source = _only(node, sources)
    for name in ("scale", "shift", "mean", "variance"):
        _require_vector(node, getattr(node, name), source[0], name)
    return source


def _rectifier(node: Rectifier, sources: Sequence[Shape]) -> Shape:
    source = _only(node, sources)
    _require(
        len(node.slopes) in (1, source[0]),
        node,
        f"{len(node.slopes)} slopes do not fit {source[0]} channels",
    )
    return source


def _same(node: Clip, sources: Sequence[Shape]) -> Shape:
    return _only(node, sources)


def _max_pool(node: MaxPool, sources: Sequence[Shape]) -> Shape:
    channels, *sides = _image(node, sources)
    places = _places(node, sides, node.window, node.stride, node.dilation, node.padding)
    return channels, *places


def _average_pool(node: AveragePool, sources: Sequence[Shape]) -> Shape:
    channels, *sides = _image(node, sources)
    places = _places(node, sides, node.window, node.stride, (1, 1), node.padding)
    return channels, *places


def _reshape(node: Reshape, sources: Sequence[Shape]) -> Shape:
    source = _only(node, sources)
    _require(
        math.prod(source) == math.prod(node.shape),
        node,
        f"shape {source} and shape {node.shape} have different numbers of entries",
    )
    return node.shape


def _permute(node: Permute, sources: Sequence[Shape]) -> Shape:
    source = _only(node, sources)
    _require(
        sorted(node.axes) == list(range(len(source))),
        node,
        f"axes={node.axes} are not those of shape {source}",
    )
    return tuple(source[axis] for axis in node.axes)


def _crop(node: Crop, sources: Sequence[Shape]) -> Shape:
    source = _only(node, sources)
    ranges = list(zip(node.starts, node.stops, source, strict=False))
    _require(
        len(node.starts) == len(node.stops) == len(source)
        and all(0 <= start < stop <= size for start, stop, size in ranges),
        node,
        f"starts={node.starts} and stops={node.stops} leave nothing of shape {source}, "
        "or more than there is",
    )
    return tuple(stop - start for start, stop, _ in ranges)


def _pad(node: Pad, sources: Sequence[Shape]) -> Shape:
    channels, height, width = _image(node, sources)
    _require_copies(node, node.padding, node.padding_mode, [height, width])
    top, bottom, left, right = node.padding
    return channels, height + top + bottom, width + left + right


def _concat(node: Concat, sources: Sequence[Shape]) -> Shape:
    _require(len(sources) > 0, node, "nothing to concatenate")
    _require(
        all(one[1:] == other[1:] for one, other in pairwise(sources)),
        node,
        f"shapes {list(sources)} differ in more than the channels",
    )
    return sum(shape[0] for shape in sources), *sources[0][1:]


def _sum(node: Sum, sources: Sequence[Shape]) -> Shape:
    _require(len(sources) > 0, node, "nothing to add")
    _require(
        all(one == other for one, other in pairwise(sources)),
        node,
        f"shapes {list(sources)} differ, and a sum does not stretch them",
    )
    return sources[0]


def _only(node: Node, sources: Sequence[Shape]) -> Shape:
    _require(len(sources) == 1, node, f"one source is required, not {len(sources)}")
    return sources[0]


def _image(node: Node, sources: Sequence[Shape]) -> Shape:
    source = _only(node, sources)
    _require(
        len(source) == 3,
        node,
        f"an image (channels, height, width) is required, not shape {source}",
    )
    return source


def _places(
    node: Node,
    sides: Sequence[int],
    window: Sequence[int],
    stride: Pair,
    dilation: Pair,
    padding: Margins,
) -> tuple[int, int]:
    margins = (padding[:2], padding[2:])
    counts = [
        window_count(side, size, step, apart, sum(added))
        for side, size, step, apart, added in zip(
            sides, window, stride, dilation, margins, strict=True
        )
    ]
    _require(
        min(counts) > 0,
        node,
        f"the window {tuple(window)} is larger than the image {tuple(sides)} with its "
        f"padding {padding}",
    )
    if isinstance(node, (MaxPool, AveragePool)):
        for side, size, step, apart, (before, _), count in zip(
            sides, window, stride, dilation, margins, counts, strict=True
        ):
            meets = _every_window_meets(side, size, step, apart, before, count)
            _require(meets, node, f"a window of padding={padding} meets no entry")
    return counts[0], counts[1]


def _every_window_meets(
    side: int, window: int, stride: int, dilation: int, before: int, count: int
) -> bool:
    """Whether each of the places has an entry of the image; the first is at -before."""
    last = (count - 1) * stride - before
    ahead = np.arange(-before, min(0, last + 1), stride)
    behind = np.arange(last, max(side - 1, -1), -stride)
    starts = np.concatenate((ahead, behind))
    entries = np.maximum(0, -(starts // dilation))  # the first not ahead of the image
    meets = (entries < window) & (starts + entries * dilation < side)
    return bool(meets.all())


def _require_copies(
    node: Node, padding: Margins, mode: PaddingMode, sides: Sequence[int]
) -> None:
    """Reflected rows need others beside the border; circular ones, enough of them."""
    room = {"zeros": None, "replicate": None, "reflect": 1, "circular": 0}[mode]
    if room is None:
        return
    for side, margins in zip(sides, (padding[:2], padding[2:]), strict=True):
        _require(
            max(margins) <= side - room,
            node,
            f"padding={padding} of mode {mode!r} is too wide for an image of shape "
            f"{tuple(sides)}",
        )


def _require_vector(
    node: Node, values: Weights | None, channels: int, name: str
) -> None:
    _require(
        values is None or values.shape == (channels,),
        node,
        f"{name} of shape {values.shape if values is not None else None} does not fit "
        f"{channels} channels",
    )


def _require(holds: bool, node: Node, what: str) -> None:
    if not holds:
        raise InvalidTargetError(
            f"node {node.name!r} ({type(node).__name__}): {what} (docs/theory: the "
            "networks people have). Correct the node, or give the graph as an importer "
            "reads it."
        )


SHAPES: dict[type[Node], Callable[[Any, Sequence[Shape]], Shape]] = {
    Input: _input,
    Convolution: _convolution,
    Dense: _dense,
    BatchNorm: _batch_norm,
    Rectifier: _rectifier,
    Clip: _same,
    MaxPool: _max_pool,
    AveragePool: _average_pool,
    Reshape: _reshape,
    Permute: _permute,
    Crop: _crop,
    Pad: _pad,
    Concat: _concat,
    Sum: _sum,
}
