"""A real number known to lie between two exact dyadic end points.

An `Enclosure` is plain data: picklable, hashable, equal when its end points are. It
has no ``<`` and no ``float()``, so that ``max``, ``min``, ``sorted`` and ``float``
raise instead of silently dropping the radius. To compare, use `decide`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import NoReturn

from flint import arb

from slth_verify.errors import InvalidParameterError
from slth_verify.showing import OneLine


class NonFiniteError(ArithmeticError):
    """A ball computation gave NaN or an infinite radius; nothing is known."""


@dataclass(frozen=True, slots=True, repr=False)
class Enclosure(OneLine):
    """The closed interval ``[lower, upper]``, guaranteed to contain a real number.

    Attributes:
        lower: Exact lower end point.
        upper: Exact upper end point, at least ``lower``.
    """

    lower: Fraction
    upper: Fraction

    def __post_init__(self) -> None:
        if self.lower > self.upper:
            raise InvalidParameterError(
                f"lower={self.lower} exceeds upper={self.upper}: an enclosure needs "
                "lower <= upper. Swap the end points."
            )

    @classmethod
    def exact(cls, value: int | Fraction) -> Enclosure:
        """The enclosure of one rational number, with radius zero."""
        return cls(Fraction(value), Fraction(value))

    @property
    def width(self) -> Fraction:
        """Exact distance of the end points."""
        return self.upper - self.lower

    def contains(self, value: int | float | Fraction) -> bool:
        """Whether ``value``, read exactly, lies in the closed interval."""
        return self.lower <= Fraction(value) <= self.upper

    def within(self, lower: int | Fraction, upper: int | Fraction | None) -> Enclosure:
        """The part of it where the number is known to lie for another reason.

        A probability that was enclosed in ``[-1e-40, 1e-40]`` lies in ``[0, 1e-40]``.
        Without this the square of such a number would not be what the ends say.

        Args:
            lower: The number is at least this.
            upper: The number is at most this; None if nothing is known.

        Raises:
            InvalidParameterError: If no point is left: then one of both is wrong.
        """
        low = max(self.lower, Fraction(lower))
        high = self.upper if upper is None else min(self.upper, Fraction(upper))
        return Enclosure(low, high)

    def readable(self) -> Enclosure:
        """Rounded outwards, so that no end is closer to 0 than 2^-3300, but 0 itself.

        Its decimals can be read again: exponents beyond 1,000 are refused at every
        door.
        """
        return Enclosure(_readable(self.lower), -_readable(-self.upper))

    def decimal(self, digits: int = 12) -> tuple[str, str]:
        """Both end points in decimals, rounded outwards.

        Args:
            digits: Significant digits, at least 1.
        """
        return (
            directed_decimal(self.lower, digits, up=False),
            directed_decimal(self.upper, digits, up=True),
        )

    def __bool__(self) -> NoReturn:
        raise TypeError("an Enclosure has no truth value; compare with decide()")

    def __str__(self) -> str:
        low, high = self.decimal()
        return f"[{low}, {high}]"


#: No end of an enclosure is larger, or smaller but 0, than two to this power.
_BITS = 1 << 16

#: No other number than 0 is closer to it, once made `Enclosure.readable`.
_LEAST_READABLE = Fraction(1, 2**3300)


def _readable(lower: Fraction) -> Fraction:
    """A lower end, rounded down."""
    if lower == 0 or abs(lower) >= _LEAST_READABLE:
        return lower
    return Fraction(0) if lower > 0 else -_LEAST_READABLE


def directed_decimal(value: Fraction, digits: int, *, up: bool) -> str:
    """Decimal string of ``value`` with ``digits`` significant digits.

    Args:
        value: The exact number.
        digits: Significant digits, at least 1.
        up: Round towards plus infinity if true, towards minus infinity otherwise.
    """
    context = Context(prec=digits, rounding=ROUND_CEILING if up else ROUND_FLOOR)
    quotient = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    return str(quotient.normalize(context))


def plain_decimal(value: Fraction, digits: int, *, up: bool) -> str:
    """As `directed_decimal`, but ``"20"`` for ``"2E+1"``, for people."""
    text = directed_decimal(value, digits, up=up)
    number = Decimal(text)
    return f"{number:f}" if number and -7 <= number.adjusted() <= 15 else text


def from_ball(ball: arb) -> Enclosure:
    """Exact end points of an ``arb`` ball.

    An end whose modulus is below ``2**-65536`` is rounded outwards, to 0 or to that
    number: as a fraction it would not fit into memory.

    Raises:
        NonFiniteError: If the ball is NaN or unbounded, or an end exceeds ``2**65536``.
    """
    if not ball.is_finite():
        raise NonFiniteError(f"ball={ball} is not finite")
    low, high = ball.lower(), ball.upper()
    return Enclosure(exact_end(low, _BITS, up=False), exact_end(high, _BITS, up=True))


def to_ball(value: Enclosure | Fraction | int) -> arb:
    """An ``arb`` ball that contains ``value``, at the precision in force."""
    if isinstance(value, Enclosure):
        return _rational_ball(value.lower).union(_rational_ball(value.upper))
    return _rational_ball(value)


def _rational_ball(value: Fraction | int) -> arb:
    return arb(value.numerator) / value.denominator


def exact_end(number: arb, bits: int, *, up: bool) -> Fraction:
    """A ball of radius 0 as a fraction.

    Args:
        number: A finite number.
        bits: Modulus at most ``2**bits``; below ``2**-bits`` it is rounded.
        up: Round upwards if true, downwards otherwise.

    Raises:
        NonFiniteError: If its modulus is larger.
    """
    parts = number.man_exp()
    mantissa, exponent = int(parts[0]), int(parts[1])
    size = mantissa.bit_length() + exponent
    if size > bits:
        raise NonFiniteError(f"an end of size 2^{size} is too large for a fraction")
    if mantissa and size < -bits:
        outwards = up == (mantissa > 0)
        tiny = Fraction(1, 1 << bits)
        return (tiny if up else -tiny) if outwards else Fraction(0)
    return Fraction(mantissa) * Fraction(2) ** exponent
