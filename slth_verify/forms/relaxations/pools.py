"""Max pools as gates: the largest of a window is met by one comparison after another.

``max(a, b) = a + max(b - a, 0)``, so a window of n entries is n - 1 gates, and what is
known of gates serves pools too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slth_verify.arrays import Float64Array, IndexArray
from slth_verify.forms.adjoints import taps
from slth_verify.forms.intervals import Interval, Intervals
from slth_verify.forms.relaxations.gates import Relaxation
from slth_verify.forms.relaxations.piecewise_linear import POSITIVE_PART
from slth_verify.forms.relaxations.slopes import parallel_slopes
from slth_verify.graph.nodes import MaxPool, Shape


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    """One entry of every window against the largest of those before it.

    Attributes:
        entries: Which entry of the flat image it is, by window; those of margins are
            left out.
        places: The windows that have one, as flat indices.
        relaxation: Of the gate, over all windows.
    """

    entries: IndexArray
    places: IndexArray
    relaxation: Relaxation


@dataclass(frozen=True, eq=False, slots=True)
class Tournament:
    """A max pool.

    Attributes:
        first: The entry of each window that the others are compared with.
        comparisons: In order.
    """

    first: IndexArray
    comparisons: tuple[Comparison, ...]

    @classmethod
    def of(
        cls,
        node: MaxPool,
        shape: Shape,
        source: Intervals,
        *,
        parallel: bool = False,
    ) -> Tournament:
        """Over intervals of the image; likely winners come first.

        Args:
            node: The pool.
            shape: Of the image.
            source: Intervals of its entries.
            parallel: Whether bounds from above and below have the same slopes.
        """
        order = _ordered(taps(node, shape), source.target)
        flat = Intervals(*(_flat(part) for part in _parts(source)))
        best = _at(flat, order[0])
        found = []
        for entries in order[1:]:
            inside = entries >= 0
            other = _at(flat, np.where(inside, entries, 0))
            gap = Intervals(
                other.target.minus(best.target),
                other.pruned.minus(best.pruned),
                other.difference.minus(best.difference),
            )
            places = np.flatnonzero(inside)
            gap = _kept(gap, inside)
            slopes = parallel_slopes(POSITIVE_PART, gap) if parallel else None
            relaxation = Relaxation.of(POSITIVE_PART, gap, slopes)
            found.append(Comparison(entries[places], places, relaxation))
            best = _larger(best, other, inside)
        return cls(order[0], tuple(found))


def _ordered(entries: IndexArray, x: Interval) -> IndexArray:
    """Windows' entries, those with the largest middles first and margins last."""
    flat = entries.reshape(len(entries), -1)
    middle = np.nan_to_num(x.low / 2 + x.high / 2).ravel()
    merit = np.where(flat >= 0, middle[flat], -np.inf)
    return np.take_along_axis(flat, np.argsort(-merit, axis=0, kind="stable"), axis=0)


def _parts(source: Intervals) -> tuple[Interval, Interval, Interval]:
    return source.target, source.pruned, source.difference


def _flat(part: Interval) -> Interval:
    return part.each(np.ravel)


def _at(source: Intervals, entries: IndexArray) -> Intervals:
    return Intervals(*(part.each(lambda e: e[entries]) for part in _parts(source)))


def _kept(gap: Intervals, inside: Float64Array) -> Intervals:
    """Margins never win: -1 stands for their comparison, in both networks."""

    def fixed(part: Interval, value: float) -> Interval:
        return part.each(lambda ends: np.where(inside, ends, value))

    return Intervals(
        fixed(gap.target, -1.0), fixed(gap.pruned, -1.0), fixed(gap.difference, 0.0)
    )


def _larger(best: Intervals, other: Intervals, inside: Float64Array) -> Intervals:
    """The larger of two entries; it changes by no more than one of the two does."""

    def most(one: Interval, two: Interval) -> Interval:
        return Interval(
            np.where(inside, np.maximum(one.low, two.low), one.low),
            np.where(inside, np.maximum(one.high, two.high), one.high),
        )

    gaps, others = best.difference, other.difference
    difference = Interval(
        np.where(inside, np.minimum(gaps.low, others.low), gaps.low),
        np.where(inside, np.maximum(gaps.high, others.high), gaps.high),
    )
    return Intervals(
        most(best.target, other.target), most(best.pruned, other.pruned), difference
    ).tightened()
