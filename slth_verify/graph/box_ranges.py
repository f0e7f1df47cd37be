"""Where the tensors of a graph lie, for every image of the box: interval arithmetic.

A range belongs to a channel (to a feature) and holds at all its places. Every rule
below is proved in a line or two, and in docs/theory/networks.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from slth_verify.graph.affine_ranges import affine_ends
from slth_verify.graph.dyadics import down, inverse_root, up
from slth_verify.graph.graph import TargetCNN
from slth_verify.graph.nodes import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    MaxPool,
    Node,
    Pad,
    Permute,
    Rectifier,
    Reshape,
    Shape,
    Sum,
)
from slth_verify.graph.shapes import shape_of
from slth_verify.graph.walk import walk
from slth_verify.graph.windows import inside_counts, inside_ranges
from slth_verify.ieee import require_ieee
from slth_verify.showing import OneLine

_Numbers = Sequence[Fraction]


@dataclass(frozen=True, slots=True, repr=False)
class Range(OneLine):
    """Bounds of a tensor, by channel (by feature), at all places.

    Attributes:
        lower: No entry is below; dyadic, of 64 significant bits or one more.
        upper: No entry is above; likewise.
    """

    lower: tuple[Fraction, ...]
    upper: tuple[Fraction, ...]


def ranges(graph: TargetCNN) -> dict[str, Range]:
    """Enclosures of every node's tensor, over all images of the input's box.

    Args:
        graph: The network.

    Returns:
        A range for every node, by its name.

    Raises:
        FloatingPointModeError: If weights are not read as they are.

    Rigor:
        Enclosed, in real arithmetic: sums are exact, ends are then rounded outward.
        One affine node on the box is enclosed exactly, with zero padding place by
        place, up to that rounding; behind several nodes ranges are too wide, as the
        entries of a window are treated as independent.
    """
    require_ieee()
    node = graph.input
    first = outward(node.low, node.high), node.shape
    found = walk(graph.nodes, first, _step)
    return {node.name: range_ for node, (range_, _) in found}


#: A range, and the shape of its tensor.
Source = tuple[Range, Shape]


def range_of(node: Node, sources: Sequence[Source]) -> Range:
    """The range of a node's tensor, from those of its sources.

    Args:
        node: Any node but an input.
        sources: Ranges of the tensors that it takes, with their shapes.
    """
    return _RANGES[type(node)](node, sources)


def _step(node: Node, sources: Sequence[Source]) -> Source:
    return range_of(node, sources), shape_of(node, [shape for _, shape in sources])


def outward(lower: _Numbers, upper: _Numbers) -> Range:
    """Ends of 64 bits: a lower one rounded down, an upper one up, only widens."""
    return Range(tuple(down(end) for end in lower), tuple(up(end) for end in upper))


def _convolution(node: Convolution, sources: Sequence[Source]) -> Range:
    """Zero padding removes terms, other padding copies entries: these are in range."""
    (source, (_, *sides)) = sources[0]
    window = node.weight.shape[2:]
    parts = [np.array([[0, size]]) for size in window]
    if node.padding_mode == "zeros":
        parts = [
            np.unique(inside_ranges(side, size, step, apart, margins), axis=0)
            for side, size, step, apart, margins in zip(
                sides,
                window,
                node.stride,
                node.dilation,
                (node.padding[:2], node.padding[2:]),
                strict=True,
            )
        ]
    return outward(*affine_ends(node, source.lower, source.upper, parts))


def _dense(node: Dense, sources: Sequence[Source]) -> Range:
    """A window of one entry that is always inside."""
    (source, _) = sources[0]
    whole = [np.array([[0, 1]])] * 2
    return outward(*affine_ends(node, source.lower, source.upper, whole))


def _batch_norm(node: BatchNorm, sources: Sequence[Source]) -> Range:
    """Monotone in x, and in the root, as long as ``(x - mean) scale`` keeps its sign.

    A root that lies between two numbers gives a product between those with the two.
    """
    (source, _) = sources[0]
    lower, upper = [], []
    for low, high, *floats in zip(
        source.lower,
        source.upper,
        node.scale,
        node.shift,
        node.mean,
        node.variance,
        strict=True,
    ):
        scale, shift, mean, variance = (Fraction(float(number)) for number in floats)
        roots = inverse_root(variance + node.epsilon)
        found = [
            (end - mean) * scale * root + shift for end in (low, high) for root in roots
        ]
        lower.append(min(found))
        upper.append(max(found))
    return outward(lower, upper)


def _monotone(source: Range, change: Callable[[Fraction, int], Fraction]) -> Range:
    """A map that does not decrease takes ends to ends."""
    return outward(
        *(
            [change(end, channel) for channel, end in enumerate(ends)]
            for ends in (source.lower, source.upper)
        )
    )


def _rectifier(node: Rectifier, sources: Sequence[Source]) -> Range:
    """Slopes from 0 to 1 on the left and 1 on the right: it does not decrease."""
    slopes = node.slopes
    return _monotone(
        sources[0][0],
        lambda x, channel: x if x > 0 else x * slopes[channel % len(slopes)],
    )


def _clip(node: Clip, sources: Sequence[Source]) -> Range:
    """Does not decrease."""
    return _monotone(sources[0][0], lambda x, _: min(max(x, node.low), node.high))


def _same(node: MaxPool, sources: Sequence[Source]) -> Range:
    """The largest entry of a window is an entry."""
    return sources[0][0]


def _average_pool(node: AveragePool, sources: Sequence[Source]) -> Range:
    """A mean of entries is in their range.

    If n of N counted ones are inside it is n / N times such a mean, and a product with
    n / N is extreme where n / N is.
    """
    (source, (_, *sides)) = sources[0]
    if not node.counts_padding:
        return source
    counts = inside_counts(sides, node)
    size = node.window[0] * node.window[1]
    shares = [Fraction(int(count), size) for count in (counts.min(), counts.max())]
    return outward(
        [min(end * share for share in shares) for end in source.lower],
        [max(end * share for share in shares) for end in source.upper],
    )


def _reshape(node: Reshape, sources: Sequence[Source]) -> Range:
    """Entries keep their order, so a new channel meets a run of old channels."""
    (source, shape) = sources[0]
    old, new = math.prod(shape[1:]), math.prod(node.shape[1:])
    runs = [
        slice(first * new // old, ((first + 1) * new - 1) // old + 1)
        for first in range(node.shape[0])
    ]
    return Range(
        tuple(min(source.lower[run]) for run in runs),
        tuple(max(source.upper[run]) for run in runs),
    )


def _permute(node: Permute, sources: Sequence[Source]) -> Range:
    """If another axis comes first, each of its parts meets every old channel."""
    (source, shape) = sources[0]
    if node.axes[0] == 0:
        return source
    count = shape[node.axes[0]]
    return Range((min(source.lower),) * count, (max(source.upper),) * count)


def _crop(node: Crop, sources: Sequence[Source]) -> Range:
    """Some of the channels; fewer places leave a range true."""
    (source, _) = sources[0]
    kept = slice(node.starts[0], node.stops[0])
    return Range(source.lower[kept], source.upper[kept])


def _pad(node: Pad, sources: Sequence[Source]) -> Range:
    """Zeros come in, or copies of entries."""
    (source, _) = sources[0]
    if node.padding_mode != "zeros" or not any(node.padding):
        return source
    zero = Fraction(0)
    return Range(
        tuple(min(zero, end) for end in source.lower),
        tuple(max(zero, end) for end in source.upper),
    )


def _concat(node: Concat, sources: Sequence[Source]) -> Range:
    """Channels stay what they are."""
    return Range(
        tuple(end for source, _ in sources for end in source.lower),
        tuple(end for source, _ in sources for end in source.upper),
    )


def _sum(node: Sum, sources: Sequence[Source]) -> Range:
    """A sum lies between the sums of the ends."""
    lower, upper = (
        [sum(ends, Fraction(0)) for ends in zip(*several, strict=True)]
        for several in (
            [source.lower for source, _ in sources],
            [source.upper for source, _ in sources],
        )
    )
    return outward(lower, upper)


#: The range of each kind of node, but for the input.
_RANGES: dict[type[Node], Callable[[Any, Sequence[Source]], Range]] = {
    Convolution: _convolution,
    Dense: _dense,
    BatchNorm: _batch_norm,
    Rectifier: _rectifier,
    Clip: _clip,
    MaxPool: _same,
    AveragePool: _average_pool,
    Reshape: _reshape,
    Permute: _permute,
    Crop: _crop,
    Pad: _pad,
    Concat: _concat,
    Sum: _sum,
}
