"""K-best beam: successive cancellation that keeps many sign vectors alive.

The price of a state before and after column l differ by
``a^2 / (4 + c) -+ a + c / 4`` with ``a = r . q_l`` and ``c = Y_l . q_l``: nothing has
to be evaluated twice. Inside a block of columns only the products with its decision
vectors are kept up to date; residuals move once per block, by a matrix product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum._cancellation import Prices, SignArray
from slth_verify.subset_sum._problem import FloatArray, IndexArray

_BLOCK = 24


@dataclass(frozen=True, eq=False)
class _Step:
    """One block: where each state came from, and its signs as bits."""

    ancestors: NDArray[np.int32]
    packed: NDArray[np.uint8]
    count: int


@dataclass(eq=False)
class _States:
    """What is alive: residuals, prices, and the way back."""

    residuals: FloatArray
    costs: FloatArray
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
        Signs, shape ``(B, N)``, and residuals, shape ``(B, m)``, cheapest first;
        None if time ran out. Memory: 8 B m bytes twice, and B N / 8 + B N / 6 for
        the way back.
    """
    states = _States(residual[None, :].copy(), np.zeros(1), [])
    for start in range(0, columns.shape[0], _BLOCK):
        if out_of_time():
            return None
        stop = min(start + _BLOCK, columns.shape[0])
        _advance(
            states,
            columns[start:stop],
            decide.vectors[start:stop],
            decide.energies[start:stop],
            width,
        )
    order = np.argsort(states.costs, kind="stable")
    return _walk_back(states.history, order), states.residuals[order]


def _advance(
    states: _States,
    block: FloatArray,
    vectors: FloatArray,
    energies: FloatArray,
    width: int,
) -> None:
    count = block.shape[0]
    wish = states.residuals @ vectors.T
    effect = (block @ vectors.T) / 2.0
    costs = states.costs
    ancestors = np.arange(costs.size)
    signs = np.empty((costs.size, count), dtype=np.int8)
    for i in range(count):
        now = wish[:, i]
        base = costs + now * now / (4.0 + energies[i]) + energies[i] / 4.0
        both = np.concatenate((base - now, base + now))
        if both.size > width:
            kept = np.argpartition(both, width - 1)[:width]
            kept.sort()
        else:
            kept = np.arange(both.size)
        plus = kept < now.size
        parents = np.where(plus, kept, kept - now.size)
        chosen = np.where(plus, 1.0, -1.0)
        costs = both[kept]
        wish = wish[parents]
        wish[:, i + 1 :] -= chosen[:, None] * effect[i, i + 1 :]
        ancestors = ancestors[parents]
        signs = signs[parents]
        signs[:, i] = chosen
    moved = signs.astype(np.float64) @ (block / 2.0)
    states.residuals = states.residuals[ancestors] - moved
    states.costs = costs
    step = _Step(ancestors.astype(np.int32), np.packbits(signs > 0, axis=1), count)
    states.history.append(step)


def _walk_back(history: list[_Step], order: IndexArray) -> SignArray:
    """Signs of the states in this order, all columns."""
    total = sum(step.count for step in history)
    signs = np.empty((order.size, total), dtype=np.int8)
    stop = total
    for step in reversed(history):
        bits = np.unpackbits(step.packed[order], axis=1, count=step.count)
        signs[:, stop - step.count : stop] = 2 * bits.astype(np.int8) - 1
        order = step.ancestors[order].astype(np.int64)
        stop -= step.count
    return signs
