"""Constants that a proved necessary bound refutes.

A cited theorem with an unnamed constant C claims that there is one. A query may try a
number for it; where that makes the theorem's sufficient bound smaller than what is
proved to be necessary for the same event, no such constant exists, and the number is
refused as any other value that violates a hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slth_verify.statements._collection import COLLECTED
from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Claim, ClaimDirection, Provenance
from slth_verify.statements.decisions.decide import decide
from slth_verify.statements.decisions.proved import Ceil
from slth_verify.statements.formulas.binding import is_free
from slth_verify.statements.formulas.refusals import TooLargeError
from slth_verify.statements.queries.box import sign
from slth_verify.statements.queries.topics import differences, topic
from slth_verify.statements.queries.values import evaluate
from slth_verify.verdict import Verdict


def constants(statement: StatementData) -> tuple[Any, ...]:
    """The unnamed constants of a statement: what its hypotheses ``constant`` bound."""
    return tuple(
        item.relation.lhs
        for item in statement.hypotheses
        if item.name.startswith("constant") and item.relation.lhs.is_Symbol
    )


def refutation(statement: StatementData, values: Mapping[Any, Any]) -> str | None:
    """Why no constant of a statement can be what a query takes it for.

    Args:
        statement: The statement.
        values: Values by SymPy symbol, defaults included.

    Returns:
        The reason in words, which names the statement that proves it; None where
        nothing is known against the constants, or none has a number.

    Rigor:
        Exact: for all values of the others, or proved at the given ones. Only theorems
        with a proof in ``docs/theory`` refute.
    """
    chosen = [c for c in constants(statement) if not values.get(c, c).free_symbols]
    if not chosen:
        return None
    for claim in statement.claims:
        if claim.direction is ClaimDirection.SUFFICIENT and any(
            is_free(constant, claim.expression) for constant in chosen
        ):
            for other, necessary in _necessary(claim):
                found = _conflict((statement, claim), (other, necessary), values)
                if found is not None:
                    return found
    return None


def _necessary(claim: Claim) -> Iterator[tuple[StatementData, Claim]]:
    """Proved necessary bounds on the same quantity."""
    for other in COLLECTED:
        for candidate in other.claims:
            if (
                other.provenance is Provenance.DERIVED
                and candidate.direction is ClaimDirection.NECESSARY
                and candidate.quantity is claim.quantity
            ):
                yield other, candidate


def _conflict(
    enough: tuple[StatementData, Claim],
    needed: tuple[StatementData, Claim],
    values: Mapping[Any, Any],
) -> str | None:
    """The reason, if what is said to be enough is proved to be too little."""
    statement, claim = enough
    names = {variable.symbol for variable in statement.symbols}
    subject = {claim.subject, needed[1].subject}
    given = {s: v for s, v in values.items() if s in names and s not in subject}
    fixed = {
        v.symbol
        for v in statement.symbols
        if v.default is not None or v.symbol in constants(statement)
    }
    universal = {s: v for s, v in given.items() if s in fixed}
    for chosen in (universal, given):
        topics = (topic(*enough, chosen), topic(*needed, chosen))
        directions = (claim.direction, needed[1].direction)
        if differences(topics, directions):
            continue
        try:
            ours = evaluate(statement, claim.expression, chosen)
            theirs = evaluate(needed[0], needed[1].expression, chosen)
        except TooLargeError:
            continue
        if _too_little(statement, claim, ours, theirs):
            numbers = ", ".join(f"{s}={v}" for s, v in chosen.items() if s in names)
            return (
                f"{needed[0].id} refutes it: {claim.subject} >= {theirs} is "
                f"necessary, but with {numbers} already {claim.subject} >= {ours} "
                "would be enough"
            )
    return None


def _too_little(statement: StatementData, claim: Claim, ours: Any, theirs: Any) -> bool:
    """Whether some admissible subject meets the first bound and not the second."""
    gap = ours - theirs
    if gap.free_symbols:
        return sign(statement, gap) == -1
    least = Ceil(ours) if claim.subject.is_integer else ours
    return decide(least, "<", theirs) is Verdict.VERIFIED
