"""SciPy's mixed-integer solver, as a reference for small problems."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slth_verify.subset_sum._incumbent import Incumbent
from slth_verify.subset_sum._linear import LinearForm, is_linear, linear_form
from slth_verify.subset_sum._problem import (
    Effort,
    IndexArray,
    Problem,
    Progress,
    Proposal,
)
from slth_verify.subset_sum._worker import linear_rows

_INSIDE = 1.0 - 2.0**-16  # of the tolerance: room for the solver's own tolerances


@dataclass(frozen=True, slots=True)
class Milp:
    """`scipy.optimize.milp` on the feasibility form: no objective, rows z +- delta.

    Finds a subset within the tolerance or nothing: then the empty subset is proposed.
    A reference for small pools and tolerances above 1e-5 of the columns; below that
    its float tolerances decide more than the problem does. "Infeasible" is a float
    solver's opinion and is reported like any other failure. Deterministic; ignores
    seed and effort.

    Attributes:
        name: ``"milp"``.
    """

    name: str = "milp"

    def supports(self, problem: Problem) -> bool:
        """`MaxTolerance` or `FilterBudget`, and at most 4 million entries."""
        return is_linear(problem)

    def solve(
        self,
        problem: Problem,
        *,
        seed: int,
        effort: Effort,
        time_limit: float,
        progress: Progress | None = None,
    ) -> Proposal:
        """A subset within the tolerance, if the solver finds one in time.

        Args:
            problem: What to solve.
            seed: Ignored.
            effort: Ignored.
            time_limit: Seconds; the solver looks at it between its steps.
            progress: Called if a subset is found.
        """
        held = Incumbent(problem, self.name, time_limit, progress)
        if held.over():
            return held.best
        with held.in_time():
            form = linear_form(problem)
            held.counters["columns"] = float(form.loaded.count)
            if form.loaded.count:
                left = max(time_limit - held.seconds(), 1e-3)
                held.offer(form.loaded.indices[_feasible(form, left, held.counters)])
        return held.finish()


def _feasible(
    form: LinearForm, seconds: float, counters: dict[str, float]
) -> IndexArray:
    from scipy.optimize import Bounds, LinearConstraint, milp

    loaded = form.loaded
    rows, lower, upper = linear_rows(loaded.columns, loaded.target, form.filters)
    bound = form.tolerance * _INSIDE
    parts = rows.shape[1] - loaded.count - 1
    low = np.append(np.zeros(loaded.count + parts), bound)
    high = np.concatenate([np.ones(loaded.count), np.full(parts, np.inf), [bound]])
    kinds = np.append(np.ones(loaded.count), np.zeros(parts + 1))
    found = milp(
        np.zeros(rows.shape[1]),
        integrality=kinds,
        bounds=Bounds(low, high),
        constraints=LinearConstraint(rows, lower, upper),
        options={"time_limit": seconds},
    )
    counters["status"] = float(found.status)
    if found.x is None:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.asarray(found.x)[: loaded.count] > 0.5)
