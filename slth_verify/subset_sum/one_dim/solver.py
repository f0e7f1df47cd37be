"""The one-dimensional search as a solver of one problem."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slth_verify.deadline import TimeIsUpError, ends_within
from slth_verify.subset_sum._problem import (
    MEMORY_LIMIT,
    Effort,
    FilterBudget,
    MaxTolerance,
    Problem,
    Progress,
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

    name: str = "one-dim"

    def supports(self, problem: Problem) -> bool:
        """Dimension 1, under a tolerance that bounds the absolute error."""
        known = isinstance(problem.tolerance, MaxTolerance | FilterBudget)
        return problem.source.dim == 1 and known

    def solve(
        self,
        problem: Problem,
        *,
        seed: int,
        effort: Effort,
        time_limit: float,
        memory_limit: int = MEMORY_LIMIT,
        progress: Progress | None = None,
        device: str | None = None,
    ) -> Proposal:
        """The best subset found; stops once the tolerance is met.

        Args:
            problem: What to solve.
            seed: Not negative; selects columns of large pools.
            effort: Ignored: the search is complete where it can be.
            time_limit: Seconds; looked at between lists.
            memory_limit: Bytes, at least 256 KiB; 128 MiB serve 40 columns, less
                searches fewer completely.
            progress: Called once, with what was found.
            device: A torch device for the lists; None for numpy.
        """
        started = time.monotonic()
        counters = {"columns": 0.0}
        chosen = np.empty(0, dtype=np.int64)
        loaded = None
        with suppress(TimeIsUpError), ends_within(time_limit):
            loaded = prepare_all(problem, MOST_NUMBERS)
            if loaded is None and problem.target.any():
                loaded = prepare(problem, seed)
        if loaded is not None and loaded.count:
            counters["columns"] = float(loaded.count)
            found = solve_one_dim(
                loaded.columns.T,
                loaded.target,
                _bound(problem, loaded.unit),
                time_limit=max(time_limit - (time.monotonic() - started), 1e-9),
                memory_limit=memory_limit,
                device=device,
            )
            chosen = loaded.indices[found.chosen[0]]
        counters["seconds"] = time.monotonic() - started
        proposal = make_proposal(problem, chosen, solver=self.name, effort=counters)
        if progress is not None:
            progress(counters["seconds"], proposal.score)
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
