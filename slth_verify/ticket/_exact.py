"""Exact sums of products of float32 numbers.

A product of two float32 numbers has at most 48 significant bits and an exponent far
inside float64's range, so float64 holds it exactly. `math.fsum` is correctly rounded; a
few rounds of it give the exact sum as a short list of floats.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


def exact_sum(terms: Sequence[float]) -> Fraction:
    """The exact sum of finite floats.

    Args:
        terms: Finite float64 numbers, each a multiple of 2^-1074.

    Returns:
        The sum, without any rounding.

    Raises:
        OverflowError: If the sum leaves float64's range.
        ValueError: If a term is NaN or infinite.

    Rigor:
        Exact. `fsum` rounds correctly, and the sum of multiples of 2^-1074 is one too,
        so it rounds to zero only if it is zero; the loop ends with a zero remainder.
    """
    total = Fraction(0)
    remaining = list(terms)
    while True:
        part = math.fsum(remaining)
        if not math.isfinite(part):
            raise ValueError("a term is NaN or infinite; there is no sum")
        if part == 0.0:
            return total
        total += Fraction(part)
        remaining.append(-part)


def exact_products(
    scalars: NDArray[np.float32], vectors: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Products ``|u_l| V_l``, each exact.

    Args:
        scalars: Shape ``(count,)``.
        vectors: Shape ``(count, entries)``.
    """
    return np.abs(scalars.astype(np.float64))[:, None] * vectors.astype(np.float64)


def exact_l1_norm(kernel: NDArray[np.float32]) -> Fraction:
    """Exact sum of the moduli of all entries."""
    return exact_sum(np.abs(kernel.astype(np.float64)).ravel().tolist())
