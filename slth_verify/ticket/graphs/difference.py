"""How far the pruned network is from the target, for every image of the box.

For every tensor and channel three intervals are carried: of the target's entries x, of
the pruned network's y at the same place, and of y - x. Proofs are in
docs/theory/networks.md, "Differences".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slth_verify.graph.box_ranges import Range, outward, range_of
from slth_verify.graph.dyadics import common
from slth_verify.graph.nodes import Clip, Input, Node, Rectifier, Shape
from slth_verify.graph.shapes import shape_of
from slth_verify.graph.stages import Stage
from slth_verify.graph.walk import walk
from slth_verify.ticket.graphs.pair import Ends, PairNumbers, pair_ends
from slth_verify.ticket.graphs.sums import PairSums


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is proved of a tensor, by channel (by feature), at all places.

    Attributes:
        target: Of its entries x in f.
        pruned: Of its entries y in g.
        difference: Of y - x.
    """

    target: Range
    pruned: Range
    difference: Range

    @property
    def error(self) -> Fraction:
        """Largest modulus of y - x."""
        ends = (*self.difference.lower, *self.difference.upper)
        return max(map(abs, ends))


@dataclass(frozen=True, slots=True)
class NodeBounds:
    """Bounds of a node's tensor, and of a stage's two errors.

    Attributes:
        bounds: Of the tensor.
        shape: Of the tensor.
        own: Largest error that the stage's pair itself makes; 0 for other nodes.
        carried: Largest error that the stage carries on.
    """

    bounds: Bounds
    shape: Shape
    own: Fraction = Fraction(0)
    carried: Fraction = Fraction(0)


#: Called with a stage, the bounds of its source and its own, before they are tightened.
Watch = Callable[[Stage, Bounds, Bounds], None]


def node_bounds(
    nodes: Sequence[Node],
    sums: Callable[[Stage], PairSums],
    watch: Watch | None = None,
) -> Iterator[tuple[Node, NodeBounds]]:
    """Bounds of every tensor, in the order of the nodes.

    Args:
        nodes: Of a staged graph.
        sums: Called once for each stage: what its kept filters add up to.
        watch: Called with what is found of each stage, or None.

    Rigor:
        Enclosed, for every image of the box: sums are exact, ends are rounded outward
        to 64 bits after each node. Only the stage at hand has its weights in memory.

    Source:
        docs/theory/networks.md, "Differences".
    """

    def step(node: Node, sources: list[NodeBounds]) -> NodeBounds:
        if isinstance(node, Stage):
            return _through_stage(node, sums(node), sources[0], watch)
        return through(node, sources)

    yield from walk(nodes, first_bounds(nodes[0]), step)


def first_bounds(node: Node) -> NodeBounds:
    """Of the image: both networks see the same one, somewhere in the box."""
    if not isinstance(node, Input):
        raise TypeError(f"{type(node).__name__}: the first node is the input")
    box = outward(node.low, node.high)
    same = (Fraction(0),) * len(box.lower)
    return NodeBounds(Bounds(box, box, Range(same, same)), node.shape)


def _through_stage(
    stage: Stage, sums: PairSums, source: NodeBounds, watch: Watch | None
) -> NodeBounds:
    ranges = source.bounds.target, source.bounds.pruned, source.bounds.difference
    whole, unit = common(end for ends in ranges for end in (*ends.lower, *ends.upper))
    columns = whole.reshape(6, -1)
    x, y, gap = (Ends(columns[2 * i], columns[2 * i + 1]) for i in range(3))
    numbers, bits = _in_one_unit(stage, sums, unit)
    found = pair_ends(stage, numbers, (x, y, gap))
    scale = Fraction(1, unit) / 2**bits
    bounds = Bounds(
        _outward(found.target, scale),
        _outward(found.pruned, scale),
        _outward(found.difference, scale),
    )
    if watch is not None:
        watch(stage, source.bounds, bounds)
    return NodeBounds(
        tightened(bounds),
        stage_shape(stage, source.shape),
        _size(found.own) * scale,
        _size(found.carried) * scale,
    )


def stage_shape(stage: Stage, source: Shape) -> Shape:
    """The shape of a stage's tensor; those without places keep their axes."""
    found = shape_of(stage.layer, [stage.shape])
    return found if len(source) == 3 else (found[0], *source[1:])


def _in_one_unit(stage: Stage, sums: PairSums, unit: int) -> tuple[PairNumbers, int]:
    """Weights times ``2^bits``, and biases in the unit of weights times ends."""
    kernel = stage.kernel()
    bits = max(kernel.bits, sums.bits)
    kernel, sums = kernel.over(bits), sums.over(bits)
    return PairNumbers(
        kernel.least,
        kernel.most,
        sums.positive,
        sums.negative,
        kernel.bias_least * unit,
        kernel.bias_most * unit,
        sums.bias * unit,
    ), bits


def _outward(ends: Ends, scale: Fraction) -> Range:
    return outward(
        [end * scale for end in ends.lower], [end * scale for end in ends.upper]
    )


def _size(ends: Ends) -> int:
    return max(int(np.abs(ends.lower).max()), int(np.abs(ends.upper).max()))


def through(node: Node, sources: Sequence[NodeBounds]) -> NodeBounds:
    """Any node but a stage. Most are linear: y - x passes them as x does."""
    shapes = [source.shape for source in sources]

    def passed(which: Callable[[Bounds], Range]) -> Range:
        return range_of(node, [(which(s.bounds), s.shape) for s in sources])

    target, pruned = passed(lambda b: b.target), passed(lambda b: b.pruned)
    if isinstance(node, Rectifier):
        difference = _rectified(node, sources[0].bounds)
    elif isinstance(node, Clip):
        difference = _clipped(node, sources[0].bounds)
    else:
        difference = passed(lambda b: b.difference)
    bounds = tightened(Bounds(target, pruned, difference))
    return NodeBounds(bounds, shape_of(node, shapes))


def _rectified(node: Rectifier, source: Bounds) -> Range:
    """Slopes lie in [a, 1]: y - x = t becomes something between a t and t.

    It becomes a t if neither x nor y is positive, and t if neither is negative.
    """
    lower, upper = [], []
    for channel, (x_low, x_high, y_low, y_high, low, high) in _by_channel(source):
        slope = node.slopes[channel % len(node.slopes)]
        off = x_high <= 0 and y_high <= 0
        on = x_low >= 0 and y_low >= 0
        lower.append(low * slope if off or (low > 0 and not on) else low)
        upper.append(high * slope if off or (high < 0 and not on) else high)
    return outward(lower, upper)


def _clipped(node: Clip, source: Bounds) -> Range:
    """Slopes lie in [0, 1], and are 1 where x and y are between the thresholds."""
    lower, upper = [], []
    for _, (x_low, x_high, y_low, y_high, low, high) in _by_channel(source):
        between = min(x_low, y_low) >= node.low and max(x_high, y_high) <= node.high
        lower.append(low if between else min(low, Fraction(0)))
        upper.append(high if between else max(high, Fraction(0)))
    return Range(tuple(lower), tuple(upper))


def _by_channel(bounds: Bounds) -> Iterator[tuple[int, tuple[Fraction, ...]]]:
    """Each channel with the ends of x, of y and of y - x."""
    parts = bounds.target, bounds.pruned, bounds.difference
    ends = [end for part in parts for end in (part.lower, part.upper)]
    return enumerate(zip(*ends, strict=True))


def tightened(bounds: Bounds) -> Bounds:
    """The same, with what ``y = x + (y - x)`` says of y, and of y - x."""
    f, g, d = bounds.target, bounds.pruned, bounds.difference
    pruned = Range(
        _larger(g.lower, _sums(f.lower, d.lower)),
        _smaller(g.upper, _sums(f.upper, d.upper)),
    )
    difference = Range(
        _larger(d.lower, _gaps(pruned.lower, f.upper)),
        _smaller(d.upper, _gaps(pruned.upper, f.lower)),
    )
    rounded = [outward(part.lower, part.upper) for part in (pruned, difference)]
    return Bounds(f, *rounded)


_Numbers = tuple[Fraction, ...]


def _larger(one: _Numbers, other: _Numbers) -> _Numbers:
    return tuple(map(max, one, other))


def _smaller(one: _Numbers, other: _Numbers) -> _Numbers:
    return tuple(map(min, one, other))


def _sums(one: _Numbers, other: _Numbers) -> _Numbers:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _gaps(one: _Numbers, other: _Numbers) -> _Numbers:
    return tuple(a - b for a, b in zip(one, other, strict=True))
