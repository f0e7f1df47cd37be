"""How what was found is written down: numbers, texts, and what results say."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, TypeVar

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import exact_number, shown
from slth_verify.suite.contradictions import DIGITS, TEXT
from slth_verify.suite.outcomes import outcome_of
from slth_verify.text import printable

_Kind = TypeVar("_Kind", bound=Enum)


def claim_of(found: Any) -> str:
    """What a result claims that does not say so itself."""
    eps = getattr(found, "eps", None)
    if isinstance(eps, Fraction):
        return f"the error is at most {rounded_decimal(eps)} for every input"
    return f"what {type(found).__name__} claims"


def reason_of_result(found: Any, outcome: str) -> str:
    """What a result says of itself: its reason, or the finding that decided."""
    reason = getattr(found, "reason", None)
    if isinstance(reason, str):
        return reason
    for finding in getattr(found, "ledger", ()):
        if outcome != "VERIFIED" and outcome_of(finding) == outcome:
            return f"{finding.claim}: {finding.reason}"
    error = getattr(found, "error_upper_bound", None)
    return f"error <= {rounded_decimal(error)}" if isinstance(error, Fraction) else ""


def member_of(kind: type[_Kind], value: Any, name: str) -> _Kind:
    """A member of an enumeration, by itself or its value.

    Raises:
        InvalidParameterError: If there is none.
    """
    try:
        return kind(value)
    except ValueError as error:
        raise InvalidParameterError(
            f"{name}={shown(value)}: one of {', '.join(x.value for x in kind)} was "
            "required (any statement). Choose one of them."
        ) from error


def number_of(value: Any, name: str) -> Fraction:
    """A fraction is taken as it is, however long; all else through the one reader."""
    return value if isinstance(value, Fraction) else exact_number(value, name)


def rounded_decimal(value: Fraction, *, up: bool = True) -> str:
    """At most 18 significant digits, rounded to one side."""
    rounding = ROUND_CEILING if up else ROUND_FLOOR
    context = Context(DIGITS, rounding=rounding, Emin=MIN_EMIN, Emax=MAX_EMAX)
    quotient = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    return str(quotient)


def recorded_text(text: str) -> str:
    """A text in one line, cut after as many characters as documents hold."""
    return printable(text, TEXT)
