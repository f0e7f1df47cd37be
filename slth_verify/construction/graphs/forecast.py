"""What the certificate will say of a graph's ticket, in float64.

The certificate's own rules are run on floats. Where a residual is not known yet, the
pair is taken as right, and its outputs as wrong by what is promised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.construction.graphs.plan import GraphPlan, StagePlan
from slth_verify.construction.graphs.weights import FloatStage, within
from slth_verify.construction.searching.problems import Residuals, Task
from slth_verify.graph import Range, TargetCNN
from slth_verify.graph.nodes import Node
from slth_verify.graph.stages import Stage, staged
from slth_verify.graph.walk import last, walk
from slth_verify.ticket.graphs.difference import (
    Bounds,
    NodeBounds,
    first_bounds,
    stage_shape,
    through,
    tightened,
)
from slth_verify.ticket.graphs.pair import Ends, PairNumbers, pair_ends


class GraphForecast:
    """The certificate of a graph in floats.

    Args:
        graph: The target.
        plan: Of every stage.
        floats: Weights of every stage.

    Rigor:
        Heuristic: it steers the search and enters no certificate.
    """

    def __init__(
        self, graph: TargetCNN, plan: GraphPlan, floats: Sequence[FloatStage]
    ) -> None:
        self._nodes = staged(graph)
        self._plan, self._floats = plan, floats

    def error(self, residuals: Residuals, promised: Mapping[Task, float]) -> float:
        """Sup error in the target's units; see `Problems.error`."""

        def step(node: Node, sources: list[NodeBounds]) -> NodeBounds:
            if not isinstance(node, Stage):
                return through(node, sources)
            return self._stage(
                self._plan.stages[node.number - 1], residuals, promised, sources[0]
            )

        with np.errstate(all="ignore"):
            found = last(walk(self._nodes, first_bounds(self._nodes[0]), step))
        return float(found.bounds.error)

    def _stage(
        self,
        plan: StagePlan,
        residuals: Residuals,
        promised: Mapping[Task, float],
        source: NodeBounds,
    ) -> NodeBounds:
        numbers, slack = self._numbers(plan, residuals, promised, source.bounds)
        x, y, gap = (
            Ends(_floats(part.lower), _floats(part.upper))
            for part in (
                source.bounds.target,
                source.bounds.pruned,
                source.bounds.difference,
            )
        )
        found = pair_ends(plan.stage, numbers, (x, y, gap))
        bounds = Bounds(
            _range(found.target, 0.0),
            _range(found.pruned, slack),
            _range(found.difference, slack),
        )
        return NodeBounds(tightened(bounds), stage_shape(plan.stage, source.shape))

    def _numbers(
        self,
        plan: StagePlan,
        residuals: Residuals,
        promised: Mapping[Task, float],
        source: Bounds,
    ) -> tuple[PairNumbers, Float64Array]:
        """The pair's weights, and what its outputs may be wrong by beside."""
        stage, floats = plan.stage, self._floats[plan.stage.number - 1]
        weight, scale = floats.weight, 2.0**plan.exponent
        outputs, wide, rows, columns = weight.shape
        per_group = outputs // stage.layer.groups
        sides = {1: np.zeros_like(weight), -1: np.zeros_like(weight)}
        bias, slack = np.zeros(outputs), np.zeros(outputs)
        reach = np.maximum(
            np.abs(_floats(source.pruned.lower)), np.abs(_floats(source.pruned.upper))
        )
        for channel, signs in enumerate(plan.signs):
            for sign in signs:
                task = Task(stage.number, channel, sign)
                known = scale * residuals[task] * (task not in promised)
                if channel == stage.channels:
                    bias = floats.bias + known
                    slack += scale * promised.get(task, 0.0)
                    continue
                group, place = divmod(channel, wide)
                some = slice(group * per_group, (group + 1) * per_group)
                part = known.reshape(rows, columns, per_group).transpose(2, 0, 1)
                sides[sign][some, place] = sign * weight[some, place] + part
                slack[some] += scale * promised.get(task, 0.0) * reach[channel]
        numbers = PairNumbers(
            weight, weight, sides[1], sides[-1], floats.bias, floats.bias, bias
        )
        return numbers, slack


def _floats(ends: Sequence[Fraction]) -> Float64Array:
    return np.array([float(within(end)) for end in ends])


def _range(ends: Ends, slack: Float64Array | float) -> Range:
    lower, upper = (
        np.nan_to_num(end, nan=sign * 1e300, posinf=1e300, neginf=-1e300)
        for end, sign in ((ends.lower - slack, -1), (ends.upper + slack, 1))
    )
    return Range(
        tuple(map(Fraction, lower.tolist())), tuple(map(Fraction, upper.tolist()))
    )
