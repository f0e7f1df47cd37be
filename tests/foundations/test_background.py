"""Calls in a second process: in order, to their own caller, never longer than it."""

from __future__ import annotations

import math
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import TimeoutError as NotEndedError
from fractions import Fraction
from pathlib import Path

import pytest

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import exact_number
from slth_verify.processes.background import Background, BackgroundLostError


def test_answers_come_to_their_own_calls() -> None:
    with Background() as second:
        calls = [second.call(math.factorial, n) for n in range(50)]
        wrong = second.call(exact_number, "x", "eps")
        again = second.call(exact_number, "1/3")
        wanted = [math.factorial(n) for n in range(50)]
        assert [call.result() for call in calls] == wanted
        with pytest.raises(InvalidParameterError, match="eps='x'"):
            wrong.result()
        assert again.result() == Fraction(1, 3)


def test_some_calls_go_before_those_that_wait() -> None:
    with Background() as second:
        second.call(sum, range(10**7))  # while all others are asked
        calls = {
            name: (second.call_first if name in "cd" else second.call)(time.monotonic)
            for name in "abcd"
        }
        times = {name: call.result() for name, call in calls.items()}
    assert sorted(times, key=times.__getitem__) == ["c", "d", "a", "b"]


def test_it_is_one_process_and_not_this_one() -> None:
    with Background() as second:
        numbers = {second.call(os.getpid).result() for _ in range(3)}
    assert len(numbers) == 1
    assert os.getpid() not in numbers


def test_what_a_call_prints_is_no_answer() -> None:
    with Background() as second:
        assert second.call(print, "text").result() is None


def test_a_long_call_can_be_given_up() -> None:
    with Background() as second:
        call = second.call(math.factorial, 10**8)
        with pytest.raises(NotEndedError):
            call.result(0.01)
    with pytest.raises(BackgroundLostError):
        call.result()


def test_a_process_that_dies_answers_nobody() -> None:
    with Background() as second:
        calls = [second.call(os.abort), second.call(math.factorial, 3)]
        for call in calls:
            with pytest.raises(BackgroundLostError):
                call.result()


def test_without_a_call_there_is_no_process() -> None:
    with Background() as second:
        assert second._child is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_its_parent(number: signal.Signals) -> None:
    program = """
        import math
        from slth_verify.processes.background import Background
        with Background() as second:
            second.call(print, "ready").result()
            second.call(math.factorial, 10**9).result()
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
        assert parent.communicate(timeout=60) == (None, "")
        assert parent.returncode == -number


@pytest.mark.parametrize("cut", [None, -3])
def test_who_asked_may_be_gone_before_the_answer(cut: int | None) -> None:
    code = "from slth_verify.processes.background import _serve; _serve()"
    request = pickle.dumps((math.factorial, (5,)))[:cut]
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        child.stdin.write(request)
        child.stdin.close()
        assert child.stderr.read() == b""
    assert child.returncode == 0


def test_a_cancelled_call_is_never_made(tmp_path) -> None:
    with Background() as second:
        os.mkfifo(tmp_path / "pipe")
        busy = second.call(os.open, tmp_path / "pipe", os.O_RDONLY)
        never = second.call(Path.touch, tmp_path / "made")
        assert never.cancel()
        after = second.call(Path.touch, tmp_path / "after")
        with open(tmp_path / "pipe", "wb"):  # waits for the reader, which waited for it
            busy.result(60)
        after.result(60)
    assert {path.name for path in tmp_path.iterdir()} == {"pipe", "after"}


def test_a_prepared_process_answers_and_a_missing_module_does_no_harm() -> None:
    with Background() as second:
        second.prepare("slth_verify.no_such_room")
        second.prepare("fractions")
        assert second.call(math.factorial, 5).result(60) == 120
