"""Reading numbers that mean exactly what is written: one reader for every door.

A number may be an int, a `Fraction`, a `Decimal`, a string such as ``"0.01"``,
``"1/100"`` or ``"1e-6"``, a NumPy number, a SymPy rational, or a float, which is read
through its shortest decimal form: ``0.1`` means one tenth, not the nearest binary
fraction.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from numbers import Integral, Rational, Real
from typing import Any, cast

from slth_verify.errors import InvalidParameterError
from slth_verify.limits import DIGITS, EXPONENT
from slth_verify.text import printable

#: What may be passed as an exact number.
ExactNumber = int | str | float | Fraction | Decimal | Rational

_DECIMAL = re.compile(
    r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e([+-]?[0-9]{1,9}))?", re.ASCII
)
_RATIO = re.compile(r"[+-]?[0-9]+/[0-9]+", re.ASCII)

#: No admitted number has a numerator or denominator with more bits.
_BITS = math.ceil((DIGITS + EXPONENT + 1) * math.log2(10))

#: They are counted and looked up, but their parts are letters, bytes and keys.
_NO_SEQUENCES = (str, bytes, bytearray, memoryview, Mapping)

_ROUGH = Context(prec=30, Emin=MIN_EMIN, Emax=MAX_EMAX)

#: How much of a refused value a message repeats.
_SHOWN = 60


def exact_number(
    value: ExactNumber | Any, name: str = "value", *, exponent: int = EXPONENT
) -> Fraction:
    """The rational number that a value means.

    Args:
        value: The number, in any form of this module; not a bool.
        name: How the error message calls it.
        exponent: Largest modulus of a decimal exponent that is read.

    Raises:
        InvalidParameterError: If it is no finite number of these forms, or has more
            than 1,000 digits or an exponent beyond ``exponent``.

    Rigor:
        Exact.

    Examples:
        >>> exact_number("1e-2"), exact_number(0.1)
        (Fraction(1, 100), Fraction(1, 10))
    """
    if isinstance(value, str):
        return _from_text(value, name, exponent)
    if isinstance(value, bool) or type(value).__name__ == "timedelta64":  # no number
        raise _unreadable(value, name)
    if isinstance(value, Integral):
        number = Fraction(int(value))
    elif isinstance(value, Rational):
        number = Fraction(int(value.numerator), int(value.denominator))
    elif isinstance(value, Decimal):
        return _from_text(str(value), name, exponent)
    elif isinstance(value, float):
        return _from_text(float.__repr__(value), name, exponent)
    elif isinstance(value, Real) and type(value).__module__ == "numpy":
        return _from_text(str(value), name, exponent)
    else:
        raise _unreadable(value, name)
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > _BITS:
        raise _too_long(name)
    return number


def whole_number(
    value: ExactNumber | Any,
    name: str = "value",
    *,
    least: int | None = None,
    most: int | None = None,
) -> int:
    """The integer that a value means; 1.0 and "7" are integers, 1.9 is none.

    Args:
        value: The number, in any form of this module; not a bool.
        name: How the error message calls it.
        least: Smallest admitted value.
        most: Largest admitted value.

    Raises:
        InvalidParameterError: If it is no integer, or out of range.
    """
    number = exact_number(value, name)
    outside = (least is not None and number < least) or (
        most is not None and number > most
    )
    if number.denominator != 1 or outside:
        raise InvalidParameterError(
            f"{name}={shown(value)}: an integer{_range(least, most)} was required. "
            f"Pass one for {name}."
        )
    return int(number)


def whole_numbers(
    values: Sequence[ExactNumber] | Any,
    name: str = "values",
    *,
    least: int | None = None,
    most: int | None = None,
) -> tuple[int, ...]:
    """Integers from a sequence.

    Raises:
        InvalidParameterError: If it is none (see `in_order`), or one is no integer, or
            out of range.
    """
    try:
        parts = list(in_order(values, name))
    except InvalidParameterError as error:
        raise InvalidParameterError(
            f"{name}={shown(values)}: several integers{_range(least, most)} were "
            f"required, such as (8, 16). Pass a sequence for {name}."
        ) from error
    return tuple(whole_number(part, name, least=least, most=most) for part in parts)


def whole_numbers_of_text(
    text: str,
    name: str = "values",
    *,
    least: int | None = None,
    most: int | None = None,
) -> tuple[int, ...]:
    """Integers from a text such as ``"8,16"``, of a command or a plan.

    Raises:
        InvalidParameterError: If one is no integer, or out of range.
    """
    try:
        return whole_numbers(text.split(","), name, least=least, most=most)
    except InvalidParameterError as error:
        raise InvalidParameterError(
            f"{name}={shown(text)}: comma-separated integers{_range(least, most)} were "
            f"required (any statement). Pass {name} like 8,16."
        ) from error


def in_order(values: Any, name: str = "values") -> Sequence[Any]:
    """Values that can be counted and looked at twice, in an order that was meant.

    Lists, tuples, ranges, arrays with axes. Letters of a text and bytes of a string
    are no numbers, a set has no order, a mapping more than keys, and an iterator is
    empty the second time, or never ends.

    Raises:
        InvalidParameterError: If they are anything else.
    """
    countable = hasattr(values, "__len__") and hasattr(values, "__getitem__")
    scalar = getattr(values, "shape", None) == ()
    if scalar or not countable or isinstance(values, _NO_SEQUENCES):
        raise InvalidParameterError(
            f"{name}={shown(values)}: a sequence was required, such as (8, 16). Pass a "
            f"tuple for {name}."
        )
    return cast("Sequence[Any]", values)


def shown(value: object) -> str:
    """A refused value for a message: short, on one line, without control characters."""
    try:
        text = str(value) if isinstance(value, Fraction) else ascii(value)
    except ValueError:  # an integer that is too long to be written out
        return f"<{type(value).__name__} with thousands of digits>"
    text = printable(" ".join(text.split()), len(text))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def log_of(number: Fraction) -> float:
    """Natural logarithm of a positive number, however large or small; rounded."""
    return math.log(number.numerator) - math.log(number.denominator)


def rough(value: Fraction) -> str:
    """Six significant digits, for messages only; cheap whatever the value."""
    if value == 0:
        return "0"
    numerator, denominator = value.numerator, value.denominator
    digits = numerator.bit_length() - denominator.bit_length()
    if -4 <= math.floor(digits * math.log10(2)) <= 15:
        return f"{float(value):.6g}"
    # leading bits and a power of two: long integers are never multiplied
    cuts = [max(0, part.bit_length() - 128) for part in (numerator, denominator)]
    quotient = _ROUGH.divide(numerator >> cuts[0], denominator >> cuts[1])
    scaled = _ROUGH.multiply(quotient, _ROUGH.power(2, cuts[0] - cuts[1]))
    return f"{scaled:.5e}"


def _from_text(text: str, name: str, exponent: int) -> Fraction:
    """Digits and exponent are counted before anything is computed."""
    stripped = text.strip().lower()
    if len(stripped) > 2 * DIGITS + 20:
        raise _too_long(name)
    form = _DECIMAL.fullmatch(stripped)
    if form is None and not _RATIO.fullmatch(stripped):
        raise _unreadable(text, name)
    if form is not None and abs(int(form[1] or 0)) > exponent:
        raise _too_long(name, text, exponent)
    digits = stripped.partition("e")[0].split("/")
    if any(sum(map(str.isdigit, part)) > DIGITS for part in digits):
        raise _too_long(name)
    try:
        return Fraction(stripped)
    except ZeroDivisionError as error:
        raise _unreadable(text, name) from error


def _unreadable(value: object, name: str) -> InvalidParameterError:
    return InvalidParameterError(
        f"{name}={shown(value)} is no exact number: a finite int, Fraction, Decimal, "
        "float, NumPy number, SymPy rational, or a string like '0.01' or '1/100' was "
        f"required (any statement). Pass {name} in one of these forms."
    )


def _too_long(
    name: str, value: object = None, exponent: int = EXPONENT
) -> InvalidParameterError:
    which = f"{name}={shown(value)}" if value is not None else f"{name}: the number"
    return InvalidParameterError(
        f"{which} is too long: at most {DIGITS} digits and exponents within "
        f"{exponent} are read (any statement). Pass a shorter {name}."
    )


def _range(least: int | None, most: int | None) -> str:
    if least is None and most is None:
        return ""
    if most is None:
        return f" >= {least}"
    return f" <= {most}" if least is None else f" from {least} to {most}"
