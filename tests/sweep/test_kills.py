"""A sweep of 200 runs, killed at 20 random moments, here and on a cluster."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from handmade.sweeps import (
    PATIENCE,
    await_workers,
    final_table,
    free_port,
    kill_when,
    rows_of,
    running,
    scheduler,
    start,
    worker,
)

from slth_verify.sweep import load_plan, run_sweep

Write = Callable[[str], Path]

pytestmark = [pytest.mark.nightly, pytest.mark.usefixtures("usual_signals")]

PLAN = """
[[runs]]
kind = "success"
dimension = [1, 2]
samples = 8
eps = "1/10"
seed = "0..99"
trials = 20
"""
_RUNS, _KILLS = 200, 20
_LOOKS = 0.02  # seconds from one look at the store to the next
_LONGEST = 0.2  # seconds from a row to the kill, in which the next ones are written


@pytest.fixture(params=["here", "cluster"])
def words(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[str]]:
    """Options of a sweep that runs here, or on a scheduler with two workers."""
    if request.param == "here":
        yield ["--workers", "2"]
        return
    pytest.importorskip("distributed")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    with ExitStack() as stack:
        stack.enter_context(running(*scheduler(port)))
        for _ in range(2):
            stack.enter_context(running(*worker(address, tmp_path)))
        await_workers(address, 2)
        yield ["--scheduler", address]


def test_the_table_is_that_of_an_undisturbed_sweep(
    words: list[str], write_plan: Write, tmp_path: Path
) -> None:
    plan, killed = write_plan(PLAN), tmp_path / "killed.sqlite"
    run_sweep(load_plan(plan), tmp_path / "whole.sqlite", workers=1)
    draw = random.Random(f"{words[0]}")
    before = 0
    for least in sorted(draw.randrange(_RUNS - 20) for _ in range(_KILLS)):
        with start(plan, killed, *words) as controller:
            # from its first row on, or while it still begins
            if least % 4:
                _await_rows(controller, killed, max(least, before + 1))
            with suppress(subprocess.TimeoutExpired):
                controller.wait(draw.uniform(0.0, _LONGEST))
            kill_when(controller, killed, 0)
        assert rows_of(killed) >= before  # no row is ever lost
        before = rows_of(killed)
    assert before < _RUNS
    last = start(plan, killed, *words)
    assert last.wait(PATIENCE) == 0
    assert rows_of(killed) == _RUNS
    assert final_table(killed) == final_table(tmp_path / "whole.sqlite")


def _await_rows(controller: subprocess.Popen[bytes], store: Path, rows: int) -> None:
    while controller.poll() is None and rows_of(store) < rows:
        with suppress(subprocess.TimeoutExpired):
            controller.wait(_LOOKS)
