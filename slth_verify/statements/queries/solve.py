"""Inverse queries: the extreme value of a symbol at which a claim still holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.limits import SEARCHED_NODES
from slth_verify.showing import OneLine
from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Claim, ClaimDirection
from slth_verify.statements.decisions.decide import (
    Decider,
    Relation,
    decide,
    enclosed_sign,
)
from slth_verify.statements.decisions.proved import Ceil, Greatest
from slth_verify.statements.formulas import algebra
from slth_verify.statements.formulas.binding import is_free
from slth_verify.statements.formulas.refusals import TooLargeError, shortened
from slth_verify.statements.queries.bisect import extreme_integer, extreme_rational
from slth_verify.statements.queries.bound import refuse_violations
from slth_verify.statements.queries.box import sign
from slth_verify.statements.queries.domains import refuse_no_number
from slth_verify.statements.queries.hypotheses import check_substitution
from slth_verify.statements.queries.invert import Condition, NoSolutionError, invert
from slth_verify.statements.queries.monotone import trend as proved_trend
from slth_verify.statements.queries.ranges import domain_holds
from slth_verify.statements.queries.values import (
    enclosed_at,
    evaluate,
    read_values,
    with_defaults,
)
from slth_verify.verdict import Verdict

Side = Literal["least", "greatest", "equal"]

_RELATIONS: dict[ClaimDirection, Relation] = {
    ClaimDirection.SUFFICIENT: "<=",
    ClaimDirection.NECESSARY: "<=",
    ClaimDirection.LOWER: ">=",
    ClaimDirection.UPPER: "<=",
    ClaimDirection.EXACT: "==",
    ClaimDirection.BUDGET: ">=",
}


@dataclass(frozen=True, slots=True, repr=False)
class Threshold(OneLine):
    """Answer of an inverse query.

    Attributes:
        symbol: Name of the symbol that was solved for.
        value: Its extreme value, exact; symbolic if some symbols had no value.
        side: Whether ``value`` is the least or the greatest admissible one, or the only
            one.
        attained: False if the claim holds only strictly beyond ``value``.
        method: ``closed form`` or ``bisection``.
        beyond: For a bisection, the neighbouring value at which the claim is refuted or
            a hypothesis fails; else None.
        claim: The claim that was used.
    """

    symbol: str
    value: Any
    side: Side
    attained: bool
    method: str
    beyond: Any
    claim: Claim


def threshold(
    statement: StatementData,
    name: str,
    *,
    of: str | None,
    decider: Decider | None,
    values: Mapping[str, Any],
) -> Threshold:
    """Solve the claim for one symbol; see `Statement.threshold`."""
    variable = statement.variable(name)
    if name in values:
        raise InvalidParameterError(
            f"{name}={values[name]} is given, but {name} is what {statement.id} is "
            "solved for: leave it out."
        )
    claim = _choose(statement, name, of, values)
    if claim.subject != variable.symbol:
        refuse_no_number(statement, variable)
    substitution = read_values(statement, values)
    if claim.subject == variable.symbol:
        return _subject(statement, claim, substitution)
    substitution[variable.symbol] = variable.symbol  # so that no default replaces it
    query = _Query(statement, claim, variable.symbol, substitution, decider or decide)
    answer = query.closed_form()
    if answer is None:
        answer = query.bisection()
    query.refuse_inadmissible(answer)
    return answer


def _choose(
    statement: StatementData, name: str, of: str | None, values: Mapping[str, Any]
) -> Claim:
    """The claim asked for, else the first about ``name``, else one that has it."""
    if of is not None:
        return statement.claim(of)
    symbol = statement.variable(name).symbol
    for claim in statement.claims:
        if claim.subject == symbol:
            return claim
    candidates = [
        claim
        for claim in statement.claims
        if is_free(symbol, evaluate(statement, claim.expression, {symbol: symbol}))
    ]
    for claim in candidates:
        if str(claim.subject) in values:
            return claim
    if candidates:
        return candidates[0]
    raise InvalidParameterError(
        f"symbol={name!r} occurs in no claim of {statement.id}, so there is nothing to "
        "solve. Ask for another symbol or another statement."
    )


def _subject(
    statement: StatementData, claim: Claim, substitution: Mapping[Any, Any]
) -> Threshold:
    """The subject itself: the bound, rounded up for an integer that must reach it."""
    complete = with_defaults(statement, substitution)
    refuse_violations(statement, claim, complete)
    value = evaluate(statement, claim.expression, complete)
    sides: dict[ClaimDirection, Side] = {
        ClaimDirection.UPPER: "greatest",
        ClaimDirection.BUDGET: "greatest",
        ClaimDirection.EXACT: "equal",
    }
    side = sides.get(claim.direction, "least")
    if side == "least" and claim.subject.is_integer:
        value = _at_least_domain(statement, claim.subject, Ceil(value))
    return Threshold(str(claim.subject), value, side, True, "closed form", None, claim)


def _at_least_domain(statement: StatementData, symbol: Any, value: Any) -> Any:
    """``value``, an integer, or the least element of the domain if that is larger."""
    domain = statement.variable(str(symbol)).domain
    least = {sp.S.Naturals: 1, sp.S.Naturals0: 0}.get(domain)
    if least is None:
        return value
    if value.is_Integer:
        return sp.Integer(max(least, int(value)))
    inner = value.args[0] if isinstance(value, sp.ceiling) else value
    large = sign(statement, inner if least == 1 else inner + 1) == 1
    return value if large else Greatest(sp.Integer(least), value)


@dataclass(frozen=True, slots=True)
class _Query:
    statement: StatementData
    claim: Claim
    symbol: Any
    substitution: Mapping[Any, Any]
    decider: Decider
    spent: list[int] = field(default_factory=lambda: [0])

    def _condition(self) -> Condition:
        expression = evaluate(self.statement, self.claim.expression, self.substitution)
        target = self.substitution.get(self.claim.subject, self.claim.subject)
        return Condition(expression, _RELATIONS[self.claim.direction], target)

    def closed_form(self) -> Threshold | None:
        """Exact inverse by peeling, or None."""
        try:
            return self._peeled(self._condition())
        except TooLargeError:
            return None

    def _peeled(self, condition: Condition) -> Threshold | None:
        if not is_free(self.symbol, condition.expression):
            raise InvalidParameterError(
                f"symbol={self.symbol} does not occur in the claim {self.claim.name!r} "
                f"of {self.statement.id} at these values. Name another claim with of=."
            )
        try:
            solved = invert(condition, self.symbol, partial(sign, self.statement))
        except NoSolutionError as error:
            raise self._unsolvable(str(error)) from error
        if solved is None:
            return None
        value, attained = solved.target, solved.relation in ("<=", ">=", "==")
        side: Side = "equal"
        if solved.relation != "==":
            side = "least" if solved.relation in (">", ">=") else "greatest"
        if self.symbol.is_integer:
            value, attained = self._integer(value, side, attained), True
        name = str(self.symbol)
        return Threshold(name, value, side, attained, "closed form", None, self.claim)

    def _integer(self, bound: Any, side: Side, attained: bool) -> Any:
        if side == "equal":
            whole = Ceil(bound)
            return whole if decide(bound, "==", whole) is Verdict.VERIFIED else bound
        if side == "least":
            value = Ceil(bound) if attained else -Ceil(-bound) + 1
            return _at_least_domain(self.statement, self.symbol, value)
        return -Ceil(-bound) if attained else Ceil(bound) - 1

    def holds(self, value: Any) -> Verdict:
        """Whether the claim gives the subject when the symbol is ``value``.

        REFUTED too where a hypothesis is refuted.
        """
        self._spend(0)
        trial = with_defaults(self.statement, {**self.substitution, self.symbol: value})
        checks = check_substitution(self.statement, self.claim, trial)
        if any(check.verdict is Verdict.REFUTED for check in checks):
            return Verdict.REFUTED
        target = self.substitution[self.claim.subject]
        relation = _RELATIONS[self.claim.direction]
        try:
            expression = evaluate(self.statement, self.claim.expression, trial)
        except TooLargeError:
            return self._in_balls(trial, relation, target)
        self._spend(algebra.evaluations(expression))
        return self.decider(expression, relation, target)

    def _spend(self, operations: int) -> None:
        """Stop a search whose comparisons are too long, before the next one."""
        self.spent[0] += operations
        if self.spent[0] > SEARCHED_NODES:
            raise self._unsolvable(
                f"a search would take more than {SEARCHED_NODES:,} operations "
                "(slth_verify.limits.SEARCHED_NODES)"
            )

    def _in_balls(
        self, trial: Mapping[Any, Any], relation: Relation, target: Any
    ) -> Verdict:
        """Where the exact number would be too long: an enclosure, without it."""
        value = enclosed_at(self.claim.expression - target, trial, bits=256)
        side = enclosed_sign(value)
        if side is None:
            return Verdict.INCONCLUSIVE
        return decide(sp.Integer(side), relation, sp.Integer(0))

    def bisection(self) -> Threshold:
        """Extreme value by proved comparisons, where a trend is stated or found."""
        condition = self._condition()
        trend = self.claim.trend(str(self.symbol))
        if trend is None:
            trend = proved_trend(self.statement, condition.expression, self.symbol)
        free = (condition.expression - condition.target).free_symbols - {self.symbol}
        if trend is None or free or condition.relation == "==":
            reason = "no closed form and no proved trend"
            if free:
                reason = f"{', '.join(sorted(map(str, free)))} have no value"
            elif condition.relation == "==":
                reason = (
                    "an equality has no extreme value, and no closed form was found"
                )
            raise self._unsolvable(f"{reason}, so {self.symbol} cannot be isolated")
        falls = (trend < 0) == (condition.relation == "<=")
        side: Side = "least" if falls else "greatest"
        search: Callable[..., Any] = (
            extreme_integer if self.symbol.is_integer else extreme_rational
        )
        found = search(self.holds, side)
        if found is None:
            raise self._unsolvable("no value was found, or a comparison stays open")
        value, beyond = found
        name = str(self.symbol)
        return Threshold(name, value, side, True, "bisection", beyond, self.claim)

    def refuse_inadmissible(self, answer: Threshold) -> None:
        """Raise when the answer violates a hypothesis: then nothing satisfies all."""
        if domain_holds(self._domain(), answer.value) is Verdict.REFUTED:
            raise self._unsolvable(
                f"{self.symbol}={shortened(answer.value)} is the {answer.side} value, "
                f"but it lies outside {self._domain()}"
            )
        trial = with_defaults(
            self.statement, {**self.substitution, self.symbol: answer.value}
        )
        for check in check_substitution(self.statement, self.claim, trial):
            if check.verdict is Verdict.REFUTED:
                failing = check.contradiction or f"{check.hypothesis.relation} fails"
                raise self._unsolvable(
                    f"{self.symbol}={shortened(answer.value)} is the {answer.side} "
                    f"value, but {failing} ({check.hypothesis.meaning})"
                )

    def _domain(self) -> Any:
        return self.statement.variable(str(self.symbol)).domain

    def _unsolvable(self, reason: str) -> InvalidParameterError:
        given = {k: v for k, v in self.substitution.items() if k != self.symbol}
        shown = ", ".join(f"{key}={shortened(value)}" for key, value in given.items())
        return InvalidParameterError(
            f"{shown or 'no values'}: {reason}; no {self.symbol} can be given by the "
            f"claim {self.claim.name!r} of {self.statement.id}. Change the other "
            "values, or pass a decide function that covers the functions involved."
        )
