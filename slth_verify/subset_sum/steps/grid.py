"""Closest pairs of two lists: sorted strips on two axes, matrix products inside.

A pair of states (a, b) is good if a + b is small. Only pairs whose first two
coordinates nearly cancel are looked at; of these a matrix product gives the squared
lengths ``|a|^2 + 2 a.b + |b|^2`` in single precision, and the few short ones are scored
under the problem's own tolerance. The strips shrink with every better pair.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum._problem import FloatArray, IndexArray

_LEAF = 64  # least rows of one list that are compared together
_ENTRIES = 1 << 14  # about so many squared lengths per product
SCORED = 4096  # shortest pairs scored per product
_SLACK = 1.8  # squared length over that of a typical error of the same score
ROUNDING = 2.0**-20  # of squared lengths in single precision, with a margin
Score = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class Reach:
    """How far an error of score 1 can reach; scores scale with the error.

    Attributes:
        axis: Largest modulus of each coordinate, shape ``(m,)``.
        squared: Squared length that few errors of score 1 exceed.
    """

    axis: FloatArray
    squared: float

    @classmethod
    def of(cls, score: Score, dim: int) -> Reach:
        """Reach of a score that is a monotone seminorm, found by asking it."""
        axis = np.array(score(np.eye(dim)), dtype=np.float64)
        axis[~(axis > 0.0)] = 0.0
        with np.errstate(divide="ignore"):
            axis = 1.0 / axis
        sample = np.random.default_rng(0).uniform(-1.0, 1.0, (256, dim))
        sample *= np.where(np.isfinite(axis), axis, 1.0)
        scores = score(sample)
        if not (scores > 0.0).all() or not np.isfinite(scores).all():
            return cls(axis, math.inf)
        lengths = np.square(sample).sum(axis=1) / np.square(scores)
        return cls(axis, _SLACK * float(np.median(lengths)))


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of the errors and an entry of the sums, and the score of their sum."""

    score: float
    row: int
    entry: int


class SumGrid:
    """A list of sums, arranged so that its near partners are found quickly.

    Memory: 20 m + 32 bytes an entry beside the sums.

    Args:
        sums: Shape ``(L, m)``, L >= 1 and m >= 2.
        reach: Of the score.
    """

    def __init__(self, sums: FloatArray, reach: Reach) -> None:
        self._reach = reach
        spread = np.ptp(sums, axis=0) / np.maximum(reach.axis, 1e-300)
        self._axes = np.argsort(-spread, kind="stable")[:2]
        size = max(_LEAF, math.isqrt(4 * sums.shape[0]))
        self._leaf = max(_LEAF, _ENTRIES // math.isqrt(sums.shape[0]))
        self._order, self._starts = _strips(sums[:, self._axes], size)
        self._sums = sums[self._order]
        self._least, self._largest = sums.min(axis=0), sums.max(axis=0)
        first = self._sums[:, self._axes[0]]
        self._low = np.minimum.reduceat(first, self._starts[:-1])
        self._high = np.maximum.reduceat(first, self._starts[:-1])
        self._second = np.ascontiguousarray(self._sums[:, self._axes[1]])
        self._lifted, self._longest = lift(self._sums, 2.0, square_last=True)

    def closest(
        self,
        errors: FloatArray,
        score: Score,
        best: float,
        out_of_time: Callable[[], bool],
    ) -> list[Pair]:
        """Pairs better than ``best`` in order of discovery; each beats the one before.

        Heuristic: pairs whose sum is long for its score may be missed.

        Args:
            errors: Shape ``(B, m)``, B >= 1.
            score: Badness of sums, shape ``(k, m)`` to ``(k,)``.
            best: Score to beat.
            out_of_time: Asked between products.
        """
        near = self._within_reach(errors, best)
        if near.size == 0:
            return []
        size = max(self._leaf, math.isqrt(self._leaf * near.size))
        order, starts = _strips(errors[np.ix_(near, self._axes)], size)
        order = near[order]
        rows = errors[order]
        lifted, longest = lift(rows, 1.0, square_last=False)
        margin = ROUNDING * (longest + self._longest)
        cells = list(_cells(starts, self._leaf))
        found: list[Pair] = []
        # any order does; a random one finds good pairs early, which narrows the rest
        for place in np.random.default_rng(0).permutation(len(cells)):
            if out_of_time() or best <= 1.0:
                break
            start, stop = cells[place]
            for low, high in self._partners(rows[start:stop], best):
                limit = min(self._reach.squared * best * best + margin, 3e38)
                with np.errstate(over="ignore", invalid="ignore"):
                    squared = lifted[start:stop] @ self._lifted[low:high].T
                ones, twos = _short(squared, limit)
                if ones.size == 0:
                    continue
                scores = score(rows[start + ones] + self._sums[low + twos])
                k = int(np.argmin(scores))
                if scores[k] < best:
                    best = float(scores[k])
                    row, entry = order[start + ones[k]], self._order[low + twos[k]]
                    found.append(Pair(best, int(row), int(entry)))
        return found

    def _within_reach(self, errors: FloatArray, best: float) -> IndexArray:
        """Rows that some sums, coordinate by coordinate, could bring below ``best``."""
        width = np.minimum(best * self._reach.axis, 1e300)
        low, high = -self._largest - width, -self._least + width
        return np.flatnonzero(((errors >= low) & (errors <= high)).all(axis=1))

    def _partners(self, rows: FloatArray, best: float) -> Iterator[tuple[int, int]]:
        """Ranges of sums that can bring a row of this cell below the best score."""
        width = np.minimum(best * self._reach.axis[self._axes], 1e300)
        near = rows[:, self._axes]
        low, high = -near.max(axis=0) - width, -near.min(axis=0) + width
        first = int(np.searchsorted(self._high, low[0]))
        last = int(np.searchsorted(self._low, high[0], side="right"))
        for strip in range(first, last):
            start, stop = self._starts[strip], self._starts[strip + 1]
            inside = self._second[start:stop]
            begin = start + int(np.searchsorted(inside, low[1]))
            end = start + int(np.searchsorted(inside, high[1], side="right"))
            if begin < end:
                yield begin, end


def _strips(plane: FloatArray, size: int) -> tuple[IndexArray, IndexArray]:
    """Order into strips of the first coordinate, each sorted by the second."""
    count = plane.shape[0]
    strip = np.empty(count, dtype=np.int64)
    strip[np.argsort(plane[:, 0], kind="stable")] = np.arange(count) // size
    starts = np.append(np.arange(0, count, size), count)
    return np.lexsort((plane[:, 1], strip)), starts


def _cells(starts: IndexArray, leaf: int) -> Iterator[tuple[int, int]]:
    for begin, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        for start in range(begin, end, leaf):
            yield start, min(start + leaf, end)


def lift(
    points: FloatArray, factor: float, *, square_last: bool
) -> tuple[NDArray[np.float32], float]:
    """Points with two more coordinates, so that products are squared lengths."""
    with np.errstate(over="ignore"):
        lengths = np.square(points).sum(axis=1)
        lifted = np.ones((points.shape[0], points.shape[1] + 2), dtype=np.float32)
        lifted[:, :-2] = factor * points
        lifted[:, -1 if square_last else -2] = lengths
    return lifted, float(lengths.max())


def _short(squared: NDArray[np.float32], limit: float) -> tuple[IndexArray, IndexArray]:
    """Places of the shortest entries up to a limit."""
    places = np.flatnonzero(squared <= np.float32(limit))
    if places.size > SCORED:
        lengths = squared.ravel()[places]
        places = places[np.argpartition(lengths, SCORED)[:SCORED]]
    ones, twos = np.divmod(places, squared.shape[1])
    return ones, twos
