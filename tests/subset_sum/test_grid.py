"""Closest pairs of two lists against all pairs; beams that meet listed sums."""

import math
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest
import torch

from slth_verify.subset_sum import (
    DenseColumns,
    FilterBudget,
    MaxTolerance,
    Problem,
    Tolerance,
    audit,
    solve,
)
from slth_verify.subset_sum.devices import grid as device_grid
from slth_verify.subset_sum.steps import grid
from slth_verify.subset_sum.steps.grid import Pair, Reach, SumGrid
from slth_verify.subset_sum.steps.meeting import Meeting

TOLERANCES: dict[str, Tolerance] = {
    "max": MaxTolerance(1e-6),
    "budget": FilterBudget(1e-6, 1),
}


WHERE = [
    None,
    "cpu",
    pytest.param(
        "cuda",
        marks=pytest.mark.skipif(
            not torch.cuda.is_available(), reason="needs a CUDA device"
        ),
    ),
]


def _closest(
    errors: np.ndarray,
    sums: np.ndarray,
    tolerance: Tolerance,
    best: float = math.inf,
    where: str | None = None,
    room: ModuleType = device_grid,
) -> list[Pair]:
    reach = Reach.of(tolerance.score, sums.shape[1])
    lists = (
        SumGrid(sums, reach)
        if where is None
        else room.DeviceSums(sums, reach, where, 50_000)  # several products
    )
    return lists.closest(errors, tolerance.score, min(best, 1e9), lambda: False)


def _comes_close(
    kind: str, dim: int, where: str | None, room: ModuleType = device_grid
) -> None:
    tolerance, right = TOLERANCES[kind], 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        errors = rng.standard_normal((400, dim))
        sums = rng.standard_normal((1000, dim))
        joined = errors[:, None] + sums
        best = float(tolerance.score(joined).min())
        found = _closest(errors, sums, tolerance, where=where, room=room)
        assert [p.score for p in found] == sorted(
            (p.score for p in found), reverse=True
        )
        for pair in found:
            total = errors[pair.row] + sums[pair.entry]
            assert pair.score == pytest.approx(float(tolerance.score(total)))
        assert best <= found[-1].score <= 1.5 * best
        right += found[-1].score == pytest.approx(best)
    assert right >= 3


@pytest.mark.parametrize("kind", TOLERANCES)
@pytest.mark.parametrize("dim", [2, 3, 5])
@pytest.mark.parametrize("where", WHERE)
def test_pairs_come_close_to_the_best_of_all(
    kind: str, dim: int, where: str | None
) -> None:
    """The shortest sums are looked at: the best score is rarely among long ones."""
    _comes_close(kind, dim, where)


LIES = {
    "the rows of the first product only": ("ones += start", "ones += 0"),
    "rows and entries swapped": ("return ones, twos", "return twos % 400, ones"),
    "the longest sums": ("largest=False", "largest=True"),
    "half a limit": ("shortest.values <= limit", "shortest.values <= limit * 0"),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_on_a_device_are_caught(
    lie: str, mutant: Callable[[ModuleType, str, str], ModuleType]
) -> None:
    lying = mutant(device_grid, *LIES[lie])
    with pytest.raises((AssertionError, IndexError)):
        _comes_close("max", 3, "cpu", lying)


@pytest.mark.parametrize("where", WHERE)
def test_only_better_pairs_are_reported(where: str | None) -> None:
    rng = np.random.default_rng(1)
    errors, sums = rng.standard_normal((100, 3)), rng.standard_normal((100, 3))
    best = _closest(errors, sums, TOLERANCES["max"], where=where)[-1].score
    assert _closest(errors, sums, TOLERANCES["max"], best, where) == []
    assert _closest(errors, sums, TOLERANCES["max"], best * 1.01, where) != []


def _reaches(room: ModuleType) -> None:
    """A row beside all sums, just near enough, among many that are not."""
    rng = np.random.default_rng(2)
    sums = rng.uniform(-1.0, 1.0, (300, 3))
    sums[7] = (-1.0, 0.5, -1.0)
    errors = rng.uniform(2.0, 3.0, (400, 3)) * rng.choice((-1.0, 1.0), (400, 3))
    errors[11] = (1.05, -0.45, 0.95)
    score = MaxTolerance(1.0).score
    lists = room.SumGrid(sums / 1e-3, Reach.of(score, 3))
    found = lists.closest(errors / 1e-3, score, 51.0, lambda: False)
    assert [(pair.row, pair.entry) for pair in found] == [(11, 7)]


REACH_LIES = {
    "the reach is dropped": (
        "width = np.minimum(best * self._reach.axis, 1e300)",
        "width = 0",
    ),
    "rows change places": ("order = near[order]", "pass"),
}


def test_rows_just_within_reach_are_looked_at() -> None:
    _reaches(grid)


@pytest.mark.parametrize("lie", REACH_LIES)
def test_rows_that_are_overlooked_are_noticed(
    lie: str, mutant: Callable[[ModuleType, str, str], ModuleType]
) -> None:
    with pytest.raises((AssertionError, IndexError)):
        _reaches(mutant(grid, *REACH_LIES[lie]))


@pytest.mark.parametrize("value", [0.0, 1.0, 1e-320, 1e15])
@pytest.mark.parametrize("where", WHERE)
def test_lists_without_spread_and_extreme_ones(value: float, where: str | None) -> None:
    sums = np.full((300, 2), value)
    found = _closest(-sums, sums, MaxTolerance(1e-9), where=where)
    assert found[-1].score == 0.0


def test_reach_covers_every_coordinate_of_a_good_error() -> None:
    for tolerance in (MaxTolerance(0.25), FilterBudget(0.25, 2)):
        reach = Reach.of(tolerance.score, 4)
        assert reach.axis == pytest.approx(np.full(4, 0.25))
        assert 0.0 < reach.squared <= 1.8 * 4 * 0.25**2


def test_lists_shrink_with_the_memory() -> None:
    large = Meeting(16, 17, 1).fitted(6, 1 << 30)
    small = Meeting(16, 17, 1).fitted(6, 1 << 22)
    assert (large.states, large.tail) == (15, 19)
    assert small.states < 15
    assert small.tail < 19
    assert 16 * small.product == (1 << 22) // 4
    assert 16 * large.product == (1 << 30) // 4


def test_tails_are_short_above_dimension_six() -> None:
    assert Meeting(16, 17, 2).fitted(6, 1 << 30) == Meeting(15, 19, 2)
    assert Meeting(16, 17, 2).fitted(7, 1 << 30) == Meeting(15, 8, 4)


def _nsn(count: int, dim: int, seed: int, tolerance: Tolerance) -> Problem:
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((count, 1)) * rng.standard_normal((count, dim))
    target = rng.standard_normal(dim)
    return Problem(DenseColumns(columns), target / np.abs(target).sum(), tolerance)


@pytest.mark.parametrize("dim", [2, 4, 9, 16])
def test_beams_that_meet_sums_beat_the_walk(dim: int) -> None:
    problem = _nsn(400, dim, 1, MaxTolerance(1e-15))
    joined = solve(problem, solver="meet-in-the-middle", effort="normal")
    walked = solve(problem, solver="ladder", effort="normal")
    assert audit(problem, joined) == ()
    assert joined.score < walked.score


@pytest.mark.parametrize("name", ["meet-in-the-middle", "ladder"])
def test_anytime_improves_until_time_is_out(name: str) -> None:
    problem = _nsn(300, 5, 2, MaxTolerance(1e-15))
    told: list[tuple[float, float]] = []
    proposal = solve(
        problem,
        solver=name,
        effort="anytime",
        time_limit=1.0,
        progress=lambda seconds, score: told.append((seconds, score)),
    )
    assert 1.0 <= proposal.seconds < 20.0
    scores = [score for _, score in told]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] == proposal.score
    assert len(scores) > 1


def test_progress_may_end_a_search() -> None:
    def stop(seconds: float, score: float) -> None:
        raise KeyboardInterrupt

    problem = _nsn(300, 5, 2, MaxTolerance(1e-15))
    with pytest.raises(KeyboardInterrupt):
        solve(problem, effort="anytime", progress=stop)
