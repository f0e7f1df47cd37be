"""What rounding does to float64 numbers, on the safe side.

A sum of n products, computed in any order and with or without fused multiplications,
differs from the true one by at most ``n u / (1 - n u)`` times the sum of the products'
moduli, ``u = 2^-53``, and by ``2^-1074`` for each product that underflows. All that is
computed here is rounded to the nearest number (`slth_verify.ieee`).
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.graph.dyadics import Exact

#: Unit roundoff of float64.
UNIT = 2.0**-53

#: More than what underflow loses in one operation.
TINY = 2.0**-1022


def slack(terms: int) -> float:
    """A share of the moduli's sum that covers rounding of ``terms`` products.

    It is four times what the products need: their sum's own rounding, that of the
    moduli's sum, and the multiplication by this very number are covered too.
    """
    return 4.0 * (terms + 4) * UNIT


def above(values: Float64Array) -> Float64Array:
    """The next floats: not below a sum or product that was rounded to ``values``."""
    return np.nextafter(values, np.inf)


def below(values: Float64Array) -> Float64Array:
    """The floats before: not above a sum or product that was rounded to ``values``."""
    return np.nextafter(values, -np.inf)


def dots_above(weights: Float64Array, columns: Float64Array) -> Float64Array:
    """Upper bounds of ``weights @ columns``; infinite where floats were left.

    Args:
        weights: Shape ``(n,)``.
        columns: Shape ``(n, rows)``.
    """
    found = weights @ columns
    sizes = np.abs(weights) @ np.abs(columns)
    terms = len(weights)
    bounds = above(found + (slack(terms) * sizes + terms * TINY))
    return np.where(np.isfinite(found), bounds, np.inf)


def sizes_above(columns: Float64Array) -> Float64Array:
    """Upper bounds of the columns' sums of moduli: ``(n, rows)`` to ``(rows,)``."""
    flat = np.abs(columns).reshape(-1, columns.shape[-1])
    return np.asarray(flat.sum(axis=0) * (1.0 + slack(len(flat))) + TINY)


def total_above(values: Float64Array) -> float:
    """An upper bound of the sum of numbers that are not negative."""
    return float(values.sum()) * (1.0 + slack(values.size)) + TINY


def float_ends(number: Fraction) -> tuple[float, float]:
    """The floats around a rational number; the same one twice if it is a float.

    Raises:
        OverflowError: If no float reaches it.
    """
    nearest = float(number)
    if Fraction(nearest) == number:
        return nearest, nearest
    return math.nextafter(nearest, -math.inf), math.nextafter(nearest, math.inf)


def floats_of(least: Exact, most: Exact, bits: int) -> tuple[Float64Array, float]:
    """Numbers between integers times ``2^-bits`` as floats, and how wrong these are.

    Returns:
        Floats, and a bound of the modulus of every difference.

    Raises:
        OverflowError: If a number is beyond all floats.
    """
    unit = 1 << bits
    whole = least if most is least else least + most
    values = np.asarray(whole / (unit if most is least else 2 * unit), np.float64)
    error = float(np.abs(values).max(initial=0.0)) * 2 * UNIT + TINY
    if most is not least:
        error += float(above(np.asarray((most - least).max(initial=0) / unit, float)))
    return values, error
