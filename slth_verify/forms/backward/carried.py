"""Rows on their way back to the image, and what they are charged.

A row is ``a x + d (y - x)`` for a tensor x of f and the same tensor y of g; rows of
several tensors are added up. Errors of rounding are charged to the constant.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.forms.backward.known import Known, Rows
from slth_verify.forms.intervals import Interval
from slth_verify.forms.relaxations.gates import Bound
from slth_verify.forms.rounding import TINY, above, dots_above, sizes_above, slack


class Carried:
    """Rows on their way back.

    Attributes:
        rows: Coefficients a and d of tensors that nothing was put in for yet.
        positive: Coefficients of max(x, 0) of the image.
        constant: What was collected, ``(rows,)``.
        best: The least bound so far, ``(rows,)``.
    """

    def __init__(self, known: Known, count: int) -> None:
        self.known = known
        self.rows: dict[str, tuple[Rows, Rows]] = {}
        self.positive: Rows = None
        self.constant = np.zeros(count)
        self.best = np.full(count, np.inf)

    def add(self, name: str, target: Rows, gap: Rows) -> None:
        """More coefficients of a tensor; the image has no difference."""
        if name == self.known.pair.image:
            gap = None
        old = self.rows.get(name, (None, None))
        parts = self.known.intervals[name]
        self.rows[name] = (
            self._sum(old[0], target, parts.target),
            self._sum(old[1], gap, parts.difference),
        )

    def stop(self) -> None:
        """What the rows give if all their tensors range freely over their intervals."""
        if self.positive is not None or set(self.rows) == {self.known.pair.image}:
            return
        found = self.constant
        for name, both in self.rows.items():
            parts = self.known.intervals[name]
            for rows, part in zip(both, (parts.target, parts.difference), strict=True):
                if rows is not None:
                    flat = rows.reshape(part.low.size, -1)
                    most = dots_above(part.high.ravel(), np.maximum(flat, 0.0))
                    least = dots_above(part.low.ravel(), np.minimum(flat, 0.0))
                    found = above(above(found + most) + least)
        self.best = np.fmin(self.best, found)

    def _bounded(
        self, terms: Iterable[tuple[Rows, Bound, Bound]], sizes: tuple[float, float]
    ) -> tuple[Rows, Rows]:
        """Rows of bounded values: positive coefficients take bounds from above."""
        found: list[Rows] = [None, None]
        for rows, *bounds in terms:
            if rows is None:
                continue
            whole = sizes_above(rows)
            halves = np.maximum(rows, 0.0), np.minimum(rows, 0.0)
            for half, bound in zip(halves, bounds, strict=True):
                self._plus(bound.constant, half)
            for i, size in enumerate(sizes):
                slopes = [(bound.by_target, bound.by_gap)[i] for bound in bounds]
                steepest = float(np.max([np.abs(slope).max() for slope in slopes]))
                if steepest:
                    new = halves[0] * slopes[0][..., None]
                    new = new + halves[1] * slopes[1][..., None]
                    old = found[i]
                    found[i] = new if old is None else old + new
                    # at most four terms for each entry, rounded and added
                    lost = slack(8) * (steepest * whole) + rows[..., 0].size * TINY
                    self._grow(lost * size)
        return found[0], found[1]

    def _sum(self, old: Rows, new: Rows, part: Interval) -> Rows:
        if old is None or new is None:
            return new if old is None else old
        total = old + new
        self._grow(slack(1) * sizes_above(total) * largest(part))
        return total

    def _grow(self, amount: Float64Array | float) -> None:
        """More for the constant; a rounded sum is not below the true one."""
        self.constant = above(self.constant + amount)

    def _plus(self, weights: Float64Array, rows: Float64Array) -> None:
        self._grow(dots_above(weights.ravel(), rows.reshape(weights.size, -1)))


def largest(part: Interval) -> float:
    """The largest modulus of an entry."""
    return float(part.sizes.max())
