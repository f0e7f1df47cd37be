"""Rational intervals with proven elementary functions, in plain integers.

Comparisons inside this room must be decided, never guessed, and the room uses no
floating point. An `Interval` has two exact fractions as end points; every function
here returns an interval that contains the true value, rounded outwards to about
``bits`` significant bits.

Rigor: enclosed. Each series below states the remainder bound that it uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isqrt


class UndecidedError(ArithmeticError):
    """An interval is too wide, or outside a function's domain, at this precision."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The closed interval ``[lower, upper]`` with exact rational end points."""

    lower: Fraction
    upper: Fraction

    @classmethod
    def point(cls, value: int | Fraction) -> Interval:
        """The interval that holds one rational number only."""
        return cls(Fraction(value), Fraction(value))

    @property
    def is_point(self) -> bool:
        """Whether both end points agree, so that the number is known exactly."""
        return self.lower == self.upper


ZERO = Interval.point(0)
ONE = Interval.point(1)
_LARGEST_EXPONENT = 1 << 20


def rounded(value: Interval, bits: int) -> Interval:
    """``value`` with end points of at most about ``bits`` significant bits each.

    Rounds outwards, and leaves short fractions as they are.
    """
    return Interval(_floor(value.lower, bits), -_floor(-value.upper, bits))


def _floor(value: Fraction, bits: int) -> Fraction:
    top, bottom = value.numerator.bit_length(), value.denominator.bit_length()
    if top + bottom <= 2 * bits:
        return value
    shift = bits - top + bottom
    if shift >= 0:
        return Fraction((value.numerator << shift) // value.denominator, 1 << shift)
    return Fraction((value.numerator // (value.denominator << -shift)) << -shift)


def add(left: Interval, right: Interval, bits: int) -> Interval:
    """Sum of two intervals."""
    total = Interval(left.lower + right.lower, left.upper + right.upper)
    return rounded(total, bits)


def negative(value: Interval) -> Interval:
    """Negation."""
    return Interval(-value.upper, -value.lower)


def multiply(left: Interval, right: Interval, bits: int) -> Interval:
    """Product of two intervals: extremes lie among the four corner products."""
    corners = (
        left.lower * right.lower,
        left.lower * right.upper,
        left.upper * right.lower,
        left.upper * right.upper,
    )
    return rounded(Interval(min(corners), max(corners)), bits)


def inverse(value: Interval, bits: int) -> Interval:
    """Reciprocal.

    Raises:
        UndecidedError: If the interval contains zero.
    """
    if value.lower <= 0 <= value.upper:
        raise UndecidedError("the divisor may be zero")
    return rounded(Interval(1 / value.upper, 1 / value.lower), bits)


def integer_power(value: Interval, exponent: int, bits: int) -> Interval:
    """``value ** exponent`` for any integer exponent, with ``x ** 0 = 1``."""
    if exponent < 0:
        return inverse(integer_power(value, -exponent, bits), bits)
    if exponent % 2 == 0 and value.lower < 0:
        top = max(-value.lower, value.upper)
        bottom = Fraction(0) if value.upper >= 0 else -value.upper
        value = Interval(bottom, top)
    # x -> x^exponent is non-decreasing here: exponent odd, or value >= 0
    return rounded(
        Interval(
            _power_floor(value.lower, exponent, bits),
            -_power_floor(value.upper, exponent, bits, negate=True),
        ),
        bits,
    )


def _power_floor(
    base: Fraction, exponent: int, bits: int, *, negate: bool = False
) -> Fraction:
    """A lower bound of ``base**exponent``, or of its negative.

    Rounding after each squaring keeps the numbers short; magnitudes are rounded
    down for a lower bound of a non-negative power and up for an upper bound.
    """
    sign = -1 if base < 0 and exponent % 2 else 1
    up = (sign < 0) != negate
    size, result, power = abs(base), Fraction(1), exponent
    while power:
        if power & 1:
            result = _directed(result * size, bits, up)
        power >>= 1
        if power:
            size = _directed(size * size, bits, up)
    value = sign * result
    return -value if negate else value


def _directed(value: Fraction, bits: int, up: bool) -> Fraction:
    return -_floor(-value, bits) if up else _floor(value, bits)


def root(value: Interval, degree: int, bits: int) -> Interval:
    """The ``degree``-th root of a non-negative interval, for ``degree >= 1``.

    Raises:
        UndecidedError: If the interval reaches below zero, or the degree exceeds 100.
    """
    if value.lower < 0:
        raise UndecidedError("root of a number that may be negative")
    if degree > 100:
        raise UndecidedError("a root of a high degree, which is slow")
    return Interval(
        _root_bound(value.lower, degree, bits, up=False),
        _root_bound(value.upper, degree, bits, up=True),
    )


def _root_bound(value: Fraction, degree: int, bits: int, *, up: bool) -> Fraction:
    """``floor`` or ``ceil`` of the root on a dyadic grid; exact when it is rational."""
    if value == 0:
        return value
    top = _integer_root(value.numerator, degree)
    bottom = _integer_root(value.denominator, degree)
    if top**degree == value.numerator and bottom**degree == value.denominator:
        return Fraction(top, bottom)
    magnitude = (
        value.numerator.bit_length() - value.denominator.bit_length()
    ) // degree
    shift = max(bits - magnitude, 0)
    grid = _integer_root(
        (value.numerator << (shift * degree)) // value.denominator, degree
    )
    # grid <= root * 2^shift < grid + 1
    return Fraction(grid + 1 if up else grid, 1 << shift)


def _integer_root(value: int, degree: int) -> int:
    """``floor(value ** (1/degree))`` by Newton's iteration from above."""
    if degree == 1 or value < 2:
        return value
    if degree == 2:
        return isqrt(value)
    guess = 1 << -(-value.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + value // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better


def log(value: Interval, bits: int) -> Interval:
    """Natural logarithm of a positive interval.

    Raises:
        UndecidedError: If the interval reaches zero or below.
    """
    if value.lower <= 0:
        raise UndecidedError("logarithm of a number that may not be positive")
    low = _log_point(value.lower, bits)
    high = low if value.is_point else _log_point(value.upper, bits)
    return Interval(low.lower, high.upper)


@lru_cache(maxsize=4096)
def _log_point(value: Fraction, bits: int) -> Interval:
    """``log(x)`` of one positive fraction.

    Write ``x = 2^e y`` with ``y`` in [2/3, 4/3]. Then ``log x = e log 2 + log y`` and
    both logarithms are ``2 atanh(u)``, ``u = (y-1)/(y+1)``, with ``|u| <= 1/5``, and
    ``u = 1/3`` for ``y = 2``.
    """
    work = bits + 16
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    mantissa = value / Fraction(2) ** exponent
    while mantissa > Fraction(4, 3):
        mantissa, exponent = mantissa / 2, exponent + 1
    while mantissa < Fraction(2, 3):
        mantissa, exponent = mantissa * 2, exponent - 1
    small = _twice_atanh((mantissa - 1) / (mantissa + 1), work)
    if exponent == 0:
        return rounded(small, bits)
    two = _twice_atanh(Fraction(1, 3), work + abs(exponent).bit_length())
    return add(multiply(Interval.point(exponent), two, work), small, bits)


@lru_cache(maxsize=4096)
def _twice_atanh(u: Fraction, bits: int) -> Interval:
    """``2 atanh(u)`` for ``|u| <= 1/3``.

    The series is ``2 sum u^(2i+1)/(2i+1)``. After the terms ``i < N`` the remainder
    has the sign of ``u`` and is at most ``2|u|^(2N+1)/((2N+1)(1-u^2))``, which is at
    most ``9/4 |u|^(2N+1)/(2N+1)``.

    The sum runs in fixed point, every division rounded down. A power is then short of
    the truth by less than ``1 + u^2 + u^4 + ... <= 9/8`` units, a term by less than
    ``9/8 + 1 < 3``. When the power has shrunk to 0, the true one is below 9/8 units,
    and the remaining terms add up to less than ``(9/8)^2 < 2`` units.
    """
    if u == 0:
        return ZERO
    if u < 0:
        return negative(_twice_atanh(-u, bits))
    guard = bits + 32
    unit = 1 << guard
    power = (u.numerator * unit) // u.denominator
    square = u * u
    total, terms, index = 0, 0, 1
    while power:
        total += power // index
        power = (power * square.numerator) // square.denominator
        index += 2
        terms += 1
    lower = Fraction(2 * total, unit)
    upper = Fraction(2 * (total + 3 * terms + 2), unit)
    return Interval(lower, upper)


def exp(value: Interval, bits: int) -> Interval:
    """Exponential function, which increases."""
    low = _exp_point(value.lower, bits)
    high = low if value.is_point else _exp_point(value.upper, bits)
    return Interval(low.lower, high.upper)


@lru_cache(maxsize=4096)
def _exp_point(value: Fraction, bits: int) -> Interval:
    """``exp(x)`` of one fraction, by ``exp(x) = exp(x / 2^s)^(2^s)``.

    With ``0 < t = |x|/2^s <= 1/2`` the Taylor remainder from the term ``t^N/N!`` on
    lies between 0 and twice that term, since later ratios are at most 1/2. In fixed
    point, with every division rounded down, a term is short of the truth by at most 2
    units (by induction: ``2 t/(i+1) + t^i/(i+1)! + 1 <= 2``); when it has shrunk to 0
    the true one is at most 2 units, hence the remainder at most 4.

    Raises:
        UndecidedError: If ``|x|`` exceeds ``2^20``, where the result would not fit.
    """
    if abs(value) > _LARGEST_EXPONENT:
        raise UndecidedError("the exponent is too large to write the power down")
    if value == 0:
        return ONE
    if value < 0:
        return inverse(_exp_point(-value, bits + 4), bits)
    halvings = max(0, value.numerator.bit_length() - value.denominator.bit_length() + 2)
    work = bits + 2 * halvings + 16
    unit = 1 << work
    argument = value / (1 << halvings)
    low = (argument.numerator * unit) // argument.denominator
    term, total, index = unit, 0, 0
    while term:
        total += term
        index += 1
        term = (term * low) // (unit * index)
    lower = Fraction(total, unit)
    upper = Fraction(total + 2 * index + 4, unit)
    result = Interval(lower, upper)
    for _ in range(halvings):
        result = rounded(Interval(result.lower**2, result.upper**2), work)
    return rounded(result, bits)
