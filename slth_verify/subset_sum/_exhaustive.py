"""Exhaustive search: the best of all subsets of at most 20 columns."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from slth_verify.subset_sum._problem import (
    Effort,
    FloatArray,
    IndexArray,
    Problem,
    Proposal,
)
from slth_verify.subset_sum._residual import make_proposal

#: Most columns with a non-zero scale.
LIMIT = 20
#: Pools up to this size are listed to count their usable columns.
_LISTED = 64
_LOW_HALF = 11
_MAX_DIM = 4096


def usable_columns(problem: Problem) -> IndexArray | None:
    """Indices of all columns that are not zero, or None for a pool beyond 64."""
    if problem.source.size > _LISTED:
        return None
    return problem.source.scales_below(math.inf)[0]


def subset_sums(columns: FloatArray) -> FloatArray:
    """Sums of all subsets, row b for the bitmask b, shape ``(2^n, m)``."""
    sums = np.zeros((1, columns.shape[1]))
    for column in columns:
        sums = np.concatenate([sums, sums + column])
    return sums


@dataclass(frozen=True, slots=True)
class ExhaustiveSearch:
    """Looks at every subset; ties go to the smallest bitmask.

    The optimum of the tolerance's score, up to float64 rounding of the sums. Up to 20
    columns, about 2^20 m additions, memory 2^11 m floats.

    Attributes:
        name: ``"exhaustive"``.
    """

    name: str = "exhaustive"

    def supports(self, problem: Problem) -> bool:
        """Up to 20 columns that are not zero, dimension up to 4096."""
        found = usable_columns(problem)
        small = found is not None and len(found) <= LIMIT
        return small and problem.source.dim <= _MAX_DIM

    def solve(
        self, problem: Problem, *, seed: int, effort: Effort, time_limit: float
    ) -> Proposal:
        """The best subset; the best so far if time runs out.

        Args:
            problem: Within `supports`.
            seed: Not used; the search is deterministic.
            effort: Not used; the search is complete.
            time_limit: Seconds; looked at every 2^11 subsets.
        """
        started = time.monotonic()
        indices = problem.source.scales_below(math.inf)[0]
        columns = problem.source.columns(indices)
        with np.errstate(over="ignore", invalid="ignore"):
            low = subset_sums(columns[:_LOW_HALF]) - problem.target
            high = subset_sums(columns[_LOW_HALF:])
            best, mask, looked = math.inf, 0, 0
            for row, offset in enumerate(high):
                scores = problem.tolerance.score(low + offset)
                scores = np.where(np.isfinite(scores), scores, math.inf)
                position = int(np.argmin(scores))
                looked += len(scores)
                if scores[position] < best:
                    best, mask = float(scores[position]), row * len(low) + position
                if time.monotonic() - started > time_limit:
                    break
        chosen = (mask >> np.arange(len(indices))) & 1 == 1
        counters = {"subsets": float(looked), "seconds": time.monotonic() - started}
        return make_proposal(
            problem, indices[chosen], solver=self.name, effort=counters
        )
