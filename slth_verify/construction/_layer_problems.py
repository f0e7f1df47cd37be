"""The problems of a plain target: layers, channels, and signs in the first layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.construction._budget import LayerBudget
from slth_verify.construction._forecast import Forecast, tasks_of
from slth_verify.construction._problems import Residuals, Task
from slth_verify.network import RandomCNN, TargetCNN


@dataclass(frozen=True, eq=False)
class LayerProblems:
    """One subset-sum problem for each layer, input channel and sign.

    Attributes:
        target: The target network.
        network: Where to search.
        budgets: Of each layer.
    """

    target: TargetCNN
    network: RandomCNN
    budgets: tuple[LayerBudget, ...]

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """Every problem, in order."""
        return tasks_of(self.target)

    def kernel_shape(self, task: Task) -> tuple[int, int, int]:
        """Rows, columns and outputs of a second-layer filter."""
        return self.target.architecture.kernel_shape(task.layer)

    def column_sum(self, task: Task) -> Float64Array:
        """What the chosen columns should add up to."""
        kernel = self.target.normalised_kernel(task.layer)[:, :, task.channel, :]
        return np.asarray(task.sign * kernel.ravel())

    def budget(self, task: Task) -> float:
        """Admissible one-sided error of each output filter."""
        return self.budgets[task.layer - 1].per_channel

    def error(
        self, residuals: Residuals, promised: Mapping[Task, float] | None = None
    ) -> float:
        """Sup error that the certificate will show, in the target's units."""
        return self._forecast.error(residuals, promised)

    @cached_property
    def _forecast(self) -> Forecast:
        return Forecast(self.target)
