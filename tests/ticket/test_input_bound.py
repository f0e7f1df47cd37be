"""Inputs in another box than [-1, 1]."""

from collections.abc import Callable
from fractions import Fraction
from types import ModuleType
from typing import Any

import pytest

import slth_verify as sv
from slth_verify.errors import InvalidParameterError
from slth_verify.ticket import (
    Ticket,
)
from slth_verify.ticket import _check as door
from slth_verify.ticket import _check_layers as checker
from slth_verify.verdict import Verdict

F = Fraction
Mutant = Callable[[ModuleType, str, str], Any]


@pytest.fixture(scope="module")
def target(scaled_target: Any) -> Any:
    return scaled_target


@pytest.fixture(scope="module")
def ticket(scaled_ticket: Ticket) -> Ticket:
    return scaled_ticket


@pytest.mark.parametrize("box", ["2.83", F(1, 3), 1000])
def test_the_error_scales_with_the_inputs(
    box: Any, target: Any, ticket: Ticket
) -> None:
    unit, scaled = sv.check(ticket, target), sv.check(ticket, target, input_bound=box)
    size = F(box)
    assert unit.error_upper_bound is not None
    assert unit.closed_form is not None
    assert scaled.input_bound == size
    assert scaled.error_upper_bound == size * unit.error_upper_bound
    assert scaled.closed_form == size * unit.closed_form
    assert scaled.eps == size * ticket.eps
    assert scaled.verdict is unit.verdict
    assert scaled.share_of_range == unit.share_of_range
    # the same claim in numbers, and one that is only true of the unit box
    exact = sv.check(ticket, target, eps=scaled.error_upper_bound, input_bound=box)
    assert exact.verdict is Verdict.VERIFIED
    below = scaled.error_upper_bound - F(1, 10**40)
    tight = sv.check(ticket, target, eps=below, input_bound=box)
    assert tight.verdict in (Verdict.REFUTED, Verdict.INCONCLUSIVE)


def test_a_witness_in_another_box_replays(target: Any, ticket: Ticket) -> None:
    eps = F(1, 10**6)
    result = sv.check(ticket, target, eps=eps, input_bound=5)
    assert result.verdict is Verdict.REFUTED
    witness = result.witness
    assert witness is not None
    assert witness.difference > eps
    unit = sv.check(ticket, target, eps=eps / 5).witness
    assert unit is not None
    assert witness.difference == 5 * unit.difference
    claim = next(item for item in result.ledger if item.verdict is Verdict.REFUTED)
    assert "[-5, 5]" in claim.claim


BOX_LIES = {
    "error not scaled": ("        box * bound.error,\n", "        bound.error,\n"),
    "compared in the unit box": (
        "if box * bound.error <= eps:",
        "if bound.error <= eps:",
    ),
    "claim of the unit box": ("asked = loaded.eps * box", "asked = loaded.eps"),
    "witness against the wrong eps": ("eps / box)", "eps * box)"),
}


@pytest.mark.parametrize("name", BOX_LIES)
def test_a_forgotten_box_is_seen(
    name: str,
    mutant: Mutant,
    monkeypatch: pytest.MonkeyPatch,
    target: Any,
    ticket: Ticket,
) -> None:
    wrong = mutant(checker, *BOX_LIES[name])

    def proportional(check: Callable[..., Any]) -> bool:
        """For a claim that holds, one that just holds, and one that does not."""
        unit = sv.check(ticket, target).error_upper_bound
        assert unit is not None
        scaled = check(ticket, target, input_bound=9)
        tight = check(ticket, target, eps=9 * unit, input_bound=9)
        loose = check(ticket, target, eps=8 * unit, input_bound=9)
        witness = sv.check(ticket, target, eps=unit / 50).witness
        assert witness is not None
        just = 9 * witness.difference * F(99, 100)
        missed = check(ticket, target, eps=just, input_bound=9)
        return (
            scaled.error_upper_bound == 9 * unit
            and scaled.eps == 9 * ticket.eps
            and tight.verdict is Verdict.VERIFIED
            and loose.verdict is not Verdict.VERIFIED
            and missed.verdict is Verdict.REFUTED
            and missed.witness.difference > just
        )

    assert proportional(sv.check)
    monkeypatch.setattr(door, "check_layers", wrong.check_layers)
    assert not proportional(sv.check)


@pytest.mark.parametrize("box", [0, -1, "x", None, True, float("inf"), "1e9999"])
def test_boxes_that_are_none_are_refused(box: Any, target: Any, ticket: Ticket) -> None:
    with pytest.raises(InvalidParameterError, match="input_bound"):
        sv.check(ticket, target, input_bound=box)
