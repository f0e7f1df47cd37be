"""The certified range of a target's outputs, and claims that it makes trivial."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.errors import TrivialClaimWarning
from slth_verify.ticket import (
    OutputRange,
    Ticket,
    output_bound,
    output_range,
    read_accuracy,
)
from slth_verify.ticket import _check as door
from slth_verify.ticket import _check_layers as checker
from slth_verify.ticket import _findings as findings
from slth_verify.ticket import _range as ranges
from slth_verify.verdict import Verdict

F = Fraction
Mutant = Callable[[ModuleType, str, str], Any]


def _target(seed: int, channels: tuple[int, ...], sizes: tuple[int, ...]) -> Any:
    rng = np.random.default_rng(seed)
    kernels = tuple(
        (rng.integers(-8, 9, (c_out, c_in, d, d)) / 8).astype(np.float32)
        for c_in, c_out, d in zip(channels[:-1], channels[1:], sizes, strict=True)
    )
    return sv.TargetCNN(kernels, (channels[0], 4, 4))


@st.composite
def targets(draw: st.DrawFn) -> Any:
    depth = draw(st.integers(1, 3))
    channels = tuple(draw(st.integers(1, 2)) for _ in range(depth + 1))
    sizes = tuple(draw(st.sampled_from([1, 3])) for _ in range(depth))
    return _target(draw(st.integers(0, 1 << 30)), channels, sizes)


def _outputs(target: Any, images: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return target.to_torch().double()(torch.from_numpy(images)).numpy()


def _is_the_range(target: Any, found: OutputRange) -> bool:
    """No image exceeds it; some input reaches the lower end; one layer attains it."""
    rng = np.random.default_rng(0)
    images = rng.integers(-1, 2, (200, *target.input_shape)).astype(np.float64)
    seen = _outputs(target, images)
    exact = target.depth > 1 or found.reached == found.bound
    return bool(
        seen.min() >= 0
        and seen.max() <= float(found.bound)
        and 0 <= found.reached <= found.bound
        and exact
    )


@given(targets())
@settings(max_examples=60)
def test_outputs_lie_in_the_certified_range(target: Any) -> None:
    assert _is_the_range(target, output_range(target))


RANGE_LIES = {
    "upper end halved": ("box * bound)", "box * bound / 2)"),
    "lower end doubled": (
        "box * largest_output(residuals, exponents, image)",
        "box * 2 * largest_output(residuals, exponents, image)",
    ),
    "ends swapped": (
        "OutputRange(box * largest_output(residuals, exponents, image), box * bound)",
        "OutputRange(box * bound, box * largest_output(residuals, exponents, image))",
    ),
}


@pytest.mark.parametrize("name", RANGE_LIES)
def test_a_wrong_range_is_seen(name: str, mutant: Mutant) -> None:
    wrong = mutant(ranges, *RANGE_LIES[name])

    @given(targets())
    @settings(max_examples=200, database=None)
    def attack(target: Any) -> None:
        assert _is_the_range(target, wrong.output_range(target))

    with pytest.raises(AssertionError):
        attack()


@pytest.mark.parametrize("box", ["1", "2.83", "17/6", "1e-30", F(7), 3])
@given(target=targets())
@settings(max_examples=10)
def test_everything_is_proportional_to_the_box(box: Any, target: Any) -> None:
    unit, scaled = output_range(target), output_range(target, input_bound=box)
    size = F(box)
    assert scaled == OutputRange(size * unit.reached, size * unit.bound)
    if unit.bound > 0:
        share = read_accuracy("10%", target.kernels, input_bound=box)
        assert share <= size * unit.bound / 10 < share * (1 + F(1, 10**10))


@pytest.fixture(scope="module")
def target(scaled_target: Any) -> Any:
    return scaled_target


@pytest.fixture(scope="module")
def ticket(scaled_ticket: Ticket) -> Ticket:
    return scaled_ticket


def _removed(ticket: Ticket) -> Ticket:
    """The network that computes 0, with everything else that the ticket says."""
    layers = tuple(
        replace(
            layer,
            filters=layer.filters[:0],
            scalars=layer.scalars[:0],
            kernels=layer.kernels[:0],
        )
        for layer in ticket.layers
    )
    return replace(ticket, layers=layers, certified_error="1e9")


def test_a_trivial_claim_is_vacuous(target: Any, ticket: Ticket) -> None:
    largest = output_bound(target.kernels)
    for eps in (largest, largest + F(1, 10**9), 10 * largest):
        for subject in (ticket, _removed(ticket)):
            result = sv.check(subject, target, eps=eps)
            assert result.verdict is Verdict.VACUOUS
            assert result.trivial is True
            trivial = [item for item in result.ledger if "trivial" in item.claim]
            assert [item.verdict for item in trivial] == [Verdict.VACUOUS]
            assert "TRIVIAL" in trivial[0].reason


def test_the_zero_network_is_verified_for_no_claim(target: Any, ticket: Ticket) -> None:
    """Its bound is the certified range itself: below it nothing is proved."""
    found = output_range(target)
    zero = _removed(ticket)
    bound = sv.check(zero, target).error_upper_bound
    assert bound == found.bound
    for share, verdict in (
        (found.bound * F(999_999, 10**6), Verdict.INCONCLUSIVE),
        (found.reached, Verdict.INCONCLUSIVE),
        (found.reached * F(999_999, 10**6), Verdict.REFUTED),
    ):
        assert sv.check(zero, target, eps=share).verdict is verdict


def test_between_reached_and_bound_it_is_undecided(target: Any, ticket: Ticket) -> None:
    found = output_range(target)
    assert found.reached < found.bound
    between = (found.reached + found.bound) / 2
    result = sv.check(ticket, target, eps=between)
    assert result.trivial is None
    assert result.verdict is Verdict.VERIFIED  # the bound itself is proved
    noted = [item for item in result.ledger if "undecided" in item.reason]
    assert len(noted) == 1
    decided = sv.check(ticket, target, eps=found.reached / 2)
    assert decided.trivial is False
    assert not [item for item in decided.ledger if "undecided" in item.reason]


def _vacuous_where_trivial(check: Callable[..., Any], subject: Any) -> bool:
    target, ticket = subject
    found = output_range(target)
    wanted = {
        found.bound: (Verdict.VACUOUS, True),
        (found.reached + found.bound) / 2: (Verdict.VERIFIED, None),
        found.reached / 2: (Verdict.VERIFIED, False),
    }
    results = {eps: check(ticket, target, eps=eps) for eps in wanted}
    return all(
        (results[eps].verdict, results[eps].trivial) == expected
        for eps, expected in wanted.items()
    )


TRIVIAL_LIES = {
    "finding dropped": (checker, "scale(outputs, question.eps), ", ""),
    "never trivial": (ranges, "if self.bound <= eps:", "if self.bound < 0:"),
    "trivial from the lower end on": (
        ranges,
        "if self.bound <= eps:",
        "if self.reached <= eps:",
    ),
    "trivial only above the bound": (
        ranges,
        "if self.bound <= eps:",
        "if self.bound < eps:",
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
    subject = target, ticket
    assert _vacuous_where_trivial(sv.check, subject)
    module, truth, lie = TRIVIAL_LIES[name]
    wrong = mutant(module, truth, lie)
    if module is ranges:
        monkeypatch.setattr(OutputRange, "trivial", wrong.OutputRange.trivial)
        assert not _vacuous_where_trivial(sv.check, subject)
    elif module is findings:
        monkeypatch.setattr(checker, "scale", wrong.scale)
        assert not _vacuous_where_trivial(sv.check, subject)
    else:
        monkeypatch.setattr(door, "check_layers", wrong.check_layers)
        assert not _vacuous_where_trivial(sv.check, subject)


def test_prune_warns_of_a_trivial_claim(target: Any) -> None:
    largest = output_bound(target.kernels)
    with pytest.warns(TrivialClaimWarning, match="VACUOUS"):
        ticket = sv.prune(target, sv.RandomCNN(3, (32, 32)), eps=largest)
    assert sv.check(ticket, target).verdict is Verdict.VACUOUS
