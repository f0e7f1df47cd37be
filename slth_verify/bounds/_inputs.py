"""Reading and checking the questions that evaluators are asked."""

from __future__ import annotations

from fractions import Fraction

from slth_verify.bounds._result import Json
from slth_verify.enclosure import ExactNumber, exact
from slth_verify.errors import InvalidParameterError


def positive_integer(value: int, name: str, statement: str) -> int:
    """``value``, if it is an integer of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidParameterError(
            f"{name}={value!r}: an integer >= 1 was required ({statement}). "
            f"Pass a positive integer for {name}."
        )
    return value


def accuracy(value: ExactNumber, statement: str, name: str = "eps") -> Fraction:
    """An accuracy: any positive number."""
    number = exact(value, name)
    if number <= 0:
        raise InvalidParameterError(
            f"{name}={number}: a positive accuracy was required ({statement}). "
            f"Pass {name} > 0."
        )
    return number


def open_probability(value: ExactNumber, name: str, statement: str) -> Fraction:
    """A probability strictly between 0 and 1."""
    number = exact(value, name)
    if not 0 < number < 1:
        raise InvalidParameterError(
            f"{name}={number}: a probability strictly between 0 and 1 was required "
            f"({statement}). Pass for example {name}='1/2'."
        )
    return number


def radius(value: ExactNumber, statement: str) -> Fraction:
    """A norm of the target: any non-negative number."""
    number = exact(value, "target_norm")
    if number < 0:
        raise InvalidParameterError(
            f"target_norm={number}: a norm is at least 0 ({statement}). "
            "Pass target_norm >= 0."
        )
    return number


def written(value: Fraction | int | bool) -> Json:
    """How a number is written into ``inputs``: an integer, or an exact string."""
    if isinstance(value, bool | int):
        return value
    return int(value) if value.denominator == 1 else str(value)
