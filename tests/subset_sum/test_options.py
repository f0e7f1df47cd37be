"""The options of a search: read once, refused by name, handed to every solver."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum import (
    DenseColumns,
    Journal,
    MaxTolerance,
    Problem,
    SearchOptions,
    audit,
    solve,
    solve_many,
    solvers,
)


def _problem(dim: int = 1) -> Problem:
    columns = np.random.default_rng(0).standard_normal((12, dim))
    return Problem(DenseColumns(columns), np.full(dim, 0.5), MaxTolerance(0.2))


def test_numbers_mean_what_is_written() -> None:
    options = SearchOptions(seed=np.int64(3), time_limit="1/2", memory_limit=2.0**21)
    assert options == SearchOptions(
        seed=3, time_limit=Fraction(1, 2), memory_limit=1 << 21
    )
    assert (options.time_limit, options.memory) == (0.5, 1 << 21)
    assert SearchOptions().memory == 1 << 30


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": -1},
        {"seed": 0.5},
        {"effort": "most"},
        {"time_limit": 0.0},
        {"time_limit": float("nan")},
        {"memory_limit": 1000},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidParameterError, match=f"{next(iter(wrong))}="):
        SearchOptions(**wrong)
    with pytest.raises(InvalidParameterError):
        replace(SearchOptions(), **wrong)


@pytest.mark.parametrize("solver", solvers(), ids=lambda solver: solver.name)
def test_every_solver_takes_them_and_says_its_seconds(solver) -> None:
    problem = _problem()
    found = solver.solve(problem, SearchOptions(effort="low", time_limit=20.0))
    assert audit(problem, found) == ()
    assert 0.0 < found.seconds < 20.0
    named = solve(problem, solver=solver.name, effort="low", time_limit=20.0)
    assert 0.0 < named.seconds < 20.0
    assert "seconds" not in named.effort


def test_a_journal_keeps_the_seconds(tmp_path) -> None:
    journal = Journal(tmp_path / "journal")
    (found,) = solve_many([_problem(2)], journal=journal)
    (again,) = solve_many([_problem(2)], journal=journal)
    assert again.seconds == found.seconds > 0.0
    assert again.effort == found.effort
