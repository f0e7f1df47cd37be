"""The first gap between subset sums of integers that is wider than allowed.

Sums of the first samples are sorted. Where neighbours are too far apart, sums of all
samples are looked up in between, once for each sum of the other samples; where that
happens too often, all sums in a window are sorted, window after window.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

#: Sums of sizes below this leave room for a step and a window in 64 bits.
FITS = 1 << 60

#: Samples whose sums are all sorted at once.
_SORTED = 22

#: With more gaps of the sorted sums than this, all sums are sorted in windows.
_MANY_GAPS = 3000

#: Sums in one window.
_WINDOW = 1 << 22

#: 64-bit integers, or Python integers where those are too small.
Integers = NDArray[Any]


class SumWalk:
    """Walks from sum to sum in steps of at most ``step``."""

    def __init__(self, integers: list[int], step: int) -> None:
        small = sum(map(abs, integers)) < FITS
        self.kind: Any = np.int64 if small else object
        self.limit = FITS if small else sum(map(abs, integers)) + 1
        self.step = min(step, 2 * self.limit)
        self.looked_up = 0
        self.sorted = self._sums(integers[:_SORTED])
        self.others = self._sums(integers[_SORTED:])

    def first_gap(
        self, least: int, most: int, goal: int
    ) -> tuple[int | None, int | None] | None:
        """The sums on both sides of the first gap, or None if there is no gap.

        Args:
            least: The first sum of the walk is at least this.
            most: The first sum of the walk is at most this.
            goal: The walk ends at a sum of at least this.
        """
        here = self._largest_upto(most)
        if here < least or here == -self.limit:
            return None, None
        goal = min(goal, self.limit)
        wide = np.flatnonzero(np.diff(self.sorted) > self.step)
        if self.others.size > 1 and self._between(wide, here, goal) > _MANY_GAPS:
            return self._first_gap_by_windows(here, goal)
        while here < goal:
            ahead = self._run_end(here, wide)
            if ahead == here:
                ahead = self._largest_upto(here + self.step)
                if ahead == here:
                    return here, self._smallest_above(here)
            here = ahead
        return None

    def _first_gap_by_windows(
        self, here: int, goal: int
    ) -> tuple[int, int | None] | None:
        """As `first_gap`, but all sums are sorted, window after window."""
        width = max(self.step, (goal - here) >> 4)
        while here < goal:
            first, last = (
                self._places(here, "left"),
                self._places(here + width, "right"),
            )
            total = int((last - first).sum())
            if total > _WINDOW and width > self.step:
                width = max(self.step, width // 2)
                continue
            if total > _WINDOW:
                stop, gap = self._largest_upto(here + width), False
            else:
                stop, gap = self._end_in_window(first, last)
            if stop < goal and (gap or stop == here):
                return stop, self._smallest_above(stop)
            here = stop
            if 4 * total < _WINDOW:
                width = min(2 * width, 2 * self.limit)
        return None

    def _end_in_window(self, first: Integers, last: Integers) -> tuple[int, bool]:
        """The last sum of a window before a gap, and whether there is a gap."""
        runs = zip(first, last, self.others, strict=True)
        sums = np.concatenate([self.sorted[a:b] + other for a, b, other in runs])
        sums.sort(kind="stable")  # merges the sorted runs
        self.looked_up += sums.size
        gaps = np.flatnonzero(np.diff(sums) > self.step)
        return int(sums[gaps[0] if gaps.size else -1]), bool(gaps.size)

    def _between(self, wide: Integers, here: int, goal: int) -> int:
        """How many of these gaps of the sorted sums lie on the way."""
        starts = self.sorted[wide]
        return int(np.count_nonzero((starts > here) & (starts < goal)))

    def _run_end(self, here: int, wide: Integers) -> int:
        """The last sorted sum that is reached from here by allowed steps."""
        position = int(np.searchsorted(self.sorted, here, side="right"))
        if position == self.sorted.size or self.sorted[position] - here > self.step:
            return here
        stop = int(np.searchsorted(wide, position))
        index = int(wide[stop]) if stop < wide.size else self.sorted.size - 1
        return int(self.sorted[index])

    def _largest_upto(self, bound: int) -> int:
        """The largest subset sum that is at most the bound, or below all sums."""
        bound = max(-self.limit, min(bound, self.limit))
        self.looked_up += 1
        places = self._places(bound, "right") - 1
        found = places >= 0
        if not found.any():
            return -self.limit
        return int((self.others[found] + self.sorted[places[found]]).max())

    def _smallest_above(self, bound: int) -> int | None:
        """The smallest subset sum that exceeds the bound."""
        places = self._places(bound, "right")
        found = places < self.sorted.size
        if not found.any():
            return None
        return int((self.others[found] + self.sorted[places[found]]).min())

    def _places(self, bound: int, side: Literal["left", "right"]) -> Integers:
        """Where the bound lies among the sorted sums moved by each of the others."""
        return np.searchsorted(self.sorted, bound - self.others, side=side)

    def _sums(self, integers: list[int]) -> Integers:
        """All subset sums, the empty one included, in order."""
        sums = np.zeros(1, dtype=self.kind)
        for value in integers:
            sums = np.concatenate([sums, sums + np.array(value, dtype=self.kind)])
            sums.sort(kind="stable")  # merges two sorted runs
        return sums
