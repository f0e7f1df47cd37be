"""Where the entries of both networks and their differences lie.

Forward, entry by entry: x is a tensor of f, y that of g, and y - x their difference.
Ends are floats, rounded outward. They make relaxations and magnitudes; substitution
sharpens them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.forms.pairs import Numbers, StagePair
from slth_verify.forms.rounding import TINY, above, below, float_ends, slack
from slth_verify.graph.nodes import (
    AveragePool,
    Clip,
    MaxPool,
    Node,
    Rectifier,
    Shape,
    Sum,
)
from slth_verify.graph.stages import Stage
from slth_verify.graph.windows import (
    by_channel,
    largest,
    moved,
    window_sizes,
    window_sums,
)
from slth_verify.showing import OneLine


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Interval(OneLine):
    """Ends of every entry of a tensor, of the tensor's shape.

    Attributes:
        low: No entry is below.
        high: No entry is above.
    """

    low: Float64Array
    high: Float64Array

    def each(self, change: Callable[[Float64Array], Float64Array]) -> Interval:
        """Both ends under a map that does not decrease and does not round."""
        return Interval(change(self.low), change(self.high))

    def met(self, other: Interval) -> Interval:
        """What lies in both."""
        return Interval(
            np.maximum(self.low, other.low), np.minimum(self.high, other.high)
        )

    def plus(self, other: Interval) -> Interval:
        """Sums, rounded outward."""
        return Interval(
            _sum(self.low, other.low, below), _sum(self.high, other.high, above)
        )

    def minus(self, other: Interval) -> Interval:
        """Differences, rounded outward."""
        return Interval(
            _sum(self.low, -other.high, below), _sum(self.high, -other.low, above)
        )

    @property
    def sizes(self) -> Float64Array:
        """Largest modulus of every entry."""
        return np.maximum(np.abs(self.low), np.abs(self.high))


def _sum(
    one: Float64Array,
    other: Float64Array,
    outward: Callable[[Float64Array], Float64Array],
) -> Float64Array:
    """Sums; those with 0 are exact and stay as they are."""
    exact = (one == 0) | (other == 0)
    return np.where(exact, one + other, outward(one + other))


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Intervals(OneLine):
    """Of a tensor of f, the same of g, and their difference.

    Attributes:
        target: Of x.
        pruned: Of y.
        difference: Of y - x.
    """

    target: Interval
    pruned: Interval
    difference: Interval

    def tightened(self) -> Intervals:
        """The same, with what ``y = x + (y - x)`` says of each of the three."""
        pruned = self.pruned.met(self.target.plus(self.difference))
        difference = self.difference.met(pruned.minus(self.target))
        return replace(self, pruned=pruned, difference=difference)

    def met(self, other: Intervals) -> Intervals:
        """What lies in both."""
        return Intervals(
            self.target.met(other.target),
            self.pruned.met(other.pruned),
            self.difference.met(other.difference),
        ).tightened()


def of_box(low: Float64Array, high: Float64Array) -> Intervals:
    """Of the image, which both networks see."""
    box, zero = Interval(low, high), np.zeros(low.shape)
    return Intervals(box, box, Interval(zero, zero))


def through_stage(
    stage: Stage, pair: StagePair, shape: Shape, source: Intervals
) -> Intervals:
    """Of a stage's tensors, of the given shape.

    Source:
        docs/theory/linear-forms.md, "Intervals".
    """
    y = source.pruned
    halves = (
        Interval(np.maximum(y.low, 0.0), np.maximum(y.high, 0.0)),
        Interval(np.maximum(-y.high, 0.0), np.maximum(-y.low, 0.0)),
    )
    target = _affine(stage, shape, [(pair.kernel, source.target)], pair.bias)
    pruned = _affine(
        stage,
        shape,
        zip((pair.positive, pair.negative), halves, strict=True),
        pair.pruned_bias,
    )
    terms = [(pair.positive_gap, halves[0]), (pair.negative_gap, halves[1])]
    difference = _affine(
        stage, shape, [*terms, (pair.kernel, source.difference)], pair.bias_gap
    )
    return Intervals(target, pruned, difference).tightened()


def _affine(
    stage: Stage,
    shape: Shape,
    terms: Iterable[tuple[Numbers, Interval]],
    bias: Numbers,
) -> Interval:
    """Sums of weights times tensors, by midpoints and radii.

    ``|fl(W m) - W m|`` is at most a slack times ``|W| |m|``, and a weight's own error
    acts on as many entries as a window has.
    """
    centre, size, radius = (np.zeros(shape) for _ in range(3))
    for weights, interval in terms:
        sizes = interval.sizes
        if not sizes.any():
            continue
        count = weights.values[0].size
        middle = interval.low / 2 + interval.high / 2
        reach = np.maximum(interval.high - middle, middle - interval.low)
        reach = reach + slack(count) * sizes + TINY
        found = stage.applied(weights.values, middle[None])[0]
        spread = stage.applied(np.abs(weights.values), reach[None])[0]
        centre, size = centre + found, size + np.abs(found)
        radius = radius + spread + 2.0 * count * weights.error * sizes.max()
    added = by_channel(bias.values, centre.ndim + 1)
    size = size + np.abs(added)
    radius = radius + bias.error + slack(8) * (size + radius)
    return Interval(below(centre + added - radius), above(centre + added + radius))


def through(node: Node, sources: Sequence[Intervals]) -> Intervals:
    """Of the tensors of any node but a stage."""
    target = _passed(node, [source.target for source in sources])
    pruned = _passed(node, [source.pruned for source in sources])
    if isinstance(node, Rectifier):
        difference = _rectified_difference(node, sources[0])
    elif isinstance(node, Clip):
        difference = _clipped_difference(node, sources[0])
    elif isinstance(node, MaxPool):
        # the largest entries differ by no more than some entry of the window
        gaps = sources[0].difference
        difference = Interval(
            -largest(-gaps.low[None], node)[0], largest(gaps.high[None], node)[0]
        )
    else:
        difference = _passed(node, [source.difference for source in sources])
    return Intervals(target, pruned, difference).tightened()


def _passed(node: Node, sources: Sequence[Interval]) -> Interval:
    """Of a node that does not decrease in any entry, from those of its sources."""
    if isinstance(node, Rectifier):
        return _rectified(node, sources[0])
    if isinstance(node, Clip):
        (least, low), (high, most) = float_ends(node.low), float_ends(node.high)
        return Interval(
            np.clip(sources[0].low, least, high), np.clip(sources[0].high, low, most)
        )
    if isinstance(node, MaxPool):
        return sources[0].each(lambda ends: largest(ends[None], node)[0])
    if isinstance(node, AveragePool):
        return _averaged(node, sources[0])
    if isinstance(node, Sum):
        found = sources[0]
        for source in sources[1:]:
            found = found.plus(source)
        return found
    return Interval(
        moved(node, [source.low[None] for source in sources])[0],
        moved(node, [source.high[None] for source in sources])[0],
    )


def slope_ends(node: Rectifier, axes: int) -> tuple[Float64Array, Float64Array]:
    """Floats around the slopes, so that they stretch over a tensor without a batch."""
    least, most = zip(*(float_ends(slope) for slope in node.slopes), strict=True)
    return by_channel(least, axes + 1), by_channel(most, axes + 1)


def _rectified(node: Rectifier, source: Interval) -> Interval:
    least, most = slope_ends(node, source.low.ndim)
    return Interval(
        np.where(source.low >= 0, source.low, _product(most, source.low, below)),
        np.where(source.high >= 0, source.high, _product(least, source.high, above)),
    )


def _product(
    factors: Float64Array,
    ends: Float64Array,
    outward: Callable[[Float64Array], Float64Array],
) -> Float64Array:
    """Products with slopes; those with 0 and 1 are exact and stay as they are."""
    exact = (factors == 0) | (factors == 1)
    return np.where(exact, factors * ends, outward(factors * ends))


def _rectified_difference(node: Rectifier, source: Intervals) -> Interval:
    """Slopes lie in [a, 1]: y - x = t becomes something between a t and t.

    It becomes a t if neither x nor y is positive, and t if neither is negative.
    """
    x, y, gap = source.target, source.pruned, source.difference
    least, most = slope_ends(node, x.low.ndim)
    off = (x.high <= 0) & (y.high <= 0)
    on = (x.low >= 0) & (y.low >= 0)
    small_low = _product(np.where(gap.low > 0, least, most), gap.low, below)
    small_high = _product(np.where(gap.high > 0, most, least), gap.high, above)
    return Interval(
        np.where(off | ((gap.low > 0) & ~on), small_low, gap.low),
        np.where(off | ((gap.high < 0) & ~on), small_high, gap.high),
    )


def _clipped_difference(node: Clip, source: Intervals) -> Interval:
    """Slopes lie in [0, 1], and are 1 where x and y are between the thresholds."""
    x, y, gap = source.target, source.pruned, source.difference
    low, high = float_ends(node.low)[1], float_ends(node.high)[0]
    between = (np.minimum(x.low, y.low) >= low) & (np.maximum(x.high, y.high) <= high)
    return Interval(
        np.where(between, gap.low, np.minimum(gap.low, 0.0)),
        np.where(between, gap.high, np.maximum(gap.high, 0.0)),
    )


def _averaged(node: AveragePool, source: Interval) -> Interval:
    """Sums of at most a window's entries, with what they may lose to rounding."""
    lost = slack(node.window[0] * node.window[1]) * source.sizes + TINY
    sizes = window_sizes(source.low.shape[1:], node)
    low = window_sums((source.low - lost)[None], node)[0]
    high = window_sums((source.high + lost)[None], node)[0]
    # a sum beyond all floats says nothing of the mean
    low = np.where(low < np.inf, below(low / sizes), -np.inf)
    high = np.where(high > -np.inf, above(high / sizes), np.inf)
    # means of numbers of one sign have it
    return Interval(np.maximum(low, 0.0) if (source.low >= 0).all() else low, high)
