"""Checking the hypotheses of a statement at given values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from slth_verify.showing import OneLine
from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Claim, Hypothesis
from slth_verify.statements.decisions.decide import Relation, decide, relation_truth
from slth_verify.statements.formulas.refusals import TooLargeError
from slth_verify.statements.queries.contradictions import refutation
from slth_verify.statements.queries.values import put_in, read_values, with_defaults
from slth_verify.verdict import NoTruthValue, Verdict


@dataclass(frozen=True, slots=True, repr=False)
class HypothesisCheck(NoTruthValue, OneLine):
    """Outcome for one hypothesis.

    Attributes:
        hypothesis: The condition.
        verdict: VERIFIED, REFUTED, or INCONCLUSIVE with a reason.
        values: The numbers involved, as ``"eps=1/2, n=3"``; empty if none were given.
        reason: What was found, in words.
        contradiction: Why a proved bound leaves no such constant, where that is what
            refutes the hypothesis.
    """

    hypothesis: Hypothesis
    verdict: Verdict
    values: str
    reason: str
    contradiction: str | None = None

    @property
    def failure(self) -> str:
        """What fails, in words: the relation, or that there is no such constant."""
        return self.contradiction or f"{self.hypothesis.relation} does not hold"


def check_hypotheses(
    statement: StatementData, of: str | None, values: Mapping[str, Any]
) -> tuple[HypothesisCheck, ...]:
    """Check every hypothesis; see `Statement.check_hypotheses`."""
    substitution = with_defaults(statement, read_values(statement, values))
    claim = statement.claim(of) if statement.claims or of is not None else None
    return check_substitution(statement, claim, substitution)


def check_substitution(
    statement: StatementData, claim: Claim | None, substitution: Mapping[Any, Any]
) -> tuple[HypothesisCheck, ...]:
    """As `check_hypotheses`, for values by SymPy symbol."""
    items = statement.hypotheses + (claim.conditions if claim else ())
    against = refutation(statement, substitution)
    return tuple(_against(_check(item, substitution), against) for item in items)


def _against(check: HypothesisCheck, contradiction: str | None) -> HypothesisCheck:
    """The check of a constant, refuted where a proved bound leaves none."""
    if contradiction is None or not check.hypothesis.name.startswith("constant"):
        return check
    if check.verdict is Verdict.REFUTED:
        return check
    return replace(
        check,
        verdict=Verdict.REFUTED,
        reason=contradiction,
        contradiction=contradiction,
    )


def _check(hypothesis: Hypothesis, substitution: Mapping[Any, Any]) -> HypothesisCheck:
    used = {
        symbol: value
        for symbol, value in substitution.items()
        if symbol in hypothesis.relation.free_symbols
    }
    shown = ", ".join(
        f"{symbol}={value}"
        for symbol, value in sorted(used.items(), key=lambda item: str(item[0]))
    )
    if not hypothesis.numeric:
        reason = "a condition on laws or objects, which numbers do not decide"
        return HypothesisCheck(hypothesis, Verdict.INCONCLUSIVE, shown, reason)
    try:
        relation = put_in(hypothesis.relation, used)
    except TooLargeError as error:
        return HypothesisCheck(hypothesis, Verdict.INCONCLUSIVE, shown, str(error))
    open_symbols = sorted(str(symbol) for symbol in relation.free_symbols)
    verdict = relation_truth(relation, _by_proof_or_assumption)
    if verdict is Verdict.INCONCLUSIVE:
        reason = (
            f"no value for {', '.join(open_symbols)}" if open_symbols else "undecided"
        )
    else:
        word = "holds" if verdict is Verdict.VERIFIED else "fails"
        reason = f"{hypothesis.relation} {word}" + (f" at {shown}" if shown else "")
    return HypothesisCheck(hypothesis, verdict, shown, reason)


def _by_proof_or_assumption(lhs: Any, relation: Relation, rhs: Any) -> Verdict:
    """As `decide`; with symbols, what the assumptions on them force."""
    gap = sp.sympify(lhs) - sp.sympify(rhs)
    if not gap.free_symbols:
        return decide(lhs, relation, rhs)
    known = {
        "<": (gap.is_negative, gap.is_nonnegative),
        "<=": (gap.is_nonpositive, gap.is_positive),
        ">": (gap.is_positive, gap.is_nonpositive),
        ">=": (gap.is_nonnegative, gap.is_negative),
        "==": (gap.is_zero, gap.is_nonzero),
    }
    holds, fails = known[relation]
    if holds:
        return Verdict.VERIFIED
    return Verdict.REFUTED if fails else Verdict.INCONCLUSIVE
