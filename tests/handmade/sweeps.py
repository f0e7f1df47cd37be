"""Plans of tiny runs, and what a sweep of them must say."""

from __future__ import annotations

import dataclasses
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slth_verify.errors import UnusableFileError
from slth_verify.sweep import Store

PATIENCE = 300.0  # seconds until something that must happen is given up

#: Runs of some milliseconds each, of which one fails and the others are done.
TINY = """
[[runs]]
kind = "success"
dimension = [1, 2]
samples = [3, 4]
eps = "1/4"
seed = "0..4"
trials = 5

[[runs]]
kind = "search"
dimension = 2
samples = 8
eps = ["1e-30", "10"]
seed = [0, 1]
solver = ["exhaustive", "one-dim"]
"""
TINY_RUNS = 28


def final_table(path: Path) -> list[tuple[Any, ...]]:
    """All that a store says, but for how long runs took."""
    with Store(path) as store:
        rows = [dataclasses.replace(row, seconds=0.0) for row in store.rows()]
    return [dataclasses.astuple(row) for row in rows]


def start(plan: Path, store: Path, *more: str) -> subprocess.Popen[bytes]:
    """A sweep in a process of its own."""
    command = [sys.executable, "-m", "slth_verify", "sweep", str(plan), "--store"]
    return subprocess.Popen([*command, str(store), *more], stderr=subprocess.DEVNULL)


def rows_of(store: Path) -> int:
    """Rows of a store, which may not be there yet."""
    try:
        with Store(store) as there:
            return len(there.outcomes())
    except UnusableFileError:  # it has not been made yet
        return 0


def kill_when(controller: subprocess.Popen[bytes], store: Path, rows: int) -> None:
    """Kill a sweep as soon as its store has so many rows."""
    end = time.monotonic() + PATIENCE
    while controller.poll() is None and rows_of(store) < rows:
        assert time.monotonic() < end
    controller.kill()
    controller.wait()


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process, killed at the end."""
    command = [sys.executable, *words]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as running:
        try:
            yield running
        finally:
            running.send_signal(signal.SIGKILL)


def scheduler(port: int) -> list[str]:
    """Words of a Dask scheduler."""
    return [
        "-m",
        "dask",
        "scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-dashboard",
    ]


def worker(address: str, folder: Path) -> list[str]:
    """Words of a Dask worker with one thread."""
    local = ["--no-nanny", "--no-dashboard", "--nthreads", "1"]
    return ["-m", "dask", "worker", address, *local, "--local-directory", str(folder)]


def await_workers(address: str, count: int) -> None:
    """Wait until a scheduler has so many workers."""
    from distributed import Client

    with Client(address, set_as_default=False, timeout=PATIENCE) as client:
        client.wait_for_workers(count, timeout=PATIENCE)
