"""Meet in the middle: two lists of subset sums, joined by nearest neighbours."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum._lists import NearestSums, subset_sums
from slth_verify.subset_sum._prepare import Prepared, prepare, prepare_all
from slth_verify.subset_sum._problem import (
    Effort,
    FloatArray,
    IndexArray,
    MaxTolerance,
    Problem,
    Proposal,
)
from slth_verify.subset_sum._residual import make_proposal, scores_of
from slth_verify.subset_sum._walk import Walk

_MOST_DIMENSIONS = 12
_CHUNK = 1024  # points asked at once; the bound tightens in between
_NEIGHBOURS = 4  # entries scored per point where the norm is not the score
_RESCORED = 8  # best pairs whose residual is recomputed exactly


@dataclass(frozen=True, slots=True)
class _Lists:
    """Sizes: bits of the tail list, bits of all subsets, states and number of beams."""

    tail: int
    whole: int
    states: int
    beams: int


_LISTS: dict[Effort, _Lists] = {
    "low": _Lists(tail=14, whole=28, states=1024, beams=1),
    "normal": _Lists(tail=16, whole=34, states=4096, beams=8),
    "high": _Lists(tail=19, whole=40, states=8192, beams=40),
}


@dataclass(frozen=True, slots=True)
class MeetInTheMiddle:
    """Joins two lists of partial sums, for small dimension.

    With at most 28, 34, 40 usable columns (effort low, normal, high) the lists hold all
    subsets of each half, so that under `MaxTolerance` the answer is the optimum up to
    float64 rounding. With more columns the first list comes from beams over the larger
    ones and the answer is heuristic, as it is under every other tolerance: there the
    four entries nearest in L1 are scored, and the best subset may be missed.

    Memory: two lists of up to ``2**20 m`` float64 and a k-d tree over one of them,
    together below 500 MB for ``m <= 12``; larger dimensions are not supported.

    Attributes:
        name: ``"meet-in-the-middle"``.
    """

    name: str = "meet-in-the-middle"

    def supports(self, problem: Problem) -> bool:
        """Dimension at most 12."""
        return problem.source.dim <= _MOST_DIMENSIONS

    def solve(
        self, problem: Problem, *, seed: int, effort: Effort, time_limit: float
    ) -> Proposal:
        """The best subset found; stops once the tolerance is met.

        Args:
            problem: What to solve.
            seed: Not negative.
            effort: Sizes of the lists and number of beams.
            time_limit: Seconds; looked at between chunks of at most 1024 points.
        """
        join = _Join(problem, self.name, time_limit)
        if join.over():
            return join.best
        sizes = _LISTS[effort]
        every = prepare_all(problem, sizes.whole)
        if every is not None:
            join.whole(every)
        else:
            loaded = prepare(problem, seed)
            if loaded.count:
                join.beams(loaded, sizes, np.random.default_rng((seed, 2)))
        join.counters["seconds"] = time.monotonic() - join.started
        return join.best


class _Join:
    """One solve: the best subset so far, and the clock."""

    def __init__(self, problem: Problem, solver: str, time_limit: float) -> None:
        self.started = time.monotonic()
        self.problem, self.solver, self.time_limit = problem, solver, time_limit
        self.norm = math.inf if isinstance(problem.tolerance, MaxTolerance) else 1.0
        self.counters: dict[str, float] = {"columns": 0.0, "pairs": 0.0}
        self.bound = math.inf
        self.best = self._exact(np.empty(0, dtype=np.int64))

    def whole(self, loaded: Prepared) -> None:
        """All subsets: every other column left, so that both lists span all scales."""
        self.counters["columns"] = float(loaded.count)
        left, right = np.arange(0, loaded.count, 2), np.arange(1, loaded.count, 2)
        errors = subset_sums(loaded.columns[left]) - loaded.target
        sums = NearestSums(subset_sums(loaded.columns[right]), self.norm)
        for row, entry in self._pairs(errors, sums, loaded.unit):
            bits = np.concatenate((_bits(row, left.size), _bits(entry, right.size)))
            self._offer(loaded.indices[np.concatenate((left, right))[bits]])

    def beams(self, loaded: Prepared, sizes: _Lists, rng: np.random.Generator) -> None:
        """Beams over all but the smallest columns, whose sums are all listed."""
        self.counters["columns"] = float(loaded.count)
        walk = Walk(loaded)
        tail = min(sizes.tail, walk.priced)
        first = loaded.count - tail
        sums = NearestSums(subset_sums(loaded.columns[first:]), self.norm)
        for run in range(sizes.beams):
            if self.over():
                return
            draw = rng if run else None
            found = walk.beam(sizes.states, draw, self._out_of_time, spared=tail)
            if found is None:
                return
            for row, entry in self._pairs(found.errors, sums, loaded.unit):
                bits = np.concatenate((found.signs(row) > 0.0, _bits(entry, tail)))
                self._offer(loaded.indices[bits])

    def over(self) -> bool:
        """Whether to stop: tolerance met, or out of time."""
        return self.best.found or self._out_of_time()

    def _pairs(
        self, errors: FloatArray, sums: NearestSums, unit: float
    ) -> list[tuple[int, int]]:
        """The best pairs (row of errors, entry of sums), best first."""
        neighbours = 1 if self.norm == math.inf else _NEIGHBOURS
        best = [self._alone(errors, unit)]
        for start, points in self._chunks(errors):
            rows, entries = sums.query(-points, neighbours, self.bound)
            self.counters["pairs"] += float(rows.size)
            if rows.size == 0:
                continue
            joined = points[rows] + sums.entries(entries)
            scores = scores_of(self.problem, joined * unit)
            order = np.argsort(scores, kind="stable")[:_RESCORED]
            best += [
                (float(scores[k]), start + int(rows[k]), int(entries[k])) for k in order
            ]
            best = sorted(best)[:_RESCORED]
            if best[0][0] == scores[order[0]]:
                self._tighten(joined[order[0]])
            if best[0][0] <= 1.0:
                break
        return [(row, entry) for _, row, entry in best]

    def _chunks(self, errors: FloatArray) -> Iterator[tuple[int, FloatArray]]:
        """Blocks of rows, until time is out; short ones where each row takes long."""
        step = _CHUNK if self.norm == math.inf else _CHUNK // 16
        step = min(step, 256) if errors.shape[1] > 4 else step
        for start in range(0, errors.shape[0], step):
            if self._out_of_time():
                return
            yield start, errors[start : start + step]

    def _alone(self, errors: FloatArray, unit: float) -> tuple[float, int, int]:
        """The best row joined with the empty sum: a first bound, without a search."""
        scores = scores_of(self.problem, errors * unit)
        row = int(np.argmin(scores))
        self._tighten(errors[row])
        return float(scores[row]), row, 0

    def _tighten(self, error: FloatArray) -> None:
        """Nothing farther than this error needs to be looked at any more."""
        if self.norm == math.inf:
            # ties are no better; where all distances tie, they would all be visited
            distance = float(np.abs(error).max()) * (1.0 - 1e-14)
        else:
            distance = 1.5 * float(np.abs(error).sum())
        self.bound = min(self.bound, distance)

    def _offer(self, indices: IndexArray) -> None:
        found = self._exact(indices)
        if found.score < self.best.score:
            self.best = found

    def _exact(self, indices: IndexArray) -> Proposal:
        return make_proposal(
            self.problem, indices, solver=self.solver, effort=self.counters
        )

    def _out_of_time(self) -> bool:
        return time.monotonic() - self.started > self.time_limit


def _bits(mask: int, count: int) -> NDArray[np.bool_]:
    return np.asarray((mask >> np.arange(count)) & 1, dtype=np.bool_)
