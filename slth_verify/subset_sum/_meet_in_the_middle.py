"""Meet in the middle: pairs of half sums, found by a nearest-neighbour search."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from slth_verify.subset_sum._exhaustive import subset_sums, usable_columns
from slth_verify.subset_sum._problem import (
    Effort,
    FloatArray,
    IndexArray,
    MaxTolerance,
    Problem,
    Proposal,
)
from slth_verify.subset_sum._residual import make_proposal

_MAX_DIM = 6
_MAX_COLUMNS = 40
#: Columns per half, by effort.
_HALF = {"low": 10, "normal": 14, "high": 17}
#: Half sums looked up at once, and pairs that are scored exactly at the end.
_BATCH = 1 << 13
_FINALISTS = 16


@dataclass(frozen=True, slots=True)
class MeetInTheMiddle:
    """Splits the columns in two halves and pairs each half sum with its nearest.

    Complete for the sup norm while both halves hold all columns (28 at effort normal,
    34 at high); of more columns a random part is taken. For other tolerances the
    nearest few in the sup norm are re-scored, which may miss the optimum. Dimension up
    to 6; memory 2 * 2^17 * m floats and a tree over half of them, below 100 MB.

    Attributes:
        name: ``"meet-in-the-middle"``.
    """

    name: str = "meet-in-the-middle"

    def supports(self, problem: Problem) -> bool:
        """Dimension up to 6 and at most 40 columns that are not zero."""
        found = usable_columns(problem)
        few = found is not None and len(found) <= _MAX_COLUMNS
        return few and problem.source.dim <= _MAX_DIM

    def solve(
        self, problem: Problem, *, seed: int, effort: Effort, time_limit: float
    ) -> Proposal:
        """The best pair of half sums.

        Args:
            problem: Within `supports`.
            seed: Chooses the columns if there are too many.
            effort: 10, 14 or 17 columns per half.
            time_limit: Seconds; looked at between batches of half sums.
        """
        started = time.monotonic()
        indices = problem.source.scales_below(math.inf)[0]
        most = 2 * _HALF[effort]
        if len(indices) > most:
            rng = np.random.default_rng(seed)
            indices = np.sort(rng.choice(indices, most, replace=False))
        columns = problem.source.columns(indices)
        middle = len(indices) // 2
        low, high = subset_sums(columns[:middle]), subset_sums(columns[middle:])
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            masks = np.zeros(1, dtype=np.int64)
        else:
            masks = _best_pairs(problem, low, high, started + time_limit)
        counters = {"half sums": float(len(low) + len(high))}
        proposals = [
            make_proposal(
                problem,
                indices[(mask >> np.arange(len(indices))) & 1 == 1],
                solver=self.name,
                effort=counters,
            )
            for mask in masks.tolist()
        ]
        counters["seconds"] = time.monotonic() - started
        return min(proposals, key=lambda proposal: proposal.score)


def _best_pairs(
    problem: Problem, low: FloatArray, high: FloatArray, deadline: float
) -> IndexArray:
    """Bitmasks of the pairs with the best scores in floats."""
    neighbours = 1 if isinstance(problem.tolerance, MaxTolerance) else 8
    neighbours = min(neighbours, len(high))
    tree = cKDTree(high)
    masks: list[IndexArray] = [np.zeros(1, dtype=np.int64)]
    scores: list[FloatArray] = [np.array([math.inf])]
    for start in range(0, len(low), _BATCH):
        part = low[start : start + _BATCH]
        _, near = tree.query(
            problem.target - part, k=list(range(1, neighbours + 1)), p=np.inf
        )
        pairs = part[:, None, :] + high[near] - problem.target
        found = problem.tolerance.score(pairs).ravel()
        rows = np.repeat(np.arange(start, start + len(part)), neighbours)
        keep = np.argsort(found, kind="stable")[:_FINALISTS]
        masks.append(rows[keep] + near.ravel()[keep].astype(np.int64) * len(low))
        scores.append(found[keep])
        if time.monotonic() > deadline:
            break
    order = np.argsort(np.concatenate(scores), kind="stable")[:_FINALISTS]
    return np.concatenate(masks)[order]
