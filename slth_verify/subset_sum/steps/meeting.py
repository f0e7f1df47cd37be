"""Beams over the larger columns that meet all sums of the smallest ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from slth_verify.subset_sum._problem import ColumnSource, FloatArray
from slth_verify.subset_sum._residual import scores_of
from slth_verify.subset_sum.devices.grid import DeviceSums
from slth_verify.subset_sum.steps.grid import Pair, Reach, SumGrid
from slth_verify.subset_sum.steps.incumbent import Incumbent
from slth_verify.subset_sum.steps.lists import NearestSums, subset_sums
from slth_verify.subset_sum.steps.prepare import (
    FEW,
    GENEROUS,
    LEAN,
    WHOLE,
    Prepared,
    prepare,
)
from slth_verify.subset_sum.steps.walk import MANY_STARTS, USUAL, Leaves, Walk

_FIRST = (10, 13)  # bits of the first beam and its tail: soon done
_WIDE = 16  # bits of states from which both lists follow the dimension
_LISTED = 6  # largest dimension in which long tails pay
_MORE = 2  # times as many beams where tails are short
_COLUMNS = 300  # most columns of a beam in dimensions that lists serve


@dataclass(frozen=True, slots=True)
class Meeting:
    """Sizes of the lists.

    Attributes:
        states: Bits of a beam's width.
        tail: How many of the smallest columns have all their sums listed.
        beams: How many beams; may be infinite.
        product: Squared lengths that a device computes at once, 16 bytes each.
    """

    states: int
    tail: int
    beams: float
    product: int = 1 << 24

    def fitted(self, dim: int, memory: int) -> Meeting:
        """Sizes that suit the problem, shortened until they fit the memory.

        A tail of t columns gives 2^t sums for a spread of about t: of what is looked at
        the nearest is at a distance like ``t 2^(-t/m)``. Up to dimension 6 long tails
        pay; above, the columns are worth more in a beam, and more beams with short
        tails find more.
        """
        states, tail, beams = self.states, self.tail, self.beams
        if states >= _WIDE:
            states, tail = 15, 19
            if dim > _LISTED:
                tail = 8
                beams *= _MORE
        while tail > 1 and (56 * dim + 64) << tail > memory // 2:
            tail -= 1
        while states > 1 and (56 * dim + 4 * _COLUMNS + 160) << states > memory // 2:
            states -= 1
        return Meeting(states, tail, beams, min(self.product, memory // 64))


def meet_beams(held: Incumbent, sizes: Meeting) -> None:
    """Beam after beam, until the tolerance is met, time is out, or all have run.

    The first beam is narrow, for tolerances that are met easily. Later ones change
    between few columns and a generous choice, or use all if they are few.
    """
    seed = held.options.seed
    rng = np.random.default_rng((seed, 2))
    few = is_few(held.problem.source)
    lean = prepare(held.problem, seed, WHOLE if few else LEAN)
    if lean.count == 0:
        return
    held.counters["columns"] = float(lean.count)
    states, tail = min(_FIRST[0], sizes.states), min(_FIRST[1], sizes.tail)
    narrow = replace(sizes, states=states, tail=tail)
    _Table(held, lean, narrow).meet(None)
    if held.over():
        return
    tables = [_Table(held, lean, sizes)]
    run = 0
    while run < sizes.beams and not held.over():
        if run == 1 and not few:
            generous = prepare(held.problem, seed, GENEROUS)
            tables.append(_Table(held, generous, sizes))
        table = tables[run % len(tables)]
        table.meet(rng if run >= len(tables) else None)
        run += 1


def is_few(source: ColumnSource) -> bool:
    """Whether the pool is so small that all of its columns are used.

    Its size counts, with columns of the other sign where it has them.
    """
    return source.size <= FEW * source.dim


class _Table:
    """Chosen columns, with all sums of the smallest."""

    def __init__(self, held: Incumbent, loaded: Prepared, sizes: Meeting) -> None:
        device = held.options.device
        self._held, self._loaded = held, loaded
        self._shape = MANY_STARTS if is_few(held.problem.source) else USUAL
        self._walk = Walk(loaded, device)
        self._width = 1 << sizes.states
        self._tail = min(sizes.tail, self._walk.priced)
        sums = subset_sums(loaded.columns[loaded.count - self._tail :])
        self._line: NearestSums | None = None
        self._grid: SumGrid | DeviceSums
        if loaded.target.size == 1:
            self._line = NearestSums(sums, np.inf)
        else:
            reach = Reach.of(self._score, loaded.target.size)
            self._grid = (
                SumGrid(sums, reach)
                if device is None
                else DeviceSums(sums, reach, device, sizes.product)
            )
        self._sums = sums

    def meet(self, rng: np.random.Generator | None) -> None:
        """One beam; the best pairs with the listed sums are offered."""
        held = self._held
        leaves = self._walk.beam(
            self._width, rng, held.out_of_time, self._tail, self._shape
        )
        if leaves is None:
            return
        held.counters["states"] += float(leaves.errors.shape[0])
        held.counters["pairs"] += float(leaves.errors.shape[0] * self._sums.shape[0])
        scores = self._score(leaves.errors)
        alone = Pair(float(scores.min()), int(scores.argmin()), 0)
        for pair in [alone, *self._pairs(leaves, min(alone.score, held.best.score))]:
            if pair.score <= held.best.score * (1.0 + 1e-9):
                bits = (pair.entry >> np.arange(self._tail)) & 1 == 1
                chosen = np.concatenate((leaves.signs(pair.row) > 0.0, bits))
                held.offer(self._loaded.indices[chosen])

    def _pairs(self, leaves: Leaves, best: float) -> list[Pair]:
        if self._line is None:
            out_of_time = self._held.out_of_time
            return self._grid.closest(leaves.errors, self._score, best, out_of_time)
        rows, entries = self._line.query(-leaves.errors, 1, np.inf)
        scores = self._score(leaves.errors[rows] + self._sums[entries])
        k = int(np.argmin(scores))
        return [Pair(float(scores[k]), int(rows[k]), int(entries[k]))]

    def _score(self, errors: FloatArray) -> FloatArray:
        return scores_of(self._held.problem, errors * self._loaded.unit)
