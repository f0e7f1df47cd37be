"""Sums of many rows, correctly rounded, without a Python loop over the terms."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from slth_verify.subset_sum._problem import FloatArray

_UNIT = 2.0**-53  # a rounded sum is off by this factor of its result, at most


def rounded_sums(terms: FloatArray) -> FloatArray:
    """Sum of each column of ``terms``, rounded once, to nearest.

    Rows are added in pairs; what each addition rounds off is known exactly and summed
    apart. Where the bound on that second sum leaves two candidates for the result, or a
    number leaves the range, the column is summed by `rounded_sum`.

    Args:
        terms: Finite, shape ``(k, m)``.

    Returns:
        Shape ``(m,)``; an infinity beyond the float64 range.
    """
    count = terms.shape[0]
    if count < 8:
        return np.array([rounded_sum(column.tolist()) for column in terms.T])
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        total, rest, size = _in_pairs(terms)
        # with S the exact sum of moduli: rest is off by at most (k - 1) u S, size is
        # at least (1 - k u) S, and adding the slack rounds by about u S; 2^-1070 is for
        # a slack that underflows
        slack = 4.0 * count * _UNIT * size + 2.0**-1070
        low, high = total + (rest - slack), total + (rest + slack)
    for j in np.flatnonzero(~((low == high) & np.isfinite(low))):
        low[j] = rounded_sum(terms[:, j].tolist())
    return np.asarray(low)


def _in_pairs(terms: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rounded sum, sum of all that was rounded off, and sum of its moduli."""
    rest = np.zeros(terms.shape[1])
    size = np.zeros(terms.shape[1])
    while terms.shape[0] > 1:
        half = terms.shape[0] // 2
        first, second = terms[:half], terms[half : 2 * half]
        added, off = two_sum(first, second)
        rest += off.sum(axis=0)
        size += np.abs(off).sum(axis=0)
        odd = terms[2 * half :]
        terms = np.concatenate((added, odd)) if odd.size else added
    return terms[0], rest, size


def two_sum(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rounded sums and what was rounded off, exactly (D. E. Knuth, TAOCP 4.2.2)."""
    total = a + b
    virtual = total - a
    return total, (a - (total - virtual)) + (b - virtual)


def rounded_sum(terms: list[float]) -> float:
    """The sum, correctly rounded; an infinity beyond the float64 range."""
    try:
        return math.fsum(terms)
    except OverflowError:  # a partial sum left the range; the total may not
        total = sum((Fraction(term) for term in terms), Fraction(0))
    try:
        return float(total)
    except OverflowError:
        return math.inf if total > 0 else -math.inf
