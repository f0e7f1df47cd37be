"""Reading a document that nobody vouches for: every value once, and none left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Any, Self, TypeVar

from slth_verify.bounds.certificates.codec import Stored
from slth_verify.enclosure import Enclosure
from slth_verify.errors import InvalidParameterError
from slth_verify.limits import EXPONENT, LAYERS
from slth_verify.numbers import exact_number, rough
from slth_verify.text import printable

#: A recorded number and the one computed again differ at most by this share. It only
#: tells whether a record belongs to its certificate; what is proved never rests on it.
_SAME = Fraction(1, 10**6)

#: Characters of a text, and steps of a derivation.
_LONGEST, _MOST_STEPS = 10_000, 10

_Kind = TypeVar("_Kind", bound=Stored)


class NotConfirmedError(Exception):
    """A document cannot be read, or does not prove what it says.

    Args:
        reason: May quote the document.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(printable(reason))


class Fields:
    """Named values, each of which must be read.

    Used as a context: leaving it without an exception demands that no value is left, so
    that nothing can stand in a document that no step looked at.

    Args:
        name: How messages call them, such as ``ledger step 1``.
        values: A JSON object.

    Raises:
        NotConfirmedError: If ``values`` is no JSON object; by every method, if its
            value is missing or of another kind.
    """

    def __init__(self, name: str, values: object) -> None:
        named = isinstance(values, Mapping)
        if not named or not all(isinstance(key, str) for key in values):  # type: ignore[attr-defined]
            raise NotConfirmedError(f"{name} is no JSON object")
        self.name = name
        self._left: dict[str, Any] = dict(values)  # type: ignore[call-overload]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and self._left:
            names = printable(", ".join(sorted(self._left)), 200)
            raise NotConfirmedError(f"{self.name}: nothing uses {names}")

    def has(self, key: str) -> bool:
        """Whether the value is there and not read yet."""
        return key in self._left

    def take(self, key: str) -> Any:
        """The value as it is stored."""
        if key not in self._left:
            raise NotConfirmedError(f"{self.name}: {key} is missing")
        return self._left.pop(key)

    def peek(self, key: str) -> Any:
        """The value as it is stored, which stays to be read."""
        value = self.take(key)
        self._left[key] = value
        return value

    def text(self, key: str) -> str:
        """A string of sensible length."""
        value = self.take(key)
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise NotConfirmedError(f"{self.name}: {key} is no text of sensible length")
        return value

    def certificate(
        self, kind: type[_Kind], keys: Mapping[str, str] | None = None, **given: Any
    ) -> _Kind:
        """A certificate, to be evaluated: its parameters are proposals like the rest.

        Args:
            kind: Its class.
            keys: What the document calls parameters, where not by their names.
            given: Parameters that are not read here.
        """
        try:
            return kind.from_values(self.take, keys or {}, **given)
        except InvalidParameterError as error:
            raise NotConfirmedError(f"{self.name}: {error}") from error

    def exactly(self, key: str, *admitted: str) -> str:
        """One of these strings."""
        value = self.text(key)
        if value not in admitted:
            raise NotConfirmedError(
                f"{self.name}: {key}='{printable(value, 60)}', but "
                f"{' or '.join(admitted)} was expected"
            )
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self.take(key)
        if not isinstance(value, bool):
            raise NotConfirmedError(f"{self.name}: {key} is not true or false")
        return value

    def number(self, key: str, exponent: int = EXPONENT) -> Fraction:
        """An exact number: an integer, or a string as in ``1/100``."""
        value = self.take(key)
        if isinstance(value, int | str):
            try:
                return exact_number(value, key, exponent=exponent)
            except InvalidParameterError as error:
                raise NotConfirmedError(f"{self.name}: {error}") from error
        raise NotConfirmedError(f"{self.name}: {key} is no exact number")

    def integer(self, key: str, least: int, most: int) -> int:
        """An integer in a range."""
        number = self.number(key)
        if number.denominator != 1 or not least <= number <= most:
            raise NotConfirmedError(
                f"{self.name}: {key}={rough(number)} is no integer from {least} to "
                f"{most}"
            )
        return int(number)

    def integers(self, key: str) -> tuple[int, ...]:
        """Integers in one string, separated by commas."""
        parts = self.text(key).split(",")
        if len(parts) > LAYERS + 1:
            raise NotConfirmedError(f"{self.name}: {key} has too many parts")
        places = Fields(f"{self.name}: {key}", {str(i): x for i, x in enumerate(parts)})
        return tuple(places.integer(str(i), 0, 10**9) for i in range(len(parts)))

    def interval(self, key: str, exponent: int = EXPONENT) -> Enclosure:
        """An enclosure ``"[lower, upper]"``; its ends may have such an exponent."""
        ends = self.text(key).removeprefix("[").removesuffix("]").split(",")
        if len(ends) != 2:
            raise NotConfirmedError(f"{self.name}: {key} is no interval")
        pair = Fields(f"{self.name}: {key}", {"lower": ends[0], "upper": ends[1]})
        return pair._enclosure(exponent)

    def at_least(self, key: str) -> Fraction:
        """The lower end of a recorded probability; its upper end must be 1."""
        found = self.interval(key)
        if found.upper != 1:
            raise NotConfirmedError(f"{self.name}: {key} does not end at 1")
        return found.lower

    def at_most(self, key: str) -> Fraction:
        """The upper end of a recorded number of at least 0; its lower end must be 0."""
        found = self.interval(key)
        if found.lower != 0:
            raise NotConfirmedError(f"{self.name}: {key} does not begin at 0")
        return found.upper

    def probability(self, key: str = "probability") -> Enclosure:
        """A JSON object with the ends of an enclosure inside [0, 1]."""
        with self.fields(key) as pair:
            found = pair._enclosure()
        if not 0 <= found.lower <= found.upper <= 1:
            raise NotConfirmedError(f"{self.name}: {key} is no probability")
        return found

    def fields(self, key: str) -> Fields:
        """Named values inside these."""
        return Fields(f"{self.name}: {key}", self.take(key))

    def entries(self, key: str, most: int) -> list[Fields]:
        """A list of named values."""
        listed = self.take(key)
        plain = isinstance(listed, Sequence) and not isinstance(listed, str)
        if not plain or len(listed) > most:
            raise NotConfirmedError(f"{self.name}: {key} is no list of at most {most}")
        return [
            Fields(f"{self.name}: {key} {i}", item)
            for i, item in enumerate(listed, start=1)
        ]

    def steps(self) -> list[LedgerStep]:
        """The derivation, each step with the values it must use."""
        steps = []
        for entry in self.entries("ledger", _MOST_STEPS):
            with entry:
                statement = entry.text("statement")
                entry.text("text")  # for people; what it says is not believed
                stored = entry.take("values") if entry.has("values") else {}
            steps.append(LedgerStep(statement, Fields(entry.name, stored)))
        return steps

    def _enclosure(self, exponent: int = EXPONENT) -> Enclosure:
        low, high = self.number("lower", exponent), self.number("upper", exponent)
        if low > high:
            raise NotConfirmedError(f"{self.name} is an empty interval")
        return Enclosure(low, high)


@dataclass(frozen=True, slots=True)
class LedgerStep:
    """One step of a stored derivation."""

    statement: str
    values: Fields

    def end(self) -> None:
        """Demand that no value is left."""
        with self.values:
            pass


def require(holds: bool, reason: str) -> None:
    """Go on only if a requirement holds.

    Raises:
        NotConfirmedError: With the reason, if it does not.
    """
    if not holds:
        raise NotConfirmedError(reason)


def require_steps(steps: Sequence[LedgerStep], *statements: str) -> None:
    """A derivation must consist of steps that rest on these statements, in order."""
    found = tuple(step.statement for step in steps)
    require(found == statements, f"steps of {', '.join(statements)} were expected")


def require_lower(what: str, claimed: Fraction, proved: Fraction) -> None:
    """A recorded lower bound must follow from the one proved, and be it."""
    require(
        claimed <= proved,
        f"{what}: at least {rough(claimed)} is claimed, but only {rough(proved)} "
        "follows",
    )
    _require_same(what, claimed, proved)


def require_upper(what: str, claimed: Fraction, proved: Fraction) -> None:
    """A recorded upper bound must follow from the one proved, and be it."""
    require(
        claimed >= proved,
        f"{what}: at most {rough(claimed)} is claimed, but only {rough(proved)} "
        "follows",
    )
    _require_same(what, claimed, proved)


def require_enclosed(what: str, claimed: Enclosure, proved: Enclosure) -> None:
    """A recorded enclosure must follow from the one proved, and be it."""
    require_lower(what, claimed.lower, proved.lower)
    require_upper(what, claimed.upper, proved.upper)


def _require_same(what: str, claimed: Fraction, proved: Fraction) -> None:
    require(
        abs(claimed - proved) <= _SAME * abs(proved),
        f"{what}: {rough(claimed)} is recorded, but the certificate gives "
        f"{rough(proved)}: they do not belong together",
    )
