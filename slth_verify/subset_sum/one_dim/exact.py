"""Exact residuals of many one-dimensional subsets at once.

Error-free additions: `a + b` in float64 and the error of that addition are two float64
numbers whose sum is exactly a + b (Knuth). A first pass turns the terms of a row into
their float64 sum and one error per addition; a second adds up these errors. Where its
own errors are all zero, as nearly always, the exact sum is head plus tail, and one more
addition rounds it correctly. The other rows are summed one by one.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum._problem import FloatArray
from slth_verify.subset_sum.steps.exact_sums import rounded_sum, two_sum

_BLOCK = 1 << 12  # rows summed together


def exact_residuals(
    samples: FloatArray,
    chosen: NDArray[np.bool_],
    targets: FloatArray,
    tolerance: float,
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Residuals of subsets, and whether the exact ones are within the tolerance.

    Args:
        samples: Shape ``(T, n)``, finite.
        chosen: Which samples belong to the subset, shape ``(T, n)``.
        targets: Shape ``(T,)``, finite.
        tolerance: Exactly this number bounds the exact absolute residual.

    Returns:
        Sum of the chosen samples minus target, correctly rounded, shape ``(T,)``, and
        ``|exact residual| <= tolerance``, shape ``(T,)``.

    Rigor:
        Exact. A sum beyond the float64 range is infinite and not within.
    """
    residuals = np.empty(targets.size)
    within = np.empty(targets.size, dtype=np.bool_)
    for start in range(0, targets.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        terms = np.where(chosen[block], samples[block], 0.0)
        residuals[block], within[block] = _block(terms, -targets[block], tolerance)
    return residuals, within


def _block(
    terms: FloatArray, start: FloatArray, tolerance: float
) -> tuple[FloatArray, NDArray[np.bool_]]:
    head = start
    tail = np.zeros(start.size)
    exact = np.ones(start.size, dtype=np.bool_)
    with np.errstate(over="ignore", invalid="ignore"):
        for column in terms.T:
            head, error = two_sum(head, column)
            tail, lost = two_sum(tail, error)
            exact &= lost == 0.0
        rounded, rest = two_sum(head, tail)
        exact &= np.isfinite(rounded) & np.isfinite(rest)
        size = np.abs(rounded)
        beyond = rest * np.sign(rounded)  # the exact size is size + beyond
        within = (size < tolerance) | ((size == tolerance) & (beyond <= 0.0))
    for row in np.flatnonzero(~exact).tolist():
        numbers = [*terms[row].tolist(), float(start[row])]
        rounded[row] = rounded_sum(numbers)
        total = sum((Fraction(number) for number in numbers), Fraction(0))
        within[row] = abs(total) <= Fraction(tolerance)
    return rounded, within
