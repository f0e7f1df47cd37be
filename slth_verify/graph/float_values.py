"""What a target graph computes, in float64 arithmetic: fast, and rounded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from slth_verify.arrays import Float64Array
from slth_verify.errors import InvalidParameterError
from slth_verify.graph.graph import TargetCNN
from slth_verify.graph.nodes import (
    AveragePool,
    BatchNorm,
    Clip,
    Convolution,
    Dense,
    MaxPool,
    Node,
    Rectifier,
    Sum,
)
from slth_verify.graph.walk import last, walk
from slth_verify.graph.windows import (
    CHUNK,
    MOVES,
    by_channel,
    convolved,
    largest,
    moved,
    window_sizes,
    window_sums,
)


def values(graph: TargetCNN, images: ArrayLike) -> Float64Array:
    """The outputs of a batch of images.

    Args:
        graph: The network.
        images: Shape ``(batch, *input shape)``, finite; the box is not looked at.

    Returns:
        Shape ``(batch, *output shape)``. Where numbers leave float64's range, entries
        are infinite or NaN.

    Raises:
        InvalidParameterError: If the images are not of that shape, or not finite.

    Rigor:
        Float64, with the usual rounding errors; nothing may be decided by it. The
        exact values are those of `exact_values`.
    """
    batch = _read(graph, images)
    entries = sum(math.prod(graph.shape(node.name)) for node in graph.nodes)
    size = max(1, CHUNK // entries)
    out = np.empty((len(batch), *graph.output_shape))
    for first in range(0, len(batch), size):
        some = batch[first : first + size]
        out[first : first + size] = last(walk(graph.nodes, some, value_of))
    return out


def node_values(
    graph: TargetCNN, images: ArrayLike
) -> Iterator[tuple[str, Float64Array]]:
    """Every node's name and tensor, in the order of the nodes; see `values`.

    A tensor is let go when no node needs it any more, unless the caller keeps it;
    ``dict(node_values(...))`` keeps all.
    """
    batch = _read(graph, images)
    return ((node.name, tensor) for node, tensor in walk(graph.nodes, batch, value_of))


def value_of(node: Node, sources: Sequence[Float64Array]) -> Float64Array:
    """A node's tensors, from those of its sources, with a batch axis."""
    with np.errstate(all="ignore"):
        return _VALUES[type(node)](node, sources)


def _read(graph: TargetCNN, images: ArrayLike) -> Float64Array:
    try:
        batch = np.asarray(images, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidParameterError(
            "images: an array of numbers is required (docs/theory/networks.md). Pass "
            "one."
        ) from error
    shape = graph.input.shape
    if batch.shape[1:] != shape or not batch.ndim or not np.isfinite(batch).all():
        raise InvalidParameterError(
            f"images of shape {batch.shape}: finite numbers of shape (batch, "
            f"{', '.join(map(str, shape))}) are required. Add a batch axis in front."
        )
    return batch


def _affine(node: Convolution | Dense, sources: Sequence[Float64Array]) -> Float64Array:
    tensor: Float64Array = convolved(sources[0], node.weight.astype(np.float64), node)
    if node.bias is None:
        return tensor
    return tensor + by_channel(node.bias.astype(np.float64), tensor.ndim)


def _batch_norm(node: BatchNorm, sources: Sequence[Float64Array]) -> Float64Array:
    scale, shift, mean, variance = (
        by_channel(numbers.astype(np.float64), sources[0].ndim)
        for numbers in (node.scale, node.shift, node.mean, node.variance)
    )
    root = np.sqrt(variance + _float(node.epsilon))
    return np.asarray((sources[0] - mean) / root * scale + shift)


def _rectifier(node: Rectifier, sources: Sequence[Float64Array]) -> Float64Array:
    slopes = by_channel([float(slope) for slope in node.slopes], sources[0].ndim)
    return np.asarray(np.maximum(sources[0], 0) + slopes * np.minimum(sources[0], 0))


def _clip(node: Clip, sources: Sequence[Float64Array]) -> Float64Array:
    return np.clip(sources[0], _float(node.low), _float(node.high))


def _max_pool(node: MaxPool, sources: Sequence[Float64Array]) -> Float64Array:
    return largest(sources[0], node)


def _average_pool(node: AveragePool, sources: Sequence[Float64Array]) -> Float64Array:
    sums = window_sums(sources[0], node)
    return np.asarray(sums / window_sizes(sources[0].shape[2:], node))


def _sum(node: Sum, sources: Sequence[Float64Array]) -> Float64Array:
    return np.asarray(sum(sources[1:], start=sources[0]))


def _float(number: Fraction) -> float:
    """The nearest float, infinite past the largest one."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


#: What each kind of node computes, but for the input.
_VALUES: dict[type[Node], Callable[[Any, Sequence[Float64Array]], Float64Array]] = {
    Convolution: _affine,
    Dense: _affine,
    BatchNorm: _batch_norm,
    Rectifier: _rectifier,
    Clip: _clip,
    MaxPool: _max_pool,
    AveragePool: _average_pool,
    Sum: _sum,
    **dict.fromkeys(MOVES, moved),
}
