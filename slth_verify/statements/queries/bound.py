"""Putting values into a claim, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slth_verify.errors import InvalidParameterError
from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Claim
from slth_verify.statements.formulas.refusals import TooLargeError
from slth_verify.statements.queries.hypotheses import check_substitution
from slth_verify.statements.queries.values import (
    enclosed_at,
    evaluate,
    read_values,
    with_defaults,
)
from slth_verify.verdict import Verdict


def bound(
    statement: StatementData, of: str | None, values: Mapping[str, Any], *, check: bool
) -> Any:
    """The claim's expression with values and defaults put in; see `Statement.bound`."""
    claim = statement.claim(of)
    if str(claim.subject) in values:
        raise InvalidParameterError(
            f"{claim.subject}={values[str(claim.subject)]} is what the claim "
            f"{claim.name!r} of {statement.id} bounds: leave it out, or ask for "
            "another symbol with solve_for()."
        )
    complete = with_defaults(statement, read_values(statement, values))
    if check:
        refuse_violations(statement, claim, complete)
    try:
        return evaluate(statement, claim.expression, complete)
    except TooLargeError as error:
        raise TooLargeError(f"{error}{_in_balls(claim, complete)}") from error


#: Binary digits of a number that is shown in decimals.
_READABLE = 1 << 14


def _in_balls(claim: Claim, complete: Mapping[Any, Any]) -> str:
    """What is known of a value too long to be written down."""
    found = enclosed_at(claim.expression, complete, bits=64)
    if found is None or max(abs(found.lower), abs(found.upper)) > 1 << _READABLE:
        return ""
    return (
        f" It lies in {found.readable()}, as slth_verify.enclosure.enclose("
        "claim.expression, values) proves in balls."
    )


def refuse_violations(
    statement: StatementData, claim: Claim, complete: Mapping[Any, Any]
) -> None:
    """Raise when a hypothesis is refuted at these values, defaults included."""
    for check in check_substitution(statement, claim, complete):
        if check.verdict is Verdict.REFUTED:
            raise InvalidParameterError(
                f"{check.values}: {check.failure}, so "
                f"{statement.id} says nothing here ({check.hypothesis.meaning}). "
                "Change the value, or pass check=False to see the bare formula."
            )
