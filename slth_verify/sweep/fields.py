"""Fields of runs: how a value of a plan is read, and what a list or a range means."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from slth_verify.errors import InvalidParameterError
from slth_verify.limits import DIGITS
from slth_verify.numbers import exact_number, shown, whole_number, whole_numbers_of_text

#: What an input of a run is: an integer, or a text that means exactly what it says.
Value = int | str

_RANGE = re.compile(r"\s*([0-9]{1,30})\s*\.\.\s*([0-9]{1,30})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a kind of run.

    Attributes:
        read: Reads one value, given its name, or refuses it.
        default: The value where a plan gives none; None where it must give one.
        ranged: Whether ``"0..9"`` means all integers from 0 to 9.
    """

    read: Callable[[Any, str], Value]
    default: Value | None = None
    ranged: bool = False

    def values(self, given: Any, name: str) -> Sequence[Value]:
        """All values that a plan gives: those of a list or a range, or one.

        Raises:
            InvalidParameterError: One of them is refused, or there is none.
        """
        if isinstance(given, list):
            if not given:
                raise InvalidParameterError(
                    f"{name}=[]: a list needs a value. Give one, or leave the field out"
                )
            return tuple(dict.fromkeys(self.read(value, name) for value in given))
        if (
            self.ranged
            and isinstance(given, str)
            and (match := _RANGE.fullmatch(given))
        ):
            first, last = (self.read(end, name) for end in match.groups())
            if not isinstance(first, int) or not isinstance(last, int) or last < first:
                raise InvalidParameterError(
                    f"{name}={shown(given)}: a range goes up. Write it as first..last"
                )
            return range(first, last + 1)
        return (self.read(given, name),)


def integer(least: int, most: int, default: int | None = None) -> Field:
    """An integer in a range; ``"0..9"`` are ten of them."""
    return Field(partial(whole_number, least=least, most=most), default, ranged=True)


def integers(least: int, most: int, default: str | None = None) -> Field:
    """Comma-separated integers in one text, or a single integer."""

    def read(value: Any, name: str) -> Value:
        given = value if isinstance(value, str) else str(whole_number(value, name))
        found = whole_numbers_of_text(given, name, least=least, most=most)
        return ",".join(map(str, found))

    return Field(read, default)


def positive(default: str | None = None) -> Field:
    """An exact positive number, such as ``"1/100"``."""
    return Field(_positive, default)


def probability(default: str | None = None) -> Field:
    """An exact number strictly between 0 and 1."""

    def read(value: Any, name: str) -> Value:
        if not 0 < (number := exact_number(value, name)) < 1:
            raise InvalidParameterError(
                f"{name}={shown(value)}: it must lie strictly between 0 and 1. "
                "Correct it"
            )
        return _written(number)

    return Field(read, default)


def accuracy() -> Field:
    """An exact positive number, or a share such as ``"2%"``."""

    def read(value: Any, name: str) -> Value:
        text = value.strip() if isinstance(value, str) else ""
        if text.endswith("%"):
            return f"{_positive(text[:-1], name)}%"
        return _positive(value, name)

    return Field(read)


def choice(*names: str, default: str | None = None) -> Field:
    """One of some words."""

    def read(value: Any, name: str) -> Value:
        if not isinstance(value, str) or value not in names:
            raise InvalidParameterError(
                f"{name}={shown(value)}: it must be one of {', '.join(names)}. "
                "Choose one"
            )
        return value

    return Field(read, default)


def text(default: str | None = None) -> Field:
    """Any text, such as the path of a file."""

    def read(value: Any, name: str) -> Value:
        if not isinstance(value, str) or len(value) > DIGITS or not value.isprintable():
            raise InvalidParameterError(
                f"{name}={shown(value)}: a printable text of at most {DIGITS} "
                "characters was required. Give one"
            )
        return value

    return Field(read, default)


def _positive(value: Any, name: str) -> str:
    if (number := exact_number(value, name)) <= 0:
        raise InvalidParameterError(
            f"{name}={shown(value)}: a positive number was required. Correct it"
        )
    return _written(number)


def _written(number: Fraction) -> str:
    """A number as it enters the key of a run, however it was written."""
    return str(number)
