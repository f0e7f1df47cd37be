"""Reading exact values: numbers as they are written, and symbolic expressions."""

from __future__ import annotations

from typing import Any

import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import exact_number
from slth_verify.statements.decisions.decide import infinite


def read_exact(value: Any, name: str = "value") -> Any:
    """The exact SymPy expression that ``value`` stands for.

    Args:
        value: An exact number in any form of `slth_verify.numbers`, or a SymPy
            expression without floating-point parts.
        name: The argument's name, for the message.

    Returns:
        A SymPy Rational for numbers, the expression itself for symbols.

    Raises:
        InvalidParameterError: If the value is not a finite exact number or symbol.

    Rigor:
        Exact.
    """
    if isinstance(value, sp.Basic) and not value.is_Rational:
        return _expression(value, name)
    number = exact_number(value, name)
    return sp.Rational(number.numerator, number.denominator)


def _expression(value: Any, name: str) -> Any:
    if value.has(sp.Float):
        raise InvalidParameterError(
            f"{name}={value} holds a floating-point number: statements need exact "
            "values. Write a Rational, or a string such as '1/100'."
        )
    if infinite(value):
        raise InvalidParameterError(
            f"{name}={value} is not finite: statements take finite exact numbers and "
            "SymPy expressions. Write a finite value."
        )
    return value
