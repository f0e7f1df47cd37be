"""The scale of a claim: certified ranges, shares, trivial claims, other boxes."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.errors import InvalidParameterError, TrivialClaimWarning
from slth_verify.ticket import (
    OutputRange,
    Ticket,
    output_bound,
    output_range,
    read_accuracy,
)
from slth_verify.ticket import _accuracy as accuracy
from slth_verify.ticket import _check as checker
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
def target() -> Any:
    rng = np.random.default_rng(8)
    shapes = [(2, 1, 3, 3), (2, 2, 1, 1)]
    kernels = tuple(
        (rng.standard_normal(shape) / 2).astype(np.float32) for shape in shapes
    )
    return sv.TargetCNN(kernels, (1, 4, 4))


@pytest.fixture(scope="module")
def ticket(target: Any) -> Ticket:
    widths = sv.suggested_widths(target, "5%")
    return sv.prune(target, sv.RandomCNN(3, widths), eps="5%")


def test_prune_and_check_read_the_same_share(target: Any, ticket: Ticket) -> None:
    largest = output_bound(target.kernels)
    assert ticket.eps == read_accuracy("5%", target.kernels)
    assert 0 <= largest / 20 - ticket.eps < largest / 10**10
    result = sv.check(ticket, target)
    assert result.verdict is Verdict.VERIFIED
    assert sv.check(ticket, target, eps=" 5 % ").eps == ticket.eps
    assert result.target_range is not None
    assert result.target_range.bound == largest
    assert result.error_upper_bound is not None
    assert result.share_of_range == result.error_upper_bound / largest
    assert result.share_of_range <= F(1, 20)
    assert result.share_of_reached is not None
    assert result.share_of_reached >= result.share_of_range
    exact = result.error_upper_bound / result.target_range.reached
    assert result.share_of_reached == exact


@pytest.mark.parametrize(
    "eps", ["%", "x%", "0%", "-1%", "nan%", "1e9999%", "1%%", "5 percent", "1/0%"]
)
def test_shares_that_are_none_are_refused(
    eps: str, target: Any, ticket: Ticket
) -> None:
    for ask in (
        lambda: sv.check(ticket, target, eps=eps),
        lambda: sv.prune(target, sv.RandomCNN(3, (8, 8)), eps=eps),
        lambda: sv.suggested_widths(target, eps),
    ):
        with pytest.raises(InvalidParameterError, match="eps"):
            ask()


def test_a_target_without_outputs_has_no_shares() -> None:
    zero = sv.TargetCNN((np.zeros((1, 1, 1, 1), np.float32),), (1, 2, 2))
    with pytest.raises(InvalidParameterError, match="absolute"):
        read_accuracy("2%", zero.kernels)


SHARE_LIES = {
    "rounded up": ("up=False", "up=True"),
    "per mille": ("/ 100", "/ 1000"),
    "of the unit box": ("largest = box * output", "largest = output"),
    "of the squared box": ("largest = box * output", "largest = box * box * output"),
}


def _share_is_right(read: Callable[..., Fraction], target: Any) -> bool:
    largest = 3 * output_range(target).bound
    found = read("7%", target.kernels, input_bound=3)
    return bool(0 <= largest * 7 / 100 - found < largest / 10**10)


@pytest.mark.parametrize("name", SHARE_LIES)
def test_a_share_of_a_wrong_range_is_seen(
    name: str, mutant: Mutant, target: Any
) -> None:
    assert _share_is_right(read_accuracy, target)
    wrong = mutant(accuracy, *SHARE_LIES[name])
    assert not _share_is_right(wrong.read_accuracy, target)


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
        assert not _vacuous_where_trivial(wrong.check, subject)


def test_prune_warns_of_a_trivial_claim(target: Any) -> None:
    largest = output_bound(target.kernels)
    with pytest.warns(TrivialClaimWarning, match="VACUOUS"):
        ticket = sv.prune(target, sv.RandomCNN(3, (32, 32)), eps=largest)
    assert sv.check(ticket, target).verdict is Verdict.VACUOUS


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
    "claim of the unit box": ("claim = loaded.eps * box", "claim = loaded.eps"),
    "witness against the wrong eps": ("eps / box)", "eps * box)"),
}


@pytest.mark.parametrize("name", BOX_LIES)
def test_a_forgotten_box_is_seen(
    name: str, mutant: Mutant, target: Any, ticket: Ticket
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
    assert not proportional(wrong.check)


@pytest.mark.parametrize("box", [0, -1, "x", None, True, float("inf"), "1e9999"])
def test_boxes_that_are_none_are_refused(box: Any, target: Any, ticket: Ticket) -> None:
    with pytest.raises(InvalidParameterError, match="input_bound"):
        sv.check(ticket, target, input_bound=box)


@pytest.fixture(scope="module")
def paths(target: Any, ticket: Ticket, tmp_path_factory: Any) -> list[str]:
    folder: Path = tmp_path_factory.mktemp("scale")
    ticket.save(folder / "ticket")
    target.save(folder / "target")
    return [str(folder / "ticket"), str(folder / "target")]


def test_the_command_line_says_how_large_the_outputs_are(
    paths: list[str], target: Any, ticket: Ticket, capsys: pytest.CaptureFixture[str]
) -> None:
    result = sv.check(ticket, target, input_bound="2.83")
    assert run(["check", *paths, "--input-bound", "2.83", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert result.target_range is not None
    assert F(found["target_range"]["bound"]) >= result.target_range.bound
    assert F(found["target_range"]["reached"]) <= result.target_range.reached
    assert result.share_of_reached is not None
    assert F(found["error_share"]["of_reached"]) >= result.share_of_reached
    assert F(found["input_bound"]) == F("2.83")
    assert found["trivial"] is False
    assert run(["check", *paths, "--input-bound", "2.83"]) == 0
    out = capsys.readouterr().out
    assert "every input in [-2.83, 2.83]" in out
    assert "outputs lie in [0, " in out
    assert "of the largest output" in out


def test_the_command_line_takes_shares(
    paths: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", *paths, "--eps", "5%"]) == 0
    assert run(["check", *paths, "--eps", "1000%"]) == 3
    out = capsys.readouterr().out
    assert "\nVACUOUS\n" in out
    assert "TRIVIAL" in out
    assert run(["check", *paths, "--eps", "0.0001%"]) in (1, 3)
    assert run(["check", *paths, "--eps", "%"]) == 2
    assert run(["check", *paths, "--input-bound", "0"]) == 2


@given(st.fractions(min_value=0), st.booleans())
def test_printed_numbers_are_rounded_to_the_safe_side(
    value: Fraction, up: bool
) -> None:
    text = findings.upper(value) if up else findings.lower(value)
    assert (F(text) >= value) if up else (F(text) <= value)
    assert len(Decimal(text).as_tuple().digits) <= 20


def test_prune_says_how_large_the_outputs_are(
    paths: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["prune", paths[1], "--seed", "3", "--output", str(tmp_path / "made")]
    assert run([*words, "--eps", "20%"]) == 0
    assert "outputs lie in [0, " in capsys.readouterr().out
    assert run([*words, "--eps", "1000%", "--json"]) == 0
    out, err = capsys.readouterr()
    # the stated error has twelve digits, rounded up
    assert F(json.loads(out)["error_share"]["of_range"]) <= 1 + F(1, 10**10)
    assert "VACUOUS" in err
    assert run(["check", str(tmp_path / "made"), paths[1]]) == 3
