"""The one-dimensional search as a solver of one problem."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np

from slth_verify.deadline import TimeIsUpError, ends_within
from slth_verify.subset_sum._options import SearchOptions
from slth_verify.subset_sum._problem import (
    FilterBudget,
    MaxTolerance,
    Problem,
    Proposal,
)
from slth_verify.subset_sum._residual import make_proposal
from slth_verify.subset_sum.one_dim.many import solve_one_dim
from slth_verify.subset_sum.one_dim.search import MOST_NUMBERS
from slth_verify.subset_sum.steps.prepare import prepare, prepare_all

_LEAST, _MOST = Fraction(math.ulp(0.0)), Fraction(2) ** 1000


@dataclass(frozen=True, slots=True)
class OneDimension:
    """Prefixes and joined lists over numbers, as `solve_one_dim` for one target.

    With at most 40 usable columns the answer is the optimum up to float64 rounding,
    or within the tolerance. Of larger pools some hundred columns of all scales are
    loaded; the larger ones are decided greedily, the 40 smallest completely.

    Attributes:
        name: ``"one-dim"``.
    """

    takes_memory_limit: ClassVar[bool] = True
    takes_device: ClassVar[bool] = True

    name: str = "one-dim"

    def supports(self, problem: Problem) -> bool:
        """Dimension 1, under a tolerance that bounds the absolute error."""
        known = isinstance(problem.tolerance, MaxTolerance | FilterBudget)
        return problem.source.dim == 1 and known

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        """The best subset found, whatever the effort: complete where it can be.

        128 MiB serve 40 columns, less searches fewer completely. Progress is called
        once, with what was found.
        """
        started = time.monotonic()
        counters = {"columns": 0.0}
        chosen = np.empty(0, dtype=np.int64)
        loaded = None
        with suppress(TimeIsUpError), ends_within(options.time_limit):
            loaded = prepare_all(problem, MOST_NUMBERS)
            if loaded is None and problem.target.any():
                loaded = prepare(problem, options.seed)
        if loaded is not None and loaded.count:
            counters["columns"] = float(loaded.count)
            found = solve_one_dim(
                loaded.columns.T,
                loaded.target,
                _bound(problem, loaded.unit),
                time_limit=max(options.time_limit - (time.monotonic() - started), 1e-9),
                memory_limit=options.memory,
                device=options.device,
            )
            chosen = loaded.indices[found.chosen[0]]
        seconds = time.monotonic() - started
        proposal = make_proposal(
            problem, chosen, solver=self.name, effort=counters, seconds=seconds
        )
        if options.progress is not None:
            options.progress(seconds, proposal.score)
        return proposal


def _bound(problem: Problem, unit: float) -> Fraction:
    """The tolerance in units, within float64's range."""
    tolerance = problem.tolerance
    bound = 0.0
    if isinstance(tolerance, FilterBudget):
        bound = tolerance.budget
    elif isinstance(tolerance, MaxTolerance):
        bound = tolerance.delta
    exact = Fraction(bound) / Fraction(unit)
    return min(max(exact, _LEAST), _MOST)
