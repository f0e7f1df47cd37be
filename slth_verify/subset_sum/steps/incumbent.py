"""The best subset so far of one search, its clock and its counters."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import numpy as np

from slth_verify.deadline import TimeIsUpError, ends_within, seconds_left
from slth_verify.subset_sum._options import SearchOptions
from slth_verify.subset_sum._problem import IndexArray, Problem, Proposal
from slth_verify.subset_sum._residual import make_proposal


class Incumbent:
    """What a search holds on to; it starts with the empty subset.

    Args:
        problem: What is to be solved.
        solver: Name of who searches.
        options: The limits hold from now on.
    """

    def __init__(self, problem: Problem, solver: str, options: SearchOptions) -> None:
        self.started = time.monotonic()
        self.problem, self.solver, self.options = problem, solver, options
        self.counters: dict[str, float] = {}
        self.best = self._exact(np.empty(0, dtype=np.int64))

    def offer(self, indices: IndexArray) -> None:
        """Keeps the subset if its correctly rounded residual scores better."""
        found = self._exact(indices)
        if found.score < self.best.score:
            self.best = found
            if self.options.progress is not None:
                self.options.progress(self.seconds(), found.score)

    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self.started

    def seconds_left(self) -> float:
        """Until this search's own limit, negative after it."""
        return self.options.time_limit - self.seconds()

    def out_of_time(self) -> bool:
        """Whether the limit, or that of a call around this one, has passed."""
        return self.seconds_left() < 0.0 or seconds_left() < 0.0

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """A context for the search, left as soon as a loop sees that time is out."""
        with suppress(TimeIsUpError), ends_within(self.seconds_left()):
            yield

    def over(self) -> bool:
        """Whether to stop: tolerance met, or out of time."""
        return self.best.found or self.out_of_time()

    def finish(self) -> Proposal:
        """The best, with the seconds and the work of the whole search."""
        return replace(self.best, effort=dict(self.counters), seconds=self.seconds())

    def _exact(self, indices: IndexArray) -> Proposal:
        return make_proposal(self.problem, indices, solver=self.solver)
