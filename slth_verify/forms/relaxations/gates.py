"""Piecewise linear nodes between affine bounds, for two networks at once.

A gate phi takes p in f and q = p + t in g. What later nodes make of phi(p) and of
phi(q) - phi(p) is bounded by functions that are affine in p and t. Slopes may be any
numbers, whoever proposed them: the intercepts are made here, so that the bounds hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array
from slth_verify.forms.intervals import Interval, Intervals
from slth_verify.forms.relaxations.piecewise_linear import POSITIVE_PART, Gate
from slth_verify.forms.relaxations.slopes import Slopes, bent_slopes, default_slopes
from slth_verify.forms.rounding import TINY, slack


@dataclass(frozen=True, eq=False, slots=True)
class Bound:
    """``values <= (or >=) by_target * p + by_gap * t + constant``, entry by entry."""

    by_target: Float64Array
    by_gap: Float64Array
    constant: Float64Array


@dataclass(frozen=True, eq=False, slots=True)
class Relaxation:
    """Bounds of a gate over intervals of its entries.

    Attributes:
        upper: Of phi(p) from above.
        lower: Of phi(p) from below.
        gap_upper: Of phi(p + t) - phi(p) from above.
        gap_lower: Of the same from below.
        open: Entries at which some bound is not exact.
    """

    upper: Bound
    lower: Bound
    gap_upper: Bound
    gap_lower: Bound
    open: NDArray[np.bool_]

    @classmethod
    def of(
        cls, gate: Gate, source: Intervals, slopes: Slopes | None = None
    ) -> Relaxation:
        """Bounds over intervals.

        Args:
            gate: The map.
            source: Intervals of what it takes.
            slopes: Proposed ones, or None for those made here.

        Raises:
            InvalidParameterError: If slopes are not of the tensor's shape.

        Rigor:
            Enclosed for any slopes: a map that is linear between kinks minus an affine
            one is largest at an end or at a kink; of two arguments, where lines of
            kinks meet each other or the edge of the rectangle.

        Source:
            docs/theory/linear-forms.md, "Gates".
        """
        x, gap = source.target, source.difference
        chosen = default_slopes(gate, source) if slopes is None else slopes
        chosen.require(x.low.shape)
        piece, decided = _common_piece(gate, source)
        t_up = np.where(decided, piece, chosen.gap_upper)
        t_low = np.where(decided, piece, chosen.gap_lower)
        p_up = np.where(decided, 0.0, chosen.gap_upper_by_target)
        p_low = np.where(decided, 0.0, chosen.gap_lower_by_target)
        share, fixed = gate.error
        sizes = x.sizes + source.pruned.sizes
        lost = fixed + (share * sizes + TINY if share else np.zeros_like(sizes))
        up, low = _on_line(gate, x, chosen.upper, chosen.lower)
        gap_up, gap_low = _on_rectangle(gate, x, gap, (p_up, t_up), (p_low, t_low))
        zero = np.zeros(x.low.shape)
        return cls(
            Bound(chosen.upper, zero, up + lost),
            Bound(chosen.lower, zero, low - lost),
            Bound(p_up, t_up, np.where(decided, 0.0, gap_up) + 2 * lost),
            Bound(p_low, t_low, np.where(decided, 0.0, gap_low) - 2 * lost),
            ~decided,
        )


def _common_piece(
    gate: Gate, source: Intervals
) -> tuple[Float64Array, NDArray[np.bool_]]:
    """The slope of the piece that holds all of p and q, and whether there is one."""
    low = np.minimum(source.target.low, source.pruned.low)
    high = np.maximum(source.target.high, source.pruned.high)
    slope, decided = np.zeros(low.shape), np.zeros(low.shape, bool)
    for start, end, steep in gate.pieces():
        inside = (low >= start) & (high <= end)
        # thresholds that no float reaches: the true kink lies a little higher
        if gate.error[1]:
            inside &= (low >= start + gate.error[1]) & (high <= end)
        slope, decided = np.where(inside, steep, slope), decided | inside
    return slope, decided


def _on_line(
    gate: Gate, x: Interval, upper: Float64Array, lower: Float64Array
) -> tuple[Float64Array, Float64Array]:
    """Largest value of ``phi(p) - upper p``, and least one of ``phi(p) - lower p``."""
    points = (x.low, x.high, *(np.clip(kink, x.low, x.high) for kink in gate.kinks))
    above, under = [], []
    for p in points:
        value = gate.values(p)
        lost = slack(4) * np.abs(value) + TINY
        above.append(value - upper * p + (lost + slack(4) * np.abs(upper * p)))
        under.append(value - lower * p - (lost + slack(4) * np.abs(lower * p)))
    return np.maximum.reduce(above), np.minimum.reduce(under)


_Plane = tuple[Float64Array, Float64Array]


def _on_rectangle(
    gate: Gate, x: Interval, gap: Interval, upper: _Plane, lower: _Plane
) -> tuple[Float64Array, Float64Array]:
    """Extreme values of ``phi(p + t) - phi(p)`` minus planes ``a p + b t``.

    Corners of the pieces are met up to rounding, and the function is Lipschitz.
    """
    size = x.sizes + gap.sizes + max(map(abs, gate.kinks))
    above, under = [], []
    lost_above, lost_under = (
        slack(8) * (size * (1.0 + np.abs(a) + np.abs(b))) + TINY
        for a, b in (upper, lower)
    )
    for p, t in _corners(gate, x, gap):
        value = gate.values(p + t) - gate.values(p)
        above.append(value - (upper[0] * p + upper[1] * t) + lost_above)
        under.append(value - (lower[0] * p + lower[1] * t) - lost_under)
    return np.maximum.reduce(above), np.minimum.reduce(under)


def _corners(
    gate: Gate, x: Interval, gap: Interval
) -> Iterator[tuple[Float64Array, Float64Array]]:
    """Where the lines of kinks of p and of p + t cross, and meet the edge.

    A point outside the rectangle is moved to its edge, which does no harm.
    """
    for t in (gap.low, gap.high):
        yield x.low, t
        yield x.high, t
        for kink in gate.kinks:
            yield np.clip(kink, x.low, x.high), t
            yield np.clip(kink - t, x.low, x.high), t
    for kink in gate.kinks:
        for p in (x.low, x.high, *(np.clip(k, x.low, x.high) for k in gate.kinks)):
            yield p, np.clip(kink - p, gap.low, gap.high)


def half_bounds(y: Interval, *, parallel: bool = False) -> tuple[Bound, Bound]:
    """Bounds of ``max(y, 0)`` from above and below, affine in y, over an interval."""
    upper, lower = bent_slopes(POSITIVE_PART, y)
    lower = upper if parallel else lower
    above, under = _on_line(POSITIVE_PART, y, upper, lower)
    zero = np.zeros(y.low.shape)
    return Bound(upper, zero, above), Bound(lower, zero, under)
