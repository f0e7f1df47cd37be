"""Two sweeps never run into one store; a killed one keeps nobody out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from slth_verify.errors import UnusableFileError
from slth_verify.sweep import Store, load_plan, run_sweep
from slth_verify.sweep.lock import sole_controller

Write = Callable[[str], Path]

ONE_RUN = """
[[runs]]
kind = "success-bound"
dimension = 1
samples = 4
eps = "1/10"
"""
_HOLDER = """
import sys, time
from pathlib import Path
from slth_verify.sweep.lock import sole_controller

with sole_controller(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_other_controller_is_named_and_keeps_out_until_it_ends(
    write_plan: Write, tmp_path: Path
) -> None:
    plan, store = load_plan(write_plan(ONE_RUN)), tmp_path / "s.sqlite"
    assert run_sweep(plan, store, workers=1).ran == 1
    assert not (tmp_path / "s.sqlite.lock").exists()
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", _HOLDER, str(store)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(UnusableFileError, match=f"process {holder.pid} on "):
            run_sweep(plan, store, workers=1)
        with Store(store) as there:  # it can be read all the time
            assert len(there.outcomes()) == 1
        holder.kill()
    # the file that it left behind blocks nobody
    assert (tmp_path / "s.sqlite.lock").exists()
    assert run_sweep(plan, store, workers=1).ran == 0
    assert not (tmp_path / "s.sqlite.lock").exists()


def test_a_file_is_no_lock_and_what_it_says_is_not_believed(tmp_path: Path) -> None:
    store, lock = tmp_path / "s.sqlite", tmp_path / "s.sqlite.lock"
    lock.write_text(f"{os.getppid()} here")
    with sole_controller(store):
        lock.write_text("\x1b[2J 17")
        refused = pytest.raises(UnusableFileError, match="another process runs")
        with refused, sole_controller(store):
            raise AssertionError
    assert not lock.exists()
    lock.mkdir()
    with pytest.raises(UnusableFileError, match="no lock"), sole_controller(store):
        raise AssertionError


def test_a_lock_on_a_removed_file_is_none(tmp_path: Path) -> None:
    store, lock = tmp_path / "s.sqlite", tmp_path / "s.sqlite.lock"
    with sole_controller(store):
        lock.unlink()
        with sole_controller(store):
            assert lock.exists()
