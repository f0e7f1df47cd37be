"""The checker proves honest tickets and refuses every planted lie."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.ticket import Ticket, TicketLayer
from slth_verify.verdict import Verdict

EPS = Fraction(1, 4)


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
    widths = sv.suggested_widths(target, EPS)
    return sv.prune(target, sv.RandomCNN(seed=21, widths=widths), eps=EPS)


def test_honest_ticket_is_verified(target: sv.TargetCNN, ticket: Ticket) -> None:
    result = sv.check(ticket, target)
    assert result.verdict is Verdict.VERIFIED
    assert result.error_upper_bound is not None
    assert 0 < result.error_upper_bound <= EPS
    assert result.closed_form is not None
    assert result.error_upper_bound <= result.closed_form
    assert [layer.kept for layer in result.per_layer] == [
        len(layer.filters) for layer in ticket.layers
    ]


def test_claimed_error_is_the_certified_one_rounded_up(
    target: sv.TargetCNN, ticket: Ticket
) -> None:
    result = sv.check(ticket, target)
    assert result.error_upper_bound is not None
    assert result.error_upper_bound <= Fraction(ticket.certified_error)
    assert Fraction(ticket.certified_error) < result.error_upper_bound * (
        1 + Fraction(1, 10**11)
    )


def test_file_round_trip(target: sv.TargetCNN, ticket: Ticket, tmp_path: Path) -> None:
    path = tmp_path / "toy.ticket"
    ticket.save(path)
    target.save(tmp_path / "toy.safetensors")
    result = sv.check(path, tmp_path / "toy.safetensors")
    assert result.verdict is Verdict.VERIFIED
    assert result.error_upper_bound == sv.check(ticket, target).error_upper_bound


def _with_layer(ticket: Ticket, **changes: np.ndarray) -> Ticket:
    first = replace(ticket.layers[0], **changes)
    return replace(ticket, layers=(first, *ticket.layers[1:]))


def _flipped_index(ticket: Ticket) -> Ticket:
    filters = ticket.layers[0].filters.copy()
    free = sorted(set(range(filters[-1] + 2)) - set(filters.tolist()))
    filters[0] = free[0]
    return _with_layer(ticket, filters=np.sort(filters))


def _reused_filter(ticket: Ticket) -> Ticket:
    layer = ticket.layers[0]
    again = [0, *range(len(layer.filters))]
    return _with_layer(
        ticket,
        filters=layer.filters[again],
        scalars=layer.scalars[again],
        kernels=layer.kernels[again],
    )


def _wrong_seed(ticket: Ticket) -> Ticket:
    return replace(ticket, seed=ticket.seed + 1)


def _swapped_sign(ticket: Ticket) -> Ticket:
    scalars = ticket.layers[0].scalars.copy()
    scalars[0] = -scalars[0]
    return _with_layer(ticket, scalars=scalars)


def _two_ulp(ticket: Ticket) -> Ticket:
    kernels = ticket.layers[0].kernels.copy()
    flat = kernels.reshape(-1)
    big = np.float32(np.inf)
    flat[5] = np.nextafter(np.nextafter(flat[5], big), big)
    return _with_layer(ticket, kernels=kernels)


def _not_a_number(ticket: Ticket) -> Ticket:
    kernels = ticket.layers[0].kernels.copy()
    kernels.reshape(-1)[3] = np.nan
    return _with_layer(ticket, kernels=kernels)


def _other_block(ticket: Ticket) -> Ticket:
    """A filter of layer 2 moved to the other channel's block."""
    layer = ticket.layers[1]
    filters = layer.filters.copy()
    filters[-1] = 4 * ticket.widths[1] - 1
    filters[0] = 0
    changed = replace(layer, filters=np.unique(filters))
    if len(changed.filters) != len(filters):
        raise AssertionError("the planted lie needs distinct filters")
    return replace(ticket, layers=(ticket.layers[0], changed))


def _out_of_range(ticket: Ticket) -> Ticket:
    filters = ticket.layers[0].filters.copy()
    filters[-1] = 2 * ticket.widths[0]
    return _with_layer(ticket, filters=filters)


def _dropped_filter(ticket: Ticket) -> Ticket:
    """Honest weights, but the largest column is missing: the sum is off."""
    layer = ticket.layers[0]
    keep = np.arange(len(layer.filters)) != int(np.argmax(np.abs(layer.scalars)))
    return _with_layer(
        ticket,
        filters=layer.filters[keep],
        scalars=layer.scalars[keep],
        kernels=layer.kernels[keep],
    )


def _everything_removed(ticket: Ticket) -> Ticket:
    layers = tuple(
        TicketLayer(layer.filters[:0], layer.scalars[:0], layer.kernels[:0])
        for layer in ticket.layers
    )
    return replace(ticket, layers=layers, eps=Fraction(1, 1000))


def _scale_too_small(ticket: Ticket) -> Ticket:
    exponents = tuple(e - 3 for e in ticket.scale_exponents)
    return replace(ticket, scale_exponents=exponents)


def _other_generator(ticket: Ticket) -> Ticket:
    return replace(ticket, generator="mt19937")


REFUTED: dict[str, Callable[[Ticket], Ticket]] = {
    "flipped index": _flipped_index,
    "reused filter": _reused_filter,
    "wrong seed": _wrong_seed,
    "swapped sign": _swapped_sign,
    "weight off by two ulp": _two_ulp,
    "NaN": _not_a_number,
    "filter of another block": _other_block,
    "filter out of range": _out_of_range,
    "everything removed": _everything_removed,
    "scale too small for the class": _scale_too_small,
    "other generator": _other_generator,
}


@pytest.mark.parametrize("lie", REFUTED)
def test_planted_lies_are_refuted(
    lie: str, target: sv.TargetCNN, ticket: Ticket, tmp_path: Path
) -> None:
    path = tmp_path / "lie.ticket"
    REFUTED[lie](ticket).save(path)
    target.save(tmp_path / "toy.safetensors")
    result = sv.check(path, tmp_path / "toy.safetensors")
    assert result.verdict is Verdict.REFUTED
    offenders = [f for f in result.ledger if f.verdict is Verdict.REFUTED]
    assert offenders
    assert all(finding.reason for finding in offenders)
    assert run(["check", str(path), str(tmp_path / "toy.safetensors")]) == 1


def test_dropped_filter_is_never_verified(target: sv.TargetCNN, ticket: Ticket) -> None:
    tight = replace(_dropped_filter(ticket), eps=Fraction(ticket.certified_error))
    result = sv.check(tight, target)
    assert result.verdict in (Verdict.REFUTED, Verdict.INCONCLUSIVE)


def test_target_with_one_weight_changed(target: sv.TargetCNN, ticket: Ticket) -> None:
    kernels = [kernel.copy() for kernel in target.kernels]
    kernels[1].reshape(-1)[0] += np.float32(0.5)
    changed = sv.TargetCNN(tuple(kernels), target.input_shape, target.name)
    assert sv.check(ticket, changed).verdict is Verdict.REFUTED
    # even with the digest forged, the sums give it away, with an input that shows it
    forged = replace(
        ticket,
        target={**ticket.target, "sha256": changed.sha256},
        eps=Fraction(1, 100),
    )
    result = sv.check(forged, changed)
    assert result.verdict is Verdict.REFUTED
    assert result.witness is not None
    assert result.witness.difference > Fraction(1, 100)


def test_too_small_a_claim_is_not_verified(
    target: sv.TargetCNN, ticket: Ticket
) -> None:
    bound = sv.check(ticket, target).error_upper_bound
    assert bound is not None
    just_below = sv.check(ticket, target, eps=bound - Fraction(1, 10**30))
    assert just_below.verdict in (Verdict.REFUTED, Verdict.INCONCLUSIVE)
    assert sv.check(ticket, target, eps=bound).verdict is Verdict.VERIFIED


def test_radius_dropped_from_the_second_opinion_is_seen(
    target: sv.TargetCNN, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    import slth_verify.ticket._findings as findings

    honest = findings.error_bound_mp

    for wrong in (0, 1):  # the error, the range of the target

        def off(*arguments: object, wrong: int = wrong) -> list[Fraction]:
            bounds = list(honest(*arguments))
            bounds[wrong] *= 1 + Fraction(1, 10**20)
            return bounds

        monkeypatch.setattr(findings, "error_bound_mp", off)
        assert sv.check(ticket, target).verdict is Verdict.INCONCLUSIVE


def test_checker_loads_neither_torch_nor_scipy_nor_solvers(
    target: sv.TargetCNN, ticket: Ticket, tmp_path: Path
) -> None:
    ticket.save(tmp_path / "t")
    target.save(tmp_path / "f")
    code = (
        "import sys\n"
        "from slth_verify.cli import run\n"
        f"code = run(['check', {str(tmp_path / 't')!r}, {str(tmp_path / 'f')!r}])\n"
        "banned = {'torch', 'scipy', 'sympy', 'slth_verify.subset_sum'}\n"
        "print(sorted(banned & set(sys.modules)))\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "VERIFIED"
    assert done.stdout.splitlines()[-1] == "[]"
