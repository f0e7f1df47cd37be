"""Reading a number that means exactly what it says."""

from __future__ import annotations

import math
from fractions import Fraction
from numbers import Integral, Rational
from typing import Any

from slth_verify.errors import InvalidParameterError

#: What a caller may pass as an exact number (SymPy rationals count as rationals).
ExactNumber = int | str | float | Fraction | Rational


def exact(value: ExactNumber | Any, name: str = "value") -> Fraction:
    """The rational number that ``value`` means.

    Integers, fractions and SymPy rationals are taken as they are; a string is read
    as a fraction or a decimal (``"1/100"``, ``"0.01"``, ``"1e-6"``); a float is read
    through its shortest decimal form, so ``0.01`` means one hundredth and not the
    nearest binary fraction.

    Args:
        value: The number.
        name: How the error message calls it.

    Raises:
        InvalidParameterError: If ``value`` is no finite number of these types.

    Rigor:
        Exact.
    """
    if isinstance(value, bool):
        raise _unreadable(value, name)
    if isinstance(value, Integral):
        return Fraction(int(value))
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _unreadable(value, name)
        return Fraction(float.__repr__(value))
    if isinstance(value, str):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError) as error:
            raise _unreadable(value, name) from error
    raise _unreadable(value, name)


def _unreadable(value: object, name: str) -> InvalidParameterError:
    return InvalidParameterError(
        f"{name}={value!r} is no exact number: an int, a Fraction, a SymPy Rational, "
        "a finite float or a string like '1/100' or '0.01' was required (any "
        f"statement). Pass {name} in one of these forms."
    )
