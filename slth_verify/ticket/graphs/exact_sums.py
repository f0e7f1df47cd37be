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

#: Every finite float32 is a multiple of 2^-149, every product of two one of 2^-298.
FLOAT32_BITS = 149
PRODUCT_BITS = 2 * FLOAT32_BITS


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


def exact_column_sums(products: NDArray[np.float64]) -> list[int]:
    """Exact sums over the first axis, in units of 2^-298.

    Args:
        products: Finite multiples of 2^-298 below 2^257, ``(count, entries)``.

    Raises:
        ValueError: If a term is NaN or infinite.

    Rigor:
        Exact. With N terms, the leading ``53 - log2 N`` bits of every number, as
        integers of one unit, add up to an integer below 2^53 in any order; what is left
        is a float again, and a multiple of 2^-298.

    Cost:
        About 15 ns an entry.
    """
    totals = [0] * products.shape[1]
    bits = 53 - max(1, len(products) - 1).bit_length()
    rest = products
    while rest.size and (size := float(np.abs(rest).max())):
        if not math.isfinite(size):
            raise ValueError("a term is NaN or infinite; there is no sum")
        unit = max(math.frexp(size)[1] - bits, -PRODUCT_BITS)
        pieces = np.trunc(np.ldexp(rest, -unit))
        sums = pieces.sum(axis=0).tolist()
        shift = unit + PRODUCT_BITS
        totals = [
            total + (int(part) << shift)
            for total, part in zip(totals, sums, strict=True)
        ]
        rest = rest - np.ldexp(pieces, unit)
    return totals
