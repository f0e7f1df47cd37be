"""Calls that are ended at a limit, and with their parent."""

from __future__ import annotations

import math
import os
import runpy
import signal
import subprocess
import sys
import textwrap
from fractions import Fraction
from pathlib import Path

import pytest

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import exact_number
from slth_verify.processes.bounded import LimitReachedError, run_bounded


def test_results_and_exceptions_come_back() -> None:
    assert run_bounded(exact_number, "1/3", seconds=60) == Fraction(1, 3)
    with pytest.raises(InvalidParameterError, match="eps='x'"):
        run_bounded(exact_number, "x", name="eps")


def test_time_is_bounded_even_inside_one_long_operation() -> None:
    with pytest.raises(LimitReachedError, match=r"time limit of 0\.5 s"):
        run_bounded(math.factorial, 10**8, seconds=0.5)


def test_memory_is_bounded() -> None:
    with pytest.raises(LimitReachedError, match="memory"):
        run_bounded(bytes, 1 << 31, seconds=60, memory=1 << 28)


@pytest.mark.parametrize(
    ("lacking", "raised"),
    [
        ("mmap.mmap(-1, 1 << 62)", LimitReachedError),  # more than has addresses
        ("bytes(1 << 62)", LimitReachedError),
        ("open('/no/such/file')", ValueError),
    ],
)
def test_lack_of_memory_is_seen_through_other_errors(
    lacking: str, raised: type[Exception], tmp_path: Path
) -> None:
    script = tmp_path / "reader.py"
    lines = f"import mmap\ntry:\n    {lacking}\nexcept (OSError, MemoryError) as e:\n"
    script.write_text(f"{lines}    raise ValueError('no readable file') from e\n")
    with pytest.raises(raised):
        run_bounded(runpy.run_path, str(script))


def test_a_process_that_dies_gives_no_answer() -> None:
    with pytest.raises(LimitReachedError, match="without an answer"):
        run_bounded(os.abort)


def test_what_the_call_prints_is_no_answer() -> None:
    assert run_bounded(print, "text") is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_child_ends_with_its_parent(number: signal.Signals) -> None:
    call = "import signal, sys; print('ready', file=sys.stderr); signal.pause()"
    program = f"""
        from slth_verify.processes.bounded import run_bounded
        run_bounded(exec, {call!r})
    """
    # the pipe closes only when every process that holds it has ended
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stderr=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stderr is not None
        assert parent.stderr.readline() == "ready\n"
        parent.send_signal(number)
        parent.communicate(timeout=60)
        assert parent.returncode == -number
