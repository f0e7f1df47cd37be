"""Killed at any moment: no finished run is lost, none is run twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from handmade.sweeps import (
    PATIENCE,
    TINY,
    TINY_RUNS,
    final_table,
    kill_when,
    rows_of,
    start,
)

from slth_verify.errors import UnusableFileError
from slth_verify.sweep import Answer, Row, Run, Store, forecast, load_plan, run_sweep

Write = Callable[[str], Path]

pytestmark = pytest.mark.usefixtures("usual_signals")


def test_a_sweep_that_is_killed_ends_with_the_same_table(
    write_plan: Write, tmp_path: Path
) -> None:
    plan, killed = write_plan(TINY), tmp_path / "killed.sqlite"
    summary = run_sweep(load_plan(plan), tmp_path / "whole.sqlite", workers=1)
    assert summary.outcomes == {"done": 24, "failed": 4}
    assert summary.ran == TINY_RUNS
    for rows in (0, 9):
        kill_when(start(plan, killed, "--workers", "2"), killed, rows)
        assert rows <= rows_of(killed) < TINY_RUNS
    seen: list[tuple[int, int]] = []
    before = rows_of(killed)
    left = run_sweep(
        load_plan(plan),
        killed,
        workers=2,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert left.ran == TINY_RUNS - before
    assert seen == [(n, left.ran) for n in range(1, left.ran + 1)]
    assert final_table(killed) == final_table(tmp_path / "whole.sqlite")
    assert run_sweep(load_plan(plan), killed).ran == 0


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(20))
def test_every_moment(seed: int, write_plan: Write, tmp_path: Path) -> None:
    plan, killed = write_plan(TINY), tmp_path / "killed.sqlite"
    run_sweep(load_plan(plan), tmp_path / "whole.sqlite")
    running = start(plan, killed)
    try:
        running.wait(random.Random(seed).uniform(0.05, 6.0))
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
    run_sweep(load_plan(plan), killed)
    assert final_table(killed) == final_table(tmp_path / "whole.sqlite")


def test_a_signal_ends_a_sweep_and_its_processes(
    write_plan: Write, tmp_path: Path
) -> None:
    long = TINY.replace("trials = 5", "trials = 100000").replace("[3, 4]", "18")
    store = tmp_path / "s.sqlite"
    with start(write_plan(long), store) as running:
        while running.poll() is None and not store.exists():
            continue
        running.send_signal(signal.SIGTERM)
        assert running.wait(PATIENCE) == 143
    assert rows_of(store) < TINY_RUNS


def test_what_has_no_result_is_run_again_on_demand(
    write_plan: Write, tmp_path: Path
) -> None:
    plan, store = load_plan(write_plan(TINY)), tmp_path / "s.sqlite"
    for run in plan.runs:
        _put(store, run, Answer("lost" if run.kind == "search" else "done"))
    assert run_sweep(plan, store, workers=1).ran == 0
    again = run_sweep(plan, store, workers=1, retry=True)
    assert again.ran == 8
    assert again.outcomes == {"done": 24, "failed": 4}


def _put(store: Path, run: Run, answer: Answer) -> None:
    with Store(store, create=True) as there:
        there.put(Row.of(run, answer))


def test_a_forecast_counts_and_learns(write_plan: Write, tmp_path: Path) -> None:
    plan, store = load_plan(write_plan(TINY)), tmp_path / "s.sqlite"
    first = forecast(plan, None)
    assert first.runs == TINY_RUNS
    assert first.kinds == {"success": 20, "search": 8}
    assert first.finished == 0
    assert first.seconds > 0
    for run in plan.runs[:10]:
        _put(store, run, Answer("done", seconds=1000.0))
    with Store(store) as there:
        later = forecast(plan, there)
    assert later.finished == 10
    assert later.seconds == pytest.approx(
        sum(1000.0 * run.named()["samples"] / 3.5 for run in plan.runs[10:20]), rel=0.5
    )


@pytest.mark.parametrize(
    "kind", ["pipe", "folder", "text", "other", "view", "no folder", "missing"]
)
def test_only_a_store_is_a_store(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "text":
        path.write_text("not a database, but long enough to be read as one" * 99)
    elif kind in ("other", "view"):
        connection = sqlite3.connect(path)
        made = {
            "other": "CREATE TABLE runs (key)",
            "view": "CREATE VIEW runs AS SELECT 1",
        }
        connection.execute(made[kind])
        connection.close()
    elif kind == "no folder":
        path = tmp_path / "none" / "s.sqlite"
    with pytest.raises(UnusableFileError, match="store="):
        Store(path, create=kind != "missing")


@pytest.mark.parametrize(
    "damage",
    [
        "outcome = 'proved'",
        "result = 'x'",
        "inputs = '[]'",
        "inputs = x'00'",
        "seconds = 'long'",
        "result = '{\"a\": NaN}'",
    ],
)
def test_damaged_rows_are_no_table(
    damage: str, write_plan: Write, tmp_path: Path
) -> None:
    plan, store = load_plan(write_plan(TINY)), tmp_path / "s.sqlite"
    _put(store, plan.runs[0], Answer("done"))
    connection = sqlite3.connect(store)
    connection.execute(f"UPDATE runs SET {damage}")
    connection.commit()
    connection.close()
    with Store(store) as there, pytest.raises(UnusableFileError, match="store="):
        list(there.rows())
