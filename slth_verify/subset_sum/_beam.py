"""K-best beam: successive cancellation that keeps many sign vectors alive.

The price of a state before and after column l differ by
``a^2 / (4 + c) -+ a + c / 4`` with ``a = r . q_l`` and ``c = Y_l . q_l``: nothing has
to be evaluated twice. Inside a block of columns only the products with its decision
vectors are kept up to date; residuals move once per block, by a matrix product.
Single precision chooses the states; their residuals are summed anew at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum._cancellation import Prices, SignArray
from slth_verify.subset_sum._problem import FloatArray, IndexArray

_BLOCK = 8  # signs of a block fit one byte
_SINGLE = 2.0**40  # entries up to here, and products of four, fit single precision
_ROWS = 8192  # states whose residuals are summed at once
RealArray = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class _Step:
    """One block: where each state came from, and its signs as bits."""

    ancestors: IndexArray
    packed: NDArray[np.uint8]
    count: int


@dataclass(eq=False)
class _States:
    """What is alive: residuals, prices, and the way back."""

    residuals: RealArray
    costs: RealArray
    history: list[_Step]


def beam(
    columns: FloatArray,
    decide: Prices,
    residual: FloatArray,
    width: int,
    out_of_time: Callable[[], bool],
) -> tuple[SignArray, FloatArray] | None:
    """The ``width`` cheapest sign vectors found.

    Args:
        columns: Largest first, shape ``(N, m)``.
        decide: Their prices.
        residual: r before the first column, shape ``(m,)``.
        width: States kept, >= 1.
        out_of_time: Asked once per block of columns.

    Returns:
        Signs, shape ``(B, N)``, and residuals, shape ``(B, m)``, cheapest first up to
        single precision; None if time ran out. Memory: B (24 m + 3 N + 128) bytes.
    """
    peak = max(np.abs(columns).max(initial=0.0), np.abs(residual).max(initial=0.0))
    kind = np.float32 if peak < _SINGLE else np.float64
    states = _States(residual[None, :].astype(kind), np.zeros(1, dtype=kind), [])
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, columns.shape[0], _BLOCK):
            if out_of_time():
                return None
            stop = min(start + _BLOCK, columns.shape[0])
            _advance(
                states,
                columns[start:stop].astype(kind),
                decide.vectors[start:stop].astype(kind),
                decide.energies[start:stop].astype(kind),
                width,
            )
    order = np.argsort(states.costs, kind="stable")
    signs = _walk_back(states.history, order)
    return signs, _residuals(columns, signs, residual)


def _advance(
    states: _States,
    block: RealArray,
    vectors: RealArray,
    energies: RealArray,
    width: int,
) -> None:
    count = block.shape[0]
    wish = states.residuals @ vectors.T
    effect = (block @ vectors.T) / 2
    costs = states.costs
    ancestors = np.arange(costs.size)
    packed = np.zeros(costs.size, dtype=np.uint8)
    for i in range(count):
        now = wish[:, i]
        base = costs + now * now / (4 + energies[i])
        both = np.concatenate((base - now, base + now))
        if both.size > width:
            kept = np.argpartition(both, width - 1)[:width]
            kept.sort()
        else:
            kept = np.arange(both.size)
        plus = int(np.searchsorted(kept, now.size))  # the first ones take the column
        parents = kept.copy()
        parents[plus:] -= now.size
        costs = both[kept]
        costs -= costs.min()
        wish = wish[parents]
        wish[:plus] -= effect[i]
        wish[plus:] += effect[i]
        ancestors, packed = ancestors[parents], packed[parents]
        packed[:plus] |= np.uint8(1 << i)
    signs = _unpacked(packed, count).astype(block.dtype)
    states.residuals = states.residuals[ancestors] - signs @ (block / 2)
    states.costs = costs
    states.history.append(_Step(ancestors.astype(np.int32), packed, count))


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
