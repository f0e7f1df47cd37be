"""Checks in several threads: the same answer, and nothing left behind."""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import flint
import mpmath
import pytest

import slth_verify as sv
from slth_verify.enclosure import working_precision
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


@pytest.fixture(scope="module")
def subject(made: Callable[..., Any]) -> tuple[Any, Any]:
    return made((1, 2, 2), (3, 1), (6, 6), eps="1000000")


def test_checks_in_threads_agree_and_leave_no_trace(subject: tuple[Any, Any]) -> None:
    target, ticket = subject
    before = flint.ctx.prec, mpmath.mp.prec
    alone = sv.check(ticket, target)
    assert alone.verdict is Verdict.VACUOUS
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda _: sv.check(ticket, target), range(3 * THREADS)))
    assert found == [alone] * len(found)
    assert (flint.ctx.prec, mpmath.mp.prec) == before


def test_the_callers_own_precision_is_kept(subject: tuple[Any, Any]) -> None:
    target, ticket = subject
    alone = sv.check(ticket, target)
    with working_precision(77), mpmath.workprec(91):
        assert sv.check(ticket, target) == alone
        assert (flint.ctx.prec, mpmath.mp.prec) == (77, 91)


def test_a_leak_of_the_precision_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock, a block restores what another thread had set."""
    monkeypatch.setattr(precision, "_lock", contextlib.nullcontext())
    before = flint.ctx.prec
    entered, left = threading.Event(), threading.Event()

    def inner() -> None:
        with working_precision(200):
            entered.set()
            left.wait()

    other = threading.Thread(target=inner)
    try:
        with working_precision(100):
            other.start()
            entered.wait()
        left.set()
        other.join()
        assert flint.ctx.prec == 100 != before
    finally:
        flint.ctx.prec = before
