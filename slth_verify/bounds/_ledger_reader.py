"""Reading a stored derivation: numbers by name, or a reason why they cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from slth_verify.enclosure import Enclosure

#: A recorded number and the one computed again differ at most by this share. It only
#: tells whether a record belongs to its certificate; what is proved never rests on it.
_SAME = Fraction(1, 10**6)

#: No number of a ledger is longer than this; longer ones would only cost time.
_LONGEST = 10_000


class NotConfirmedError(Exception):
    """A derivation cannot be read, or does not prove what it says."""


@dataclass(frozen=True, slots=True)
class Record:
    """Named values of a document.

    Attributes:
        name: How messages call the document, such as ``ledger step 1``.
        values: The values as they were stored.
    """

    name: str
    values: Mapping[str, Any]

    def has(self, key: str) -> bool:
        """Whether there is such a value."""
        return key in self.values

    def text(self, key: str) -> str:
        """A value that must be a string."""
        value = self._value(key)
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise NotConfirmedError(f"{self.name}: {key} is no text of sensible length")
        return value

    def flag(self, key: str) -> bool:
        """A value that must be true or false."""
        value = self._value(key)
        if not isinstance(value, bool):
            raise NotConfirmedError(
                f"{self.name}: {key}={value!r} is not true or false"
            )
        return value

    def integer(self, key: str) -> int:
        """A value that must be an integer."""
        number = self.number(key)
        if number.denominator != 1:
            raise NotConfirmedError(f"{self.name}: {key}={number} is no integer")
        return int(number)

    def number(self, key: str) -> Fraction:
        """A value that must be an integer or a string with an exact number."""
        value = self._value(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return Fraction(value)
        if isinstance(value, str) and len(value) <= _LONGEST:
            return self._fraction(key, value)
        raise NotConfirmedError(f"{self.name}: {key} is no exact number")

    def interval(self, key: str) -> Enclosure:
        """A value ``"[lower, upper]"``."""
        ends = self.text(key).removeprefix("[").removesuffix("]").split(",")
        if len(ends) != 2:
            raise NotConfirmedError(f"{self.name}: {key} is no interval")
        low, high = (self._fraction(key, end.strip()) for end in ends)
        return self._enclosure(key, low, high)

    def record(self, key: str) -> Record:
        """Named values inside the document."""
        return as_record(self._value(key), f"{self.name}: {key}")

    def steps(self) -> list[LedgerStep]:
        """The derivation inside the document."""
        ledger = self._value("ledger")
        if not isinstance(ledger, list):
            raise NotConfirmedError(f"{self.name}: the ledger is no list")
        steps = []
        for i, item in enumerate(ledger, start=1):
            name = f"{self.name} step {i}"
            entry = as_record(item, name)
            values = item.get("values", {})
            steps.append(LedgerStep(entry.text("statement"), as_record(values, name)))
        return steps

    def probability(self) -> Enclosure | None:
        """The recorded enclosure of the probability, if there is one."""
        if not self.has("probability"):
            return None
        ends = self.record("probability")
        return self._enclosure(
            "probability", ends.number("lower"), ends.number("upper")
        )

    def _value(self, key: str) -> Any:
        if key not in self.values:
            raise NotConfirmedError(f"{self.name}: {key} is missing")
        return self.values[key]

    def _fraction(self, key: str, text: str) -> Fraction:
        try:
            return Fraction(text)
        except (ValueError, ZeroDivisionError) as error:
            raise NotConfirmedError(
                f"{self.name}: {key}={text!r} is no exact number"
            ) from error

    def _enclosure(self, key: str, low: Fraction, high: Fraction) -> Enclosure:
        if low > high:
            raise NotConfirmedError(f"{self.name}: {key} is an empty interval")
        return Enclosure(low, high)


@dataclass(frozen=True, slots=True)
class LedgerStep:
    """One step of a stored derivation."""

    statement: str
    values: Record


def as_record(value: object, name: str) -> Record:
    """A JSON object as a record."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise NotConfirmedError(f"{name} is no JSON object")
    return Record(name, value)


def require(holds: bool, reason: str) -> None:
    """Go on only if a requirement holds.

    Raises:
        NotConfirmedError: With the reason, if it does not.
    """
    if not holds:
        raise NotConfirmedError(reason)


def require_lower(what: str, claimed: Fraction, computed: Fraction) -> None:
    """A recorded lower bound must follow from the one computed again, and be it."""
    require(
        claimed <= computed,
        f"{what}: at least {float(claimed):.12g} is claimed, but only "
        f"{float(computed):.12g} follows",
    )
    require(
        computed - claimed <= _SAME * abs(computed),
        f"{what}: {float(claimed):.12g} is recorded, but the certificate gives "
        f"{float(computed):.12g}: they do not belong together",
    )


def require_upper(what: str, claimed: Fraction, computed: Fraction) -> None:
    """A recorded upper bound must follow from the one computed again, and be it."""
    require(
        claimed >= computed,
        f"{what}: at most {float(claimed):.12g} is claimed, but only "
        f"{float(computed):.12g} follows",
    )
    require(
        claimed - computed <= _SAME * abs(computed),
        f"{what}: {float(claimed):.12g} is recorded, but the certificate gives "
        f"{float(computed):.12g}: they do not belong together",
    )
