"""Files that are small and expensive: the check ends, within a minute and 1 GB."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.bounded import run_bounded
from slth_verify.cli import run
from slth_verify.errors import InvalidParameterError, InvalidTicketError
from slth_verify.network import GENERATOR
from slth_verify.ticket import Ticket, TicketLayer
from slth_verify.ticket import _cost as cost
from slth_verify.ticket import _witness as witness
from slth_verify.verdict import Verdict, exit_code

SHAPES: dict[str, dict[str, Any]] = {
    "20 layers of 61x61": {"channels": (1,) * 21, "sizes": (61,) * 20},
    "20 layers of 61x61 on a large image": {
        "channels": (1,) * 21,
        "sizes": (61,) * 20,
        "image": (1 << 24, 1 << 24),
    },
    "1000 layers, exponents 1024": {
        "channels": (1,) * 1001,
        "sizes": (1,) * 1000,
        "exponents": (1024,) * 1000,
    },
    "1000 layers, exponents -1024": {
        "channels": (1,) * 1001,
        "sizes": (1,) * 1000,
        "exponents": (-1024,) * 1000,
    },
    "1000 layers of 3x3": {
        "channels": (1,) * 1001,
        "sizes": (3,) * 1000,
        "image": (3000, 3000),
    },
    "many inputs": {"channels": (9_000, 1), "sizes": (1,), "kept": 1},
    "many outputs": {"channels": (1, 20_000), "sizes": (1,)},
    "many filters": {
        "channels": (1, 1),
        "sizes": (1,),
        "kept": 30_000,
        "width": 1 << 48,
    },
    "two windows of 150x150": {"channels": (1, 1, 1), "sizes": (150, 150)},
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_small_file_is_checked_at_bounded_cost(
    name: str,
    made: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target, ticket = made(**{"image": (28, 28), **SHAPES[name]})
    ticket.save(tmp_path / "ticket")
    target.save(tmp_path / "target")
    assert (tmp_path / "ticket").stat().st_size < 1_000_000
    paths = tmp_path / "ticket", tmp_path / "target"
    result = run_bounded(sv.check, *paths, seconds=90, memory=1 << 30)
    assert result.verdict is not Verdict.VERIFIED
    # everything that is printed has a bounded number of digits
    monkeypatch.setattr("slth_verify.ticket.check", lambda *_, **__: result)
    words = ["check", *map(str, paths)]
    assert run(words) == run([*words, "--json"]) == exit_code(result.verdict)
    printed = capsys.readouterr().out
    assert printed.count(result.verdict.name) >= 2
    assert json.loads(printed[printed.index("\n{") :])["command"] == "check"


def test_too_many_layers_are_refused(made: Callable[..., Any]) -> None:
    target, ticket = made((1, 1), (1,), (3, 3))
    deep = Ticket(
        ticket.target,
        ticket.generator,
        ticket.seed,
        ticket.widths * 3300,
        (1024,) * 3300,
        ticket.eps,
        ticket.certified_error,
        ticket.layers * 3300,
    )
    with pytest.raises(InvalidTicketError, match="layers"):
        sv.check(deep, target)


def test_a_check_of_minutes_needs_a_time_limit(
    made: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    target, ticket = made((1, 2), (3,), (6, 6))
    monkeypatch.setattr(cost, "MOST_SECONDS", -1)
    result = sv.check(ticket, target)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "Give a time limit" in result.ledger[-1].reason
    assert result.error_upper_bound is None
    assert result.target_range is None
    limited = sv.check(ticket, target, time_limit=60)
    assert limited.error_upper_bound is not None


def test_the_estimate_grows_with_all_that_costs() -> None:
    def seconds(kept: int, c_out: int) -> int:
        layer = TicketLayer(
            np.zeros(kept, np.int64),
            np.zeros(kept, np.float32),
            np.zeros((kept, 1, 1, c_out), np.float32),
        )
        ticket = Ticket({}, "", 0, (1,), (0,), 0, "0", (layer,))  # type: ignore[arg-type]
        kernel = np.zeros((c_out, 1, 1, 1), np.float32)
        weights = sv.ticket._target_file.TargetWeights((kernel,), (1, 1), "")
        return cost.estimated_seconds(ticket, weights)

    assert seconds(1, 1) == 0
    assert seconds(1 << 22, 1) > cost.MOST_SECONDS
    assert seconds(0, 1 << 22) > cost.MOST_SECONDS
    assert seconds(1 << 13, 1 << 13) > cost.MOST_SECONDS


@pytest.mark.parametrize("limit", [{"time_limit": 1e-3}, {"memory_limit": 1 << 24}])
def test_a_limit_that_is_reached_is_inconclusive(
    limit: dict[str, Any], made: Callable[..., Any]
) -> None:
    target, ticket = made((1, 3, 2), (3, 3), (9, 9))
    result = sv.check(ticket, target, **limit)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "limit" in result.ledger[0].reason
    assert (result.eps, result.error_upper_bound, result.witness) == (None, None, None)


def test_limits_that_suffice_change_nothing(
    made: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target, ticket = made((1, 3, 2), (3, 3), (9, 9))
    limited = sv.check(ticket, target, time_limit=120, memory_limit=1 << 30)
    assert limited == sv.check(ticket, target)
    ticket.save(tmp_path / "ticket")
    target.save(tmp_path / "target")
    words = ["check", str(tmp_path / "ticket"), str(tmp_path / "target")]
    assert run([*words, "--time-limit", "120", "--memory-limit", "1024"]) == 1
    assert run([*words, "--time-limit", "0.001", "--json"]) == 3
    assert '"eps": null' in capsys.readouterr().out
    for wrong in ("0", "-1", "x"):
        assert run([*words, "--time-limit", wrong]) == 2
        assert run([*words, "--memory-limit", wrong]) == 2


def test_errors_come_back_from_a_limited_check(made: Callable[..., Any]) -> None:
    target, ticket = made((1, 2), (3,), (6, 6))
    with pytest.raises(InvalidTicketError):
        sv.check("no such file", target, time_limit=60)
    with pytest.raises(InvalidParameterError, match="eps="):
        sv.check(ticket, target, eps="x", time_limit=60)


def test_the_search_for_inputs_keeps_to_its_budget() -> None:
    """What it may cost is decided before the first pass."""
    shapes = [(1, 1), (9, 10**4), (10**5, 10**6), (10**6, 10**7), (1 << 40, 1 << 30)]
    plans = []
    for largest, work in shapes:
        window = witness.Window((1, 1), (0, 0), (), (0, 1, 0, 1), largest, work)
        plan = witness._plan(window, 1000)
        plans.append(plan)
        if plan is not None:
            passes = plan.climbs * witness._PASSES + 2 * plan.starts
            assert passes * work <= 2 * witness._FLOAT_WORK
            assert plan.evaluations * 8 * work <= witness._EXACT_WORK
            assert plan.starts * largest <= max(4 * largest, witness._ROOM)
    assert plans[0] is not None
    assert plans[-1] is None


def test_a_deep_network_warns_of_nothing() -> None:
    """Floats overflow in the search for a witness; no verdict rests on them."""
    depth, channels = 400, 8
    kernel = np.full((channels, channels, 1, 1), 0.999 / channels**2, np.float32)
    target = sv.TargetCNN((kernel,) * depth, (channels, 1, 1))
    nothing = TicketLayer(
        np.zeros(0, np.int64),
        np.zeros(0, np.float32),
        np.zeros((0, 1, 1, channels), np.float32),
    )
    ticket = Ticket(
        {"sha256": target.sha256},
        GENERATOR,
        1,
        (1,) * depth,
        target.scale_exponents,
        Fraction(0),
        "1",
        (nothing,) * depth,
        {},
    )
    assert sv.check(ticket, target).verdict is not Verdict.VERIFIED
