"""What a sweep costs beyond its runs, and how fast a long one goes on."""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from joblib import Parallel, delayed

from benchmarks.support.common import publish_with
from slth_verify.sweep import Answer, Row, Store, load_plan, run_sweep

#: Runs of some tens of microseconds each.
_PLAN = """
[[runs]]
kind = "success"
dimension = 1
samples = 1
eps = "1/10"
trials = 1
seed = "0..{last}"
"""
_ROWS = 100_000


def run(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """Time whole sweeps of tiny runs, the resume of a finished one, and the peers."""
    count, workers = options.runs, options.workers
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        whole = [
            _overhead(here / f"{n}", count, workers) for n in range(options.repeats)
        ]
        resumes = _resumes(here / "long", options.repeats)
        inserts = [
            _inserts(here / f"p{n}.sqlite", count) for n in range(options.repeats)
        ]
        calls = [_calls(count, workers) for _ in range(options.repeats)]
    wall, cpu = (median(part) for part in zip(*whole, strict=True))
    loop = median(calls)
    figures = {
        f"{count} tiny runs, {workers} worker(s), overhead ms a run": wall,
        f"{count} tiny runs, CPU ms of the controller a run": cpu,
        f"resume with {_ROWS} rows, wall s": median(wall for wall, _ in resumes),
        f"resume with {_ROWS} rows, CPU s": median(cpu for _, cpu in resumes),
    }
    peers = {
        f"joblib.Parallel (loky, batch_size=1), {count} calls, ms a call": loop,
        f"sqlite3 plain inserts (WAL, autocommit), {count} rows, ms a row": median(
            inserts
        ),
        "ratio sweep / (joblib + sqlite3)": wall / (loop + median(inserts)),
    }
    return figures, peers


def _overhead(folder: Path, count: int, workers: int) -> tuple[float, float]:
    """Milliseconds a run beyond the work itself, and CPU of this process."""
    folder.mkdir()
    plan = load_plan(_written(folder, count))
    store = folder / "s.sqlite"
    first = plan.runs[0]
    marks: list[tuple[float, float]] = []

    def mark(done: int, total: int) -> None:
        if done in (1, total):  # processes have started when the first run ends
            marks.append((time.perf_counter(), time.process_time()))

    run_sweep(plan, store, workers=workers, progress=mark)
    with Store(store) as there:
        taken = there.seconds()
    work = sum(taken.values()) - taken[first.key]
    (begun, used), (ended, spent) = marks
    runs = len(plan.runs) - 1
    wall = (ended - begun - work / workers) / runs
    return 1e3 * wall, 1e3 * (spent - used) / runs


def _resumes(folder: Path, repeats: int) -> list[tuple[float, float]]:
    """Seconds until a sweep knows that nothing is left, the reading of its plan too."""
    folder.mkdir()
    path, store = _written(folder, _ROWS), folder / "s.sqlite"
    with Store(store, create=True) as there:
        for done in load_plan(path).runs:
            there.put(Row.of(done, Answer("done", result={"hits": 1}, seconds=0.1)))

    def resume() -> None:
        if run_sweep(load_plan(path), store).ran:
            raise RuntimeError("rows were not found again")

    return [_timed(resume) for _ in range(repeats)]


def _inserts(path: Path, count: int) -> float:
    """Milliseconds a row of the bare library."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE rows (key TEXT PRIMARY KEY, result TEXT)")

    def insert() -> None:
        for number in range(count):
            values = (f"{number:064}", '{"hits": 1}')
            connection.execute("INSERT INTO rows VALUES (?, ?)", values)

    wall, _ = _timed(insert)
    connection.close()
    return 1e3 * wall / count


def _calls(count: int, workers: int) -> float:
    """Milliseconds of a call without work; the processes are there before."""
    with Parallel(n_jobs=max(2, workers), batch_size=1) as parallel:
        parallel(delayed(os.getpid)() for _ in range(10))
        wall, _ = _timed(lambda: parallel(delayed(abs)(1) for _ in range(count)))
    return 1e3 * wall / count


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _written(folder: Path, count: int) -> Path:
    path = folder / "plan.toml"
    path.write_text(_PLAN.format(last=count - 1), encoding="utf-8")
    return path


if __name__ == "__main__":
    options = {
        "runs": (2000, "tiny runs of a sweep"),
        "workers": (1, "processes"),
        "repeats": (3, "timings per figure"),
    }
    publish_with("sweeps", options, run, ("joblib",))
