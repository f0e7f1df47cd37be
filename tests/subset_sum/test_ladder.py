"""The ladder end to end: its law, its promises, and solvers that lie."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum import (
    DenseColumns,
    Effort,
    FilterBudget,
    MaxTolerance,
    Problem,
    Proposal,
    SearchOptions,
    Solver,
    Tolerance,
    audit,
    register,
    solve,
)
from slth_verify.subset_sum.solvers import registry


def _nsn(count: int, dim: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((count, 1)) * rng.standard_normal((count, dim))
    target = rng.standard_normal(dim)
    return columns, target / np.abs(target).sum()


def _problem(count: int, dim: int, seed: int, tolerance: Tolerance) -> Problem:
    columns, target = _nsn(count, dim, seed)
    return Problem(DenseColumns(columns), target, tolerance)


class Pool:
    """A pool whose vectors are drawn one by one from counters."""

    def __init__(self, size: int, dim: int, seed: int, one_sided: bool) -> None:
        self.size, self.dim, self.seed = size, dim, seed
        rng = np.random.default_rng(seed)
        self.scalars = rng.standard_normal(size)
        self.usable = self.scalars > 0.0 if one_sided else self.scalars != 0.0
        self.touched: set[int] = set()

    def scales_below(self, threshold: float) -> tuple[np.ndarray, np.ndarray]:
        small = self.usable & (np.abs(self.scalars) <= threshold)
        indices = np.flatnonzero(small)
        return indices, np.abs(self.scalars[indices])

    def columns(self, indices: np.ndarray) -> np.ndarray:
        self.touched.update(indices.tolist())
        rows = np.empty((len(indices), self.dim))
        for row, index in zip(rows, indices.tolist(), strict=True):
            bits = np.random.Philox(key=np.array([self.seed, index], dtype=np.uint64))
            row[:] = np.random.Generator(bits).standard_normal(self.dim)
            row *= self.scalars[index]
        return rows


@pytest.mark.parametrize(("dim", "delta"), [(9, 1e-4), (36, 1e-3), (72, 2e-3)])
@pytest.mark.parametrize("one_sided", [False, True])
def test_a_lazy_pool_of_the_lawful_width_is_enough(
    dim: int, delta: float, one_sided: bool
) -> None:
    size = int(dim**1.5 / delta) * (2 if one_sided else 1)
    pool = Pool(size, dim, 11, one_sided)
    target = np.random.default_rng(1).standard_normal(dim)
    target /= np.abs(target).sum()
    problem = Problem(pool, target, MaxTolerance(delta))
    proposal = solve(problem, solver="ladder")
    assert proposal.found
    assert pool.usable[proposal.indices].all()
    assert len(pool.touched) <= 60 * max(dim, 16)
    assert audit(problem, proposal) == ()


@pytest.mark.parametrize(("dim", "filters"), [(9, 1), (18, 2), (72, 8)])
def test_filter_budgets_are_met_at_their_width(dim: int, filters: int) -> None:
    """One-sided sums of a filter at n = 20,000: 0.35 m^1.5 / n per entry, halved."""
    width = 20_000
    budget = 0.35 * dim**1.5 / width * dim / filters / 2.0
    problem = _problem(width, dim, 5, FilterBudget(budget, filters))
    proposal = solve(problem, solver="ladder")
    assert proposal.found
    blocks = proposal.residual.reshape(-1, filters)
    assert np.maximum(blocks, 0.0).sum(axis=0).max() <= budget
    assert np.maximum(-blocks, 0.0).sum(axis=0).max() <= budget


def test_more_effort_never_ends_worse() -> None:
    efforts: tuple[Effort, ...] = ("low", "normal", "high")
    for seed in range(2):
        problem = _problem(3000, 12, seed, MaxTolerance(1e-12))
        scores = [solve(problem, solver="ladder", effort=e).score for e in efforts]
        assert scores == sorted(scores, reverse=True)
        assert scores[2] < scores[0]


@pytest.mark.parametrize("name", ["ladder", "meet-in-the-middle"])
def test_same_seed_same_proposal(name: str) -> None:
    problem = _problem(3000, 6, 3, FilterBudget(1e-12, 2))
    first, second = (solve(problem, solver=name, seed=4) for _ in range(2))
    assert np.array_equal(first.indices, second.indices)
    other = solve(problem, solver=name, seed=5)
    assert not np.array_equal(first.indices, other.indices)


def test_scaling_by_a_power_of_two_changes_nothing() -> None:
    columns, target = _nsn(800, 8, 4)
    found = []
    for unit in (2.0**-300, 1.0, 2.0**300):
        pool = DenseColumns(columns * unit)
        problem = Problem(pool, target * unit, MaxTolerance(1e-12 * unit))
        found.append(solve(problem, solver="ladder").score)
    assert found[0] == found[1] == found[2]


def test_negation_and_coordinate_order_keep_the_quality() -> None:
    columns, target = _nsn(800, 8, 4)
    tolerance = MaxTolerance(1e-12)
    for pool, goal in ((-columns, -target), (columns[:, ::-1], target[::-1])):
        problem = Problem(DenseColumns(pool), goal, tolerance)
        score = solve(problem, solver="ladder").score * 1e-12
        assert score <= 8**1.5 / 800


@pytest.mark.parametrize("name", ["ladder", "meet-in-the-middle", "exhaustive"])
def test_no_time_is_no_error(name: str) -> None:
    problem = _problem(20, 3, 0, MaxTolerance(1e-12))
    proposal = solve(problem, solver=name, time_limit=1e-9, effort="high")
    assert audit(problem, proposal) == ()


def test_a_zero_target_needs_no_column() -> None:
    columns, _ = _nsn(50, 3, 0)
    problem = Problem(DenseColumns(columns), np.zeros(3), MaxTolerance(1e-300))
    for name in ("ladder", "meet-in-the-middle", "exhaustive"):
        if name == "exhaustive":
            problem = replace(problem, source=DenseColumns(columns[:9]))
        proposal = solve(problem, solver=name)
        assert proposal.indices.size == 0
        assert proposal.found


def test_duplicates_are_different_columns() -> None:
    column, _ = _nsn(1, 4, 0)
    problem = Problem(
        DenseColumns(np.repeat(column, 30, axis=0)),
        13.0 * column[0],
        MaxTolerance(1e-9),
    )
    for name in ("ladder", "meet-in-the-middle"):
        proposal = solve(problem, solver=name)
        assert proposal.found
        assert proposal.indices.size == 13


def test_equal_scores_go_to_the_smallest_bitmask() -> None:
    columns = np.array([[2.0], [1.0], [1.0], [3.0]])
    problem = Problem(DenseColumns(columns), np.array([3.0]), MaxTolerance(1e-9))
    assert solve(problem, solver="exhaustive").indices.tolist() == [0, 1]


def test_exhaustive_decides_near_ties_by_exact_sums() -> None:
    columns = np.array([[1e16], [1.0], [1.0], [-1e16], [1.5]])
    problem = Problem(DenseColumns(columns), np.array([2.0]), MaxTolerance(1e-3))
    found = solve(problem, solver="exhaustive")
    assert found.score == 0.0
    assert found.indices.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("solver", "effort", "seed", "limit"),
    [
        ("nobody", "normal", 0, 1.0),
        ("auto", "heroic", 0, 1.0),
        ("auto", "normal", -1, 1.0),
        ("auto", "normal", 0, 0.0),
        ("auto", "normal", 0, math.nan),
    ],
)
def test_wrong_arguments_are_named(
    solver: str, effort: Effort, seed: int, limit: float
) -> None:
    problem = _problem(5, 2, 0, MaxTolerance(1.0))
    with pytest.raises(InvalidParameterError, match="subset-sum-number"):
        solve(problem, solver=solver, effort=effort, seed=seed, time_limit=limit)


@dataclass(frozen=True)
class Liar(Solver):
    """Takes the exhaustive answer and spoils it."""

    lie: str
    name: str = "liar"

    def supports(self, problem: Problem) -> bool:
        return True

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        honest = solve(problem, solver="exhaustive")
        if self.lie == "small residual":
            return replace(honest, residual=honest.residual / 2.0, score=0.5)
        if self.lie == "reused column":
            return replace(honest, indices=np.repeat(honest.indices, 2))
        return replace(honest, indices=honest.indices + problem.source.size)


def _solve_with(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> Proposal:
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry._REGISTRY))
    register(liar)
    return solve(_problem(12, 3, 0, MaxTolerance(1e-9)), solver="liar")


@pytest.mark.parametrize("lie", ["reused column", "column outside"])
def test_lies_about_the_subset_do_not_leave(
    lie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidParameterError):
        _solve_with(Liar(lie), monkeypatch)


def test_lies_about_the_residual_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = _problem(12, 3, 0, MaxTolerance(1e-9))
    lie = Liar("small residual").solve(problem, SearchOptions())
    assert lie.found
    assert audit(problem, lie) != ()
    proposal = _solve_with(Liar("small residual"), monkeypatch)
    assert not proposal.found
    assert audit(problem, proposal) == ()


def test_names_are_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry._REGISTRY))
    register(Liar("any"))
    for name in ("liar", "auto", ""):
        with pytest.raises(InvalidParameterError, match="name"):
            register(Liar("any", name))


def test_auto_walks_once_before_it_lists() -> None:
    lavish = _problem(5000, 4, 0, MaxTolerance(1e-2))
    assert solve(lavish).solver == "ladder"
    assert "first walk" in solve(lavish).reason
    tight = _problem(5000, 4, 0, MaxTolerance(1e-9))
    proposal = solve(tight, effort="low")
    assert proposal.solver == "meet-in-the-middle"
    assert proposal.score <= solve(tight, solver="ladder", effort="low").score
