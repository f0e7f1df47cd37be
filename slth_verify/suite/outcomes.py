"""The six things that a claim in a suite can come to, and what of them is a pass."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown
from slth_verify.verdict import Statistical, Verdict

#: Names of all outcomes, worst first.
OUTCOMES = (
    Verdict.REFUTED.name,
    Statistical.REJECTED.name,
    Verdict.INCONCLUSIVE.name,
    Verdict.VACUOUS.name,
    Statistical.NOT_REJECTED.name,
    Verdict.VERIFIED.name,
)

#: What says that a claim is false: by a case, or at the level of a test.
CONTRADICTED = OUTCOMES[:2]
#: What says nothing, and passes only where that is allowed.
OPEN = OUTCOMES[2:4]


def outcome_of(found: Any) -> str:
    """The name of a verdict, of a statistical outcome, or of what has one.

    Args:
        found: A `Verdict`, a `Statistical`, or anything whose ``verdict`` is one.

    Raises:
        InvalidParameterError: If it is none of these; a bool is none.
    """
    value = getattr(found, "verdict", found)
    if isinstance(value, Verdict | Statistical):
        return value.name
    raise InvalidParameterError(
        f"found={shown(found)} has no verdict: a Verdict, a Statistical or an object "
        "with such a `verdict` was required (any statement). Record what sv.check "
        "returned, or Verdict.VERIFIED where you proved the claim."
    )


def worst_of(outcomes: Iterable[str]) -> str:
    """The worst of some outcomes; INCONCLUSIVE if there are none at all."""
    there = set(outcomes)
    return next((name for name in OUTCOMES if name in there), Verdict.INCONCLUSIVE.name)


def count_outcomes(outcomes: Iterable[str]) -> dict[str, int]:
    """How often each outcome occurs, worst first, zeros included."""
    found = list(outcomes)
    return {name: found.count(name) for name in OUTCOMES}


def passes(outcomes: Iterable[str], *, allow_inconclusive: bool = False) -> bool:
    """Whether nothing is contradicted, and nothing open unless that is allowed."""
    there = set(outcomes)
    refused = CONTRADICTED if allow_inconclusive else (*CONTRADICTED, *OPEN)
    return not there & set(refused)
