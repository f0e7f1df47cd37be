"""What target and pruned network compute for given images: in floats, and exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.graph.dyadics import Exact
from slth_verify.graph.exact import ExactEnds, exact_image, exact_value_of
from slth_verify.graph.float_values import value_of
from slth_verify.graph.graph import TargetCNN
from slth_verify.graph.nodes import Node
from slth_verify.graph.stages import Stage, staged
from slth_verify.graph.walk import last, walk
from slth_verify.graph.windows import by_channel
from slth_verify.ticket.graphs.sums import PairSums


@dataclass(frozen=True, eq=False, slots=True)
class FloatPair:
    """Weights of a pair in float64; see `PairSums`."""

    positive: Float64Array
    negative: Float64Array
    bias: Float64Array

    @classmethod
    def of(cls, sums: PairSums) -> FloatPair:
        """The nearest floats of exact sums."""
        unit = 1 << sums.bits
        return cls(
            *(
                np.asarray(part / unit, np.float64)
                for part in (sums.positive, sums.negative, sums.bias)
            )
        )


def float_pruned_values(
    graph: TargetCNN, pairs: Mapping[str, FloatPair], images: Float64Array
) -> Float64Array:
    """The pruned network's outputs for a batch of images.

    Args:
        graph: The target.
        pairs: Of every stage, by its name.
        images: Shape ``(batch, *input shape)``.

    Rigor:
        Float64, rounded: nothing may be decided by it.
    """

    def step(node: Node, sources: Sequence[Float64Array]) -> Float64Array:
        if not isinstance(node, Stage):
            return value_of(node, sources)
        pair, (y,) = pairs[node.name], sources
        found = node.applied(pair.positive, np.maximum(y, 0))
        if pair.negative.any():
            found = found + node.applied(pair.negative, np.maximum(-y, 0))
        return np.asarray(found + by_channel(pair.bias, found.ndim))

    with np.errstate(all="ignore"):
        return last(walk(staged(graph), images, step))


def exact_pruned_values(
    graph: TargetCNN, sums: Callable[[Stage], PairSums], image: object
) -> Exact:
    """The pruned network's output for one image, as fractions.

    Args:
        graph: The target.
        sums: Of every stage.
        image: Of the input's shape: floats, integers or fractions.

    Rigor:
        Exact.
    """

    def step(node: Node, sources: Sequence[ExactEnds]) -> ExactEnds:
        if not isinstance(node, Stage):
            return exact_value_of(node, sources)
        pair, (source,) = sums(node), sources
        y = source.lower
        found = node.applied(pair.positive, np.maximum(y, 0))
        found = found + node.applied(pair.negative, np.maximum(-y, 0))
        found = found + by_channel(pair.bias * source.denominator, found.ndim)
        return ExactEnds(found, found, source.denominator << pair.bits)

    ends = last(walk(staged(graph), exact_image(graph, image), step))
    return ends.fractions()[0]


def gaps(target: tuple[Exact, Exact], pruned: Exact) -> Exact:
    """How far an output is at least from the target's, entry by entry.

    Args:
        target: Lower and upper ends of the target's output.
        pruned: The pruned network's.
    """
    lower, upper = target
    zero = np.full(pruned.shape, Fraction(0), object)
    found: Exact = np.maximum(np.maximum(pruned - upper, lower - pruned), zero)
    return found
