"""K-best beam: successive cancellation that keeps many sign vectors alive.

The price of a state before and after column l differ by
``a^2 / (4 + c) -+ a + c / 4`` with ``a = r . q_l`` and ``c = Y_l . q_l``: nothing has
to be evaluated twice. Inside a block of columns a product with a decision vector is
what it was at the start of the block, plus an entry of a table of its signs; residuals
move once per block.
Single precision chooses the states; their residuals are summed anew at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum._beam_device import DeviceStates
from slth_verify.subset_sum._cancellation import Prices, SignArray
from slth_verify.subset_sum._problem import FloatArray, IndexArray

_BLOCK = 8  # signs of a block fit one byte
_SINGLE = 2.0**40  # entries up to here, and products of four, fit single precision
_SAMPLE = 2048  # costs that stand for all
_SPARSE = 4  # stride from which they do
_ROWS = 8192  # states whose residuals are summed at once
RealArray = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class _Step:
    """One block: where each state came from, and its signs as bits."""

    ancestors: IndexArray
    packed: NDArray[np.uint8]
    count: int


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

    def order(self) -> IndexArray:
        """States from cheapest to dearest."""
        ...


def beam(
    columns: FloatArray,
    decide: Prices,
    residual: FloatArray,
    width: int,
    out_of_time: Callable[[], bool],
    device: str | None = None,
) -> tuple[SignArray, FloatArray] | None:
    """The ``width`` cheapest sign vectors found.

    Args:
        columns: Largest first, shape ``(N, m)``.
        decide: Their prices.
        residual: r before the first column, shape ``(m,)``.
        width: States kept at most, >= 1; of thousands some per cent fewer are kept.
        out_of_time: Asked once per block of columns.
        device: A torch device for the states; None for numpy.

    Returns:
        Signs, shape ``(B, N)``, and residuals, shape ``(B, m)``, cheapest first up to
        single precision; None if time ran out. Memory: B (24 m + 3 N + 128) bytes.
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
        for start in range(0, columns.shape[0], _BLOCK):
            if out_of_time():
                return None
            stop = min(start + _BLOCK, columns.shape[0])
            ancestors, packed = states.advance(
                columns[start:stop], decide.between(start, stop), width
            )
            history.append(_Step(ancestors.astype(np.int32), packed, stop - start))
    signs = _walk_back(history, states.order())
    return signs, _residuals(columns, signs, residual)


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
        for i in range(block.shape[0]):
            now = wishes[i].take(ancestors)
            now -= _signed_sums(effect[:i, i]).take(packed)
            base = now * now
            base /= 4 + energies[i]
            base += costs
            both = np.concatenate((base - now, base + now))
            kept = _cheapest(both, width)
            costs = both.take(kept)
            plus = int(np.searchsorted(kept, now.size))  # the first take the column
            kept[plus:] -= now.size
            ancestors, packed = ancestors.take(kept), packed.take(kept)
            packed[:plus] |= 1 << i
        self._residuals = self._residuals.take(ancestors, axis=0)
        self._residuals -= _signed_sums(block / 2).take(packed, axis=0)
        self._costs = costs - costs.min()
        return ancestors, packed.astype(np.uint8)

    def order(self) -> IndexArray:
        """As in `States`."""
        return np.argsort(self._costs, kind="stable")


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


def _signed_sums(terms: RealArray) -> RealArray:
    """Sums of ``k`` terms with all signs; bit j of a place: term j counts plus."""
    sums = np.zeros((1, *terms.shape[1:]), dtype=terms.dtype)
    for term in terms:
        sums = np.concatenate((sums - term, sums + term))
    return sums


def _unpacked(packed: NDArray[np.uint8], count: int) -> SignArray:
    """Signs of one block from its bits, shape ``(B, count)``."""
    bits = np.unpackbits(packed[:, None], axis=1, count=count, bitorder="little")
    return 2 * bits.astype(np.int8) - 1


def _walk_back(history: list[_Step], order: IndexArray) -> SignArray:
    """Signs of the states in this order, all columns."""
    total = sum(step.count for step in history)
    signs = np.empty((order.size, total), dtype=np.int8)
    stop = total
    for step in reversed(history):
        signs[:, stop - step.count : stop] = _unpacked(step.packed[order], step.count)
        order = step.ancestors[order].astype(np.int64)
        stop -= step.count
    return signs


def _residuals(
    columns: FloatArray, signs: SignArray, residual: FloatArray
) -> FloatArray:
    left = np.empty((signs.shape[0], columns.shape[1]))
    for start in range(0, signs.shape[0], _ROWS):
        some = signs[start : start + _ROWS].astype(np.float64)
        left[start : start + _ROWS] = residual - some @ (columns / 2.0)
    return left
