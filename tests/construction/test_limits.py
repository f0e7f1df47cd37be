"""Time limits, messages and numbers of the construction."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import slth_verify as sv
from slth_verify import deadline
from slth_verify.errors import InvalidParameterError, NoTicketFoundError
from slth_verify.subset_sum import (
    DenseColumns,
    FilterBudget,
    Journal,
    MaxTolerance,
    Problem,
    Proposal,
    SearchOptions,
    make_proposal,
    solve,
    solve_many,
    solve_one_dim,
)
from slth_verify.subset_sum.batch import run as batch


def _target() -> sv.TargetCNN:
    rng = np.random.default_rng(6)
    kernel = (rng.standard_normal((2, 1, 3, 3)) / 4).astype(np.float32)
    return sv.TargetCNN.from_kernels((kernel,), (1, 6, 6), name="toy")


@pytest.mark.parametrize("limit", [1e-9, "1e-9", Fraction(1, 10**9)])
def test_time_that_is_out_ends_the_whole_call(limit: object) -> None:
    target = _target()
    network = sv.RandomCNN(1, (1 << 40,))  # a scan of hours
    with pytest.raises(NoTicketFoundError, match="Give more time") as caught:
        sv.prune(target, network, eps="1/10", time_limit=limit, workers=1)  # type: ignore[arg-type]
    assert caught.value.out_of_time
    assert caught.value.best_error > 0.1


@pytest.mark.parametrize("looks", range(1, 61, 3))
def test_no_moment_lets_the_end_of_time_out(
    looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time may be over at any look at the clock, also under a caller's own limit."""
    read = [0]

    def clock() -> float:
        read[0] += 1
        return float(read[0] > looks)

    target, network = _target(), sv.RandomCNN(1, (1 << 40,))
    with monkeypatch.context() as patched:
        patched.setattr(deadline, "now", clock)
        with deadline.ends_within(0.5), pytest.raises(NoTicketFoundError):
            sv.prune(target, network, eps="2%", time_limit=600, workers=1)


def test_a_scan_of_hours_ends_in_time() -> None:
    """A limit of a second, in pools whose scan takes hours; no time is measured."""
    with pytest.raises(NoTicketFoundError) as caught:
        sv.prune(_target(), sv.RandomCNN(1, (1 << 40,)), eps="1/10", time_limit=1.0)
    assert caught.value.out_of_time


def test_a_search_that_ends_by_itself_says_so() -> None:
    network = sv.RandomCNN(1, (8,))
    with pytest.raises(NoTicketFoundError, match="Widen") as caught:
        sv.prune(_target(), network, eps="1/1000", time_limit=600)
    assert not caught.value.out_of_time
    assert "more time" not in str(caught.value)


@pytest.mark.parametrize("eps", ["1e-400", "1e-1000", "1/3", 0.001, Decimal("1e-5")])
def test_a_refusal_repeats_what_was_asked(eps: object) -> None:
    with pytest.raises(NoTicketFoundError) as caught:
        sv.prune(_target(), sv.RandomCNN(1, (8,)), eps=eps, workers=1)  # type: ignore[arg-type]
    assert f"eps={eps} was not reached" in str(caught.value)
    assert math.isfinite(caught.value.best_error)


class _Clock:
    """Seconds that pass when somebody works."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    clock = _Clock()
    monkeypatch.setattr(deadline, "now", clock)
    monkeypatch.setattr(batch, "now", clock)
    return clock


def _problems(count: int) -> list[Problem]:
    pool = DenseColumns(np.arange(1.0, 13.0)[:, None])
    goals = [np.array([i + 1.0]) for i in range(count)]
    return [Problem(pool, goal, MaxTolerance(0.5)) for goal in goals]


def _taking(clock: _Clock, seconds: float, *, good: bool) -> Callable[..., Proposal]:
    """A search of so many seconds, which a shorter limit cuts short."""

    def search(problem: Problem, options: SearchOptions, solver: str) -> Proposal:
        clock.seconds += min(seconds, options.time_limit)
        whole = good and seconds <= options.time_limit
        chosen = np.array([int(problem.target[0]) - 1] if whole else [0, 1, 2, 3])
        return make_proposal(problem, chosen, solver="clockwork")

    return search


def test_a_batch_ends_as_a_whole(
    clock: _Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "journal"
    monkeypatch.setattr(batch, "search", _taking(clock, 2.0, good=True))
    found = solve_many(_problems(6), total_limit=5, journal=path)
    assert clock.seconds == 5.0
    assert [proposal.found for proposal in found] == [True, True] + [False] * 4
    # what was cut short is not kept, nor what was not begun
    assert len(Journal(path)) == 2
    whole = solve_many(_problems(6), journal=path)
    assert all(proposal.found for proposal in whole)
    assert len(Journal(path)) == 6


def test_what_is_not_good_enough_is_kept_if_it_was_not_cut_short(
    clock: _Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "journal"
    monkeypatch.setattr(batch, "search", _taking(clock, 1.0, good=False))
    solve_many(_problems(2), total_limit=50, journal=path)
    assert len(Journal(path)) == 2


def test_limits_do_not_change_what_a_journal_finds(
    clock: _Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "journal"
    monkeypatch.setattr(batch, "search", _taking(clock, 1.0, good=True))
    first = solve_many(_problems(3), total_limit=100, journal=path)
    before = clock.seconds
    second = solve_many(_problems(3), total_limit=77, journal=path)
    assert clock.seconds == before
    assert all(a.score == b.score for a, b in zip(first, second, strict=True))


BAD = [True, np.bool_(True), 1.9, "x", "", None, math.nan, "1e999999999", 1j]


@pytest.mark.parametrize("value", [v for v in BAD if v is not None], ids=repr)
def test_the_same_numbers_are_refused_at_every_door(value: object) -> None:
    problem, target = _problems(1)[0], _target()
    network = sv.RandomCNN(1, (8,))
    doors: dict[str, Callable[[], object]] = {
        "seed": lambda: solve(problem, seed=value),  # type: ignore[arg-type]
        "memory_limit": lambda: solve(problem, memory_limit=value),  # type: ignore[arg-type]
        "workers": lambda: solve_many([problem], workers=value),  # type: ignore[arg-type]
        "filters": lambda: FilterBudget(0.1, value),  # type: ignore[arg-type]
        "search_seed": lambda: sv.prune(target, network, eps=1, search_seed=value),  # type: ignore[arg-type]
    }
    for name, door in doors.items():
        with pytest.raises(InvalidParameterError, match=f"{name}"):
            door()
    with pytest.raises(InvalidParameterError, match="workers"):
        sv.prune(target, network, eps=1, workers=value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [True, "x", math.nan, 0, -1, "1e999999999"], ids=repr)
def test_the_same_tolerances_are_refused_at_every_door(value: object) -> None:
    for name, door in {
        "delta": lambda: MaxTolerance(value),  # type: ignore[arg-type]
        "budget": lambda: FilterBudget(value, 1),  # type: ignore[arg-type]
        "tolerance": lambda: solve_one_dim(np.ones((1, 2)), np.ones(1), value),  # type: ignore[arg-type]
        "eps": lambda: sv.suggested_widths(_target(), value),  # type: ignore[arg-type]
        "time_limit": lambda: solve(_problems(1)[0], time_limit=value),  # type: ignore[arg-type]
        "total_limit": lambda: solve_many([], total_limit=value),  # type: ignore[arg-type]
    }.items():
        with pytest.raises(InvalidParameterError, match=name):
            door()


@pytest.mark.parametrize("one", [1, 1.0, "1", np.int64(1), np.float32(1), Decimal(1)])
def test_one_is_one_in_every_form(one: object) -> None:
    problem = _problems(1)[0]
    plain = solve(problem, seed=1)
    assert solve(problem, seed=one).score == plain.score  # type: ignore[arg-type]
    assert FilterBudget(one, one) == FilterBudget(1.0, 1)  # type: ignore[arg-type]
    assert MaxTolerance(one) == MaxTolerance(1.0)  # type: ignore[arg-type]
