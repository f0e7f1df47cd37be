"""Every solver against brute force, symmetries, nasty samples and planted lies."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum import (
    DenseColumns,
    FilterBudget,
    MaxTolerance,
    Problem,
    Proposal,
    Tolerance,
    audit,
    make_proposal,
    solve,
    solvers,
)

PLANE = Problem(DenseColumns(np.eye(2)), np.ones(2), MaxTolerance(1.0))
NAMES = [solver.name for solver in solvers() if solver.supports(PLANE)]
COMPLETE = ["exhaustive", "meet-in-the-middle"]


def _nsn(count: int, dim: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((count, 1)) * rng.standard_normal((count, dim))
    target = rng.standard_normal(dim)
    return columns, target / np.abs(target).sum()


def _brute_force(
    columns: np.ndarray, target: np.ndarray, tolerance: Tolerance
) -> float:
    best = math.inf
    for chosen in itertools.product((0.0, 1.0), repeat=len(columns)):
        residual = np.array(chosen) @ columns - target
        best = min(best, float(tolerance.score(residual)))
    return best


def test_there_are_solvers() -> None:
    assert set(COMPLETE) | {"ladder"} <= set(NAMES)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("count", "dim"), [(1, 1), (6, 2), (9, 3), (11, 4)])
@pytest.mark.parametrize("kind", ["max", "budget"])
@pytest.mark.parametrize("name", NAMES)
def test_against_brute_force(
    name: str, kind: str, count: int, dim: int, seed: int
) -> None:
    columns, target = _nsn(count, dim, seed)
    tolerance: Tolerance = MaxTolerance(1e-9)
    if kind == "budget":
        tolerance = FilterBudget(1e-9, 2 if dim % 2 == 0 else 1)
    problem = Problem(DenseColumns(columns), target, tolerance)
    proposal = solve(problem, solver=name, effort="high", time_limit=20.0)
    best = _brute_force(columns, target, tolerance)
    assert audit(problem, proposal) == ()
    assert proposal.score >= best * (1 - 1e-12)
    if name == "exhaustive" or (name in COMPLETE and kind == "max"):
        assert proposal.score <= best * (1 + 1e-9)


@pytest.mark.parametrize("name", COMPLETE)
def test_complete_solvers_are_symmetric(name: str) -> None:
    columns, target = _nsn(14, 3, 5)
    tolerance = MaxTolerance(1.0)

    def score(pool: np.ndarray, goal: np.ndarray, unit: float = 1.0) -> float:
        problem = Problem(DenseColumns(pool), goal, tolerance)
        return solve(problem, solver=name).score / unit

    effortless = Problem(DenseColumns(columns), target, tolerance)
    assert solve(effortless, solver=name).found
    tolerance = MaxTolerance(1e-12)
    plain = score(columns, target)
    order = np.random.default_rng(0).permutation(14)
    assert score(columns[order], target) == pytest.approx(plain, rel=1e-9)
    assert score(-columns, -target) == pytest.approx(plain, rel=1e-9)
    assert score(columns[:, ::-1], target[::-1]) == pytest.approx(plain, rel=1e-9)
    assert score(8 * columns, 8 * target, 8.0) == pytest.approx(plain, rel=1e-9)


NASTY = {
    "duplicates": (np.ones((9, 2)), np.array([4.0, 4.0]), True),
    "zeros": (np.zeros((9, 2)), np.array([1.0, 1.0]), False),
    "zeros, target zero": (np.zeros((9, 2)), np.zeros(2), True),
    "subnormals": (np.full((9, 2), 5e-324), np.array([1.0, 1.0]), False),
    "one huge column": (
        np.vstack([np.full((1, 2), 1e300), np.eye(2), np.eye(2)]),
        np.array([2.0, 1.0]),
        True,
    ),
    "half space": (np.abs(_nsn(12, 2, 1)[0]), np.array([-1.0, -1.0]), False),
    "no columns": (np.zeros((0, 2)), np.array([1.0, 0.0]), False),
    "unreachable": (np.full((5, 1), 0.25), np.array([9.0]), False),
}


@pytest.mark.parametrize("case", NASTY)
@pytest.mark.parametrize("name", NAMES)
def test_nasty_samples_end_honestly(name: str, case: str) -> None:
    columns, target, reachable = NASTY[case]
    problem = Problem(DenseColumns(columns), target, MaxTolerance(1e-6))
    proposal = solve(problem, solver=name, time_limit=5.0)
    assert audit(problem, proposal) == ()
    if not reachable:
        assert not proposal.found
    elif name in COMPLETE:
        assert proposal.found


def test_residual_equals_exact_fractions() -> None:
    columns, target = _nsn(13, 3, 2)
    problem = Problem(DenseColumns(columns), target, MaxTolerance(1e-9))
    proposal = solve(problem)
    for j in range(3):
        exact = sum(
            (Fraction(float(columns[i, j])) for i in proposal.indices), Fraction(0)
        ) - Fraction(float(target[j]))
        assert proposal.residual[j] == float(exact)


def test_lying_proposals_are_caught() -> None:
    columns, target = _nsn(10, 2, 3)
    problem = Problem(DenseColumns(columns), target, MaxTolerance(1e-3))
    honest = solve(problem)
    smaller = Proposal(honest.indices, honest.residual / 2, honest.score / 2, "liar")
    assert audit(problem, smaller)
    outside = Proposal(np.array([0, 99]), honest.residual, honest.score, "liar")
    assert audit(problem, outside)
    twice = Proposal(np.array([1, 1]), honest.residual, honest.score, "liar")
    assert audit(problem, twice)
    with pytest.raises(InvalidParameterError, match="twice"):
        make_proposal(problem, np.array([1, 1]), solver="liar")


def test_automatic_choice_says_why() -> None:
    small = Problem(DenseColumns(_nsn(12, 3, 0)[0]), np.zeros(3), MaxTolerance(1.0))
    assert solve(small).solver == "exhaustive"
    half = Problem(DenseColumns(_nsn(30, 3, 0)[0]), np.ones(3), MaxTolerance(0.5))
    assert solve(half).solver == "meet-in-the-middle"
    many = Problem(DenseColumns(_nsn(90, 40, 0)[0]), np.ones(40), MaxTolerance(5.0))
    assert solve(many).solver == "ladder"
    assert all("n=" in solve(problem).reason for problem in (small, half, many))
    assert solve(many, solver="ladder").reason == ""


@pytest.mark.parametrize(
    ("name", "count", "dim"), [("exhaustive", 21, 3), ("meet-in-the-middle", 30, 21)]
)
def test_too_large_problems_are_refused(name: str, count: int, dim: int) -> None:
    columns = DenseColumns(_nsn(count, dim, 0)[0])
    problem = Problem(columns, np.zeros(dim), MaxTolerance(1.0))
    with pytest.raises(InvalidParameterError, match="auto"):
        solve(problem, solver=name)


@pytest.mark.parametrize("dim", [9, 36])
def test_ladder_reaches_its_law(dim: int) -> None:
    """Width m^1.5 / delta is enough at normal effort, on every one of five seeds."""
    delta = 1e-2
    for seed in range(5):
        columns, target = _nsn(int(dim**1.5 / delta), dim, seed)
        problem = Problem(DenseColumns(columns), target, MaxTolerance(delta))
        proposal = solve(problem, solver="ladder", time_limit=20.0)
        assert proposal.found
        assert audit(problem, proposal) == ()
