"""A real scheduler and two workers on this machine: the rows of a local sweep."""

from __future__ import annotations

import importlib.util
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from handmade.sweeps import (
    PATIENCE,
    TINY,
    TINY_RUNS,
    await_workers,
    final_table,
    free_port,
    rows_of,
    running,
    scheduler,
    worker,
)

from slth_verify.cli import run
from slth_verify.errors import MissingExtraError, WorkerLostError
from slth_verify.sweep import load_plan, run_sweep
from slth_verify.sweep.cluster import answers_there

Write = Callable[[str], Path]

with_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="needs the extra dask"
)


@with_dask
def test_workers_give_the_rows_of_a_local_sweep(
    write_plan: Write, tmp_path: Path
) -> None:
    path, port = write_plan(TINY), free_port()
    plan, address = load_plan(path), f"tcp://127.0.0.1:{port}"
    store = tmp_path / "cluster.sqlite"
    run_sweep(plan, tmp_path / "local.sqlite", workers=1)
    with ExitStack() as stack:
        stack.enter_context(running(*scheduler(port)))
        workers = [
            stack.enter_context(running(*worker(address, tmp_path))) for _ in range(2)
        ]
        await_workers(address, len(workers))

        def kill_one(done: int, total: int) -> None:
            if done == 5:
                workers[0].kill()

        killed = tmp_path / "killed.sqlite"
        with running(
            "-m", "slth_verify", "sweep", str(path),
            "--store", str(killed), "--scheduler", address,
        ) as controller:  # fmt: skip
            while controller.poll() is None and rows_of(killed) < 4:
                continue
        assert rows_of(killed) >= 4
        run_sweep(plan, killed, scheduler=address)
        assert final_table(killed) == final_table(tmp_path / "local.sqlite")
        found = run_sweep(plan, store, scheduler=address, progress=kill_one)
        assert workers[0].wait(PATIENCE) == -signal.SIGKILL
    assert found.ran == TINY_RUNS
    assert found.outcomes == {"done": 24, "failed": 4}
    assert final_table(store) == final_table(tmp_path / "local.sqlite")


@pytest.mark.nightly  # seconds of starting processes
@with_dask
def test_a_sweep_outlives_its_scheduler(write_plan: Write, tmp_path: Path) -> None:
    plan, port = load_plan(write_plan(TINY)), free_port()
    address, store = f"tcp://127.0.0.1:{port}", tmp_path / "cluster.sqlite"
    with ExitStack() as stack:
        first = stack.enter_context(running(*scheduler(port)))
        stack.enter_context(running(*worker(address, tmp_path)))

        def restart(done: int, total: int) -> None:
            if done == 3:
                first.kill()
                first.wait(PATIENCE)
                stack.enter_context(running(*scheduler(port)))
                stack.enter_context(running(*worker(address, tmp_path)))

        found = run_sweep(plan, store, scheduler=address, progress=restart)
    assert found.outcomes == {"done": 24, "failed": 4}
    assert rows_of(store) == TINY_RUNS


@with_dask
def test_a_scheduler_that_is_not_there(write_plan: Write, tmp_path: Path) -> None:
    runs = load_plan(write_plan(TINY)).runs
    with pytest.raises(WorkerLostError, match="does not answer"):
        list(answers_there(runs, f"tcp://127.0.0.1:{free_port()}", patience=0.1))
    with pytest.raises(WorkerLostError, match="does not answer"):
        list(answers_there(runs, "nonsense://x", patience=0.1))


def test_without_dask_the_extra_is_named(
    write_plan: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    plan = write_plan(TINY)
    with pytest.raises(MissingExtraError, match=r"slth-verify\[dask\]"):
        run_sweep(load_plan(plan), tmp_path / "s.sqlite", scheduler="tcp://x:1")
    assert run(["sweep", str(plan), "--scheduler", "tcp://x:1"]) == 2
