"""K-best beam: successive cancellation that keeps many sign vectors alive.

The price of a state before and after column l differ by
``a^2 / (4 + c) -+ a + c / 4`` with ``a = r . q_l`` and ``c = Y_l . q_l``: nothing has
to be evaluated twice. Inside a block of columns a product with a decision vector is
what it was at the start of the block, plus an entry of a table of its signs; residuals
move once per block. Two columns are decided before states are dropped: a state whose
first sign is dear may be cheap after the second.
Single precision chooses the states; their residuals are summed anew at the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from slth_verify.deadline import look_at_the_clock
from slth_verify.subset_sum._problem import FloatArray, IndexArray
from slth_verify.subset_sum.devices.beam import DeviceStates
from slth_verify.subset_sum.steps.cancellation import Prices
from slth_verify.subset_sum.steps.sign_list import (
    AT_ONCE,
    BLOCK,
    RealArray,
    SignList,
    signed_sums,
)

_SINGLE = 2.0**40  # entries up to here, and products of four, fit single precision
_SAMPLE = 2048  # costs that stand for all
_SPARSE = 4  # stride from which they do
_ROWS = 2048  # states whose residuals are summed at once


@dataclass(frozen=True, eq=False)
class _Step:
    """One block: where each state came from, and its signs as bits."""

    ancestors: IndexArray
    packed: NDArray[np.uint8]


class States(Protocol):
    """What is alive in a beam."""

    def advance(
        self, columns: FloatArray, decide: Prices, width: int
    ) -> tuple[IndexArray, NDArray[np.uint8]]:
        """Decides one block of at most eight columns.

        Returns:
            Of every state that stays, where it came from and its signs as bits.
        """
        ...


@dataclass(frozen=True, slots=True)
class Taper:
    """How a beam widens on its way: early states are much alike.

    Attributes:
        last: So many columns at the end are decided at full width.
        halving: Above them the width is halved for every so many columns.
    """

    last: float
    halving: float

    def width(self, full: int, left: int) -> int:
        """States kept when ``left`` columns are undecided, of ``full`` at the end."""
        above = max(0.0, left - self.last)
        return max(1, int(full * 2.0 ** (-above / self.halving)))


EVEN = Taper(math.inf, 1.0)


def beam(
    columns: FloatArray,
    decide: Prices,
    residual: FloatArray,
    width: int,
    out_of_time: Callable[[], bool],
    device: str | None = None,
    taper: Taper = EVEN,
) -> tuple[SignList, FloatArray] | None:
    """The ``width`` cheapest sign vectors found.

    Args:
        columns: Largest first, shape ``(N, m)``.
        decide: Their prices.
        residual: r before the first column, shape ``(m,)``.
        width: States kept at most at the end, >= 1; of thousands some per cent fewer
            are kept.
        out_of_time: Asked once per block of columns.
        device: A torch device for the states; None for numpy.
        taper: How much narrower the beam is before.

    Returns:
        Signs of B states and their residuals, shape ``(B, m)``, in no order; None if
        time ran out. Memory: B (24 m + N + 192) bytes.
    """
    peak = max(np.abs(columns).max(initial=0.0), np.abs(residual).max(initial=0.0))
    single = bool(peak < _SINGLE)
    states: States = (
        NumpyStates(residual, single)
        if device is None
        else DeviceStates(residual, single, device)
    )
    history = []
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, columns.shape[0], BLOCK):
            if out_of_time():
                return None
            stop = min(start + BLOCK, columns.shape[0])
            ancestors, packed = states.advance(
                columns[start:stop],
                decide.between(start, stop),
                taper.width(width, columns.shape[0] - stop),
            )
            history.append(_Step(ancestors.astype(np.int32), packed))
    packed_signs = _walk_back(history)
    signs = SignList(packed_signs, columns.shape[0])
    return signs, _residuals(columns, packed_signs, residual)


class NumpyStates:
    """`States` in memory.

    Args:
        residual: r before the first column, shape ``(m,)``.
        single: Whether single precision is enough.
    """

    def __init__(self, residual: FloatArray, single: bool) -> None:
        self._kind: type[np.floating[Any]] = np.float32 if single else np.float64
        self._residuals: RealArray = residual[None, :].astype(self._kind)
        self._costs: RealArray = np.zeros(1, dtype=self._kind)

    def advance(
        self, columns: FloatArray, decide: Prices, width: int
    ) -> tuple[IndexArray, NDArray[np.uint8]]:
        """As in `States`."""
        block: RealArray = columns.astype(self._kind)
        vectors: RealArray = decide.vectors.astype(self._kind)
        energies: RealArray = decide.energies.astype(self._kind)
        wishes = vectors @ self._residuals.T  # one row per column of the block
        effect = (block @ vectors.T) / 2
        costs = self._costs
        ancestors = np.arange(costs.size)
        packed = np.zeros(costs.size, dtype=np.int64)
        for first in range(0, block.shape[0], AT_ONCE):
            moved = signed_sums(effect[:first])
            grown = costs[None]  # a row for every choice of signs
            for i in range(first, min(first + AT_ONCE, block.shape[0])):
                now = wishes[i].take(ancestors)
                now -= moved[:, i].take(packed)
                now = now - signed_sums(effect[first:i, i])[:, None]
                base = now * now
                base /= 4 + energies[i]
                base += grown
                grown = np.concatenate((base + now, base - now))
            kept = _cheapest(grown.ravel(), width)
            costs = grown.take(kept)
            signs = kept // packed.size
            kept -= signs * packed.size
            ancestors, packed = ancestors.take(kept), packed.take(kept)
            packed |= signs << first
        self._residuals = self._residuals.take(ancestors, axis=0)
        self._residuals -= signed_sums(block / 2).take(packed, axis=0)
        self._costs = costs - costs.min()
        return ancestors, packed.astype(np.uint8)


def _cheapest(costs: RealArray, width: int) -> IndexArray:
    """Places, rising, of the cheapest: ``width``, or a few per cent fewer of many.

    Of many costs a sample says how dear a state may be. Its stride is odd: places are
    signs in binary as long as no state has been dropped, and an even stride would
    look at the same first signs only.
    """
    if costs.size <= width:
        return np.arange(costs.size)
    stride = costs.size // _SAMPLE
    sample = costs if stride < _SPARSE else costs[:: stride | 1]
    rank = max(0, sample.size * width // costs.size - 1)
    most = width if sample is costs else width + width // 8
    kept = np.flatnonzero(costs <= np.partition(sample, rank)[rank])
    if not 0 < kept.size <= most:  # many costs are equal, or are not numbers
        kept = np.argpartition(costs, width - 1)[:width]
        kept.sort()
    return kept[:width]


def _walk_back(history: list[_Step]) -> NDArray[np.uint8]:
    """The bits of the last states in every block, shape ``(blocks, B)``."""
    if not history:
        return np.empty((0, 1), dtype=np.uint8)
    place = np.arange(history[-1].ancestors.size)
    packed = np.empty((len(history), place.size), dtype=np.uint8)
    for row, step in zip(packed[::-1], reversed(history), strict=True):
        row[:] = step.packed.take(place)
        place = step.ancestors.take(place)
    return packed


def _residuals(
    columns: FloatArray, packed: NDArray[np.uint8], residual: FloatArray
) -> FloatArray:
    """What is left of r, summed block by block in double precision."""
    starts = range(0, columns.shape[0], BLOCK)
    sums = [signed_sums(columns[start : start + BLOCK] / 2.0) for start in starts]
    left = np.tile(residual, (packed.shape[1], 1))
    for first in range(0, left.shape[0], _ROWS):
        look_at_the_clock()
        rows = slice(first, first + _ROWS)
        for bits, block in zip(packed, sums, strict=True):
            left[rows] -= block.take(bits[rows], axis=0)
    return left
