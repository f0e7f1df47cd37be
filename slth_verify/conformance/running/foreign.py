"""Solvers that are plain functions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from slth_verify.conformance._failure import require
from slth_verify.conformance._solver import out_of_range
from slth_verify.conformance.oracles.exhaustive import rounded_residual
from slth_verify.subset_sum import (
    MaxTolerance,
    Problem,
    Proposal,
    SearchOptions,
    Solver,
    make_proposal,
)

_require = partial(require, statement="def:subset-sum-number")


class SubsetSolver(Protocol):
    """A search that is a function of plain arrays.

    It may have an attribute ``exact``: whether it finds a subset whenever there is one.
    """

    def __call__(
        self, columns: NDArray[np.float64], target: NDArray[np.float64], eps: float
    ) -> Sequence[int] | None:
        """Distinct columns whose sum is within eps of the target, or None.

        Args:
            columns: One column a row, shape ``(n, m)``.
            target: Shape ``(m,)``.
            eps: Accuracy in the maximum norm.
        """
        ...


class FunctionSolver(Solver):
    """A `SubsetSolver` as the checks drive it; what it returns it claims to be near.

    Args:
        function: The search.

    Attributes:
        name: The function's name.
    """

    name = "function"

    def __init__(self, function: SubsetSolver) -> None:
        self.name = str(getattr(function, "__name__", type(function).__name__))
        self._function = function

    def supports(self, problem: Problem) -> bool:
        """Budgets of filters are not asked of a function of arrays."""
        return isinstance(problem.tolerance, MaxTolerance)

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        """What the function proposes, audited.

        Raises:
            ConformanceFailure: If it returned a subset that is not near the target, or
                no subset at all.
        """
        every = np.arange(problem.source.size, dtype=np.int64)
        columns, target = problem.source.columns(every), problem.target
        eps = float(problem.tolerance.delta)  # type: ignore[attr-defined]
        found = self._function(columns.copy(), target.copy(), eps)
        if found is None:
            return make_proposal(problem, every[:0], solver=self.name)
        chosen = [int(index) for index in found]
        case = (
            f"solver={self.name}, columns={columns.tolist()}, "
            f"target={target.tolist()}, eps={eps!r}"
        )
        _require(
            len(set(chosen)) == len(chosen) and not out_of_range(chosen, len(every)),
            f"{case}: {chosen} are "
            + (out_of_range(chosen, len(every)) or "not distinct columns"),
        )
        indices = np.array(sorted(chosen), dtype=np.int64)
        residual = rounded_residual(problem, indices)
        _require(
            float(problem.tolerance.score(np.array(residual))) <= 1.0,
            f"{case}: columns {chosen} miss the target by {residual}, more than eps",
        )
        return make_proposal(problem, indices, solver=self.name)
