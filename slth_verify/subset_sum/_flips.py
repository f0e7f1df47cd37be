"""Steepest descent over single and double flips.

The change of the squared residual of *every* pair of flips follows from one Gram
matrix; the pairs with a small change are then scored under the problem's own
tolerance, and the best is taken.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from slth_verify.subset_sum._problem import FloatArray, IndexArray, Tolerance

_CANDIDATES = 4096
_MOST_COLUMNS = 1536


def descend(
    columns: FloatArray,
    signs: FloatArray,
    error: FloatArray,
    tolerance: Tolerance,
    unit: float,
    out_of_time: Callable[[], bool],
    most_steps: int = 10_000,
) -> tuple[FloatArray, FloatArray, float]:
    """Flip one or two columns at a time while the tolerance's score falls.

    Args:
        columns: Shape ``(N, m)``.
        signs: +1 where a column is in, -1 where not, shape ``(N,)``.
        error: Sum minus target, shape ``(m,)``, in the columns' unit.
        tolerance: What is to be met, in units of ``unit``.
        unit: Factor from the columns' unit to the tolerance's.
        out_of_time: Asked once per step.
        most_steps: Bound on the number of steps.

    Returns:
        Signs, error and score after the descent.
    """
    first = max(0, columns.shape[0] - _MOST_COLUMNS)
    near = columns[first:]
    signs = signs.copy()
    sides = signs[first:]
    error = error.copy()
    score = float(tolerance.score(error * unit))
    product = near @ near.T
    norms = np.ascontiguousarray(np.diagonal(product))
    product *= np.outer(sides, sides)
    product *= 2.0
    for _ in range(most_steps):
        if score <= 1.0 or out_of_time():
            break
        single = norms - 2.0 * sides * (near @ error)
        change = single[:, None] + product
        change += single
        np.fill_diagonal(change, single)
        pairs = _smallest(change, float(error @ error))
        ones, twos = np.divmod(pairs, near.shape[0])
        moves = near[ones] * -sides[ones, None]
        moves -= near[twos] * (sides[twos] * (ones != twos))[:, None]
        moves += error
        scores = tolerance.score(moves * unit)
        best = int(np.argmin(scores))
        if not scores[best] < score:
            break
        score = float(scores[best])
        error = moves[best]
        for j in {int(ones[best]), int(twos[best])}:
            sides[j] = -sides[j]
            product[j] = -product[j]
            product[:, j] = -product[:, j]
    return signs, error, score


def _smallest(change: FloatArray, energy: float) -> IndexArray:
    """Flat positions, upper triangle, of pairs with the smallest change."""
    flat = change.ravel()
    positions = np.flatnonzero(flat < 0.5 * energy)
    ones, twos = np.divmod(positions, change.shape[0])
    positions = positions[ones <= twos]
    if positions.size > _CANDIDATES:
        part = np.argpartition(flat[positions], _CANDIDATES)[:_CANDIDATES]
        positions = positions[part]
    elif positions.size == 0:
        positions = np.array([int(np.argmin(flat))])
    return positions
