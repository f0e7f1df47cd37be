"""Every field of a ticket is proved, or a label that nothing depends on."""

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.ticket import Ticket
from slth_verify.ticket import _findings as findings
from slth_verify.ticket import _format as form
from slth_verify.verdict import Verdict

Mutant = Callable[[ModuleType, str, str], Any]
F = Fraction


@pytest.fixture(scope="module")
def target() -> sv.TargetCNN:
    rng = np.random.default_rng(6)
    shapes = [(2, 1, 3, 3), (2, 2, 1, 1)]
    kernels = tuple(
        (rng.standard_normal(shape) / 4).astype(np.float32) for shape in shapes
    )
    return sv.TargetCNN(kernels, (1, 6, 6), "toy")


@pytest.fixture(scope="module")
def ticket(target: sv.TargetCNN) -> Ticket:
    widths = sv.suggested_widths(target, "1/8")
    return sv.prune(target, sv.RandomCNN(seed=21, widths=widths), eps="1/8")


def _about(ticket: Ticket, **changes: Any) -> Ticket:
    return replace(ticket, target={**ticket.target, **changes})


def _stated(ticket: Ticket, factor: Fraction) -> Ticket:
    return replace(
        ticket, certified_error=str(float(F(ticket.certified_error) * factor))
    )


#: One false claim for every field; ``layers`` has its own tests in test_checker.py.
FALSE: dict[str, dict[str, Callable[[Ticket], Ticket]]] = {
    "target": {
        "another digest": lambda t: _about(t, sha256="0" * 64),
        "no digest": lambda t: replace(
            t, target={k: v for k, v in t.target.items() if k != "sha256"}
        ),
        "another image": lambda t: _about(t, input_shape=[1, 7, 6]),
        "other channels": lambda t: _about(t, input_shape=[2, 6, 6]),
    },
    "generator": {"another": lambda t: replace(t, generator="philox4x64-10/normal/2")},
    "seed": {"another": lambda t: replace(t, seed=t.seed + 1)},
    "widths": {
        "wider": lambda t: replace(t, widths=(t.widths[0], t.widths[1] * 2)),
        "narrower": lambda t: replace(t, widths=(t.widths[0], t.widths[1] // 2)),
        "one more": lambda t: replace(t, widths=(*t.widths, 1)),
    },
    "scale_exponents": {
        "smaller": lambda t: replace(
            t, scale_exponents=(t.scale_exponents[0] - 1, t.scale_exponents[1])
        ),
        "one less": lambda t: replace(t, scale_exponents=t.scale_exponents[:1]),
    },
    "eps": {"smaller": lambda t: replace(t, eps=F(1, 10**6))},
    "certified_error": {
        "a tenth": lambda t: _stated(t, F(1, 10)),
        "a little lower": lambda t: _stated(t, 1 - F(1, 10**9)),
        "zero": lambda t: replace(t, certified_error="0"),
    },
    "layers": {"one less": lambda t: replace(t, layers=t.layers[:1])},
}
#: Changes of labels: the verdict stays.
LABELS: dict[str, Callable[[Ticket], Ticket]] = {
    "versions": lambda t: replace(t, versions={"slth-verify": "99"}),
    "target.name": lambda t: _about(t, name="another"),
    "target.readout": lambda t: _about(t, readout="global-average"),
}


def test_every_field_is_covered() -> None:
    named = {field.name for field in fields(Ticket)}
    assert named == set(FALSE) | {"versions"}
    assert {"sha256", "input_shape", "name", "readout"} == form._TARGET_KEYS


@pytest.mark.parametrize(
    ("field", "name"), [(field, name) for field, lies in FALSE.items() for name in lies]
)
def test_a_false_claim_is_refuted(
    field: str, name: str, target: sv.TargetCNN, ticket: Ticket
) -> None:
    result = sv.check(FALSE[field][name](ticket), target)
    assert result.verdict is Verdict.REFUTED
    assert any(item.verdict is Verdict.REFUTED for item in result.ledger)


@pytest.mark.parametrize("name", LABELS)
def test_nothing_depends_on_a_label(
    name: str, target: sv.TargetCNN, ticket: Ticket
) -> None:
    honest, changed = sv.check(ticket, target), sv.check(LABELS[name](ticket), target)
    assert honest.verdict is Verdict.VERIFIED
    assert changed == honest


def test_a_larger_certified_error_is_still_true(
    target: sv.TargetCNN, ticket: Ticket
) -> None:
    """It claims less; and so does a larger scale, if the error allows it."""
    assert sv.check(_stated(ticket, F(2)), target).verdict is Verdict.VERIFIED


def test_a_lowered_certified_error_is_refuted_under_another_eps_too(
    target: sv.TargetCNN, ticket: Ticket
) -> None:
    lie = _stated(ticket, F(1, 2))
    assert sv.check(lie, target, eps="1/9").verdict is not Verdict.VERIFIED
    found = sv.check(lie, target, eps=F(1, 8), input_bound=1)
    assert found.verdict is Verdict.REFUTED


LIES = {
    "certified_error believed": ("if stated >= bound:", "if stated >= 0:"),
    "input_shape believed": ("if named != shape:", "if False:"),
    "digest believed": ("if stated != target.sha256:", "if False:"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_believed_field_is_seen(
    name: str,
    mutant: Mutant,
    monkeypatch: pytest.MonkeyPatch,
    target: sv.TargetCNN,
    ticket: Ticket,
) -> None:
    import slth_verify.ticket._check_layers as checker

    wrong = mutant(findings, *LIES[name])
    for function in ("identity", "stated_error"):
        monkeypatch.setattr(checker, function, getattr(wrong, function))
    lies = [
        lie for field in ("target", "certified_error") for lie in FALSE[field].values()
    ]
    verdicts = {sv.check(lie(ticket), target).verdict for lie in lies}
    assert Verdict.VERIFIED in verdicts
