"""Reading numbers exactly: what a user writes is what is meant."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Any

import sympy as sp

from slth_verify.errors import InvalidParameterError


def read_exact(value: Any, name: str = "value") -> Any:
    """The exact SymPy expression that ``value`` stands for.

    Args:
        value: An int, a str such as ``"0.01"``, ``"1e-3"`` or ``"1/100"``, a Fraction,
            a Decimal, a float (read through its shortest decimal form, so that ``0.1``
            means one tenth), or a SymPy expression without floating-point parts.
        name: The argument's name, for the message.

    Returns:
        A SymPy Rational for numbers, the expression itself for symbols.

    Raises:
        InvalidParameterError: If the value is not a finite exact number or symbol.

    Rigor:
        Exact.
    """
    if isinstance(value, sp.Basic):
        return _expression(value, name)
    if isinstance(value, bool):
        raise _unreadable(value, name)
    if isinstance(value, Integral):
        return sp.Integer(int(value))
    if isinstance(value, float):
        value = float.__repr__(value)
    if not isinstance(value, (str, Fraction, Decimal)):
        raise _unreadable(value, name)
    try:
        fraction = Fraction(value)
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise _unreadable(value, name) from error
    return sp.Rational(fraction.numerator, fraction.denominator)


def _expression(value: Any, name: str) -> Any:
    if value.has(sp.Float):
        raise InvalidParameterError(
            f"{name}={value} holds a floating-point number: statements need exact "
            "values. Write a Rational, or a string such as '1/100'."
        )
    if value.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        raise _unreadable(value, name)
    return value


def _unreadable(value: Any, name: str) -> InvalidParameterError:
    return InvalidParameterError(
        f"{name}={value!r} is not an exact number: statements take a finite int, str, "
        "Fraction, Decimal, float or SymPy expression. Write it as '0.01' or '1/100'."
    )
