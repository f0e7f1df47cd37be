"""Every subset of a small pool."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum._options import SearchOptions
from slth_verify.subset_sum._problem import FloatArray, Problem, Proposal
from slth_verify.subset_sum._residual import make_proposal, scores_of
from slth_verify.subset_sum.steps.lists import subset_sums

_MOST_COLUMNS = 20
_ENTRIES = 1 << 20  # residual coordinates held at once
_RESCORED = 4096
#: Bytes that every search stays below.
EXHAUSTIVE_MEMORY = 1 << 26
_LISTED = 4096  # larger pools are not listed to count their usable columns


@dataclass(frozen=True, slots=True)
class ExhaustiveSearch:
    """Looks at every subset of at most 20 usable columns, and returns the best.

    The best under the tolerance's score: all subsets are scored in float64; those whose
    score could, within the rounding of their sums, be the smallest are scored again
    from correctly rounded residuals; equal scores go to the smallest bitmask (bit i:
    the i-th usable column). Of such near-ties the 4096 smallest bitmasks are
    looked at. The rounding bound assumes a score that is a seminorm, as
    `MaxTolerance`'s and `FilterBudget`'s. Sums that leave the float64 range on the way
    are skipped.

    Attributes:
        name: ``"exhaustive"``.
    """

    takes_memory_limit: ClassVar[bool] = True
    takes_device: ClassVar[bool] = False

    name: str = "exhaustive"

    def supports(self, problem: Problem) -> bool:
        """At most 20 usable columns, and rows that fit 8 MB."""
        source = problem.source
        if source.dim > _ENTRIES or source.size > _LISTED:
            return False
        return source.scales_below(math.inf)[0].size <= _MOST_COLUMNS

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        """The optimum, whatever seed and effort; the best so far if time runs out.

        Raises:
            InvalidParameterError: A memory limit below 64 MiB.
        """
        if options.memory < EXHAUSTIVE_MEMORY:
            raise InvalidParameterError(
                f"memory_limit={options.memory}: looking at every subset may take "
                f"{EXHAUSTIVE_MEMORY} bytes (def:subset-sum-number). Allow them, or "
                "use solver='auto'."
            )
        started = time.monotonic()
        indices = problem.source.scales_below(math.inf)[0]
        columns = problem.source.columns(indices)
        counters = {"subsets": 0.0, "complete": 1.0}
        lowest, margin = math.inf, _margin(problem, columns)
        scored = []
        with np.errstate(over="ignore", invalid="ignore"):
            for start, scores in _scores(problem, columns):
                scored.append(scores)
                lowest = min(lowest, float(scores.min(initial=math.inf)))
                counters["subsets"] = float(start + scores.size)
                if time.monotonic() - started > options.time_limit:
                    counters["complete"] = 0.0
                    break
        masks = np.flatnonzero(
            np.concatenate(scored) <= lowest * (1.0 + 1e-14) + margin
        )
        best = make_proposal(problem, indices[:0], solver=self.name)
        for mask in masks[:_RESCORED].tolist():
            chosen = indices[(mask >> np.arange(indices.size)) & 1 == 1]
            found = make_proposal(problem, chosen, solver=self.name)
            if found.score < best.score:
                best = found
            if time.monotonic() - started > options.time_limit:
                break
        return replace(best, effort=counters, seconds=time.monotonic() - started)


def _scores(problem: Problem, columns: FloatArray) -> Iterator[tuple[int, FloatArray]]:
    """Scores of all subsets in order of their bitmask, in blocks."""
    count, dim = columns.shape
    low = min(count, max(0, int(math.log2(_ENTRIES // dim))))
    below = subset_sums(columns[:low]) - problem.target
    for high in range(1 << (count - low)):
        above = np.zeros(dim)  # one at a time: in large dimensions they are many
        for place in range(low, count):
            if high >> (place - low) & 1:
                above += columns[place]
        yield high << low, scores_of(problem, below + above)


def _margin(problem: Problem, columns: FloatArray) -> float:
    """Twice the score of the largest rounding error that a sum can carry."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.abs(columns).sum(axis=0) + np.abs(problem.target)
        rounding = (columns.shape[0] + 2) * np.finfo(np.float64).eps * total
        margin = 2.0 * float(problem.tolerance.score(rounding))
    return margin if math.isfinite(margin) else 0.0
