"""SciPy's mixed-integer solver, as a reference for small problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from slth_verify.deadline import now
from slth_verify.subset_sum._options import SearchOptions
from slth_verify.subset_sum._problem import IndexArray, Problem, Proposal
from slth_verify.subset_sum.solvers.mip import ask_process
from slth_verify.subset_sum.steps.incumbent import Incumbent
from slth_verify.subset_sum.steps.linear_form import LinearForm, is_linear, solve_linear
from slth_verify.subset_sum.steps.mip_process import feasible

# entries from which SciPy may overlook the time: a process of its own is ended
_INLINE = 1 << 16
_NOTHING = np.empty(0, dtype=np.int64)


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

    takes_memory_limit: ClassVar[bool] = False
    takes_device: ClassVar[bool] = False

    name: str = "milp"

    def supports(self, problem: Problem) -> bool:
        """`MaxTolerance` or `FilterBudget`, and at most 4 million entries."""
        return is_linear(problem)

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        """A subset within the tolerance, if the solver finds one in time.

        From 65,536 entries on it runs in a process of its own, which is ended in time.
        """
        return solve_linear(problem, self.name, options, _chosen)


def _chosen(form: LinearForm, held: Incumbent) -> IndexArray:
    """Positions of the chosen columns, none if no subset was found in time."""
    left = max(held.seconds_left(), 1e-3)
    if form.loaded.columns.size > _INLINE:
        chosen = ask_process("milp", form, held.options.seed, left)
        return _NOTHING if chosen is None else chosen
    problem = {
        "columns": form.loaded.columns,
        "target": form.loaded.target,
        "tolerance": form.tolerance,
        "filters": form.filters,
        "end": now() + left,
    }
    picks, status = feasible(problem)
    held.counters["status"] = float(status)
    return np.array(picks, dtype=np.int64)
