"""The problems of a graph: stages, channels, signs, and the constant channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.construction.graphs.forecast import GraphForecast
from slth_verify.construction.graphs.plan import GraphPlan, StagePlan
from slth_verify.construction.graphs.weights import FloatStage
from slth_verify.construction.searching.problems import Residuals, Task
from slth_verify.graph import TargetCNN
from slth_verify.network import RandomCNN


@dataclass(frozen=True, eq=False)
class StageProblems:
    """One subset-sum problem for each stage, channel and sign.

    Attributes:
        graph: The target.
        network: Where to search; one width for each stage.
        plan: Of every stage.
    """

    graph: TargetCNN
    network: RandomCNN
    plan: GraphPlan

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """Every problem, in order."""
        return tuple(
            Task(part.stage.number, channel, sign)
            for part in self.plan.stages
            for channel, signs in enumerate(part.signs)
            for sign in signs
        )

    def kernel_shape(self, task: Task) -> tuple[int, int, int]:
        """Rows, columns and outputs of a second-layer filter."""
        return self._of(task).stage.kernel_shape(task.channel)

    def column_sum(self, task: Task) -> Float64Array:
        """What the chosen columns should add up to, at the stage's scale."""
        column = self._floats[task.layer - 1].column_sum(task.channel)
        return np.ldexp(task.sign * column, -self._of(task).exponent)

    def budget(self, task: Task) -> float:
        """Admissible one-sided error of each output filter, at the stage's scale."""
        part = self._of(task)
        constant = task.channel == part.stage.channels
        return part.constant_budget if constant else part.budget

    def error(
        self, residuals: Residuals, promised: Mapping[Task, float] | None = None
    ) -> float:
        """Sup error that the certificate will show, in the target's units."""
        return self._forecast.error(residuals, promised or {})

    def _of(self, task: Task) -> StagePlan:
        return self.plan.stages[task.layer - 1]

    @cached_property
    def _floats(self) -> list[FloatStage]:
        return [FloatStage(part.stage) for part in self.plan.stages]

    @cached_property
    def _forecast(self) -> GraphForecast:
        return GraphForecast(self.graph, self.plan, self._floats)
