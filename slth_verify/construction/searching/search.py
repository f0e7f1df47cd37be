"""The searches of a construction, in waves that stop when the whole is good enough."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.construction._pool import ChannelBlock, FilterPool
from slth_verify.construction.searching.law import within_floats
from slth_verify.construction.searching.problems import Problems, Task, highest_level
from slth_verify.deadline import look_at_the_clock, seconds_left
from slth_verify.subset_sum import (
    Effort,
    FilterBudget,
    Journal,
    Problem,
    Proposal,
    solve_many,
)

#: Called after every solved subset-sum problem with (done, total).
ProgressCallback = Callable[[int, int], None]

#: Effort of each wave. The first is one walk per problem.
WAVES: tuple[Effort, ...] = ("low", "normal", "high", "high", "high")
_WORTH_PROCESSES = 5 * 10**8  # filters to scan, some seconds, before processes pay
#: Of a problem of dimension m, in filters to scan: it draws and prices some 30 m and
#: 12 m columns, m^2 and m^3 operations [measured].
_DRAWN, _PRICED = 300, 1
_LEAST_LEVEL = 2.0**-20
_GROUP = 8  # tasks solved before the goals are set anew
_SECONDS, _SECONDS_PER_FILTER = 60.0, 1e-7  # of one search, where nobody says
_CAUTION = 1 - 1e-9  # share of eps that a forecast may use


@dataclass(frozen=True, slots=True)
class Options:
    """How to search.

    Attributes:
        seed: Of the solvers' own choices.
        time_limit: Seconds that one subset-sum problem may take; None for a minute and
            100 ns for every filter of its pool, ten times what a scan needs.
        workers: Processes; None: all cores for large networks, else this process.
        journal: File that keeps finished proposals, or None.
        progress: Called as ``progress(done, total)``.
        device: A torch device to search on; None for numpy.
        memory_limit: Bytes for the lists of each process, or None.
    """

    seed: int
    time_limit: float | None
    workers: int | None
    journal: str | os.PathLike[str] | Journal | None
    progress: ProgressCallback | None
    device: str | None = None
    memory_limit: int | None = None


@dataclass(eq=False)
class Search:
    """The best proposal of every task so far.

    Attributes:
        problems: What to solve, and where.
        options: How to search.
        proposals: One per task; the empty subset before the first wave.
        scores: Sizes of their residuals, in units of the tasks' budgets.
    """

    problems: Problems
    options: Options
    proposals: dict[Task, Proposal] = field(init=False)
    scores: dict[Task, float] = field(init=False)
    _block: ChannelBlock | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.proposals, self.scores = {}, {}
        for task in self.problems.tasks:
            residual = -self.problems.column_sum(task)
            score = self._score(task, residual)
            nothing = np.empty(0, dtype=np.int64)
            self.proposals[task] = Proposal(nothing, residual, score, "empty subset")
            self.scores[task] = score

    def wave(self, number: int, eps: Fraction) -> None:
        """Search again wherever the residual is larger than it has to be.

        The first wave solves every task once. A later one takes the worst ones a few
        at a time, each group with what the residuals of all others have left over, and
        ends as soon as the whole is within eps. A group's goals depend on results of
        earlier groups alone, never on the number of processes.

        Args:
            number: Of the wave, from 0; an index of `WAVES`.
            eps: Admissible sup error, in the target's units.

        Raises:
            TimeIsUpError: The time of this call is over; what was found is kept.
        """
        allowed = float(within_floats(eps)) * _CAUTION
        waiting = sorted(self.scores, key=lambda task: -self.scores[task])
        size = len(waiting) if number == 0 else _GROUP
        while waiting:
            look_at_the_clock()
            level = 1.0 if number == 0 else self._level(allowed)
            group = [task for task in waiting if self.scores[task] > level][:size]
            if not group:
                break
            waiting = [task for task in waiting if task not in group]
            self._improve(sorted(group), level, number, len(waiting))
        if self.options.progress is not None:
            self.options.progress(len(self.scores), len(self.scores))

    def forecast(self) -> float:
        """Sup error that the certificate will show, up to rounding."""
        return self.problems.error(self._residuals())

    def _improve(
        self, tasks: Sequence[Task], level: float, number: int, waiting: int
    ) -> None:
        """Solve these tasks to the level; keep what is better."""
        total, report, left = len(self.scores), self.options.progress, seconds_left()
        before = total - waiting - len(tasks)
        found = solve_many(
            self._problems(tasks, level),
            seed=self.options.seed + number,
            effort=WAVES[number],
            time_limit=self._time_limit(tasks),
            total_limit=max(left, 1e-9) if math.isfinite(left) else None,
            memory_limit=self.options.memory_limit,
            device=self.options.device,
            workers=self._workers(),
            journal=self.options.journal,
            progress=None if report is None else lambda n: report(before + n, total),
        )
        for task, proposal in zip(tasks, found, strict=True):
            score = self._score(task, proposal.residual)
            smaller = _size(proposal) < _size(self.proposals[task])
            if score < self.scores[task] and (smaller or score <= level):
                self.proposals[task], self.scores[task] = proposal, score

    def _time_limit(self, tasks: Sequence[Task]) -> float:
        if self.options.time_limit is not None:
            return self.options.time_limit
        widest = max(self.problems.network.block(task.layer) for task in tasks)
        return _SECONDS + _SECONDS_PER_FILTER * widest

    def _level(self, allowed: float) -> float:
        budgets = {task: self.problems.budget(task) for task in self.scores}
        level = highest_level(
            self.problems.error, self._residuals(), self.scores, budgets, allowed
        )
        return max(level, _LEAST_LEVEL)

    def _residuals(self) -> dict[Task, Float64Array]:
        return {task: found.residual for task, found in self.proposals.items()}

    def _score(self, task: Task, residual: Float64Array) -> float:
        return float(self._tolerance(task, 1.0).score(residual))

    def _problems(self, tasks: Sequence[Task], level: float) -> Iterator[Problem]:
        for task in tasks:
            yield Problem(
                FilterPool(self._channel(task), task.sign),
                self.problems.column_sum(task),
                self._tolerance(task, level),
            )

    def _channel(self, task: Task) -> ChannelBlock:
        """The task's filters; both signs of a channel share one scan."""
        block = self._block
        shape = self.problems.kernel_shape(task)
        place = block and (block.layer, block.channel, block.shape)
        if block is None or place != (task.layer, task.channel, shape):
            block = ChannelBlock(self.problems.network, task.layer, task.channel, shape)
            self._block = block
        return block

    def _tolerance(self, task: Task, level: float) -> FilterBudget:
        outputs = self.problems.kernel_shape(task)[2]
        return FilterBudget(self.problems.budget(task) * level, outputs)

    def _workers(self) -> int | None:
        if self.options.workers is not None:
            return self.options.workers
        channels = {(task.layer, task.channel) for task in self.problems.tasks}
        work = sum(self.problems.network.block(layer) for layer, _ in channels)
        dims = (math.prod(self.problems.kernel_shape(x)) for x in self.problems.tasks)
        work += sum(_DRAWN * dim**2 + _PRICED * dim**3 for dim in dims)
        return None if work >= _WORTH_PROCESSES else 1


def _size(proposal: Proposal) -> float:
    """Sum of all errors: what a channel adds to the layer, over all its filters."""
    return float(np.abs(proposal.residual).sum())
