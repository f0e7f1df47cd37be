"""Real numbers between two ends, each of which is exact or lies within a ball.

A rational number stays exact as long as it is short, so that ``1/3 - 1/3`` is 0 and the
ceiling of an integer is that integer. A monotone function of a wide span is evaluated
at its two ends, so that a span is no wider than the values in between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from flint import arb, fmpq, fmpz

from slth_verify.enclosure._enclosure import Enclosure, NonFiniteError, exact_end

Number = fmpq | arb

#: A rational number with a longer numerator or denominator becomes a ball.
_EXACT_BITS = 4096

#: No end of an `Enclosure` of a span is larger, or smaller but 0, than 2 to this power.
_END_BITS = 1 << 21

_MAX_DEGREE = 1 << 31


@dataclass(frozen=True, slots=True)
class Span:
    """A real number that is at least some point of ``low`` and at most one of ``high``.

    Attributes:
        low: Exact, or a finite ball.
        high: Likewise; the same object as ``low`` where only one number is meant.
    """

    low: Number
    high: Number

    @classmethod
    def between(cls, low: Number, high: Number) -> Span:
        """The span of two numbers, or of one where both are the same exact one."""
        low, high = short(low), short(high)
        same = isinstance(low, fmpq) and isinstance(high, fmpq) and low == high
        return cls(low, low if same else high)

    @classmethod
    def point(cls, number: Number) -> Span:
        """The span of one number."""
        number = short(number)
        return cls(number, number)

    @classmethod
    def rational(cls, value: Fraction) -> Span:
        """The span of one rational number."""
        return cls.point(fmpq(value.numerator, value.denominator))

    @property
    def is_point(self) -> bool:
        """Whether one number is meant, though perhaps not known exactly."""
        return self.low is self.high

    @property
    def exact(self) -> fmpq | None:
        """The number, where it is known exactly."""
        return self.low if self.is_point and isinstance(self.low, fmpq) else None

    @property
    def ball(self) -> arb:
        """A ball that contains it, at the precision in force."""
        return arb(self.low) if self.is_point else arb(self.low).union(arb(self.high))

    def enclosure(self) -> Enclosure:
        """Exact ends around it.

        Raises:
            NonFiniteError: If an end exceeds ``2**(2**21)``.
        """
        return Enclosure(_end(self.low, up=False), _end(self.high, up=True))

    def rising(self, function: Callable[[Number], Number]) -> Span:
        """A function that never falls between the two ends."""
        low = short(function(self.low))
        return Span(low, low if self.is_point else short(function(self.high)))

    def falling(self, function: Callable[[Number], Number]) -> Span:
        """A function that never rises between the two ends."""
        low = short(function(self.high))
        return Span(low, low if self.is_point else short(function(self.low)))


def short(number: Number) -> Number:
    """The number itself: exact where that is short, else a ball.

    Raises:
        NonFiniteError: If nothing is known about it.
    """
    if isinstance(number, fmpq):
        return number if number.height_bits() <= _EXACT_BITS else arb(number)
    if not number.is_finite():
        raise NonFiniteError("a value is undefined, or unbounded at this precision")
    if number.is_exact():
        mantissa, exponent = number.man_exp()
        if mantissa.bit_length() + abs(exponent) <= _EXACT_BITS:
            return fmpq(mantissa) * fmpq(2) ** int(exponent)
    return number


def _end(number: Number, *, up: bool) -> Fraction:
    if isinstance(number, fmpq):
        return Fraction(int(number.p), int(number.q))
    return exact_end(number.upper() if up else number.lower(), _END_BITS, up=up)


def _lesser(x: Number, y: Number) -> Number:
    """A number that is at most both, and as large as is known."""
    if x <= y:
        return x
    if y <= x:
        return y
    low, other = arb(x).lower(), arb(y).lower()
    return low if low <= other else other


def _greater(x: Number, y: Number) -> Number:
    """A number that is at least both, and as small as is known."""
    return -_lesser(-x, -y)


def least(*items: Span) -> Span:
    """The smallest of some numbers."""
    return reduce(
        lambda a, b: Span.between(_lesser(a.low, b.low), _least_top(a.high, b.high)),
        items,
    )


def greatest(*items: Span) -> Span:
    """The largest of some numbers."""
    return negative(least(*map(negative, items)))


def _least_top(x: Number, y: Number) -> Number:
    """A number that is at least the smaller of both, and as small as is known."""
    if x <= y:
        return x
    if y <= x:
        return y
    high, other = arb(x).upper(), arb(y).upper()
    return high if high <= other else other


def negative(x: Span) -> Span:
    """Negation."""
    return x.falling(lambda number: -number)


def add(x: Span, y: Span) -> Span:
    """Sum."""
    low = short(x.low + y.low)
    return Span(low, low if x.is_point and y.is_point else short(x.high + y.high))


def multiply(x: Span, y: Span) -> Span:
    """Product: its extremes lie among the products of the ends."""
    if x.is_point and y.is_point:
        return Span.point(x.low * y.low)
    if x.low >= 0 and y.low >= 0:
        return Span.between(x.low * y.low, x.high * y.high)
    corners = [short(a * b) for a in (x.low, x.high) for b in (y.low, y.high)]
    return Span.between(reduce(_lesser, corners), reduce(_greater, corners))


def inverse(x: Span) -> Span:
    """Reciprocal.

    Raises:
        NonFiniteError: If the number may be 0.
    """
    if not (x.low > 0 or x.high < 0):
        raise NonFiniteError("the divisor may be zero")
    return x.falling(lambda number: 1 / number)


def magnitude(x: Span) -> Span:
    """Absolute value."""
    if x.low >= 0:
        return x
    if x.high <= 0:
        return negative(x)
    return Span.between(fmpq(0), _greater(-x.low, x.high))


def integer_power(x: Span, exponent: int) -> Span:
    """``x ** exponent`` with ``x ** 0 = 1``.

    Raises:
        NonFiniteError: If the exponent is negative and the number may be 0.
    """
    if exponent == 0:
        return Span.point(fmpq(1))
    if exponent < 0:
        return inverse(integer_power(x, -exponent))
    if exponent % 2 == 0:
        x = magnitude(x)
    elif x.low < 0 and x.high <= 0:
        return negative(integer_power(negative(x), exponent))
    return x.rising(lambda number: _raised(number, exponent))


def _raised(number: Number, exponent: int) -> Number:
    if isinstance(number, fmpq) and number.height_bits() * exponent <= _EXACT_BITS:
        return number**exponent
    return arb(number) ** exponent


def root(x: Span, degree: int) -> Span:
    """The root of a non-negative number, of degree 1 to 2**31; exact if rational.

    Raises:
        NonFiniteError: If the number may be negative.
    """
    if not x.low >= 0:
        raise NonFiniteError("the root of a number that may be negative")
    return x.rising(lambda number: _rooted(number, degree))


def _rooted(number: Number, degree: int) -> Number:
    if isinstance(number, fmpq):
        top, bottom = number.p.root(degree), number.q.root(degree)
        if _is_power(number.p, top, degree) and _is_power(number.q, bottom, degree):
            return fmpq(top, bottom)
    return arb(number).root(degree)


def _is_power(value: fmpz, root: fmpz, degree: int) -> bool:
    """Whether ``root**degree`` is the value; a floored root above 1 is small."""
    return value == root if root <= 1 else root**degree == value


def power(x: Span, exponent: Span) -> Span:
    """``x ** exponent`` for a rational exponent, or of a positive number.

    Raises:
        NonFiniteError: If it may be undefined.
    """
    known = exponent.exact
    if known is not None and known.q == 1:
        return integer_power(x, int(known.p))
    if known is not None and known.q < _MAX_DEGREE:
        return integer_power(root(x, int(known.q)), int(known.p))
    if x.exact == 0 and exponent.low > 0:
        return x
    return exp(multiply(exponent, log(x)))


def exp(x: Span) -> Span:
    """Exponential function."""
    return x.rising(lambda number: arb(number).exp())


def log(x: Span) -> Span:
    """Natural logarithm.

    Raises:
        NonFiniteError: If the number may not be positive.
    """
    if not x.low > 0:
        raise NonFiniteError("the logarithm of a number that may not be positive")
    return x.rising(lambda number: arb(number).log())


def floor(x: Span) -> Span:
    """The greatest integer that is not above it."""
    ends = x.enclosure()
    return Span.between(fmpq(ends.lower.__floor__()), fmpq(ends.upper.__floor__()))


def ceiling(x: Span) -> Span:
    """The least integer that is not below it."""
    return negative(floor(negative(x)))
