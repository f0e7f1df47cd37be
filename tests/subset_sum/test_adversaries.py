"""Solvers under drawn adversaries: exhaustive oracle, symmetries, planted lies."""

import numpy as np
import pytest
from handmade.nightly import cases
from hypothesis import given
from hypothesis import strategies as st

from slth_verify import strategies as slst
from slth_verify.subset_sum import (
    DenseColumns,
    FilterBudget,
    MaxTolerance,
    Problem,
    Tolerance,
    audit,
    solve,
    solvers,
)

NAMES = [solver.name for solver in solvers()]
#: Find a subset within a `MaxTolerance` whenever there is one.
COMPLETE = ("exhaustive", "meet-in-the-middle", "one-dim")
FEW = cases(8, 25)


def _supported(name: str, problem: Problem) -> bool:
    return next(s for s in solvers() if s.name == name).supports(problem)


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(problem=slst.subset_sum_problems(max_size=15, max_dim=4), seed=st.integers(0, 3))
def test_never_better_than_the_optimum_nor_worse_than_nothing(
    name: str, problem: Problem, seed: int
) -> None:
    if not _supported(name, problem):
        return
    best = solve(problem, solver="exhaustive")
    proposal = solve(problem, solver=name, seed=seed, time_limit=20.0)
    assert audit(problem, proposal) == ()
    empty = float(problem.tolerance.score(-problem.target))
    assert best.score * (1 - 1e-12) <= proposal.score <= empty or best.found
    if name in COMPLETE and isinstance(problem.tolerance, MaxTolerance):
        assert proposal.found or best.score > 1.0 - 1e-9


def _draw(seed: int, dim: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((15, 1)) * rng.standard_normal((15, dim))
    return columns, columns[rng.random(15) < 0.5].sum(axis=0)


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(
    seed=st.integers(0, 99),
    dim=st.integers(1, 3),
    exponent=st.integers(-40, 40),
    budget=st.booleans(),
)
def test_permuted_negated_and_scaled_problems_are_the_same_problem(
    name: str, seed: int, dim: int, exponent: int, budget: bool
) -> None:
    """Whether a planted subset is found does not depend on how it is written down."""
    columns, target = _draw(seed, dim)
    order = np.random.default_rng(seed).permutation(15)
    unit = 2.0**exponent
    width = 1e-3 if name == "milp" else 1e-6  # a float solver needs room

    def found(rows: np.ndarray, goal: np.ndarray, size: float) -> bool:
        tolerance: Tolerance = FilterBudget(size, 1) if budget else MaxTolerance(size)
        problem = Problem(DenseColumns(rows), goal, tolerance)
        if not _supported(name, problem):
            return True
        proposal = solve(problem, solver=name, time_limit=20.0)
        assert audit(problem, proposal) == ()
        return proposal.found

    answers = [
        found(columns, target, width),
        found(columns[order], target, width),
        found(columns[:, ::-1], target[::-1], width),
        found(-columns, -target, width),
        found(columns * unit, target * unit, width * unit),
    ]
    if name in ("exhaustive", "milp") or (name in COMPLETE and not budget):
        assert all(answers)


HARD = {
    "duplicates": (np.ones((60, 9)), np.full(9, 31.0)),
    "zeros": (np.zeros((60, 9)), np.ones(9)),
    "subnormals": (np.full((60, 9), 5e-324), np.ones(9)),
    "subnormal target": (np.eye(9).repeat(7, axis=0), np.full(9, 5e-324)),
    "one huge column": (
        np.vstack([np.full((1, 9), 1e300), np.eye(9).repeat(7, axis=0)]),
        np.full(9, 3.0),
    ),
    "half space": (np.abs(np.random.default_rng(0).normal(size=(60, 9))), -np.ones(9)),
    "target zero": (np.random.default_rng(0).normal(size=(60, 9)), np.zeros(9)),
    "target beyond": (np.random.default_rng(0).normal(size=(60, 9)), np.full(9, 1e6)),
    "one axis only": (np.eye(9)[np.zeros(60, dtype=int)] * 0.25, np.full(9, 1.0)),
    "mixed scales": (
        np.random.default_rng(0).normal(size=(60, 9))
        * 2.0 ** np.arange(-30, 30)[:, None],
        np.ones(9),
    ),
}
UNREACHABLE = ("zeros", "subnormals", "half space", "target beyond", "one axis only")


@pytest.mark.parametrize("case", HARD)
@pytest.mark.parametrize("name", ["auto", "ladder", "meet-in-the-middle", "milp"])
def test_hard_pools_beyond_enumeration_end_honestly(name: str, case: str) -> None:
    columns, target = HARD[case]
    problem = Problem(DenseColumns(columns), target, MaxTolerance(1e-6))
    proposal = solve(problem, solver=name, effort="high", time_limit=0.3)
    assert audit(problem, proposal) == ()
    assert proposal.score <= float(problem.tolerance.score(-target))
    if case in UNREACHABLE:
        assert not proposal.found
    if case in ("target zero", "subnormal target"):
        assert proposal.found
    if case == "duplicates" and name != "milp":
        assert proposal.found
