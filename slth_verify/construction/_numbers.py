"""Reading numbers that mean exactly what is written."""

from __future__ import annotations

import math
from fractions import Fraction

from slth_verify.errors import InvalidParameterError

#: A number that means exactly what is written.
ExactNumber = Fraction | int | str | float


def exact_number(name: str, value: ExactNumber) -> Fraction:
    """The exact rational that a user wrote.

    Args:
        name: Parameter name for the error message.
        value: int, Fraction, ``"0.01"``, ``"1/100"``, or a float, which is read through
            its shortest decimal form (0.1 means 1/10).

    Raises:
        InvalidParameterError: If it is no finite number.
    """
    try:
        if isinstance(value, float):
            if not math.isfinite(value):
                raise ValueError("not finite")
            return Fraction(repr(value))
        return Fraction(value)
    except (ValueError, ZeroDivisionError, TypeError, OverflowError) as error:
        raise InvalidParameterError(
            f"{name}={value!r}: an exact finite number is required, such as 1, "
            "'0.01' or '1/100'."
        ) from error
