"""The few thousand columns of a search, loaded and brought to a common scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from slth_verify.subset_sum._problem import FloatArray, IndexArray, Problem
from slth_verify.subset_sum.steps.select import Selection, select

_NEAR = 48  # least number of smallest columns
_HEADROOM = 2.0**60  # scales above this many units cannot be priced in float64


@dataclass(frozen=True, eq=False)
class Prepared:
    """Columns of a problem, largest scale first, and the target, in one unit.

    Attributes:
        indices: Column numbers in the pool, shape ``(N,)``.
        columns: Columns divided by the unit, shape ``(N, m)``.
        scales: Their scales divided by the unit, not increasing.
        target: Target divided by the unit, shape ``(m,)``.
        unit: A power of two, near the scale of the smallest columns.
    """

    indices: IndexArray
    columns: FloatArray
    scales: FloatArray
    target: FloatArray
    unit: float

    @property
    def count(self) -> int:
        """Number N of columns."""
        return int(self.indices.size)

    def error(self, signs: FloatArray) -> FloatArray:
        """Sum of the columns with sign +1, minus target, in units."""
        return np.asarray((signs > 0.0).astype(np.float64) @ self.columns - self.target)


@dataclass(frozen=True, slots=True)
class Breadth:
    """How many columns are chosen.

    Attributes:
        per_octave: Columns per octave above the smallest ones, in units of m.
        top: Largest scale, in units of the target's root mean square.
        smallest: Columns of smallest scale, in units of m.
    """

    per_octave: int
    top: float
    smallest: int = 6


LEAN = Breadth(3, 2.5)
GENEROUS = Breadth(6, 5.0)
#: Pools of up to so many columns, in units of m, are used whole by joined lists.
FEW = 24
WHOLE = Breadth(FEW, 5.0, FEW)


def prepare(problem: Problem, seed: int, breadth: Breadth = LEAN) -> Prepared:
    """Selects and loads: the smallest columns, some more per octave above.

    Args:
        problem: With a target that is not zero.
        seed: Not negative; selects the columns of the larger octaves.
        breadth: How many columns.
    """
    source, target = problem.source, problem.target
    peak = float(np.abs(target).max())
    spread = peak * math.sqrt(float(np.mean(np.square(target / peak))))
    smallest = max(breadth.smallest * source.dim, _NEAR)
    octave = breadth.per_octave * max(source.dim, 8)
    rng = np.random.default_rng(seed)
    wanted = Selection(smallest, octave)
    indices, scales = select(source, breadth.top * spread, wanted, rng)
    unit = _unit(scales, max(6 * source.dim, _NEAR), spread)
    kept = scales <= unit * _HEADROOM
    indices, scales = indices[kept], scales[kept]
    return Prepared(
        indices=indices,
        columns=source.columns(indices) / unit,
        scales=scales / unit,
        target=target / unit,
        unit=unit,
    )


def prepare_all(problem: Problem, most: int, listed: int = 4096) -> Prepared | None:
    """All usable columns, if they are at most ``most``; None otherwise.

    Larger pools than ``listed`` are not listed only to see how many are usable.

    The unit is the largest entry's power of two, so that sums stay finite.
    """
    source = problem.source
    if source.size > listed:
        return None
    indices, scales = source.scales_below(math.inf)
    if indices.size > most:
        return None
    order = np.argsort(-scales, kind="stable")
    indices, scales = indices[order], scales[order]
    columns = source.columns(indices)
    peak = max(
        float(np.abs(columns).max(initial=0.0)), float(np.abs(problem.target).max())
    )
    unit = _power_of_two(peak)
    return Prepared(indices, columns / unit, scales / unit, problem.target / unit, unit)


def _unit(scales: FloatArray, smallest: int, spread: float) -> float:
    """A power of two: division by it changes no digit (short of underflow)."""
    if scales.size == 0:
        return 1.0
    lowest = float(scales[-min(smallest, scales.size)])
    wanted = max(min(lowest, spread), float(scales[-1]), spread * 2.0**-200)
    return _power_of_two(wanted)


def _power_of_two(value: float) -> float:
    return math.ldexp(1.0, min(max(math.frexp(value)[1], -1000), 1000))
