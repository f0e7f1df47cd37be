"""What a check may say, and nothing else.

A verdict is never a truth value: ``if verdict:`` raises, so that *not refuted*
can not silently become *proved*.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NoReturn


class NoTruthValue:
    """Base of everything that is neither true nor false.

    A result object would be true whatever it says, and ``assert check(...)`` would pass
    when the claim is refuted; so asking for its truth raises.
    """

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} has no truth value: being there says nothing "
            "about what it found. Look at its verdict, or compare with `is None`."
        )


class Verdict(Enum):
    """Outcome of a rigorous check.

    Attributes:
        VERIFIED: The claim is proved, for every input it speaks of.
        REFUTED: The claim is false, and a witness shows it.
        VACUOUS: A hypothesis fails at these parameters; the claim says nothing.
        INCONCLUSIVE: Neither proved nor refuted; a reason is always given.
    """

    VERIFIED = "VERIFIED"
    REFUTED = "REFUTED"
    VACUOUS = "VACUOUS"
    INCONCLUSIVE = "INCONCLUSIVE"

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"verdict={self.name} has no truth value: VACUOUS and INCONCLUSIVE are "
            "neither true nor false. Compare with `is Verdict.VERIFIED`."
        )


class Statistical(Enum):
    """Outcome of a statistical test, kept apart from verdicts.

    Attributes:
        REJECTED: The hypothesis is rejected, up to the stated failure probability.
        NOT_REJECTED: The data do not contradict the hypothesis. This proves nothing.
    """

    REJECTED = "REJECTED"
    NOT_REJECTED = "NOT_REJECTED"

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"outcome={self.name} has no truth value. "
            "Compare with `is Statistical.REJECTED`."
        )


class Evidence(Enum):
    """How a number is known."""

    EXACT = "exact"
    ENCLOSED = "enclosed"
    STATISTICAL = "statistical"
    HEURISTIC = "heuristic"


class Direction(StrEnum):
    """Which side of the described number is bounded; a member is its own text.

    Attributes:
        UPPER: The number is at most this: a width that is enough, a probability.
        LOWER: The number is at least this.
        BOTH: The number lies between two ends.
        NONE: Neither side is guaranteed.
    """

    UPPER = "upper"
    LOWER = "lower"
    BOTH = "both"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Finding(NoTruthValue):
    """One checked claim.

    Attributes:
        claim: What was checked, in one sentence.
        verdict: The outcome.
        reason: Why, with the numbers; the witness when refuted.
        key: Names the claim from one report to the next where its words hold numbers
            that may change; empty where the words themselves name it.
    """

    claim: str
    verdict: Verdict
    reason: str
    key: str = ""


#: Exit codes of the command line, worst finding first.
_EXIT_CODES = {
    Verdict.REFUTED: 1,
    Verdict.INCONCLUSIVE: 3,
    Verdict.VACUOUS: 3,
    Verdict.VERIFIED: 0,
}


def overall(verdicts: tuple[Verdict, ...]) -> Verdict:
    """Combine verdicts of claims that must all hold.

    Args:
        verdicts: The single outcomes.

    Returns:
        REFUTED if one is refuted, else INCONCLUSIVE if one is inconclusive or there
        are none at all, else VACUOUS if one is vacuous, else VERIFIED.
    """
    for worst in (Verdict.REFUTED, Verdict.INCONCLUSIVE, Verdict.VACUOUS):
        if any(verdict is worst for verdict in verdicts):
            return worst
    return Verdict.VERIFIED if verdicts else Verdict.INCONCLUSIVE


def exit_code(verdict: Verdict) -> int:
    """Exit status of a command that ends with ``verdict``: 0, 1 or 3."""
    return _EXIT_CODES[verdict]
