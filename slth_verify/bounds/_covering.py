"""Is every target in an interval within eps of a subset sum? Decided exactly.

Samples are scaled to integers. The sums of the first few samples are sorted; where two
neighbours are farther apart than 2 eps, sums of all samples are looked up in between,
by meeting in the middle. An answer is exact as long as the scaled numbers fit into 64
bits; otherwise they are rounded, and the rounding is held against the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from slth_verify.bounds._inputs import accuracy
from slth_verify.enclosure import ExactNumber, exact
from slth_verify.errors import InvalidParameterError
from slth_verify.verdict import Verdict

STATEMENT = "thm:rss"

#: Samples whose sums are all sorted at once.
_SORTED = 22

#: With more gaps of the sorted sums than this, all sums are sorted in windows.
_MANY_GAPS = 3000

#: Sums in one window.
_WINDOW = 1 << 24

#: Samples that can be searched at all.
_MOST = 34

#: Scaled sums stay below this.
_LIMIT = 1 << 61

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Covering:
    """Outcome of `covers`.

    Attributes:
        verdict: VERIFIED if every target is within eps of a subset sum, REFUTED if
            the witness is not, INCONCLUSIVE if rounding leaves it open.
        witness: A target that no subset sum comes within eps of, if refuted.
        reason: What decided it.
    """

    verdict: Verdict
    witness: Fraction | None
    reason: str


def covers(
    samples: Sequence[ExactNumber],
    eps: ExactNumber,
    low: ExactNumber = -1,
    high: ExactNumber = 1,
) -> Covering:
    """Decide whether every target in ``[low, high]`` is within eps of a subset sum.

    Args:
        samples: At most 34 numbers. Floats are taken as the binary fractions they
            are, since here they are data and not a way to write a decimal.
        eps: Accuracy, positive.
        low: Lower end of the targets.
        high: Upper end, at least ``low``.

    Raises:
        InvalidParameterError: If there are too many samples or the interval is empty.

    Rigor:
        Exact integers. The empty subset counts.

    Cost:
        1 s up to 22 samples; 30 samples between seconds and a minute.

    Source: thm:rss.

    Examples:
        >>> covers([0.5, -0.5, 0.75], "1/4").verdict.name
        'REFUTED'
    """
    width = accuracy(eps, STATEMENT)
    ends = exact(low, "low"), exact(high, "high")
    if len(samples) > _MOST or ends[0] > ends[1]:
        raise InvalidParameterError(
            f"len(samples)={len(samples)}, low={ends[0]}, high={ends[1]}: at most "
            f"{_MOST} samples and low <= high were required ({STATEMENT}). Check a "
            "part of the samples; more samples only add sums."
        )
    values = [
        Fraction(x) if isinstance(x, float) else exact(x, "sample") for x in samples
    ]
    scale = lcm(*(v.denominator for v in (*values, width, *ends)))
    total = sum(abs(v) for v in (*values, *ends)) + 4 * width + 1
    if total * scale < _LIMIT:
        return _decided(values, width, ends, scale, 0)
    scale = 1 << max(0, (_LIMIT // (int(total) + 1)).bit_length() - 2)
    return _decided(values, width, ends, scale, len(values) + 3)


def _decided(
    values: list[Fraction],
    width: Fraction,
    ends: tuple[Fraction, Fraction],
    scale: int,
    doubt: int,
) -> Covering:
    """Search with scaled integers, each off by less than 1 if ``doubt`` is positive."""
    low, high = int(ends[0] * scale), int(ends[1] * scale)
    radius = int(width * scale)
    search = _Search([int(v * scale) for v in values], low, high)
    if radius > doubt and search.missed(radius - doubt) is None:
        reason = f"no gap is wider than 2 eps; {search.queries} sums looked up"
        return Covering(Verdict.VERIFIED, None, reason)
    missed = search.missed(radius + doubt)
    if missed is None:
        reason = "undecided: the samples had to be rounded to 61 bits"
        return Covering(Verdict.INCONCLUSIVE, None, reason)
    witness = min(max(missed / scale, ends[0]), ends[1])
    reason = f"no subset sum is within eps of the witness {witness}"
    return Covering(Verdict.REFUTED, witness, reason)


class _Search:
    """Subset sums of integers: the first ones sorted, all of them looked up."""

    def __init__(self, integers: list[int], low: int, high: int) -> None:
        self.low, self.high = low, high
        self.queries = 0
        self.complete = len(integers) <= _SORTED
        self.sorted = np.unique(_sums(integers[:_SORTED]))
        half = len(integers) // 2
        self.left, self.right = _sums(integers[:half]), np.sort(_sums(integers[half:]))

    def missed(self, radius: int) -> Fraction | None:
        """A target farther than the radius from every sum, or None.

        Walks from sum to sum: after the sum s, everything up to ``s + radius`` is
        reached, and the largest sum up to ``s + 2 radius`` is the best next one.
        """
        here = self._largest_upto(self.low + radius)
        if here is None or here < self.low - radius:
            return Fraction(self.low)
        wide = np.flatnonzero(np.diff(self.sorted) > 2 * radius)
        if not self.complete and self._inside(wide) > _MANY_GAPS:
            return self._missed_by_windows(here, radius)
        while here + radius < self.high:
            ahead = self._run_end(here, radius, wide)
            if ahead > here:
                here = ahead
                continue
            following = self._largest_upto(here + 2 * radius)
            if following is None or following <= here:
                return self._behind(here, radius)
            here = following
        return None

    def _missed_by_windows(self, here: int, radius: int) -> Fraction | None:
        """As `missed`, but all sums are sorted, window after window."""
        width = max(2 * radius, (self.high - self.low) >> 4)
        while here + radius < self.high:
            first = np.searchsorted(self.right, here - self.left, side="left")
            last = np.searchsorted(self.right, here + width - self.left, side="right")
            counts = last - first
            total = int(counts.sum())
            if total > _WINDOW and width > 2 * radius:
                width = max(2 * radius, width // 2)
                continue
            shift = np.cumsum(counts) - counts
            index = np.arange(total) + np.repeat(first - shift, counts)
            sums = np.sort(np.repeat(self.left, counts) + self.right[index])
            self.queries += total
            gaps = np.flatnonzero(np.diff(sums) > 2 * radius)
            stop = int(sums[gaps[0]]) if gaps.size else int(sums[-1])
            if stop + radius < self.high and (gaps.size or stop == here):
                return self._behind(stop, radius)
            here = stop
        return None

    def _behind(self, here: int, radius: int) -> Fraction:
        """A missed target in the gap after a sum."""
        beyond = self._smallest_above(here)
        end = self.high if beyond is None else min(self.high, beyond - radius)
        return Fraction(here + radius + end, 2)

    def _inside(self, wide: Integers) -> int:
        """How many of these gaps lie in the interval of targets."""
        starts = self.sorted[wide]
        return int(np.count_nonzero((starts > self.low) & (starts < self.high)))

    def _run_end(self, here: int, radius: int, wide: Integers) -> int:
        """The last sorted sum that is reached from here by steps of 2 radius."""
        position = int(np.searchsorted(self.sorted, here, side="right"))
        if position == self.sorted.size:
            return here
        if int(self.sorted[position]) - here > 2 * radius:
            return here
        stop = int(np.searchsorted(wide, position))
        index = int(wide[stop]) if stop < wide.size else self.sorted.size - 1
        return int(self.sorted[index])

    def _largest_upto(self, bound: int) -> int | None:
        """The largest subset sum that is at most the bound."""
        if self.complete:
            index = int(np.searchsorted(self.sorted, bound, side="right")) - 1
            return int(self.sorted[index]) if index >= 0 else None
        self.queries += 1
        places = np.searchsorted(self.right, bound - self.left, side="right") - 1
        found = places >= 0
        if not found.any():
            return None
        return int((self.left[found] + self.right[places[found]]).max())

    def _smallest_above(self, bound: int) -> int | None:
        """The smallest subset sum that exceeds the bound."""
        places = np.searchsorted(self.right, bound - self.left, side="right")
        found = places < self.right.size
        if not found.any():
            return None
        return int((self.left[found] + self.right[places[found]]).min())


def _sums(integers: list[int]) -> Integers:
    """All subset sums, the empty one included."""
    sums = np.zeros(1, dtype=np.int64)
    for value in integers:
        sums = np.concatenate([sums, sums + np.int64(value)])
    return sums
