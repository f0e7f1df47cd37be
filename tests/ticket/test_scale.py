"""The certified range of a target's outputs, and claims that it makes trivial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from handmade.nightly import cases
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.errors import TrivialClaimWarning
from slth_verify.graph import values
from slth_verify.strategies import target_networks
from slth_verify.ticket import OutputSpread, Ticket, output_spread
from slth_verify.ticket.graphs import check as checker
from slth_verify.ticket.graphs import findings, outputs
from slth_verify.verdict import Verdict

F = Fraction
Mutant = Callable[[ModuleType, str, str], Any]


def _is_the_range(target: Any, found: OutputSpread) -> bool:
    """No image exceeds it, and two images reach the lower end."""
    rng = np.random.default_rng(0)
    images = rng.integers(-1, 2, (200, *target.input.shape)).astype(np.float64)
    seen = values(target, images)
    by_channel = np.moveaxis(seen, 1, 0).reshape(seen.shape[1], -1)
    spread = (by_channel.max(axis=1) - by_channel.min(axis=1)).max()
    slack = 1e-9 * float(found.widest)
    return bool(
        seen.min() >= float(found.lower) - slack
        and seen.max() <= float(found.upper) + slack
        and spread <= float(found.widest) + slack
        and 0 <= found.reached <= found.widest
        and found.widest <= found.upper - found.lower
    )


@given(target_networks(max_depth=3))
@settings(cases(30, 60))
def test_outputs_lie_in_the_certified_range(target: Any) -> None:
    assert _is_the_range(target, output_spread(target))


RANGE_LIES = {
    "widest halved": ("widest(outputs), reached", "widest(outputs) / 2, reached"),
    "ends swapped": ("widest(outputs), reached", "reached, widest(outputs)"),
    "upper end of another channel": (
        "max(outputs.upper), widest",
        "min(outputs.upper), widest",
    ),
}


@pytest.mark.parametrize("name", RANGE_LIES)
def test_a_wrong_range_is_seen(name: str, mutant: Mutant) -> None:
    wrong = mutant(outputs, *RANGE_LIES[name])

    @given(target_networks(max_depth=3))
    @settings(max_examples=200, database=None, phases=[Phase.generate])
    def attack(target: Any) -> None:
        assert _is_the_range(target, wrong.output_spread(target))

    with pytest.raises(AssertionError):
        attack()


@pytest.fixture(scope="module")
def target(scaled_target: Any) -> Any:
    return scaled_target


@pytest.fixture(scope="module")
def ticket(scaled_ticket: Ticket) -> Ticket:
    return scaled_ticket


def _removed(ticket: Ticket) -> Ticket:
    """The network that computes 0, with everything else that the ticket says."""
    stages = tuple(replace(stage, filters=stage.filters[:0]) for stage in ticket.stages)
    return replace(ticket, stages=stages, certified_error="1e9")


def test_a_trivial_claim_is_vacuous(target: Any, ticket: Ticket) -> None:
    half = output_spread(target).widest / 2
    for eps in (half, half + F(1, 10**9), 10 * half):
        result = sv.check(ticket, target, eps=eps)
        assert result.verdict is Verdict.VACUOUS
        assert result.trivial is True
        trivial = [item for item in result.ledger if "trivial" in item.claim]
        assert [item.verdict for item in trivial] == [Verdict.VACUOUS]
        assert "TRIVIAL" in trivial[0].reason


def test_the_zero_network_is_verified_for_no_claim(target: Any, ticket: Ticket) -> None:
    """Its bound is the range itself: below it nothing is proved."""
    found, zero = output_spread(target), _removed(ticket)
    result = sv.check(zero, target)
    bound = result.error_upper_bound
    assert result.error_by_intervals == found.upper
    assert bound is not None
    assert found.reached <= bound <= found.upper
    for eps, verdicts in (
        (bound, {Verdict.VACUOUS}),
        (bound * F(999_999, 10**6), {Verdict.INCONCLUSIVE, Verdict.VACUOUS}),
        (found.reached * F(999_999, 10**6), {Verdict.REFUTED}),
    ):
        assert sv.check(zero, target, eps=eps).verdict in verdicts


def _vacuous_where_trivial(check: Callable[..., Any], subject: Any) -> bool:
    target, ticket = subject
    found = output_spread(target)
    wanted = {
        found.widest / 2: (Verdict.VACUOUS, True),
        (found.reached + found.widest) / 4: (Verdict.VERIFIED, None),
        found.reached / 3: (Verdict.VERIFIED, False),
    }
    results = {eps: check(ticket, target, eps=eps) for eps in wanted}
    return all(
        (results[eps].verdict, results[eps].trivial) == expected
        for eps, expected in wanted.items()
    )


TRIVIAL_LIES = {
    "finding dropped": (checker, "[finding, scale(spread, asked)]", "[finding]"),
    "never trivial": (outputs, "if self.widest <= 2 * eps:", "if self.widest < 0:"),
    "trivial from the lower end on": (
        outputs,
        "if self.widest <= 2 * eps:",
        "if self.reached <= 2 * eps:",
    ),
    "trivial only above the bound": (
        outputs,
        "if self.widest <= 2 * eps:",
        "if self.widest < 2 * eps:",
    ),
    "verified all the same": (findings, "Verdict.VACUOUS,", "Verdict.VERIFIED,"),
}


@pytest.mark.parametrize("name", TRIVIAL_LIES)
def test_a_dropped_triviality_is_seen(
    name: str,
    mutant: Mutant,
    monkeypatch: pytest.MonkeyPatch,
    target: Any,
    ticket: Ticket,
) -> None:
    from slth_verify.ticket import _check as door

    subject = target, ticket
    assert _vacuous_where_trivial(sv.check, subject)
    module, truth, lie = TRIVIAL_LIES[name]
    wrong = mutant(module, truth, lie)
    if module is outputs:
        monkeypatch.setattr(OutputSpread, "trivial", wrong.OutputSpread.trivial)
    elif module is findings:
        monkeypatch.setattr(checker, "scale", wrong.scale)
    else:
        monkeypatch.setattr(door, "check_graph", wrong.check_graph)
    assert not _vacuous_where_trivial(sv.check, subject)


def test_prune_warns_of_a_trivial_claim(target: Any) -> None:
    half = output_spread(target).widest / 2
    with pytest.warns(TrivialClaimWarning, match="VACUOUS"):
        ticket = sv.prune(target, sv.RandomCNN(3, (200, 200)), eps=half)
    assert sv.check(ticket, target).verdict is Verdict.VACUOUS


@given(st.integers(0, 2**32 - 1))
@settings(cases(5, 20))
def test_a_witness_is_seen_by_torch(made: Callable[..., Any], seed: int) -> None:
    """Filters at random approximate nothing, and an image shows it."""
    import torch

    from slth_verify.network import pruned_module

    target, ticket = made((2, 3, 2), (3, 1), (5, 4), seed=seed, kept=6)
    result = sv.check(ticket, target)
    assert result.verdict is Verdict.REFUTED
    witness = result.witness
    assert witness is not None
    assert result.error_upper_bound is not None
    assert ticket.eps < witness.difference <= result.error_upper_bound
    image = np.array(list(map(float, witness.image))).reshape(1, *witness.shape)
    f, g = (
        target.to_torch(dtype="float64"),
        pruned_module(target, ticket, dtype="float64"),
    )
    with torch.no_grad():
        gap = (f(torch.from_numpy(image)) - g(torch.from_numpy(image)))[0]
    seen = abs(float(gap[witness.entry]))
    assert seen == pytest.approx(float(witness.difference), rel=1e-9)
