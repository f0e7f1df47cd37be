"""The statements of the paper as a report shows them, with what it computed of each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import sympy as sp

from slth_verify.report.model.case import CaseReport
from slth_verify.report.model.parts import Formula, StatementSummary
from slth_verify.report.model.quantity import Quantity
from slth_verify.statements import Statement, latex, mathml, statements
from slth_verify.verdict import Verdict

_MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true">'


def statement_summaries(cases: Sequence[CaseReport]) -> tuple[StatementSummary, ...]:
    """All statements in paper order.

    Args:
        cases: Those of the report; what they computed is counted, not repeated.
    """
    evaluated = _evaluated(cases)
    return tuple(_summary(item, evaluated.get(item.id, ())) for item in statements())


def _summary(item: Statement, evaluated: tuple[str, ...]) -> StatementSummary:
    claims = [(claim.name, claim.meaning, claim.relation()) for claim in item.claims]
    if not claims:
        claims = [("conclusion", "", item.conclusion)]
    source = item.source
    return StatementSummary(
        id=item.id,
        title=item.title,
        kind=item.kind.value,
        provenance=item.provenance.value,
        direction=item.direction.value,
        source=f"{source.paper} ({source.version}), {source.item}",
        summary=item.summary,
        hypotheses=tuple(
            {"name": condition.name, "meaning": condition.meaning}
            for condition in item.hypotheses
        ),
        claims=tuple(
            {
                "name": name,
                "meaning": meaning,
            }
            | dict(_written(relation))
            | _origin(item, name)
            for name, meaning, relation in claims
        ),
        notes=item.notes,
        evaluated=evaluated,
    )


@cache
def _written(relation: sp.Basic) -> tuple[tuple[str, str], ...]:
    """A formula in both languages, which all reports of a process share."""
    return (
        ("mathml", f"{_MATH}{mathml(relation)}</math>"),
        ("latex", latex(relation)),
    )


def _origin(item: Statement, clause: str) -> dict[str, str]:
    """The provenance of a clause that does not come from where its statement does."""
    own = item.clause_provenance(clause)
    return {} if own is item.provenance else {"provenance": own.value}


def _evaluated(cases: Sequence[CaseReport]) -> dict[str, tuple[str, ...]]:
    """What was computed with which statement, in words with counts.

    The paper's statements are about the paper's class, so other targets do not count.
    """
    cases = [case for case in cases if not case.target.outside]
    rungs = [rung for case in cases for rung in case.ladder]
    formulas = sum(isinstance(rung.paper, Formula) for rung in rungs)
    certified = sum(isinstance(rung.certified, Quantity) for rung in rungs)
    necessary = sum(isinstance(rung.necessary, Quantity) for rung in rungs)
    tickets = [case.ticket for case in cases if case.ticket is not None]
    layers = sum(len(ticket.stages) for ticket in tickets)
    verified = sum(case.verdict is Verdict.VERIFIED for case in cases)
    collapsed = sum(bool(case.collapse) for case in cases)
    drawn = sum(len(case.masks) for case in cases)
    found: dict[str, tuple[str, ...]] = {
        "thm:structured-slth": (
            f"its construction was carried out for {len(cases)} targets; {verified} "
            "of these cases are VERIFIED in full",
            f"its width was evaluated at {formulas} layers, with C left open and the "
            "reconstructed exponents",
        )
    }
    counts = {
        "def:channel-blocked-mask": (
            layers,
            "layers of tickets pruned under this mask",
        ),
        "def:nsn": (layers, "layers searched for subsets of such vectors"),
        "der:weighted-moment": (certified, "certified widths decided"),
        "der:first-moment": (necessary, "necessary widths decided"),
        "der:worst-target": (necessary, "necessary widths rest on it"),
        "fig:neuron-pruning": (collapsed, "pruned networks collapsed"),
        "fig:patterns": (drawn, "masks of layers drawn"),
    }
    found |= {key: (f"{n} {what}",) for key, (n, what) in counts.items() if n}
    return found
