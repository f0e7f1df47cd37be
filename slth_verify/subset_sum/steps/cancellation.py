"""Successive cancellation: walk the columns from large to small, choosing signs.

With eps = 2x - 1 and r = target - sum(Y)/2 a subset is a sign vector with residual
r - sum(eps Y)/2. At column l the sign is chosen that leaves the residual which the
smaller columns can absorb best: the quadratic form
P_l = (lam I + sum_{k>l} Y_k Y_k^T / 4)^-1 prices a residual, q_l = P_l Y_l, and
eps_l = sign(r . q_l).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from slth_verify.deadline import look_at_the_clock
from slth_verify.subset_sum._problem import FloatArray

_BLOCK = 48
SignArray = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Prices:
    """The decision vectors of a window of columns.

    Attributes:
        vectors: Row l is ``q_l = P_l Y_l``, shape ``(N, m)``.
        energies: ``c_l = Y_l^T P_l Y_l``, shape ``(N,)``.
    """

    vectors: FloatArray
    energies: FloatArray

    def between(self, start: int, stop: int) -> Prices:
        """Those of the columns from ``start`` up to, not including, ``stop``."""
        return Prices(self.vectors[start:stop], self.energies[start:stop])


def prices(columns: FloatArray, regularisation: float) -> Prices:
    """Decision vectors by a backward recursion over blocks.

    The rank-one updates of a block are those of the Cholesky factor of
    ``I + Y P Y^T / 4``, so that the work is O(N m^2) in matrix products.

    Args:
        columns: Largest first, shape ``(N, m)``, entries of order one at the end.
        regularisation: lam > 0, in squared units of the columns.
    """
    count, dim = columns.shape
    form = np.eye(dim) / regularisation
    vectors = np.empty((count, dim))
    energies = np.empty(count)
    for stop in range(count, 0, -_BLOCK):
        look_at_the_clock()
        start = max(0, stop - _BLOCK)
        block = columns[start:stop][::-1]
        priced = block @ form
        gram = priced @ block.T
        factor = cholesky(
            np.eye(block.shape[0]) + (gram + gram.T) / 8.0,
            lower=True,
            check_finite=False,
        )
        whitened = solve_triangular(factor, priced, lower=True, check_finite=False)
        pivots = np.diagonal(factor)
        vectors[start:stop] = (whitened * pivots[:, None])[::-1]
        energies[start:stop] = (4.0 * (np.square(pivots) - 1.0))[::-1]
        form -= whitened.T @ whitened / 4.0
    return Prices(vectors, energies)


def cancel(
    columns: FloatArray,
    vectors: FloatArray,
    residual: FloatArray,
    noise: FloatArray | None = None,
) -> tuple[SignArray, FloatArray]:
    """Signs of the columns in turn, each by its decision vector.

    Args:
        columns: Largest first, shape ``(N, m)``.
        vectors: Decision vectors, shape ``(N, m)``; the columns themselves give the
            plain greedy walk.
        residual: r before the first column, shape ``(m,)``.
        noise: Added to ``r . q_l`` before its sign is taken, shape ``(N,)``. Logistic
            noise of scale T/2 draws a sign with odds exp(price difference / T).

    Returns:
        Signs, shape ``(N,)``, and the residual after the last column.
    """
    signs = np.empty(columns.shape[0], dtype=np.int8)
    offset = np.zeros(columns.shape[0]) if noise is None else noise
    rest = residual.copy()
    for start in range(0, columns.shape[0], _BLOCK):
        look_at_the_clock()
        block = columns[start : start + _BLOCK]
        decide = vectors[start : start + _BLOCK]
        wish = decide @ rest + offset[start : start + _BLOCK]
        effect = np.ascontiguousarray((block @ decide.T) / 2.0)
        chosen = np.empty(block.shape[0])
        for i in range(block.shape[0]):
            if wish[i] > 0.0:
                chosen[i] = 1.0
                wish -= effect[i]
            else:
                chosen[i] = -1.0
                wish += effect[i]
        rest -= chosen @ block / 2.0
        signs[start : start + _BLOCK] = chosen
    return signs, rest
