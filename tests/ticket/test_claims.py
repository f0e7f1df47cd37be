"""Every field of a ticket is a claim that is refuted if false, or a label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from types import ModuleType
from typing import Any

import pytest

import slth_verify as sv
from slth_verify.graph import TargetCNN
from slth_verify.ticket import StageTicket, Ticket
from slth_verify.ticket.graphs import check as checker
from slth_verify.ticket.graphs import claims as decimals
from slth_verify.ticket.graphs import findings, format
from slth_verify.verdict import Verdict

F = Fraction
Mutant = Callable[[ModuleType, str, str], Any]


def _stated(ticket: Ticket, factor: Fraction) -> Ticket:
    return replace(ticket, certified_error=str(F(ticket.certified_error) * factor))


def _about(ticket: Ticket, **changes: Any) -> Ticket:
    return replace(ticket, target={**ticket.target, **changes})


def _part(ticket: Ticket, **changes: Any) -> Ticket:
    first, *others = ticket.stages
    return replace(ticket, stages=(replace(first, **changes), *others))


#: Fields with what is no longer true of them.
FALSE: dict[str, dict[str, Callable[[Ticket], Ticket]]] = {
    "target": {"another digest": lambda t: _about(t, sha256="0" * 64)},
    "generator": {"another": lambda t: replace(t, generator="philox4x64-10/normal/2")},
    "seed": {"another": lambda t: replace(t, seed=t.seed + 1)},
    "stages": {
        "one less": lambda t: replace(t, stages=t.stages[:-1]),
        "wider": lambda t: _part(t, width=t.stages[0].width * 2),
        "narrower": lambda t: _part(t, width=t.stages[0].width // 2),
        "another scale": lambda t: _part(t, exponent=t.stages[0].exponent + 1),
        "another name": lambda t: _part(t, name="other"),
        "fewer filters": lambda t: _part(t, filters=t.stages[0].filters[:1]),
    },
    "eps": {"smaller": lambda t: replace(t, eps=F(1, 10**6))},
    "certified_error": {
        "a tenth": lambda t: _stated(t, F(1, 10)),
        "zero": lambda t: replace(t, certified_error="0"),
    },
}
#: Changes of labels: the verdict stays.
LABELS: dict[str, Callable[[Ticket], Ticket]] = {
    "versions": lambda t: replace(t, versions={"slth-verify": "99"}),
    "target.name": lambda t: _about(t, name="another"),
}


def test_every_field_is_covered() -> None:
    assert {field.name for field in fields(Ticket)} == set(FALSE) | {
        *("versions", "made_for")  # nothing that a file or the checker reads
    }
    assert {field.name for field in fields(StageTicket)} == {
        *("name", "width", "exponent", "filters", "weights")
    }
    assert {"sha256", "name"} == format._TARGET_KEYS


@pytest.mark.parametrize(
    ("field", "name"), [(field, name) for field, lies in FALSE.items() for name in lies]
)
def test_a_false_claim_is_refuted(
    field: str, name: str, grouped: TargetCNN, grouped_ticket: Ticket
) -> None:
    result = sv.check(FALSE[field][name](grouped_ticket), grouped)
    assert result.verdict is Verdict.REFUTED
    assert any(item.verdict is Verdict.REFUTED for item in result.ledger)


@pytest.mark.parametrize("name", LABELS)
def test_nothing_depends_on_a_label(
    name: str, grouped: TargetCNN, grouped_ticket: Ticket
) -> None:
    honest = sv.check(grouped_ticket, grouped)
    assert honest.verdict is Verdict.VERIFIED
    assert sv.check(LABELS[name](grouped_ticket), grouped) == honest


def test_a_larger_certified_error_is_still_true(
    grouped: TargetCNN, grouped_ticket: Ticket
) -> None:
    """It claims less."""
    more = _stated(grouped_ticket, F(2))
    assert sv.check(more, grouped).verdict is Verdict.VERIFIED


def test_a_lowered_certified_error_is_refuted_under_another_eps_too(
    grouped: TargetCNN, grouped_ticket: Ticket
) -> None:
    proved = sv.check(grouped_ticket, grouped).error_upper_bound
    assert proved is not None
    lie = replace(grouped_ticket, certified_error=str(proved * (1 - F(1, 10**9))))
    found = sv.check(lie, grouped, eps=grouped_ticket.eps)
    assert found.verdict is Verdict.REFUTED
    lower = sv.check(lie, grouped, eps=F(lie.certified_error))
    assert lower.verdict is not Verdict.VERIFIED


LIES = {
    "certified_error believed": (decimals, "if stated >= bound:", "if stated >= 0:"),
    "digest believed": (findings, "if stated != graph.sha256:", "if False:"),
    "generator believed": (findings, "if ticket.generator != GENERATOR:", "if False:"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_believed_field_is_seen(
    name: str,
    mutant: Mutant,
    monkeypatch: pytest.MonkeyPatch,
    grouped: TargetCNN,
    grouped_ticket: Ticket,
) -> None:
    module, truth, lie = LIES[name]
    wrong = mutant(module, truth, lie)
    if module is decimals:
        monkeypatch.setattr(findings, "at_least", wrong.at_least)
    else:
        for function in ("identity", "fits"):
            monkeypatch.setattr(checker, function, getattr(wrong, function))
    fields = "target", "generator", "certified_error"
    lies = [lie for field in fields for lie in FALSE[field].values()]
    verdicts = {sv.check(lie(grouped_ticket), grouped).verdict for lie in lies}
    assert Verdict.VERIFIED in verdicts
