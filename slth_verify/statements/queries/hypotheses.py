"""Checking the hypotheses of a statement at given values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy as sp

from slth_verify.statements._types import Claim, Hypothesis
from slth_verify.statements.decisions.decide import Relation, decide, relation_truth
from slth_verify.statements.queries.contradictions import refutation
from slth_verify.verdict import NoTruthValue, Verdict

if TYPE_CHECKING:
    from slth_verify.statements._statement import Statement


@dataclass(frozen=True, slots=True)
class HypothesisCheck(NoTruthValue):
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
    statement: Statement, of: str | None, values: Mapping[str, Any]
) -> tuple[HypothesisCheck, ...]:
    """Check every hypothesis; see `Statement.check_hypotheses`."""
    from slth_verify.statements.queries.bound import read_values, with_defaults

    substitution = with_defaults(statement, read_values(statement, values))
    claim = statement.claim(of) if statement.claims or of is not None else None
    return check_substitution(statement, claim, substitution)


def check_substitution(
    statement: Statement, claim: Claim | None, substitution: Mapping[Any, Any]
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
    from slth_verify.statements.queries.bound import substitute

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
    relation = substitute(hypothesis.relation, used)
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


def domain_holds(domain: Any, value: Any) -> Verdict:
    """Whether an exact value lies in a symbol's domain.

    Args:
        domain: SymPy set.
        value: Exact expression.

    Returns:
        INCONCLUSIVE for symbols and for domains of objects.
    """
    if isinstance(value, sp.Basic) and value.free_symbols:
        outside = _outside(domain, value)
        return Verdict.REFUTED if outside else Verdict.INCONCLUSIVE
    if isinstance(domain, sp.Interval):
        low = "<" if domain.left_open else "<="
        high = "<" if domain.right_open else "<="
        relations = []
        if domain.start.is_finite:
            relations.append(_relational(domain.start, low, value))
        if domain.end.is_finite:
            relations.append(_relational(value, high, domain.end))
        return relation_truth(sp.And(*relations, evaluate=False))
    if domain in (sp.S.Naturals, sp.S.Naturals0, sp.S.Integers):
        return _among_integers(domain, value)
    return Verdict.INCONCLUSIVE


def _outside(domain: Any, value: Any) -> bool:
    """Whether the assumptions on its symbols keep an expression out of a domain."""
    if isinstance(domain, sp.Interval):
        low, high = value - domain.start, domain.end - value
        return any(
            gap.is_extended_negative or (is_open and gap.is_extended_nonpositive)
            for gap, is_open in ((low, domain.left_open), (high, domain.right_open))
        )
    if domain not in (sp.S.Naturals, sp.S.Naturals0, sp.S.Integers):
        return False
    least = {sp.S.Naturals: sp.Integer(1), sp.S.Naturals0: sp.Integer(0)}.get(domain)
    below = least is not None and (value - least).is_extended_negative
    return value.is_integer is False or bool(below)


def _among_integers(domain: Any, value: Any) -> Verdict:
    """Whether a constant is an integer of the domain, by proved comparisons."""
    from slth_verify.statements.decisions.proved import exact_ceiling

    above = exact_ceiling(value)
    if above is None:
        return Verdict.INCONCLUSIVE
    equal = decide(value, "==", above)
    if equal is not Verdict.VERIFIED:
        return equal
    return Verdict.VERIFIED if domain.contains(above) is sp.true else Verdict.REFUTED


def _relational(left: Any, symbol: str, right: Any) -> Any:
    kind = sp.StrictLessThan if symbol == "<" else sp.LessThan
    return kind(left, right, evaluate=False)
