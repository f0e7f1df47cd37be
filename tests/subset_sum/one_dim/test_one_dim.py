"""The one-dimensional batch: exhaustive search, symmetries, nasty rows, lies."""

import itertools
import math
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum import (
    DenseColumns,
    MaxTolerance,
    Problem,
    audit,
    audit_one_dim,
    solve,
    solve_one_dim,
    solve_one_dim_growing,
)
from slth_verify.subset_sum.one_dim.exact import exact_residuals
from slth_verify.subset_sum.one_dim.search import bytes_needed, search_rows
from slth_verify.subset_sum.steps.lists import subset_sums


def _rows(count: int, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    samples = rng.standard_normal((count, size)) * rng.standard_normal((count, size))
    return samples, rng.uniform(-1, 1, count)


def _nearest(samples: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Smallest distance over all subsets of each row."""
    return np.array(
        [
            np.abs(subset_sums(row[:, None])[:, 0] - target).min()
            for row, target in zip(samples, targets, strict=True)
        ]
    )


@pytest.mark.parametrize("size", [1, 2, 5, 7, 12, 13, 15, 18])
def test_against_every_subset(size: int) -> None:
    samples, targets = _rows(12, size, size)
    best = _nearest(samples, targets)
    for tolerance in ("1e-300", "1/1000", "1/10"):
        batch = solve_one_dim(samples, targets, tolerance)
        assert audit_one_dim(samples, targets, batch) == ()
        reached = np.abs(batch.residuals)
        assert (reached >= best - 1e-14).all()
        assert (batch.found == (best <= float(Fraction(tolerance)))).all()
        assert (reached[~batch.found] <= best[~batch.found] + 1e-14).all()


def test_symmetries() -> None:
    samples, targets = _rows(20, 15, 1)
    tiny = "1e-300"
    plain = np.abs(solve_one_dim(samples, targets, tiny).residuals)
    order = np.random.default_rng(0).permutation(15)

    def same(pools: np.ndarray, goals: np.ndarray, unit: float = 1.0) -> None:
        found = np.abs(solve_one_dim(pools, goals, tiny).residuals) / unit
        assert found == pytest.approx(plain, abs=1e-14)

    same(samples[:, order], targets)
    same(-samples, -targets)
    same(samples * 2.0**200, targets * 2.0**200, 2.0**200)
    same(samples * 2.0**-200, targets * 2.0**-200, 2.0**-200)
    # leaving out is taking in: sums of complements
    same(-samples, targets - samples.sum(axis=1))


def test_rows_do_not_depend_on_each_other_or_on_workers() -> None:
    samples, targets = _rows(9000, 16, 3)
    samples[5] = 1e307
    whole = solve_one_dim(samples, targets, "1/1000")
    assert not whole.found[5]
    two = solve_one_dim(samples, targets, "1/1000", workers=2)
    assert np.array_equal(whole.chosen, two.chosen)
    some = np.arange(0, 9000, 450)
    alone = solve_one_dim(samples[some], targets[some], "1/1000")
    assert np.array_equal(whole.chosen[some], alone.chosen)


NASTY = {
    "duplicates": ([1.0] * 9, 4.0, True),
    "zeros": ([0.0] * 9, 1.0, False),
    "target zero": ([1.0, 3.0], 0.0, True),
    "subnormals": ([5e-324] * 9, 1.0, False),
    "subnormal target": ([5e-324] * 9, 2.5e-323, True),
    "one huge": ([1e300, 1.0, 1.0], 2.0, True),
    "cancelling": ([2.0**40, -(2.0**40), 1.0], 1.0, True),
    "cancelling beyond float64, missed": ([1e300, -1e300, 1.0], 1.0, False),
    "near overflow": ([1.7e308] * 4, 1.7e308, True),
    "one sign": ([0.5, 1.0, 2.0], -1.0, False),
    "unreachable": ([0.25] * 5, 9.0, False),
    "long": ([1.0] * 60, 25.0, True),
    "long, one huge": ([1e200] + [0.5] * 50, 20.0, True),
    "long, one sign": ([1.0] * 50, -1.0, False),
}


@pytest.mark.parametrize("case", NASTY)
def test_nasty_rows_end_honestly(case: str) -> None:
    numbers, target, reachable = NASTY[case]
    samples, targets = np.array([numbers]), np.array([target])
    batch = solve_one_dim(samples, targets, "1e-6")
    assert audit_one_dim(samples, targets, batch) == ()
    assert bool(batch.found[0]) == reachable
    problem = Problem(DenseColumns(samples.T), targets, MaxTolerance(1e-6))
    proposal = solve(problem, solver="one-dim")
    assert audit(problem, proposal) == ()
    assert proposal.found == reachable


@pytest.mark.parametrize("size", [30, 60, 3000])
def test_wide_pools_reach_small_tolerances(size: int) -> None:
    columns = _rows(1, size, 2)[0].T
    problem = Problem(DenseColumns(columns), np.array([0.7]), MaxTolerance(1e-8))
    proposal = solve(problem)
    assert proposal.solver == "one-dim"
    assert "sums can be sorted" in proposal.reason
    assert proposal.found
    assert audit(problem, proposal) == ()


_NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(_NUMBERS, min_size=1, max_size=8), _NUMBERS, st.integers(0, 255))
def test_residuals_are_exact(numbers: list[float], target: float, mask: int) -> None:
    chosen = np.array([[bool(mask >> i & 1) for i in range(len(numbers))]])
    total = sum(map(Fraction, itertools.compress(numbers, chosen[0])), Fraction(0))
    total -= Fraction(target)
    try:
        rounded = float(total)
    except OverflowError:
        rounded = math.inf if total > 0 else -math.inf
    for tolerance in (abs(rounded), math.nextafter(abs(rounded), 0.0)):
        if not 0 < tolerance < math.inf:
            continue
        residuals, within = exact_residuals(
            np.array([numbers]), chosen, np.array([target]), tolerance
        )
        assert residuals[0] == rounded
        assert within[0] == (abs(total) <= Fraction(tolerance))


def test_a_residual_that_rounds_to_the_tolerance_is_beyond_it() -> None:
    samples, chosen = np.array([[1.0, 2.0**-60]]), np.ones((1, 2), dtype=bool)
    residuals, within = exact_residuals(samples, chosen, np.zeros(1), 1.0)
    assert residuals[0] == 1.0
    assert not within[0]
    assert exact_residuals(-samples, chosen, np.zeros(1), 1.0)[1][0] == within[0]
    samples[0, 1] = -samples[0, 1]
    assert exact_residuals(samples, chosen, np.zeros(1), 1.0)[1][0]


def test_tolerance_is_read_exactly_and_rounded_down() -> None:
    tenth = Fraction(1, 10)
    assert Fraction(0.1) > tenth
    samples, targets = np.array([[0.1]]), np.array([0.0])
    batch = solve_one_dim(samples, targets, tenth)
    assert Fraction(batch.tolerance) <= tenth
    assert batch.found[0]  # by the empty subset
    beyond = solve_one_dim(np.array([[9.0]]), np.array([0.1]), tenth)
    assert not beyond.found[0]


def test_retries_extend_the_samples() -> None:
    samples, targets = _rows(3000, 26, 5)
    asked: list[tuple[int, int]] = []

    def draw(rows: np.ndarray, count: int) -> np.ndarray:
        asked.append((rows.size, count))
        return samples[rows, :count]

    grown = solve_one_dim_growing(draw, targets, "1e-3", (12, 16, 26))
    assert [count for _, count in asked] == [12, 16, 26]
    assert asked[0][0] > asked[1][0] > asked[2][0]
    assert audit_one_dim(samples, targets, grown) == ()
    first = solve_one_dim(samples[:, :12], targets, "1e-3")
    assert first.found.sum() == 3000 - asked[1][0]
    assert (grown.counts[first.found] == 12).all()
    assert np.array_equal(grown.chosen[first.found, :12], first.chosen[first.found])
    assert grown.found.sum() > 2990


def test_a_draw_that_replaces_samples_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InvalidParameterError, match="extend"):
        solve_one_dim_growing(
            lambda rows, count: rng.uniform(-1, 1, (rows.size, count)),
            np.full(4, 50.0),
            "1e-3",
            (3, 5),
        )


@pytest.mark.parametrize(("rows", "size"), [(1, 12), (1, 40), (4096, 21), (64, 30)])
def test_memory_stays_within_what_is_stated(rows: int, size: int) -> None:
    samples, targets = _rows(rows, size, 6)
    hard = np.zeros(rows)
    tracemalloc.start()
    search_rows(samples, targets, hard, lambda: False)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= bytes_needed(size, rows)


def test_little_memory_searches_fewer_numbers() -> None:
    samples, targets = _rows(3, 40, 7)
    batch = solve_one_dim(samples, targets, "1e-6", memory_limit=bytes_needed(20, 3))
    assert audit_one_dim(samples, targets, batch) == ()
    with pytest.raises(InvalidParameterError, match="memory_limit="):
        solve_one_dim(samples, targets, "1e-6", memory_limit=1000)


def test_out_of_time_is_not_found() -> None:
    samples, targets = _rows(30, 20, 8)
    batch = solve_one_dim(samples, targets + 3.0, "1e-9", time_limit=1e-9)
    assert not batch.found.any()
    assert audit_one_dim(samples, targets + 3.0, batch) == ()


def test_progress_counts_targets() -> None:
    samples, targets = _rows(10_000, 3, 9)
    seen: list[tuple[int, int]] = []
    solve_one_dim(
        samples, targets, 1, progress=lambda done, total: seen.append((done, total))
    )
    assert seen[-1] == (10_000, 10_000)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": np.zeros((2, 0))}, r"samples\.shape="),
        ({"samples": np.zeros((3, 2))}, r"targets\.shape="),
        ({"samples": np.full((2, 2), np.nan)}, "NaN"),
        ({"targets": np.array([0.0, np.inf])}, "infinity"),
        ({"tolerance": 0}, "tolerance="),
        ({"tolerance": "-1/2"}, "tolerance="),
        ({"workers": 0}, "workers=0"),
        ({"time_limit": 0.0}, "time_limit="),
    ],
)
def test_bad_requests_are_named(change: dict[str, object], message: str) -> None:
    good = {"samples": np.ones((2, 2)), "targets": np.zeros(2), "tolerance": 1}
    with pytest.raises(InvalidParameterError, match=message):
        solve_one_dim(**{**good, **change})


@pytest.mark.parametrize("sizes", [(), (3, 3), (5, 2), (0, 1)])
def test_sizes_must_rise(sizes: tuple[int, ...]) -> None:
    with pytest.raises(InvalidParameterError, match="sizes="):
        solve_one_dim_growing(lambda r, n: np.ones((r.size, n)), np.zeros(2), 1, sizes)


def test_one_problem_keeps_to_little_memory_and_tells() -> None:
    columns = _rows(1, 40, 2)[0].T
    problem = Problem(DenseColumns(columns), np.array([0.7]), MaxTolerance(1e-3))
    seen: list[float] = []
    found = solve(
        problem,
        solver="one-dim",
        memory_limit=1 << 20,
        progress=lambda seconds, score: seen.append(score),
    )
    assert found.found
    assert seen == [found.score]
