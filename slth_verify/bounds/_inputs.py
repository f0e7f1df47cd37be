"""Reading and checking the questions that evaluators are asked.

Every door reads its numbers here, so that every evaluator admits the same range. The
ranges are those in which floats can propose and balls can decide within seconds; no
statement ends there.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite
from typing import Any

from slth_verify.bounds.ledger.steps import Json
from slth_verify.errors import InvalidParameterError
from slth_verify.limits import COUNTED_SAMPLES, DIMENSION
from slth_verify.numbers import ExactNumber, exact_number, rough, shown

#: Accuracies, norms and coordinates other than 0, probabilities and their distance from
#: 1 lie between 10 to minus this and 10 to this.
_DECADES = 100
_SMALL, _LARGE = Fraction(1, 10**_DECADES), Fraction(10**_DECADES)


def positive_integer(
    value: ExactNumber, name: str, statement: str, most: int | None = None
) -> int:
    """``value``, if it is an integer of at least 1.

    Args:
        value: The number.
        name: How the error message calls it.
        statement: Which statement asks for it.
        most: Largest admitted value, if there is one.
    """
    number = exact_number(value, name)
    if number.denominator != 1 or number < 1 or (most is not None and number > most):
        wanted = "an integer >= 1" if most is None else f"an integer from 1 to {most}"
        raise InvalidParameterError(
            f"{name}={shown(value)}: {wanted} was required ({statement}). "
            f"Pass such an integer for {name}."
        )
    return int(number)


def truth(value: Any, name: str, statement: str) -> bool:
    """True or False; a text such as "no" would count as true.

    Raises:
        InvalidParameterError: If it is neither.
    """
    if type(value).__name__ in ("bool", "bool_"):  # Python's, numpy's
        return bool(value)
    raise InvalidParameterError(
        f"{name}={shown(value)}: True or False was required ({statement}). Pass one of "
        "them."
    )


def dimension(value: ExactNumber, statement: str) -> int:
    """A dimension m."""
    return positive_integer(value, "dim", statement, DIMENSION)


def sample_count(value: ExactNumber, statement: str, name: str = "n") -> int:
    """A number of samples whose subsets are counted."""
    return positive_integer(value, name, statement, COUNTED_SAMPLES)


def subset_size(value: ExactNumber, n: int, *, least: int = 0) -> int:
    """The size of a subset of n samples."""
    number = exact_number(value, "size")
    if number.denominator != 1 or not least <= number <= n:
        raise InvalidParameterError(
            f"size={rough(number)} and n={n}: a subset needs an integer with {least} "
            "<= size <= n (def:subset-sum-number). Lower size or draw more vectors."
        )
    return int(number)


def accuracy(value: ExactNumber, statement: str, name: str = "eps") -> Fraction:
    """An accuracy: a positive number within the admitted range."""
    return in_range(exact_accuracy(value, statement, name), name, statement)


def exact_accuracy(value: ExactNumber, statement: str, name: str = "eps") -> Fraction:
    """An accuracy for exact arithmetic: any positive number."""
    number = exact_number(value, name)
    if number <= 0:
        raise InvalidParameterError(
            f"{name}={rough(number)}: a positive accuracy was required ({statement}). "
            f"Pass {name} > 0."
        )
    return number


def open_probability(value: ExactNumber, name: str, statement: str) -> Fraction:
    """A probability strictly between 0 and 1."""
    number = exact_number(value, name)
    if not 0 < number < 1:
        raise InvalidParameterError(
            f"{name}={rough(number)}: a probability strictly between 0 and 1 was "
            f"required ({statement}). Pass for example {name}='1/2'."
        )
    if min(number, 1 - number) < _SMALL:
        seen = rough(number) if number < _SMALL else f"1 - {rough(1 - number)}"
        raise InvalidParameterError(
            f"{name}={seen}: probabilities within 10^-{_DECADES} of 0 or 1 "
            f"are not evaluated ({statement}). Pass one between them."
        )
    return number


def radius(value: ExactNumber, statement: str, name: str = "target_norm") -> Fraction:
    """A norm of the target: 0, or a positive number within the admitted range."""
    number = exact_number(value, name)
    if number < 0:
        raise InvalidParameterError(
            f"{name}={rough(number)}: a norm is at least 0 ({statement}). "
            f"Pass {name} >= 0."
        )
    return in_range(number, name, statement) if number else number


def one_of(value: object, name: str, admitted: tuple[str, ...], statement: str) -> None:
    """Refuse a word that is none of these."""
    if value not in admitted:
        raise InvalidParameterError(
            f"{name}={shown(value)}: {' or '.join(map(repr, admitted))} was required "
            f"({statement}). Pass one of them."
        )


def vector(values: Sequence[ExactNumber], statement: str) -> list[Fraction]:
    """The coordinates of a target: at least one, each within the admitted range."""
    try:
        numbers = [exact_number(value, "target") for value in values]
    except TypeError as error:
        raise InvalidParameterError(
            f"target: a sequence of numbers was required ({statement}). Pass a list."
        ) from error
    if not 0 < len(numbers) <= DIMENSION:
        raise InvalidParameterError(
            f"len(target)={len(numbers)}: from 1 to {DIMENSION} coordinates were "
            f"required ({statement}). Pass as many as the vectors have."
        )
    for number in numbers:
        if number:
            in_range(abs(number), "target", statement)
    return numbers


def datum(value: ExactNumber, name: str, statement: str) -> Fraction:
    """An entry of a sample: a float is the binary fraction that it is."""
    if not isinstance(value, float):
        return exact_number(value, name)
    if not isfinite(value):
        raise InvalidParameterError(
            f"{name}={value}: finite entries were required ({statement}). Remove "
            "the sample, or find out where it came from."
        )
    return Fraction(value)


def written(value: Fraction | int | bool) -> Json:
    """How a number is written into ``inputs``: an integer, or an exact string."""
    if isinstance(value, bool | int):
        return value
    return int(value) if value.denominator == 1 else str(value)


def in_range(number: Fraction, name: str, statement: str) -> Fraction:
    """The number, if searches and balls evaluate such ones."""
    if _SMALL <= number <= _LARGE:
        return number
    raise InvalidParameterError(
        f"{name}={rough(number)}: numbers from 10^-{_DECADES} to 10^{_DECADES} are "
        f"evaluated ({statement}). Pass one of these, or change the unit."
    )
