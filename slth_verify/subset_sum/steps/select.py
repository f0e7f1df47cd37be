"""Which few columns of a huge pool a search looks at.

A search needs many columns near the scale of the final residual and a few of every
larger scale, up to the scale of the target: some thousand, however large the pool is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from slth_verify.subset_sum._problem import ColumnSource, FloatArray, IndexArray

_GROWTHS = 12  # geometric attempts to reach enough columns before taking them all
_SPAN = 2.0**200  # ratio of largest to smallest scale beyond which columns are useless


@runtime_checkable
class PrefixColumnSource(Protocol):
    """A `ColumnSource` that can also scan only the first columns of its pool.

    Optional: with it, selection from n columns scans about 2 n scalars and holds a few
    thousand; without it, all columns up to the largest useful scale are listed once.
    """

    def scales_below_in_prefix(
        self, threshold: float, stop: int
    ) -> tuple[IndexArray, FloatArray]:
        """As `ColumnSource.scales_below`, among the columns with index < ``stop``."""
        ...


@dataclass(frozen=True, slots=True)
class Selection:
    """How many columns of which scales are chosen.

    Attributes:
        smallest: How many columns of smallest scale are taken.
        per_octave: How many random ones per octave (s, 2s] above these.
    """

    smallest: int
    per_octave: int


def select(
    source: ColumnSource, top: float, selection: Selection, rng: np.random.Generator
) -> tuple[IndexArray, FloatArray]:
    """The smallest columns, and some of every octave above them up to ``top``.

    Heuristic; deterministic in the generator's state.

    Args:
        source: The pool.
        top: Largest scale that is useful, >= 0; exceeded only where the pool has fewer
            than ``selection.smallest`` columns below.
        selection: How many columns.
        rng: Draws the columns of an octave.

    Returns:
        Distinct column numbers and their scales, largest first, shape ``(N,)`` both.
    """
    if isinstance(source, PrefixColumnSource) and source.size > 1 << 16:
        indices, scales = _from_prefixes(source, source.size, top, selection)
    else:
        indices, scales = _enough(source, top, selection.smallest)
    order = np.argsort(scales, kind="stable")
    indices, scales = indices[order], scales[order]
    kept = _thinned(scales, top, selection, rng)
    return indices[kept][::-1].copy(), scales[kept][::-1].copy()


def _enough(
    source: ColumnSource, top: float, smallest: int
) -> tuple[IndexArray, FloatArray]:
    """Columns up to ``top``, or up to a larger scale if they are too few."""
    wanted = min(smallest, source.size)
    threshold = max(top, 2.0 * smallest / max(source.size, 1))
    for _ in range(_GROWTHS):
        indices, scales = source.scales_below(threshold)
        if indices.size >= wanted:
            return indices, scales
        threshold *= 4.0
    return source.scales_below(math.inf)


def _from_prefixes(
    source: PrefixColumnSource, size: int, top: float, selection: Selection
) -> tuple[IndexArray, FloatArray]:
    """Whole pool for the smallest columns, ever shorter prefixes for larger ones."""
    probe = min(size, 1 << 16)
    _, sample = source.scales_below_in_prefix(math.inf, probe)
    if sample.size == 0:
        return source.scales_below_in_prefix(math.inf, size)
    # smallest columns and two octaves above them; the density near zero is taken as
    # constant below the probe's 64th smallest scale
    rank = (5.0 * selection.smallest + 30.0) * sample.size / size
    anchor = min(64, sample.size) - 1
    lowest = np.sort(sample)
    if rank > anchor:
        threshold = float(lowest[min(math.ceil(rank), sample.size - 1)])
    else:
        threshold = float(lowest[anchor]) * rank / (anchor + 1)
    indices, scales = source.scales_below_in_prefix(threshold, size)
    while indices.size < selection.smallest and threshold < lowest[-1]:
        threshold *= 2.0
        indices, scales = source.scales_below_in_prefix(threshold, size)
    found = [(indices, scales)]
    density = max(indices.size, 1) / (threshold * size)
    low = threshold
    while low < top:
        high = 2.0 * low
        stop = math.ceil(1.5 * (selection.per_octave + 30) / (density * low))
        more, their = source.scales_below_in_prefix(high, min(size, max(stop, 1)))
        above = their > low
        found.append((more[above], their[above]))
        low = high
    return (
        np.concatenate([pair[0] for pair in found]),
        np.concatenate([pair[1] for pair in found]),
    )


def _thinned(
    scales: FloatArray, top: float, selection: Selection, rng: np.random.Generator
) -> IndexArray:
    """Positions kept among columns sorted by increasing scale."""
    base = min(selection.smallest, scales.size)
    kept = [np.arange(base)]
    if base == 0:
        return kept[0]
    low = float(scales[base - 1])
    limit = min(max(top, low), low * _SPAN)
    start = base
    while start < scales.size and low < limit:
        high = min(2.0 * low, limit)
        stop = int(np.searchsorted(scales, high, side="right"))
        here = np.arange(start, stop)
        if here.size > selection.per_octave:
            here = np.sort(rng.choice(here, selection.per_octave, replace=False))
        kept.append(here)
        start, low = stop, high
    return np.concatenate(kept)
