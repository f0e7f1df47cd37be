"""Batches of problems: any number of workers, journals, death and resumption."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from handmade.nightly import nightly_but

from slth_verify.errors import InvalidParameterError, WorkerLostError
from slth_verify.subset_sum import (
    DenseColumns,
    FilterBudget,
    FloatArray,
    Journal,
    MaxTolerance,
    Problem,
    Proposal,
    SearchOptions,
    Solver,
    audit,
    problem_key,
    solve,
    solve_many,
)

HOW = SearchOptions()


def _problems(count: int, size: int = 16) -> list[Problem]:
    rng = np.random.default_rng(7)
    columns = [
        rng.standard_normal((size, 1)) * rng.standard_normal((size, 2))
        for _ in range(count)
    ]
    return [
        Problem(DenseColumns(rows), np.array([0.4, -0.1]), MaxTolerance(0.05))
        for rows in columns
    ]


def _same(one: tuple[Proposal, ...], other: tuple[Proposal, ...]) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(a.indices, b.indices)
        and np.array_equal(a.residual, b.residual)
        and (a.score, a.solver, a.reason) == (b.score, b.solver, b.reason)
        for a, b in zip(one, other, strict=True)
    )


def test_any_number_of_workers_gives_the_proposals_of_solve(tmp_path: Path) -> None:
    problems = _problems(9)
    alone = tuple(solve(problem) for problem in problems)
    seen: list[int] = []
    one = solve_many(problems, progress=seen.append)
    kept = tmp_path / "journal"
    two = solve_many(problems, workers=2, journal=kept)
    assert _same(alone, one)
    assert _same(alone, two)
    assert seen == list(range(1, 10))
    assert len(Journal(kept)) == 9
    assert _same(alone, solve_many(problems, journal=kept))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_batch_ends_when_there_is_enough(workers: int) -> None:
    problems = _problems(12)
    asked: list[int] = []

    def enough(found: tuple[Proposal, ...]) -> bool:
        asked.append(len(found))
        return len(found) == 4

    found = solve_many(problems, workers=workers, enough=enough)
    assert _same(found, tuple(solve(problem) for problem in problems[:4]))
    assert asked == [1, 2, 3, 4]


def test_problems_are_drawn_as_needed() -> None:
    drawn: list[int] = []

    def problems() -> Iterator[Problem]:
        for number, problem in enumerate(_problems(12)):
            drawn.append(number)
            yield problem

    solve_many(problems(), enough=lambda found: len(found) == 2)
    assert drawn == [0, 1]


_SCRIPT = """
import os, signal, sys
import numpy as np
from slth_verify.subset_sum import (
    DenseColumns, MaxTolerance, Problem, make_proposal, register, solve_many
)

journal, log, workers, fatal = sys.argv[1:]

class Mortal:
    name = "mortal"

    def supports(self, problem):
        return True

    takes_memory_limit = takes_device = False

    def solve(self, problem, options):
        number = int(problem.target[0])
        with open(log, "a") as file:
            file.write(f"{number}\\n")
        if number == int(fatal):
            if int(workers) > 1:
                os.kill(os.getppid(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
        return make_proposal(problem, np.array([number]), solver=self.name)

if __name__ == "__main__":
    register(Mortal())
    pool = DenseColumns(np.arange(12.0)[:, None])
    goals = [np.array([float(i)]) for i in range(12)]
    problems = [Problem(pool, goal, MaxTolerance(0.5)) for goal in goals]
    found = solve_many(
        problems, solver="mortal", workers=int(workers), journal=journal
    )
    print([int(proposal.indices[0]) for proposal in found])
"""


@pytest.mark.parametrize("workers", nightly_but([1], [1, 2]))
def test_kill_9_loses_nothing_that_was_finished(workers: int, tmp_path: Path) -> None:
    script, log, journal = (tmp_path / x for x in ("run.py", "log", "journal"))
    script.write_text(_SCRIPT)

    def run(fatal: int) -> tuple[int, str]:
        log.write_text("")
        command = [sys.executable, script, journal, log, str(workers), str(fatal)]
        with (tmp_path / "out").open("w+") as out:
            child = subprocess.Popen(command, stdout=out, start_new_session=True)
            try:
                code = child.wait(120)
            finally:
                with suppress(ProcessLookupError):  # workers that lost their parent
                    os.killpg(child.pid, signal.SIGKILL)
            out.seek(0)
            return code, out.read()

    assert run(fatal=7)[0] == -signal.SIGKILL
    started = {int(line) for line in log.read_text().split()}
    finished = len(Journal(journal))
    # all that was started is finished, but the fatal one and those beside it
    assert 7 in started
    assert 7 - (workers - 1) <= finished < 12
    if workers == 1:
        assert finished == 7
    code, printed = run(fatal=99)
    assert code == 0
    assert json.loads(printed) == list(range(12))
    again = [int(line) for line in log.read_text().split()]
    assert len(again) == 12 - finished
    assert 7 in again
    assert len(Journal(journal)) == 12


@dataclass(frozen=True)
class _Lethal(Solver):
    name: str = "lethal"

    def supports(self, problem: Problem) -> bool:
        return True

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def test_a_killed_worker_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    from slth_verify.subset_sum.solvers import registry

    monkeypatch.setitem(registry._REGISTRY, "lethal", _Lethal())
    with pytest.raises(WorkerLostError, match="killed"):
        solve_many(_problems(3), solver="lethal", workers=2)


def test_every_part_of_a_problem_is_in_its_key() -> None:
    problem = _problems(1)[0]
    rows = problem.source.columns(np.arange(16))
    nudged = rows.copy()
    nudged[3, 1] = np.nextafter(nudged[3, 1], 9.0)
    others = [
        (replace(problem, source=DenseColumns(nudged)), {}),
        (replace(problem, source=DenseColumns(rows, np.ones(16))), {}),
        (replace(problem, source=DenseColumns(rows[:15])), {}),
        (replace(problem, target=np.nextafter(problem.target, 9.0)), {}),
        (replace(problem, tolerance=MaxTolerance(0.051)), {}),
        (replace(problem, tolerance=FilterBudget(0.05, 1)), {}),
        (replace(problem, tolerance=FilterBudget(0.05, 2)), {}),
        (problem, {"seed": 1}),
        (problem, {"effort": "high"}),
        (problem, {"time_limit": 61.0}),
    ]
    keys = [problem_key(problem, HOW)]
    assert keys[0] == problem_key(_problems(1)[0], HOW)
    keys += [problem_key(other, replace(HOW, **how)) for other, how in others]
    keys.append(problem_key(problem, HOW, solver="ladder"))
    assert len(set(keys)) == len(keys)


def test_version_is_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    from slth_verify.subset_sum.batch import fingerprint

    problem = _problems(1)[0]
    old = problem_key(problem, HOW)
    monkeypatch.setattr(fingerprint, "__version__", "0.0.0")
    assert problem_key(problem, HOW) != old


class _Nameless:
    """A tolerance that cannot say what it is."""

    def score(self, residuals: FloatArray) -> FloatArray:
        return np.abs(residuals).max(axis=-1)


@dataclass(frozen=True)
class _Weighted(_Nameless):
    """Its array would be cut short in a printed form."""

    weights: np.ndarray


@pytest.mark.parametrize("tolerance", [_Nameless(), _Weighted(np.ones(2))])
def test_what_cannot_be_named_is_refused(tolerance: _Nameless, tmp_path: Path) -> None:
    problem = replace(_problems(1)[0], tolerance=tolerance)
    assert solve_many([problem])
    with pytest.raises(InvalidParameterError, match="fingerprint"):
        solve_many([problem], journal=tmp_path / "journal")


LIES = {
    "another subset": '{"indices": [0, 1], "solver": "x", "effort": {}, "reason": ""}',
    "a column twice": '{"indices": [1, 1], "solver": "x", "effort": {}, "reason": ""}',
    "out of range": '{"indices": [99], "solver": "x", "effort": {}, "reason": ""}',
    "no subset": '{"indices": "all", "solver": "x", "effort": {}, "reason": ""}',
    "half a line": '{"indices": [0, 1',
    "other type": "[]",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_journal_is_not_believed(lie: str, tmp_path: Path) -> None:
    problem = _problems(1)[0]
    journal = tmp_path / "journal"
    honest = solve_many([problem], journal=journal)
    assert honest[0].found
    with sqlite3.connect(journal) as connection:
        connection.execute("UPDATE proposals SET entry = ?", (LIES[lie],))
    connection.close()
    again = solve_many([problem], journal=journal)
    assert audit(problem, again[0]) == ()
    assert _same(again, honest)


def test_other_files_are_no_journals(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("not a database, but long enough to be looked at as one\n" * 9)
    for path in (other, tmp_path, other / "below"):
        with pytest.raises(InvalidParameterError, match="journal="):
            Journal(path)
    assert other.read_text().startswith("not a database")


def test_workers_must_be_positive() -> None:
    with pytest.raises(InvalidParameterError, match="workers=0"):
        solve_many([], workers=0)
