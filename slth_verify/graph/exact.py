"""What a target graph computes for one image, in exact arithmetic.

A tensor is held as Python integers over one common denominator. Batch norms are
irrational; behind one, lower and upper ends are carried on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from slth_verify.errors import InvalidParameterError
from slth_verify.graph.dyadics import (
    Exact,
    common,
    exact_entries,
    fractions,
    integers,
    inverse_root,
)
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
    Weights,
)
from slth_verify.graph.walk import last, walk
from slth_verify.graph.windows import (
    MOVES,
    by_channel,
    convolved,
    largest,
    moved,
    window_sizes,
    window_sums,
)
from slth_verify.ieee import require_ieee


def exact_values(graph: TargetCNN, image: Any) -> tuple[Exact, Exact]:
    """The output of one image.

    Args:
        graph: The network.
        image: Of the input's shape; floats (they mean the binary fraction that they
            are), integers or fractions. The box is not looked at.

    Returns:
        Lower and upper ends of every entry of the output, as arrays of fractions.

    Raises:
        InvalidParameterError: If the image is not of that shape, or not of numbers.
        FloatingPointModeError: If floats are not read as they are.

    Rigor:
        Exact, and both ends are equal, if no batch norm has an irrational root;
        otherwise enclosed, outward, every root to 128 bits.
    """
    ends = last(walk(graph.nodes, exact_image(graph, image), exact_value_of))
    return ends.fractions()


def exact_node_values(
    graph: TargetCNN, image: Any
) -> Iterator[tuple[str, Exact, Exact]]:
    """Every node's name, lower and upper ends, in the order of the nodes.

    See `exact_values`.
    """
    for node, ends in walk(graph.nodes, exact_image(graph, image), exact_value_of):
        yield node.name, *ends.fractions()


@dataclass(frozen=True, slots=True)
class ExactEnds:
    """Integers over a positive denominator, shape ``(1, *shape)``.

    Where nothing irrational came in, ``upper`` and ``lower`` are one object.
    """

    lower: Exact
    upper: Exact
    denominator: int

    def fractions(self) -> tuple[Exact, Exact]:
        """Lower and upper ends, without the batch axis."""
        lower = fractions(self.lower[0], self.denominator)
        if self.upper is self.lower:
            return lower, lower.copy()
        return lower, fractions(self.upper[0], self.denominator)

    def each(self, change: Callable[[Exact], Exact], factor: int = 1) -> ExactEnds:
        """A monotone map of both ends, whose results have ``factor`` in their unit."""
        lower = change(self.lower)
        upper = lower if self.upper is self.lower else change(self.upper)
        return ExactEnds(lower, upper, self.denominator * factor)

    def over(self, denominator: int) -> ExactEnds:
        """The same numbers over a multiple of the denominator."""
        factor = denominator // self.denominator
        return self if factor == 1 else self.each(lambda x: x * factor, factor)


def exact_image(graph: TargetCNN, image: Any) -> ExactEnds:
    """An image as it is, once its shape and its entries are what they must be."""
    require_ieee()
    try:
        entries = exact_entries(image)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidParameterError(
            "image: finite numbers are required, floats, integers or fractions "
            "(docs/theory/networks.md). Pass an array of them."
        ) from error
    if entries.shape != graph.input.shape:
        raise InvalidParameterError(
            f"image of shape {entries.shape}: shape {graph.input.shape} is required, "
            "without a batch axis. Pass one image."
        )
    whole, denominator = common(entries.ravel())
    whole = whole.reshape(1, *entries.shape)
    return ExactEnds(whole, whole, denominator)


def exact_value_of(node: Node, sources: Sequence[ExactEnds]) -> ExactEnds:
    """A node's tensor, from those of its sources."""
    return _EXACT[type(node)](node, sources)


def _affine(node: Convolution | Dense, sources: Sequence[ExactEnds]) -> ExactEnds:
    """A sum is least with lower ends at positive weights, upper ones at negative."""
    (source,) = sources
    weight, shift = integers(node.weight)
    if source.upper is source.lower:
        linear = source.each(lambda x: convolved(x, weight, node), 1 << shift)
    else:
        parts = np.maximum(weight, 0), np.minimum(weight, 0)
        ends = source.lower, source.upper
        low, high, mixed_low, mixed_high = (
            convolved(end, part, node) for part in parts for end in ends
        )
        linear = ExactEnds(
            low + mixed_high, high + mixed_low, source.denominator << shift
        )
    return linear if node.bias is None else _plus(linear, node.bias)


def _plus(ends: ExactEnds, shift: Weights) -> ExactEnds:
    """The sum with exact numbers, one a channel."""
    whole, bits = integers(shift)
    ends = ends.over(math.lcm(ends.denominator, 1 << bits))
    added = by_channel(whole * (ends.denominator >> bits), ends.lower.ndim)
    return ends.each(lambda x: x + added)


def _batch_norm(node: BatchNorm, sources: Sequence[ExactEnds]) -> ExactEnds:
    """``(x - mean) scale`` is exact in x; times a root between two positive numbers."""
    (source,) = sources
    roots = [inverse_root(Fraction(float(v)) + node.epsilon) for v in node.variance]
    whole, denominator = common(end for root in roots for end in root)
    axes = source.lower.ndim
    least, most = (by_channel(whole[start::2], axes) for start in (0, 1))
    scale, shift = integers(node.scale)
    factors = by_channel(scale, axes)
    centred = _plus(source, -node.mean)
    ends = centred.lower * factors, centred.upper * factors
    lower, upper = np.minimum(*ends), np.maximum(*ends)
    lower = lower * np.where(lower >= 0, least, most)
    same = source.upper is source.lower and all(a == b for a, b in roots)
    upper = lower if same else upper * np.where(upper >= 0, most, least)
    unit = (centred.denominator << shift) * denominator
    return _plus(ExactEnds(lower, upper, unit), node.shift)


def _rectifier(node: Rectifier, sources: Sequence[ExactEnds]) -> ExactEnds:
    (source,) = sources
    slopes, unit = common(node.slopes)
    slope = by_channel(slopes, source.lower.ndim)
    return source.each(
        lambda x: np.maximum(x, 0) * unit + np.minimum(x, 0) * slope, unit
    )


def _clip(node: Clip, sources: Sequence[ExactEnds]) -> ExactEnds:
    (low, high), unit = common((node.low, node.high))
    source = sources[0].over(math.lcm(sources[0].denominator, unit))
    factor = source.denominator // unit
    return source.each(lambda x: np.minimum(np.maximum(x, low * factor), high * factor))


def _max_pool(node: MaxPool, sources: Sequence[ExactEnds]) -> ExactEnds:
    return sources[0].each(lambda x: largest(x, node))


def _average_pool(node: AveragePool, sources: Sequence[ExactEnds]) -> ExactEnds:
    sizes = window_sizes(sources[0].lower.shape[2:], node)
    unit = math.lcm(*np.unique(sizes).tolist())
    factors = unit // sizes.astype(object)
    return sources[0].each(lambda x: window_sums(x, node) * factors, unit)


def _moved(node: Node, sources: Sequence[ExactEnds]) -> ExactEnds:
    return _together(sources, lambda tensors: moved(node, tensors))


def _sum(node: Sum, sources: Sequence[ExactEnds]) -> ExactEnds:
    return _together(sources, sum)


def _together(
    sources: Sequence[ExactEnds], change: Callable[[list[Exact]], Any]
) -> ExactEnds:
    """A map of several tensors that does not decrease, over one denominator."""
    denominator = math.lcm(*(source.denominator for source in sources))
    same = [source.over(denominator) for source in sources]
    lower = change([source.lower for source in same])
    if all(source.upper is source.lower for source in same):
        return ExactEnds(lower, lower, denominator)
    return ExactEnds(lower, change([source.upper for source in same]), denominator)


#: The exact tensor of each kind of node, but for the input.
_EXACT: dict[type[Node], Callable[[Any, Sequence[ExactEnds]], ExactEnds]] = {
    Convolution: _affine,
    Dense: _affine,
    BatchNorm: _batch_norm,
    Rectifier: _rectifier,
    Clip: _clip,
    MaxPool: _max_pool,
    AveragePool: _average_pool,
    Sum: _sum,
    **dict.fromkeys(MOVES, _moved),
}
