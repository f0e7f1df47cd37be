"""Rational enclosures of pi, the error function and the gamma function.

Rigor: enclosed; every remainder bound is proved in its docstring.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import factorial

from old_interval.interval import (
    ZERO,
    Interval,
    UndecidedError,
    add,
    exp,
    inverse,
    multiply,
    negative,
    root,
    rounded,
)


@lru_cache(maxsize=64)
def pi(bits: int) -> Interval:
    """Pi by Machin's formula ``pi = 16 atan(1/5) - 4 atan(1/239)``."""
    work = bits + 16
    first = multiply(Interval.point(16), _atan_inverse(5, work), work)
    second = multiply(Interval.point(-4), _atan_inverse(239, work), work)
    return add(first, second, bits)


def _atan_inverse(q: int, bits: int) -> Interval:
    """``atan(1/q)`` for an integer ``q >= 2``.

    The series ``sum (-1)^i q^(-2i-1)/(2i+1)`` alternates with falling terms, so the
    remainder is at most the first term left out. In fixed point a power is short of
    the truth by less than 2 units and a term by less than 3; at the end the true power
    is below 2 units.
    """
    unit = 1 << (bits + 16)
    power, total, index, sign = unit // q, 0, 1, 1
    terms = 0
    while power:
        total += sign * (power // index)
        power //= q * q
        index += 2
        sign = -sign
        terms += 1
    slack = 3 * terms + 2
    return Interval(Fraction(total - slack, unit), Fraction(total + slack, unit))


def erf(value: Interval, bits: int) -> Interval:
    """Error function, which increases and is odd."""
    low = _erf_point(value.lower, bits)
    high = low if value.is_point else _erf_point(value.upper, bits)
    return Interval(low.lower, high.upper)


@lru_cache(maxsize=1024)
def _erf_point(x: Fraction, bits: int) -> Interval:
    """``erf(x)`` of one fraction, by the series with positive terms.

    ``erf(x) = 2/sqrt(pi) exp(-x^2) sum_i 2^i x^(2i+1)/(1*3*...*(2i+1))``. The ratio of
    successive terms is ``2x^2/(2i+3)``, which falls; once it is at most 1/2 the
    remainder is at most the last term that was added.

    Raises:
        UndecidedError: If ``|x|`` exceeds 20, where the series is slow.
    """
    if x == 0:
        return ZERO
    if x < 0:
        return negative(_erf_point(-x, bits))
    if x > 20:
        raise UndecidedError("erf of a number above 20")
    growth = int(x * x * 3) + 16
    work = bits + growth
    point = Interval.point(x)
    square = multiply(point, point, work)
    term = total = rounded(point, work)
    index = 0
    threshold = Fraction(1, 1 << work)
    while True:
        ratio = multiply(square, Interval.point(Fraction(2, 2 * index + 3)), work)
        term = multiply(term, ratio, work)
        total = add(total, term, work)
        index += 1
        later = multiply(square, Interval.point(Fraction(2, 2 * index + 3)), work)
        if later.upper <= Fraction(1, 2) and term.upper < threshold:
            break
    total = Interval(total.lower, total.upper + term.upper)
    scale = multiply(exp(negative(square), work), total, work)
    factor = multiply(Interval.point(2), inverse(root(pi(work), 2, work), work), work)
    result = multiply(scale, factor, bits)
    return Interval(result.lower, min(result.upper, Fraction(1)))


def gamma(value: Fraction, bits: int) -> Interval:
    """Gamma function at an integer or half-integer above zero.

    ``gamma(n+1) = n!`` and ``gamma(n + 1/2) = (2n)! sqrt(pi) / (4^n n!)``.

    Raises:
        UndecidedError: At any other argument.
    """
    if value > 0 and value.denominator == 1:
        return Interval.point(factorial(int(value) - 1))
    if value > 0 and value.denominator == 2:
        whole = int(value - Fraction(1, 2))
        rational = Fraction(factorial(2 * whole), 4**whole * factorial(whole))
        return multiply(Interval.point(rational), root(pi(bits + 8), 2, bits + 8), bits)
    raise UndecidedError("gamma at a number that is no positive half-integer")
