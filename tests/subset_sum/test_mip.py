"""MIP solvers: what they propose, and what happens where they lie or are missing."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from slth_verify.errors import InvalidParameterError, MissingExtraError
from slth_verify.subset_sum import (
    DenseColumns,
    ExternalSolver,
    FilterBudget,
    MaxTolerance,
    Problem,
    SearchOptions,
    Tolerance,
    audit,
    optional_solvers,
    register,
    solve,
    solvers,
)
from slth_verify.subset_sum.solvers import mip
from slth_verify.subset_sum.steps.linear_form import linear_form
from slth_verify.subset_sum.steps.mip_process import linear_rows

EXTRAS = {"cp-sat": "ortools", "highs": "highspy", "scip": "pyscipopt"}


def _problem(count: int, dim: int, seed: int, tolerance: Tolerance) -> Problem:
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((count, 1)) * rng.standard_normal((count, dim))
    target = rng.standard_normal(dim)
    return Problem(DenseColumns(columns), target / np.abs(target).sum(), tolerance)


def _best(problem: Problem) -> float:
    return solve(problem, solver="exhaustive").score


@pytest.mark.parametrize("filters", [0, 1, 2])
@pytest.mark.parametrize("slack", [1.01, 0.99])
def test_milp_finds_a_subset_iff_there_is_one(filters: int, slack: float) -> None:
    for seed in range(3):

        def tolerance(size: float) -> Tolerance:
            return FilterBudget(size, filters) if filters else MaxTolerance(size)

        best = _best(_problem(12, 4, seed, tolerance(1.0)))
        problem = _problem(12, 4, seed, tolerance(best * slack))
        proposal = solve(problem, solver="milp")
        assert audit(problem, proposal) == ()
        assert proposal.found == (slack > 1.0)


@pytest.mark.parametrize("filters", [0, 1, 2])
def test_rows_hold_exactly_where_the_score_does(filters: int) -> None:
    tolerance = FilterBudget(0.3, filters) if filters else MaxTolerance(0.3)
    problem = _problem(7, 4, 1, tolerance)
    form = linear_form(problem)
    rows, lower, upper = linear_rows(
        form.loaded.columns, form.loaded.target, form.filters
    )
    for mask in range(1 << 7):
        chosen = (mask >> np.arange(7)) & 1
        error = chosen @ form.loaded.columns - form.loaded.target
        score = float(tolerance.score(error * form.loaded.unit))
        parts = [np.maximum(error, 0), np.maximum(-error, 0)] if filters else []
        for factor, holds in ((score * (1 + 1e-9), True), (score * (1 - 1e-9), False)):
            point = np.concatenate([chosen, *parts, [form.tolerance * factor]])
            values = rows @ point
            inside = (values >= lower - 1e-12) & (values <= upper + 1e-12)
            assert inside.all() == holds


@pytest.mark.parametrize("solver", optional_solvers(), ids=lambda solver: solver.name)
def test_a_missing_extra_is_named_in_one_line(
    solver: ExternalSolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError) as raised:
        solve(_problem(8, 2, 0, MaxTolerance(1e-9)), solver=solver.name)
    assert f"slth-verify[{solver.extra}]" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_extras_are_those_of_the_project() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    for solver in optional_solvers():
        assert isinstance(solver, ExternalSolver)
        assert f"\n{solver.extra} = [" in text
        assert EXTRAS[solver.name] == solver.module


@pytest.mark.parametrize("name", EXTRAS)
@pytest.mark.parametrize("filters", [0, 2])
def test_external_solvers_reach_the_optimum(name: str, filters: int) -> None:
    if importlib.util.find_spec(EXTRAS[name]) is None:
        pytest.skip(f"{EXTRAS[name]} is not installed")
    tolerance = FilterBudget(1e-9, filters) if filters else MaxTolerance(1e-9)
    problem = _problem(11, 4, 2, tolerance)
    proposal = solve(problem, solver=name, time_limit=20.0)
    assert audit(problem, proposal) == ()
    assert not proposal.found
    assert proposal.score == pytest.approx(_best(problem), rel=1e-5)


@pytest.mark.parametrize("name", EXTRAS)
def test_external_solvers_stop_at_the_tolerance(name: str) -> None:
    if importlib.util.find_spec(EXTRAS[name]) is None:
        pytest.skip(f"{EXTRAS[name]} is not installed")
    problem = _problem(60, 3, 4, MaxTolerance(0.05))
    proposal = solve(problem, solver=name, time_limit=60.0)
    assert proposal.found
    assert proposal.seconds < 60.0


WORKERS = {
    "raises": "raise SystemExit(3)",
    "says nothing": "pass",
    "says nonsense": "print('infeasible')",
    "picks a column outside": 'print(\'{"chosen": [99], "status": "OPTIMAL"}\')',
    "claims no subset exists": 'print(\'{"chosen": [], "status": "INFEASIBLE"}\')',
    "never ends": "import time\nwhile True: time.sleep(1)",
}


def test_the_process_answers_as_the_function_does() -> None:
    """Without any optional solver: SciPy's, in a process of its own."""
    problem = _problem(10, 1, 0, MaxTolerance(0.2))
    form = linear_form(problem)
    chosen = mip.ask_process("milp", form, 0, 120.0)
    assert chosen is not None
    picked = form.loaded.columns[chosen].sum(axis=0)
    assert np.abs(picked - form.loaded.target).max() <= form.tolerance * 1.001
    assert mip.ask_process("no such solver", form, 0, 120.0) is None


@pytest.mark.parametrize("lie", WORKERS)
def test_bad_answers_end_in_the_empty_subset(
    lie: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text(WORKERS[lie])
    monkeypatch.setattr(mip, "_WORKER", worker)
    peer = ExternalSolver("peer", "peer", "json")
    problem = _problem(8, 2, 0, MaxTolerance(1e-9))
    proposal = peer.solve(problem, SearchOptions(time_limit=0.5))
    assert proposal.indices.size == 0
    assert not proposal.found
    assert audit(problem, proposal) == ()


def test_a_false_optimum_is_scored_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text('print(\'{"chosen": [3, 3, 1], "status": "OPTIMAL"}\')')
    monkeypatch.setattr(mip, "_WORKER", worker)
    problem = Problem(
        DenseColumns(np.array([[1.0], [2.0], [4.0], [8.0]])),
        np.array([11.0]),
        MaxTolerance(0.5),
    )
    peer = ExternalSolver("peer", "peer", "json")
    proposal = peer.solve(problem, SearchOptions(time_limit=5.0))
    assert len(proposal.indices) == 2
    assert proposal.residual.tolist() == [-6.0]  # places count from the largest
    assert not proposal.found


def test_too_large_or_nonlinear_problems_are_refused() -> None:
    class Square:
        def score(self, residuals: np.ndarray) -> np.ndarray:
            return np.square(residuals).sum(axis=-1)

    for problem in (
        _problem(70_000, 1, 0, MaxTolerance(1e-9)),
        _problem(9, 2, 0, Square()),
    ):
        for name in ("milp", "cp-sat", "highs", "scip"):
            with pytest.raises(InvalidParameterError, match="auto"):
                solve(problem, solver=name)


def test_the_registry_keeps_optional_names() -> None:
    assert {solver.name for solver in optional_solvers()} == set(EXTRAS)
    assert not {solver.name for solver in solvers()} & set(EXTRAS)
    with pytest.raises(InvalidParameterError, match="highs"):
        register(ExternalSolver("highs", "highs", "highspy"))
