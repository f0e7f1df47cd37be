"""Memory limits, lazily remembered columns, and the fitted law."""

import tracemalloc

import numpy as np
import pytest

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum import (
    DenseColumns,
    MaxTolerance,
    Problem,
    SearchPoint,
    audit,
    fit_search_law,
    solve,
)
from slth_verify.subset_sum.steps.remembering import remembering


def _nsn(count: int, dim: int, seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((count, 1)) * rng.standard_normal((count, dim))
    target = rng.standard_normal(dim)
    target /= np.abs(target).sum()
    return Problem(DenseColumns(columns), target, MaxTolerance(1e-15))


@pytest.mark.parametrize(
    ("name", "count", "dim"),
    [
        ("meet-in-the-middle", 300, 9),
        ("meet-in-the-middle", 36, 4),
        ("ladder", 2000, 40),
    ],
)
def test_a_memory_limit_is_kept(name: str, count: int, dim: int) -> None:
    problem, limit = _nsn(count, dim, 0), 24 << 20
    tracemalloc.start()
    try:
        proposal = solve(
            problem,
            solver=name,
            effort="high",
            time_limit=1.0,
            memory_limit=limit,
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert audit(problem, proposal) == ()
    assert peak <= limit


def test_limits_that_cannot_be_kept_are_refused() -> None:
    problem = _nsn(10, 2, 0)
    for name, limit in (("milp", 1 << 30), ("ladder", 1000), ("ladder", -1)):
        with pytest.raises(InvalidParameterError, match="memory_limit"):
            solve(problem, solver=name, memory_limit=limit)


def test_small_pools_keep_small_limits_too() -> None:
    problem, limit = _nsn(12, 3, 0), 1 << 21
    with pytest.raises(InvalidParameterError, match="memory_limit"):
        solve(problem, solver="exhaustive", memory_limit=limit)
    tight = solve(problem, memory_limit=limit)
    roomy = solve(problem, memory_limit=1 << 26)
    assert (tight.solver, roomy.solver) == ("meet-in-the-middle", "exhaustive")
    assert tight.score == roomy.score  # both look at every subset


def test_exhaustive_search_stays_below_its_limit() -> None:
    problem = _nsn(20, 9, 0)
    tracemalloc.start()
    try:
        solve(problem, solver="exhaustive")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 1 << 26


def test_progress_has_one_clock_and_only_improves() -> None:
    calls: list[tuple[float, float]] = []
    solve(
        _nsn(300, 9, 0),
        effort="high",
        time_limit=2.0,
        progress=lambda seconds, score: calls.append((seconds, score)),
    )
    assert len(calls) > 2
    times, scores = zip(*calls, strict=True)
    assert list(times) == sorted(times)
    assert list(scores) == sorted(set(scores), reverse=True)


class Counting:
    """A lazy pool that counts the columns it makes."""

    def __init__(self, rows: np.ndarray) -> None:
        self.rows, self.made = rows, 0
        self.size, self.dim = rows.shape

    def scales_below(self, threshold: float) -> tuple[np.ndarray, np.ndarray]:
        scales = np.abs(self.rows).max(axis=1)
        chosen = np.flatnonzero((scales <= threshold) & (scales > 0.0))
        return chosen, scales[chosen]

    def columns(self, indices: np.ndarray) -> np.ndarray:
        self.made += len(indices)
        return self.rows[indices]


def test_a_remembered_column_is_made_once_and_unchanged() -> None:
    rows = np.random.default_rng(0).standard_normal((50, 3))
    pool = Counting(rows)
    known = remembering(pool)
    for chosen in ([3, 1, 3], [1, 40], [], [40, 3, 7]):
        indices = np.array(chosen, dtype=np.int64)
        assert np.array_equal(known.columns(indices), rows[indices])
    assert pool.made == 4
    assert remembering(known) is known
    assert not hasattr(known, "scales_below_in_prefix")


def test_a_search_makes_no_column_twice() -> None:
    dense = _nsn(500, 6, 1)
    pool = Counting(dense.source.columns(np.arange(500)))
    problem = Problem(pool, dense.target, dense.tolerance)
    proposal = solve(problem, solver="ladder")
    assert audit(problem, proposal) == ()
    assert pool.made <= 500 + proposal.indices.size  # the audit asks the pool itself


def test_the_law_is_recovered_from_its_own_points() -> None:
    points = [
        SearchPoint(m, n, 0.7 * m**1.5 / n)
        for m in (9, 36, 150)
        for n in (10**4, 10**6)
    ]
    law = fit_search_law(points)
    assert law.constant == pytest.approx(0.7)
    assert law.worst == pytest.approx(0.7)
    assert law.dim_exponent == pytest.approx(1.5)
    assert law.accuracy_exponent == pytest.approx(1.0)
    assert law.width(36, 1e-3) == pytest.approx(0.7 * 216 / 1e-3, abs=1)


def test_a_wrong_exponent_is_seen() -> None:
    points = [SearchPoint(m, n, m**2.0 / n) for m in (9, 36) for n in (10**4, 10**6)]
    assert fit_search_law(points).dim_exponent == pytest.approx(2.0)


def test_points_that_determine_nothing_are_refused() -> None:
    with pytest.raises(InvalidParameterError, match="determined"):
        fit_search_law([SearchPoint(9, 100, 0.1), SearchPoint(9, 1000, 0.01)])
    with pytest.raises(InvalidParameterError, match="residual"):
        SearchPoint(9, 100, 0.0)
