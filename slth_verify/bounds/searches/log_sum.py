"""Logarithms of sums and of binomial weights in floating point, for searches."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln


def log_sum(values: Any, axis: int | tuple[int, ...] | None = None) -> Any:
    """Logarithm of the sum of exponentials.

    The function of that name in scipy takes longer than all the rest of a search.

    Args:
        values: Logarithms; minus infinity stands for 0.
        axis: As for `numpy.sum`.
    """
    top = np.max(values, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(top == -np.inf, 0.0, top)
    total = np.log(np.sum(np.exp(values - top), axis=axis, keepdims=True)) + top
    return total.item() if axis is None else np.squeeze(total, axis)


def log_hypergeometric(n: int, k: int, i: Any) -> NDArray[np.float64]:
    """Logarithm of the chance that two k-subsets of n samples differ in i of them."""
    weight = -gammaln(i + 1) - gammaln(k - i + 1) - gammaln(i + 1)
    weight = weight - gammaln(n - k - i + 1) + 2 * gammaln(k + 1)
    return np.asarray(weight + 2 * gammaln(n - k + 1) - gammaln(n + 1))
