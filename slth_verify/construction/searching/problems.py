"""The subset-sum problems of a construction, as the search sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.deadline import look_at_the_clock
from slth_verify.network import RandomCNN

_BISECTIONS = 40
#: A filter's usual error in units of the level, where no filter exceeds it [measured].
_PROMISE = 0.7
_HIGHEST = 2.0**20  # level beyond which a search need not be looked at


@dataclass(frozen=True, slots=True, order=True)
class Task:
    """One subset-sum problem: a pair's channel and sign.

    Attributes:
        layer: Target layer (stage of a graph), from 1.
        channel: Input channel, from 0.
        sign: +1 or -1, of the scalars.
    """

    layer: int
    channel: int
    sign: int


#: Of every task: sum of the chosen columns minus target, outputs as the fastest axis.
Residuals = Mapping[Task, Float64Array]

#: From residuals, and expected one-sided errors of tasks whose residual is not known
#: yet, to the sup error in the target's units.
ErrorForecast = Callable[[Residuals, Mapping[Task, float] | None], float]


class Problems(Protocol):
    """All problems of a target, and what their residuals add up to."""

    @property
    def network(self) -> RandomCNN:
        """Where to search."""
        ...

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every problem, in order."""
        ...

    def kernel_shape(self, task: Task) -> tuple[int, int, int]:
        """Rows, columns and outputs of a second-layer filter."""
        ...

    def column_sum(self, task: Task) -> Float64Array:
        """What the chosen columns should add up to, outputs as the fastest axis."""
        ...

    def budget(self, task: Task) -> float:
        """Admissible one-sided error of each output filter, positive."""
        ...

    def error(
        self, residuals: Residuals, promised: Mapping[Task, float] | None = None
    ) -> float:
        """Sup error that the certificate will show, in the target's units."""
        ...


def highest_level(
    error: ErrorForecast,
    residuals: Residuals,
    scores: Mapping[Task, float],
    budgets: Mapping[Task, float],
    allowed: float,
) -> float:
    """A level to which all scores above it must come down.

    If the tasks whose score exceeds it are solved to the level, with the errors that
    this usually means, and the others stay as they are, the forecast is within
    ``allowed``. About the largest such level is returned.

    Args:
        error: The forecast.
        residuals: Of every task.
        scores: Of every task: its residual's size in units of its budget.
        budgets: Of every task: one-sided error of an output filter, positive.
        allowed: Sup error, in the target's units.

    Returns:
        At least 0; infinity if nothing needs to come down.
    """

    def within(level: float) -> bool:
        promised = {
            task: _PROMISE * level * budgets[task]
            for task, score in scores.items()
            if score > level
        }
        return error(residuals, promised) <= allowed

    low, high = 0.0, min(max(scores.values(), default=0.0), _HIGHEST)
    if within(np.inf):
        return np.inf
    for _ in range(_BISECTIONS):
        look_at_the_clock()
        middle = (low + high) / 2.0
        low, high = (middle, high) if within(middle) else (low, middle)
    return low
