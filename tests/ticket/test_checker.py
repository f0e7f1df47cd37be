"""The checker on its own: by file and object, with limits, without torch."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from handmade.kernel_targets import kernels_of

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.errors import InvalidParameterError, InvalidTicketError
from slth_verify.ticket import Ticket
from slth_verify.ticket.graphs import cost, second_opinion, witness
from slth_verify.verdict import Verdict

EPS = Fraction(1, 8)


@pytest.fixture(scope="module")
def target() -> sv.TargetCNN:
    rng = np.random.default_rng(6)
    shapes = [(2, 1, 3, 3), (2, 2, 1, 1)]
    kernels = [(rng.standard_normal(s) / 4).astype(np.float32) for s in shapes]
    return sv.TargetCNN.from_kernels(kernels, (1, 6, 6), name="toy")


@pytest.fixture(scope="module")
def ticket(target: sv.TargetCNN) -> Ticket:
    widths = sv.suggested_widths(target, EPS)
    return sv.prune(target, sv.RandomCNN(seed=21, widths=widths), eps=EPS)


@pytest.fixture
def paths(target: sv.TargetCNN, ticket: Ticket, tmp_path: Path) -> tuple[Path, Path]:
    ticket.save(tmp_path / "ticket")
    target.save(tmp_path / "target")
    return tmp_path / "ticket", tmp_path / "target"


def test_honest_ticket_is_verified(target: sv.TargetCNN, ticket: Ticket) -> None:
    result = sv.check(ticket, target)
    assert result.verdict is Verdict.VERIFIED
    assert result.error_upper_bound is not None
    assert 0 < result.error_upper_bound <= EPS
    assert tuple(stage.kept for stage in result.per_stage) == ticket.kept


def test_claimed_error_is_the_certified_one_rounded_up(
    target: sv.TargetCNN, ticket: Ticket
) -> None:
    result = sv.check(ticket, target)
    bound = result.error_by_intervals
    assert bound is not None
    assert result.error_upper_bound is not None
    assert result.error_upper_bound <= bound <= Fraction(ticket.certified_error)
    assert Fraction(ticket.certified_error) < bound * (1 + Fraction(1, 10**11))


def test_file_round_trip(
    target: sv.TargetCNN, ticket: Ticket, paths: tuple[Path, Path]
) -> None:
    result = sv.check(*paths)
    assert result.verdict is Verdict.VERIFIED
    assert result == sv.check(ticket, target)


def test_dropped_filter_is_never_verified(target: sv.TargetCNN, ticket: Ticket) -> None:
    first, *others = ticket.stages
    fewer = replace(first, filters=first.filters[1:])
    tight = replace(
        ticket, stages=(fewer, *others), eps=Fraction(ticket.certified_error)
    )
    result = sv.check(tight, target)
    assert result.verdict in (Verdict.REFUTED, Verdict.INCONCLUSIVE)


def test_target_with_one_weight_changed(target: sv.TargetCNN, ticket: Ticket) -> None:
    kernels = [kernel.copy() for kernel in kernels_of(target)]
    kernels[1].reshape(-1)[0] += np.float32(0.5)
    changed = sv.TargetCNN.from_kernels(kernels, (1, 6, 6), name="toy")
    assert sv.check(ticket, changed).verdict is Verdict.REFUTED
    # even with the digest forged, the sums give it away, with an image that shows it
    forged = replace(
        ticket,
        target={**ticket.target, "sha256": changed.sha256},
        eps=Fraction(1, 100),
    )
    result = sv.check(forged, changed)
    assert result.verdict is Verdict.REFUTED
    assert result.witness is not None
    assert result.witness.difference > Fraction(1, 100)


@pytest.mark.parametrize("factor", [Fraction(1, 2), Fraction(1, 10**9)])
def test_too_small_a_claim_is_not_verified(
    factor: Fraction, target: sv.TargetCNN, ticket: Ticket
) -> None:
    eps = factor * Fraction(ticket.certified_error)
    assert sv.check(ticket, target, eps=eps).verdict is not Verdict.VERIFIED


def test_a_disagreement_of_mpmath_is_inconclusive(
    target: sv.TargetCNN, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if either of the two were off by a 2^50th."""
    monkeypatch.setattr(second_opinion, "_AGREEMENT", 10**6)
    found = sv.check(ticket, target)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "one of two is wrong" in found.ledger[-1].reason
    assert sv.check(ticket, target, cross_check=False).verdict is Verdict.VERIFIED


def test_of_outputs_of_too_many_terms_only_weights_have_a_second_opinion(
    target: sv.TargetCNN, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first stage has windows of 9 that lie inside in 9 ways, the second one 2."""

    def compared(most: int) -> int:
        monkeypatch.setattr(second_opinion, "_MOST_TERMS", most)
        reason = sv.check(ticket, target).ledger[-1].reason
        found = re.match(r"([0-9]+) outputs? of .* compared", reason)
        return int(found[1]) if found else 0

    assert compared(1 << 16) == compared(81) > compared(80) == compared(2) > 0
    assert compared(1) == 0
    # no output is compared, so none disagrees
    monkeypatch.setattr(second_opinion, "_MOST_TERMS", 0)
    monkeypatch.setattr(second_opinion, "_AGREEMENT", 10**6)
    assert sv.check(ticket, target).verdict is Verdict.VERIFIED


def test_no_image_is_searched_where_a_pass_costs_too_much(
    target: sv.TargetCNN, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    eps = Fraction(1, 10**6)
    monkeypatch.setattr(witness, "_MOST_WORK", witness.work(target))
    found = sv.check(ticket, target, eps=eps)
    assert found.verdict is Verdict.REFUTED
    assert witness.reached_spread(target) > 0
    monkeypatch.setattr(witness, "_MOST_WORK", witness.work(target) - 1)
    open_ = sv.check(ticket, target, eps=eps)
    assert open_.verdict is Verdict.INCONCLUSIVE
    assert open_.witness is None
    assert open_.error_upper_bound == found.error_upper_bound
    assert witness.reached_spread(target) == 0
    assert sv.check(ticket, target).verdict is Verdict.VERIFIED


def test_checker_loads_neither_torch_nor_scipy_nor_solvers(
    paths: tuple[Path, Path],
) -> None:
    code = (
        "import sys\n"
        "from slth_verify.cli import run\n"
        f"code = run(['check', {str(paths[0])!r}, {str(paths[1])!r}])\n"
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


def test_a_check_of_minutes_needs_a_time_limit(
    target: sv.TargetCNN, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cost, "_MOST_SECONDS", -1)
    result = sv.check(ticket, target)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "Give a time limit" in result.ledger[-1].reason
    assert (result.error_upper_bound, result.outputs) == (None, None)
    assert sv.check(ticket, target, time_limit=60).error_upper_bound is not None


@pytest.mark.parametrize("limit", [{"time_limit": 1e-3}, {"memory_limit": 1 << 24}])
def test_a_limit_that_is_reached_is_inconclusive(
    limit: dict[str, Any], target: sv.TargetCNN, ticket: Ticket
) -> None:
    result = sv.check(ticket, target, **limit)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "limit" in result.ledger[0].reason
    assert (result.eps, result.error_upper_bound, result.witness) == (None, None, None)


@pytest.mark.parametrize("mebibytes", [1, 10, 40])
def test_lack_of_memory_is_no_fault_of_a_file(
    mebibytes: int, paths: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", *map(str, paths), "--memory-limit", str(mebibytes)]) == 3
    assert f"memory limit of {mebibytes} MiB was reached" in capsys.readouterr().out


def test_limits_that_suffice_change_nothing(
    target: sv.TargetCNN,
    ticket: Ticket,
    paths: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    unlimited = sv.check(ticket, target)
    for seconds, size in ((120, 1 << 30), (math.inf, 1 << 40), ("1e400", sys.maxsize)):
        limited = sv.check(ticket, target, time_limit=seconds, memory_limit=size)
        assert limited == unlimited
    words = ["check", *map(str, paths)]
    assert run([*words, "--time-limit", "120", "--memory-limit", "1024"]) == 0
    assert run([*words, "--time-limit", "0.001", "--json"]) == 3
    assert '"eps": null' in capsys.readouterr().out
    for wrong in ("0", "-1", "x"):
        assert run([*words, "--time-limit", wrong]) == 2
        assert run([*words, "--memory-limit", wrong]) == 2


@pytest.mark.parametrize(
    "limit", [{"time_limit": math.nan}, {"time_limit": 0}, {"memory_limit": 0.5}]
)
def test_what_is_no_limit_is_refused(
    limit: dict[str, Any], target: sv.TargetCNN, ticket: Ticket
) -> None:
    with pytest.raises(InvalidParameterError, match=next(iter(limit))):
        sv.check(ticket, target, **limit)


def test_errors_come_back_from_a_limited_check(
    target: sv.TargetCNN, ticket: Ticket
) -> None:
    with pytest.raises(InvalidTicketError):
        sv.check("no such file", target, time_limit=60)
    with pytest.raises(InvalidParameterError, match="eps="):
        sv.check(ticket, target, eps="x", time_limit=60)


EPS_FORMS = [
    *("nan", "abc", "", "1/0", "1e99999999", "1e-5000", "1_0", "inf"),
    "\u0660.\u0661",
]


@pytest.mark.parametrize("eps", [*EPS_FORMS, float("nan"), float("inf"), True, 1j])
def test_bad_eps_is_named(eps: Any, target: sv.TargetCNN, ticket: Ticket) -> None:
    with pytest.raises(InvalidParameterError, match="eps="):
        sv.check(ticket, target, eps=eps)


@pytest.mark.parametrize("exponent", [-1024, 1024])
def test_extreme_scales_do_not_overflow(
    exponent: int, target: sv.TargetCNN, ticket: Ticket
) -> None:
    stages = tuple(replace(part, exponent=exponent) for part in ticket.stages)
    result = sv.check(replace(ticket, stages=stages), target)
    assert result.verdict in (Verdict.REFUTED, Verdict.INCONCLUSIVE)


def test_a_deep_network_warns_of_nothing(made: Callable[..., Any]) -> None:
    """Floats overflow in the search for a witness; no verdict rests on them."""
    target, ticket = made((2,) * 180, (1,) * 179, (1, 1))
    stages = tuple(replace(part, exponent=9) for part in ticket.stages)
    result = sv.check(replace(ticket, stages=stages), target)
    assert result.verdict is not Verdict.VERIFIED


def test_terminal_escapes_in_a_digest_are_not_printed(
    ticket: Ticket, paths: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    digest = "x\nVERIFIED\x1b[2J\u202e"
    replace(ticket, target={**ticket.target, "sha256": digest}).save(paths[0])
    assert run(["check", *map(str, paths)]) == 1
    out = "".join(capsys.readouterr())
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\nVERIFIED\n" not in out


def test_tickets_from_before_format_1_are_to_be_made_again(
    ticket: Ticket, paths: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    content = ticket.to_bytes()
    length = int.from_bytes(content[:8], "little")
    header = content[8 : 8 + length].replace(b"slth_ticket", b"slth_verify_ticket")
    paths[0].write_bytes(
        len(header).to_bytes(8, "little") + header + content[8 + length :]
    )
    with pytest.raises(InvalidTicketError, match="prune the target again"):
        Ticket.load(paths[0])
    assert run(["check", *map(str, paths)]) == 2
    assert "before format 1" in capsys.readouterr().err
