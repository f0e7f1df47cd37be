"""One clock for a whole call: every loop looks at it, also a scan of a pool."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from slth_verify import deadline
from slth_verify.deadline import (
    TimeIsUpError,
    ends_within,
    look_at_the_clock,
    seconds_left,
    seconds_of,
    unlimited,
)
from slth_verify.errors import InvalidParameterError
from slth_verify.network import RandomCNN
from slth_verify.network.random_networks import random_cnn
from slth_verify.subset_sum import (
    DenseColumns,
    MaxTolerance,
    Problem,
    solve,
)
from slth_verify.subset_sum.steps.cancellation import cancel, prices
from slth_verify.subset_sum.steps.lists import subset_sums


def test_the_earliest_end_counts() -> None:
    assert seconds_left() == math.inf
    with ends_within(1e6):
        with ends_within(1e9):
            assert seconds_left() <= 1e6
        with ends_within(-1.0), pytest.raises(TimeIsUpError):
            look_at_the_clock()
        with ends_within(-1.0), unlimited():
            look_at_the_clock()
        look_at_the_clock()
    assert seconds_left() == math.inf


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, math.inf), (math.inf, math.inf), ("0.5", 0.5), (np.float32(0.25), 0.25),
     (np.int64(3), 3.0), ("1e300", math.inf), ("1e-400", 1e-9)],
)  # fmt: skip
def test_seconds_are_read_like_every_number(value: object, seconds: float) -> None:
    assert seconds_of(value) == seconds


@pytest.mark.parametrize(
    "value", [0, -1, True, "x", math.nan, -math.inf, "1e999999999"]
)
def test_other_seconds_are_refused_by_name(value: object) -> None:
    with pytest.raises(InvalidParameterError, match="time_limit="):
        seconds_of(value)


COLUMNS = np.random.default_rng(0).standard_normal((96, 3))
LOOPS: dict[str, Callable[[], object]] = {
    "scan": lambda: RandomCNN(1, (1 << 47,)).small_scalars(1, 0, 1e-9),
    "kernels": lambda: RandomCNN(1, (8,)).kernels(1, np.arange(8), (3, 3, 1)),
    "prices": lambda: prices(COLUMNS, 0.1),
    "cancel": lambda: cancel(COLUMNS, COLUMNS, np.ones(3)),
    "lists": lambda: subset_sums(COLUMNS[:4]),
}


@pytest.mark.parametrize("loop", LOOPS)
def test_every_loop_looks_at_the_clock(loop: str) -> None:
    with ends_within(-1.0), pytest.raises(TimeIsUpError):
        LOOPS[loop]()


def _words_after_the_end(monkeypatch: pytest.MonkeyPatch, looks: int) -> int:
    """Words that a scan of 2^48 filters makes after its last look that is in time."""
    read, made = [0], [0]
    original = random_cnn.sequential_words

    def clock() -> float:
        read[0] += 1
        return float(read[0] > looks)

    def counting(start: object, key: object, count: int) -> object:
        made[0] += count if read[0] >= looks else 0
        if made[0] > 1 << 22:
            raise AssertionError("the scan goes on without end")
        return original(start, key, count)  # type: ignore[arg-type]

    monkeypatch.setattr(deadline, "now", clock)
    monkeypatch.setattr(random_cnn, "sequential_words", counting)
    with ends_within(0.5), pytest.raises(TimeIsUpError):
        RandomCNN(1, (1 << 47,)).small_scalars(1, 0, 1e-9)
    return made[0]


@pytest.mark.parametrize("looks", [1, 2, 7])
def test_a_scan_ends_within_one_chunk(
    looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _words_after_the_end(monkeypatch, looks) <= 1 << 17


def test_a_scan_that_does_not_look_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random_cnn, "look_at_the_clock", lambda: None)
    with pytest.raises(AssertionError, match="without end"):
        _words_after_the_end(monkeypatch, 1)


class _Slow(DenseColumns):
    """A pool whose scan sees that time is out."""

    def scales_below(self, threshold: float) -> tuple[np.ndarray, np.ndarray]:
        raise TimeIsUpError


@pytest.mark.parametrize("solver", ["ladder", "meet-in-the-middle", "milp"])
def test_time_that_runs_out_in_a_pool_leaves_the_empty_subset(solver: str) -> None:
    pool = _Slow(np.random.default_rng(0).standard_normal((60, 3)))
    problem = Problem(pool, np.full(3, 0.3), MaxTolerance(1e-9))
    found = solve(problem, solver=solver, time_limit=5)
    assert found.indices.size == 0
    assert found.residual.tolist() == [-0.3, -0.3, -0.3]
