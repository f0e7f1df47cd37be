r"""How far the pruned network is at most, if every problem is hit within an accuracy.

Statement (der:graph-slth). If the kept filters of a stage sum to its kernel, and to its
negative, within r in every entry, and those of the constant channel to its bias within
r', then

.. math:: |y_o - x_o| \le r' + \max_I \sum_c \Bigl(r |I| \sup|y_c| + \sum_{s \in I}
    |K_{ocs}| \sup|y_c - x_c|\Bigr)

over the channels c of the group of o, where I runs over the parts of the window that
lie inside the image at some place. Other nodes pass errors on as in
docs/theory/networks.md, "Differences".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.graphs.error_sums import ErrorSums
from slth_verify.graph import Range, TargetCNN, ranges
from slth_verify.graph.box_ranges import outward
from slth_verify.graph.dyadics import common
from slth_verify.graph.nodes import Node
from slth_verify.graph.stages import Stage, staged
from slth_verify.graph.walk import walk
from slth_verify.ticket.graphs.difference import (
    Bounds,
    NodeBounds,
    first_bounds,
    stage_shape,
    through,
    tightened,
)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well the problems of a stage are hit, in the stage's own units.

    Attributes:
        entries: The number r, of every entry of a kernel.
        bias: The number r', of every entry of the bias.
    """

    entries: Fraction
    bias: Fraction


@dataclass(frozen=True, eq=False, slots=True)
class Errors:
    """Bounds for one choice of accuracies.

    Attributes:
        whole: No output differs by more.
        sources: For every stage the range of its source in the pruned network.
    """

    whole: Fraction
    sources: tuple[Range, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Recurrence:
    """The recurrence of one graph.

    Attributes:
        nodes: Staged.
        stages: What is known of each stage's weights, in order.
        targets: Ranges of the target's tensors, by the graph's names.
    """

    nodes: tuple[Node, ...]
    stages: tuple[ErrorSums, ...]
    targets: Mapping[str, Range]

    @classmethod
    def of(cls, graph: TargetCNN) -> Recurrence:
        """Of a graph; weights are looked at once."""
        nodes = staged(graph)
        stages = [node for node in nodes if isinstance(node, Stage)]
        return cls(nodes, tuple(map(ErrorSums.of, stages)), ranges(graph))

    def errors(self, accuracies: Sequence[Accuracy]) -> Errors:
        """The bounds, for one accuracy a stage.

        Rigor:
            Enclosed, for every image of the box and all masks that hit the problems:
            exact sums, rounded outward to 64 bits after each node.
        """
        sources: list[Range] = []

        def step(node: Node, given: list[NodeBounds]) -> NodeBounds:
            if not isinstance(node, Stage):
                return through(node, given)
            sources.append(given[0].bounds.pruned)
            known = self.stages[node.number - 1]
            error = stage_errors(known, accuracies[node.number - 1], given[0].bounds)
            return self._moved(node, error, given[0])

        *_, (_, last) = walk(self.nodes, first_bounds(self.nodes[0]), step)
        return Errors(last.bounds.error, tuple(sources))

    def _moved(
        self, stage: Stage, errors: Sequence[Fraction], source: NodeBounds
    ) -> NodeBounds:
        """Bounds of a stage's tensor, whose outputs differ by at most ``errors``."""
        target = self.targets[stage.output]
        minus = [-error for error in errors]
        pruned = outward(
            [low + end for low, end in zip(target.lower, minus, strict=True)],
            [high + end for high, end in zip(target.upper, errors, strict=True)],
        )
        bounds = Bounds(target, pruned, outward(minus, list(errors)))
        return NodeBounds(tightened(bounds), stage_shape(stage, source.shape))


def stage_errors(
    known: ErrorSums, accuracy: Accuracy, source: Bounds
) -> list[Fraction]:
    """How far each output of a stage may be from the target's.

    A channel whose weights are all 0 needs no filter, and gets no error of its own.
    """
    groups = known.stage.layer.groups
    sizes = [
        size if square else Fraction(0)
        for size, square in zip(moduli(source.pruned), known.squares, strict=True)
    ]
    whole, unit = common([*sizes, *moduli(source.difference)])
    size, gap = whole.reshape(2, groups, -1)
    scale = Fraction(1, unit << known.bits)
    bias = accuracy.bias
    found: list[list[Fraction]] = []
    for seen, sums in zip(known.seen, known.sums, strict=True):
        found.append([])
        for group in range(groups):
            own = accuracy.entries * seen * Fraction(int(size[group].sum()), unit)
            carried = sums[group] @ gap[group]
            found[-1] += [own + bias + int(part) * scale for part in carried]
    return [max(parts) for parts in zip(*found, strict=True)]


def own_error(known: ErrorSums, accuracy: Accuracy, source: Range) -> Fraction:
    """How far a pair may be from its stage, of one and the same tensor: its share.

    Args:
        known: The stage.
        accuracy: Of its problems.
        source: Of the tensor.
    """
    nothing = (Fraction(0),) * len(source.lower)
    same = Bounds(source, source, Range(nothing, nothing))
    return max(stage_errors(known, accuracy, same))


def moduli(range_: Range) -> list[Fraction]:
    """The largest modulus of each channel."""
    ends = zip(range_.lower, range_.upper, strict=True)
    return [max(abs(low), abs(high)) for low, high in ends]
