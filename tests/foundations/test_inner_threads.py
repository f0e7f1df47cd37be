"""A search uses one thread of linear algebra, and leaves the caller's setting alone."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from slth_verify.processes.inner_threads import one_inner_thread
from slth_verify.subset_sum import DenseColumns, MaxTolerance, Problem, solve


def _threads() -> set[int]:
    return {
        pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"
    }


class _Watching:
    """Columns that note how many threads there are when they are asked for."""

    def __init__(self, columns: np.ndarray) -> None:
        self._dense = DenseColumns(columns)
        self.size, self.dim = self._dense.size, self._dense.dim
        self.seen: list[set[int]] = []

    def scales_below(self, threshold: float):
        return self._dense.scales_below(threshold)

    def columns(self, indices):
        self.seen.append(_threads())
        return self._dense.columns(indices)


@pytest.mark.parametrize("before", [1, 2])
@pytest.mark.parametrize("solver", ["auto", "ladder"])
def test_one_thread_inside_the_old_number_afterwards(before: int, solver: str) -> None:
    rng = np.random.default_rng(0)
    columns = rng.standard_normal((300, 1)) * rng.standard_normal((300, 6))
    watching = _Watching(columns)
    problem = Problem(watching, np.full(6, 1 / 6), MaxTolerance(1e-9))
    with threadpool_limits(before, user_api="blas"):
        outside = _threads()
        solve(problem, solver=solver, effort="low")
        assert _threads() == outside
    assert watching.seen
    assert all(seen == {1} for seen in watching.seen)


def test_overlapping_searches_do_not_keep_the_limit() -> None:
    """The second saves what the first has set: it must not bring that back."""
    with threadpool_limits(2, user_api="blas"):
        outside = _threads()
        first, second = one_inner_thread(), one_inner_thread()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert _threads() == {1}
        second.__exit__(None, None, None)
        assert _threads() == outside


def test_an_error_restores_the_number_too() -> None:
    rng = np.random.default_rng(0)
    watching = _Watching(rng.standard_normal((300, 6)))

    def fail(seconds: float, score: float) -> None:
        raise RuntimeError("enough")

    problem = Problem(watching, np.full(6, 1 / 6), MaxTolerance(1e-9))
    with threadpool_limits(2, user_api="blas"):
        outside = _threads()
        with pytest.raises(RuntimeError, match="enough"):
            solve(problem, solver="ladder", progress=fail)
        assert _threads() == outside
