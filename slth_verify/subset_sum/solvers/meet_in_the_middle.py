"""Meet in the middle: two lists of subset sums, joined by nearest neighbours."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum._options import Effort, SearchOptions
from slth_verify.subset_sum._problem import (
    ColumnSource,
    FloatArray,
    MaxTolerance,
    Problem,
    Proposal,
)
from slth_verify.subset_sum._residual import scores_of
from slth_verify.subset_sum.steps.incumbent import Incumbent
from slth_verify.subset_sum.steps.lists import NearestSums, subset_sums
from slth_verify.subset_sum.steps.meeting import Meeting, meet_beams
from slth_verify.subset_sum.steps.prepare import Prepared, prepare_all

_MOST_DIMENSIONS = 20
_CHUNK = 1024  # points asked at once; the bound tightens in between
_NEIGHBOURS = 4  # entries scored per point where the norm is not the score
_RESCORED = 8  # best pairs whose residual is recomputed exactly


@dataclass(frozen=True, slots=True)
class _Lists:
    """Bits of all subsets, and the lists where there are more."""

    whole: int
    meeting: Meeting

    def fitted(self, source: ColumnSource, memory: int) -> _Lists:
        """Shorter lists where the memory needs it."""
        whole, dim = self.whole, source.dim
        while whole > 2 and 2 * (48 * dim + 64) << ((whole + 1) // 2) > memory:
            whole -= 2
        return _Lists(whole, self.meeting.fitted(dim, memory))


_LISTS: dict[Effort, _Lists] = {
    "low": _Lists(28, Meeting(states=11, tail=13, beams=1)),
    "normal": _Lists(34, Meeting(states=13, tail=15, beams=8)),
    "high": _Lists(40, Meeting(states=16, tail=17, beams=60)),
    "anytime": _Lists(40, Meeting(states=16, tail=17, beams=math.inf)),
}


@dataclass(frozen=True, slots=True)
class MeetInTheMiddle:
    """Joins two lists of partial sums, for small dimension.

    With at most 28, 34, 40 usable columns (effort low, normal, high) the lists hold all
    subsets of each half, so that under `MaxTolerance` the answer is the optimum up to
    float64 rounding. With more columns the first list comes from beams over the larger
    ones and the answer is heuristic, as it is under every other tolerance: there the
    four entries nearest in L1 are scored, and the best subset may be missed.

    Memory: the lists shrink until they and their index fit the memory limit; with the
    default of 1 GiB they reach their full size in every supported dimension.

    Attributes:
        name: ``"meet-in-the-middle"``.
    """

    takes_memory_limit: ClassVar[bool] = True
    takes_device: ClassVar[bool] = True

    name: str = "meet-in-the-middle"

    def supports(self, problem: Problem) -> bool:
        """Dimension at most 20."""
        return problem.source.dim <= _MOST_DIMENSIONS

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        """The best subset found.

        Effort gives the sizes of the lists and the number of beams; ``"anytime"``
        starts beams until time is out. The memory limit holds for lists and their
        index, and for tensors on a device.
        """
        held = Incumbent(problem, self.name, options)
        if held.over():
            return held.finish()
        held.counters |= {"columns": 0.0, "states": 0.0, "pairs": 0.0}
        sizes = _LISTS[options.effort].fitted(problem.source, options.memory)
        with held.in_time():
            every = prepare_all(problem, sizes.whole)
            if every is not None:
                _Whole(held).run(every)
            else:
                meet_beams(held, sizes.meeting)
        return held.finish()


class _Whole:
    """All subsets: every sum of one half against every sum of the other."""

    def __init__(self, held: Incumbent) -> None:
        self.held, self.problem = held, held.problem
        sup = isinstance(held.problem.tolerance, MaxTolerance)
        self.norm = math.inf if sup else 1.0
        self.bound = math.inf

    def run(self, loaded: Prepared) -> None:
        """Offers the best pairs."""
        count = loaded.count
        self.held.counters["columns"] = float(count)
        left, right = np.arange(0, count, 2), np.arange(1, count, 2)
        errors = subset_sums(loaded.columns[left]) - loaded.target
        sums = NearestSums(subset_sums(loaded.columns[right]), self.norm)
        for row, entry in self._pairs(errors, sums, loaded.unit):
            bits = np.concatenate((_bits(row, left.size), _bits(entry, right.size)))
            self.held.offer(loaded.indices[np.concatenate((left, right))[bits]])

    def _pairs(
        self, errors: FloatArray, sums: NearestSums, unit: float
    ) -> list[tuple[int, int]]:
        """The best pairs (row of errors, entry of sums), best first."""
        neighbours = 1 if self.norm == math.inf else _NEIGHBOURS
        best = [self._alone(errors, unit)]
        for start, points in self._chunks(errors):
            rows, entries = sums.query(-points, neighbours, self.bound)
            self.held.counters["pairs"] += float(rows.size)
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
            if self.held.out_of_time():
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


def _bits(mask: int, count: int) -> NDArray[np.bool_]:
    return np.asarray((mask >> np.arange(count)) & 1, dtype=np.bool_)
