"""A sharper bound of the error than intervals give, by linear forms."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from slth_verify.forms import (
    Differences,
    Interval,
    Intervals,
    NetworkPair,
    StageEnds,
    StagePair,
    box_of,
)
from slth_verify.graph.box_ranges import Range
from slth_verify.graph.nodes import Clip, Input, Node, Rectifier, Shape
from slth_verify.graph.stages import Stage
from slth_verify.ticket.graphs.difference import NodeBounds
from slth_verify.ticket.graphs.sums import PairSums

#: Multiplications above which no forms are made; a second on one core are 5e9.
_MOST_WORK = 1 << 35
#: Weights above which they would take too much memory: 150 MB at the limit.
_MOST_WEIGHTS = 1 << 21


def forms_are_affordable(nodes: Sequence[Node], shapes: dict[str, Shape]) -> bool:
    """Whether linear forms of all gates and outputs take less than half a minute."""
    weights = work = rows = 0
    for node in nodes:
        entries = math.prod(shapes[node.name])
        if isinstance(node, Stage):
            weights += node.layer.weight.size
            work += node.layer.weight.size * math.prod(shapes[node.name][1:])
        elif isinstance(node, (Rectifier, Clip)):
            rows += 4 * entries
    rows += 2 * math.prod(shapes[nodes[-1].name])
    # a row meets half of the stages before it on the average, twice each
    return weights <= _MOST_WEIGHTS and rows * work <= _MOST_WORK


class Sharper:
    """Collects the stages of a check, and bounds the error once all are there.

    Args:
        nodes: Of the staged graph.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = tuple(nodes)
        self._stages: dict[str, StagePair] | None = {}

    def watched(self, sums: Callable[[Stage], PairSums]) -> Callable[[Stage], PairSums]:
        """The same sums, with a copy kept in floats."""

        def kept(stage: Stage) -> PairSums:
            found = sums(stage)
            if self._stages is not None:
                ends = StageEnds.of_sums(
                    found.positive, found.negative, found.bias, found.bits
                )
                try:
                    self._stages[stage.name] = StagePair.of(stage.kernel(), ends)
                except OverflowError:
                    self._stages = None
            return found

        return kept

    def error(self, walked: Sequence[tuple[Node, NodeBounds]]) -> Fraction | None:
        """Largest modulus of g - f over the box, at most; None if floats were left.

        Args:
            walked: What intervals give, node by node.

        Rigor:
            Enclosed, in float64 with rounding on the safe side.

        Source:
            der:difference-forms, der:joint-forms.
        """
        if self._stages is None:
            return None
        try:
            return self._error(self._stages, walked)
        except OverflowError:
            return None

    def _error(
        self,
        stages: dict[str, StagePair],
        walked: Sequence[tuple[Node, NodeBounds]],
    ) -> Fraction | None:
        pair = NetworkPair.from_stages(self._nodes, stages)
        given = {
            node.name: _entrywise(found, pair.shapes[node.name])
            for node, found in walked
        }
        image = self._nodes[0]
        if not isinstance(image, Input):
            raise TypeError(f"{type(image).__name__}: the first node is the input")
        differences = Differences.over(pair, box_of(image), given=given)
        gap = differences.joint_gap()
        largest = float(gap.sizes.max())
        return Fraction(largest) if math.isfinite(largest) else None


def _entrywise(found: NodeBounds, shape: Shape) -> Intervals:
    """Ends of channels for every entry, rounded outward to floats."""
    parts = found.bounds.target, found.bounds.pruned, found.bounds.difference
    target, pruned, difference = (_stretched(part, shape) for part in parts)
    return Intervals(target, pruned, difference)


def _stretched(part: Range, shape: Shape) -> Interval:
    stretch = (-1, *(1,) * (len(shape) - 1))
    low, high = (
        np.array([_float(end, up=up) for end in ends]).reshape(stretch)
        for ends, up in ((part.lower, False), (part.upper, True))
    )
    return Interval(
        np.broadcast_to(low, shape).copy(), np.broadcast_to(high, shape).copy()
    )


def _float(number: Fraction, *, up: bool) -> float:
    """The float next to a number on one side, infinite past the largest one."""
    towards = math.inf if up else -math.inf
    try:
        nearest = float(number)
    except OverflowError:
        return towards if (number > 0) is up else -math.copysign(1.7e308, towards)
    if (nearest < number) if up else (nearest > number):
        return math.nextafter(nearest, towards)
    return nearest
