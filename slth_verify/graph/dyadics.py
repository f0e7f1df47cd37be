"""Exact integers behind floats, and short rationals on the safe side."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.graph.nodes import Weights

#: Significant bits of a rounded end of a range.
BITS = 64

#: Bits that the enclosure of an inverse root has at least.
ROOT_BITS = 128

#: Arrays of Python integers, or of fractions.
Exact = NDArray[np.object_]


def integers(values: Weights) -> tuple[Exact, int]:
    """Floats as integers in units of ``2^-shift``, with the shift, at least 0.

    Rigor:
        Exact: a float is ``m 2^e`` with m of at most 53 bits (24 for float32), so
        ``m 2^53`` and ``m 2^24`` are integers that int64 holds. Floats must be read as
        they are (`require_ieee`).
    """
    bits = 24 if values.dtype == np.float32 else 53
    mantissas, exponents = np.frexp(values.astype(np.float64))
    whole = np.ldexp(mantissas, bits).astype(np.int64)
    least = np.where(whole != 0, exponents.astype(np.int64) - bits, 0)
    shift = max(0, -int(least.min()))
    # a zero is shifted as well, which leaves it zero
    return whole.astype(object) << (least + shift).astype(object), shift


def common(numbers: Iterable[Fraction]) -> tuple[Exact, int]:
    """Fractions as integers over their least common denominator."""
    listed = list(numbers)
    denominator = math.lcm(*(number.denominator for number in listed))
    whole = np.empty(len(listed), object)
    whole[:] = [
        number.numerator * (denominator // number.denominator) for number in listed
    ]
    return whole, denominator


def fractions(whole: Exact, denominator: int) -> Exact:
    """Integers over a denominator as fractions."""
    out = np.empty(whole.shape, object)
    out.ravel()[:] = [Fraction(number, denominator) for number in whole.ravel()]
    return out


def down(number: Fraction, bits: int = BITS) -> Fraction:
    """A dyadic number of about ``bits`` significant bits, not above the given one.

    Rigor:
        Exact: with ``2^e`` near the number, it is the floor of ``number 2^(bits - e)``
        over that power of two. Numbers of at most ``bits`` bits stay as they are.
    """
    top, bottom = number.numerator, number.denominator
    shift = bits - (top.bit_length() - bottom.bit_length())
    if shift >= 0:
        return Fraction((top << shift) // bottom, 1 << shift)
    return Fraction((top // (bottom << -shift)) << -shift)


def up(number: Fraction, bits: int = BITS) -> Fraction:
    """A dyadic number of about ``bits`` significant bits, not below the given one."""
    return -down(-number, bits)


def inverse_root(number: Fraction, bits: int = ROOT_BITS) -> tuple[Fraction, Fraction]:
    """Two rationals around ``1 / sqrt(number)``, equal if it is rational.

    Args:
        number: Positive.
        bits: The two differ by at most ``2^(1 - bits)`` times their size.

    Rigor:
        Enclosed: with ``number = a / b`` and r the integer root of the floor of
        ``4^k b / a``, ``r <= 2^k sqrt(b / a) < r + 1``, as a floor passes no square.
    """
    a, b = number.numerator, number.denominator
    roots = math.isqrt(a), math.isqrt(b)
    if roots[0] ** 2 == a and roots[1] ** 2 == b:
        return (exact := Fraction(roots[1], roots[0])), exact
    k = max(0, bits + (a.bit_length() - b.bit_length()) // 2 + 1)
    root = math.isqrt((b << 2 * k) // a)
    return Fraction(root, 1 << k), Fraction(root + 1, 1 << k)


def exact_entries(values: Any) -> Exact:
    """Numbers as fractions: floats mean what their bits say.

    Raises:
        TypeError: If an entry is no number.
        ValueError: If an entry is NaN.
        OverflowError: If an entry is infinite.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "iufO" or array.dtype == np.longdouble:
        raise TypeError(f"dtype {array.dtype}")
    out = np.empty(array.shape, object)
    out.ravel()[:] = [Fraction(entry) for entry in array.ravel().tolist()]
    return out
