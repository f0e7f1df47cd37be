"""Ball arithmetic in several threads: everybody computes at their own precision."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.enclosure import (
    _second_opinion,
    check_normal_quantiles,
    chi_square_cdf,
    from_ball,
    high_precision,
    nearest_normal_quantiles,
    to_ball,
    working_precision,
)
from slth_verify.enclosure.balls import precision
from slth_verify.verdict import Verdict

THREADS = 4


@pytest.fixture(autouse=True)
def frequent_switches() -> Iterator[None]:
    """Threads take turns so often that no race stays hidden."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def _in_threads(task: Callable[[int], Any], count: int = THREADS) -> list[Any]:
    start = threading.Barrier(count)

    def run(number: int) -> Any:
        start.wait()
        return task(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def _settings() -> tuple[int, int]:
    return flint.ctx.prec, mpmath.mp.prec


def _blocks(bits: list[int], block: Any = working_precision) -> list[Fraction]:
    """Nested blocks, the widths of a third inside each, and of a hard function."""
    widths = []
    with contextlib.ExitStack() as stack:
        for number in bits:
            stack.enter_context(block(number))
            widths.append(from_ball(to_ball(Fraction(1, 3))).width)
            widths.append(from_ball(chi_square_cdf(to_ball(Fraction(1, 50)), 9)).width)
    return widths


BITS = st.lists(st.integers(24, 400), min_size=1, max_size=4)


@given(st.lists(BITS, min_size=THREADS, max_size=THREADS))
def test_threads_compute_what_one_thread_computes(plans: list[list[int]]) -> None:
    before = _settings()
    alone = [_blocks(bits) for bits in plans]
    assert _in_threads(lambda number: _blocks(plans[number])) == alone
    assert _settings() == before


def test_a_precision_without_the_lock_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same property, with the lock taken away: some round must fail."""
    open_to_all = contextlib.nullcontext()
    monkeypatch.setattr(precision, "_lock", open_to_all)
    plans = [[24, 400], [400, 24], [64, 300], [128]]
    before = _settings()
    try:
        alone = [_blocks(bits) for bits in plans]
        rounds = (_in_threads(lambda i: _blocks(plans[i])) for _ in range(2000))
        assert any(found != alone for found in rounds)
    finally:
        flint.ctx.prec = before[0]


def test_a_block_that_fails_lets_the_others_in() -> None:
    before = _settings()

    def task(number: int) -> list[Fraction]:
        with contextlib.suppress(ZeroDivisionError), working_precision(200):
            _ = 1 / (number % 2)
        return _blocks([64])

    assert _in_threads(task) == [_blocks([64])] * THREADS
    assert _settings() == before


def test_weights_are_decided_in_threads() -> None:
    """Words in the far tails are decided ball by ball."""
    words = np.concatenate(
        [
            np.arange(40, dtype=np.uint64),
            np.uint64(2**64 - 1) - np.arange(40, dtype="u8"),
        ]
    )
    values = nearest_normal_quantiles(words)
    before = _settings()
    outcomes = _in_threads(lambda _: check_normal_quantiles(words, values).verdict)
    assert outcomes == [Verdict.VERIFIED] * THREADS
    assert _settings() == before


def _opinion(digits: int, context: Callable[[int], Any] = high_precision) -> Any:
    """A sum of many terms, each rounded to so many digits."""
    mp = context(digits)
    return mp.fsum(mp.mpf(1) / (3 * number + 1) for number in range(2000))


def test_the_second_opinion_has_a_precision_of_its_own() -> None:
    before = _settings()
    digits = [30, 80, 50, 120]
    alone = [_opinion(number) for number in digits]
    assert len(set(alone)) == THREADS
    with mpmath.workdps(7):
        assert _in_threads(lambda number: _opinion(digits[number])) == alone
    assert _settings() == before


def test_a_second_opinion_at_the_process_precision_is_seen(
    mutant: Callable[..., Any],
) -> None:
    lie = mutant(_second_opinion, "mp = mpmath.MPContext()", "mp = mpmath.mp")
    before = _settings()
    try:
        _opinion(80, lie.high_precision)
        assert _settings() != before
    finally:
        mpmath.mp.prec = before[1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_does_not_wait_for_threads_that_it_has_not() -> None:
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with working_precision(100):
            inside.set()
            leave.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait()
    child = _fork()
    if child == 0:
        free = precision._lock.acquire(blocking=False)
        os._exit(0 if free else 1)
    leave.set()
    holder.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _fork() -> int:
    import warnings

    with warnings.catch_warnings():  # newer Pythons warn of threads, the point here
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()
