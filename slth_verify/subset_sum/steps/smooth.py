"""Smooth scores: a descent that follows them first ends lower than one that does not.

The largest coordinate says nothing about all others, so that a descent on it soon has
no move left. A power mean of high order bounds it from above and rewards every
coordinate that shrinks.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from slth_verify.subset_sum._problem import (
    FilterBudget,
    FloatArray,
    MaxTolerance,
    Tolerance,
)

Score = Callable[[FloatArray], FloatArray]


def smooth_score(tolerance: Tolerance, order: int) -> Score | None:
    """A p-norm whose limit is the tolerance's score, and which is never below it.

    Args:
        tolerance: A `MaxTolerance` or `FilterBudget`; None is answered for others.
        order: p, a power of two.

    Returns:
        Badness of residuals, shape ``(k, m)`` to ``(k,)``.
    """
    if isinstance(tolerance, MaxTolerance):
        delta = tolerance.delta
        return lambda residuals: _norm(np.abs(residuals), order) / delta
    if isinstance(tolerance, FilterBudget):
        budget, filters = tolerance.budget, tolerance.filters

        def score(residuals: FloatArray) -> FloatArray:
            blocks = residuals.reshape(residuals.shape[0], -1, filters)
            above = np.maximum(blocks, 0.0).sum(axis=1)
            below = np.maximum(-blocks, 0.0).sum(axis=1)
            return _norm(np.concatenate((above, below), axis=1), order) / budget

        return score
    return None


def _norm(values: FloatArray, order: int) -> FloatArray:
    """p-norm of each row of non-negative values, without overflow on the way."""
    with np.errstate(invalid="ignore", over="ignore"):
        peak = values.max(axis=1)
        powers = values / np.where(peak > 0.0, peak, 1.0)[:, None]
        for _ in range(round(math.log2(order))):
            np.square(powers, out=powers)
        norms = peak * powers.sum(axis=1) ** (1.0 / order)
    return np.where(np.isnan(norms), math.inf, norms)
