"""Reading numbers that mean exactly what is written."""

from __future__ import annotations

import math
import re
from fractions import Fraction

from slth_verify.errors import InvalidParameterError

#: A number that means exactly what is written.
ExactNumber = Fraction | int | str | float

_FORM = re.compile(
    r"[+-]?[0-9]{1,400}(\.[0-9]{1,400})?(/[0-9]{1,400})?(e[+-]?[0-9]{1,3})?"
)


def exact_number(name: str, value: ExactNumber) -> Fraction:
    """The exact rational that a user wrote.

    Args:
        name: Parameter name for the error message.
        value: int, Fraction, ``"0.01"``, ``"1/100"``, ``"1e-3"``, or a float, which is
            read through its shortest decimal form (0.1 means 1/10).

    Raises:
        InvalidParameterError: If it is no finite number, or longer than 400 digits.
    """
    try:
        if isinstance(value, bool) or not isinstance(
            value, Fraction | int | str | float
        ):
            raise TypeError(type(value).__name__)
        if isinstance(value, Fraction | int):
            return Fraction(value)
        text = repr(value) if isinstance(value, float) else value.strip().lower()
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("not finite")
        if text.startswith("."):
            text = "0" + text
        if not _FORM.fullmatch(text) or ("/" in text and ("e" in text or "." in text)):
            raise ValueError("not a number")
        return Fraction(text)
    except (ValueError, ZeroDivisionError, TypeError) as error:
        raise InvalidParameterError(
            f"{name}={str(value)[:60]!r}: an exact finite number is required, such as "
            "1, '0.01' or '1/100'."
        ) from error


def rough(value: Fraction) -> str:
    """Six significant digits, for messages only; never overflows."""
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    size = abs(value)
    digits = size.numerator.bit_length() - size.denominator.bit_length()
    power = math.floor(digits * math.log10(2))
    scaled = float(size / Fraction(10) ** power)
    if -4 <= power <= 15:
        return f"{float(value):.6g}"
    mantissa, _, shift = f"{scaled:.5e}".partition("e")
    return f"{sign}{mantissa}e{power + int(shift):+d}"
