"""Pools, residuals, and the selection of columns from a pool that is never listed."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum import (
    DenseColumns,
    MaxTolerance,
    Problem,
    residual_of,
    solve,
    solve_many,
)
from slth_verify.subset_sum.steps.select import PrefixColumnSource, Selection, select


def test_dense_columns_offer_what_is_small_enough() -> None:
    pool = DenseColumns(np.array([[3.0, 4.0], [0.0, 0.0], [1.0, -1.0], [0.5, 0.5]]))
    assert (pool.size, pool.dim) == (4, 2)
    indices, scales = pool.scales_below(1.0)
    assert indices.tolist() == [2, 3]
    assert scales.tolist() == [1.0, 0.5]
    assert pool.scales_below(math.inf)[0].tolist() == [0, 2, 3]
    assert pool.columns(np.array([3, 0])).tolist() == [[0.5, 0.5], [3.0, 4.0]]


@pytest.mark.parametrize(
    "wrong",
    [
        np.ones((3, 2), complex),
        np.ones((3, 2), bool),
        np.ones((3, 2), object),
        np.array([["1", "2"]]),
        np.ma.masked_array(np.ones((3, 2)), mask=True),
        np.array([[2**53 + 1, 0]]),
        np.array([[2**64 - 1, 0]], np.uint64),
        np.array([[0.1]], np.longdouble) / 3,
        [[1.0], [1.0, 2.0]],
        "x",
        None,
    ],
    ids=repr,
)
def test_what_is_no_array_of_float64_numbers_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidParameterError, match=r"^array=.*real numbers"):
        DenseColumns(wrong)  # type: ignore[arg-type]
    pool = DenseColumns(np.ones((3, 2)))
    with pytest.raises(InvalidParameterError, match=r"^target=.*real numbers"):
        Problem(pool, wrong, MaxTolerance(0.1))  # type: ignore[arg-type]
    if wrong is not None:
        with pytest.raises(InvalidParameterError, match=r"^scales=.*def:nsn-vector"):
            DenseColumns(np.ones((3, 2)), wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [None, 3, "x", np.ones((3, 2))], ids=repr)
def test_what_is_no_problem_is_refused_in_words(wrong: Any) -> None:
    pool, goal = DenseColumns(np.ones((3, 2))), np.zeros(2)
    with pytest.raises(
        InvalidParameterError, match=r"^source=.* DenseColumns\(array\)"
    ):
        Problem(wrong, goal, MaxTolerance(0.1))
    with pytest.raises(InvalidParameterError, match=r"^tolerance=.* MaxTolerance"):
        Problem(pool, goal, wrong)
    for ask in (solve, lambda problem: solve_many([problem])):
        with pytest.raises(InvalidParameterError, match=r"^problem=.* is required"):
            ask(wrong)
    problem = Problem(pool, goal, MaxTolerance(0.1))
    with pytest.raises(InvalidParameterError, match=r"^problems=.* call solve"):
        solve_many(problem)  # type: ignore[arg-type]
    if isinstance(wrong, int):
        with pytest.raises(InvalidParameterError, match=r"^journal=3: the path"):
            solve_many([problem], journal=wrong)  # type: ignore[arg-type]


def test_numbers_that_float64_has_are_read_in_any_form() -> None:
    exact = [[2**53, -1], [0, -(2**63)]]
    for given in (exact, np.array(exact), np.array(exact, np.longdouble)):
        pool = DenseColumns(given)  # type: ignore[arg-type]
        assert pool.columns(np.arange(2)).tolist() == exact
    problem = Problem(pool, [1, 2], MaxTolerance(0.1))  # type: ignore[arg-type]
    assert problem.target.dtype == np.float64


def test_scales_neither_overflow_nor_vanish() -> None:
    pool = DenseColumns(np.array([[1e308, 1e308], [5e-324, 5e-324]]))
    assert pool.scales_below(math.inf)[1].tolist() == [1e308, 5e-324]


def test_given_scales_are_used() -> None:
    pool = DenseColumns(np.ones((3, 2)), np.array([0.0, 2.0, 1.0]))
    assert pool.scales_below(math.inf)[0].tolist() == [1, 2]
    assert pool.scales_below(1.0)[0].tolist() == [2]


@pytest.mark.parametrize(
    ("array", "scales"),
    [
        (np.zeros(3), None),
        (np.zeros((3, 0)), None),
        (np.array([[math.nan]]), None),
        (np.array([[math.inf]]), None),
        (np.ones((2, 1)), np.ones(3)),
        (np.ones((2, 1)), np.array([1.0, -1.0])),
        (np.ones((2, 1)), np.array([1.0, math.nan])),
    ],
)
def test_broken_pools_are_refused(array: np.ndarray, scales: np.ndarray | None) -> None:
    with pytest.raises(InvalidParameterError):
        DenseColumns(array, scales)


def test_residual_is_correctly_rounded() -> None:
    rng = np.random.default_rng(0)
    columns = rng.standard_normal((200, 3)) * 10.0 ** rng.uniform(-20, 20, (200, 1))
    target = columns[::2].sum(axis=0)
    chosen = np.arange(0, 200, 2)
    residual = residual_of(DenseColumns(columns), chosen, target)
    for j in range(3):
        exact = sum(map(Fraction, columns[::2, j].tolist())) - Fraction(target[j])
        assert residual[j] == float(exact)
    assert (residual != columns[::2].sum(axis=0) - target).any()


def test_residual_survives_partial_sums_beyond_float64() -> None:
    pool = DenseColumns(np.array([[1.5e308], [1.5e308], [-1.5e308]]))
    assert residual_of(pool, np.arange(3), np.zeros(1))[0] == 1.5e308
    assert residual_of(pool, np.arange(2), np.zeros(1))[0] == math.inf


@pytest.mark.parametrize(
    "indices", [[1, 1], [-1], [3], [0.5], [[0]]], ids=lambda value: str(value)
)
def test_subsets_that_are_none_are_refused(indices: list[float]) -> None:
    with pytest.raises(InvalidParameterError, match="subset-sum"):
        residual_of(DenseColumns(np.ones((3, 2))), np.array(indices), np.zeros(2))


class Pool:
    """Millions of scalars, whose vectors are drawn one by one from counters."""

    def __init__(self, size: int, dim: int, seed: int) -> None:
        self.size, self.dim, self.seed = size, dim, seed
        rng = np.random.default_rng(seed)
        self.scalars = rng.standard_normal(size, dtype=np.float32)
        self.moduli = np.abs(self.scalars).astype(np.float64)
        self.scanned = self.listed = 0

    def scales_below(self, threshold: float) -> tuple[np.ndarray, np.ndarray]:
        return self.scales_below_in_prefix(threshold, self.size)

    def scales_below_in_prefix(
        self, threshold: float, stop: int
    ) -> tuple[np.ndarray, np.ndarray]:
        seen = self.moduli[:stop]
        indices = np.flatnonzero((seen <= threshold) & (seen > 0.0))
        self.scanned += seen.size
        self.listed += indices.size
        return indices, seen[indices]

    def columns(self, indices: np.ndarray) -> np.ndarray:
        rows = np.empty((len(indices), self.dim))
        for row, index in zip(rows, indices.tolist(), strict=True):
            bits = np.random.Philox(key=np.array([self.seed, index], dtype=np.uint64))
            row[:] = np.random.Generator(bits).standard_normal(
                self.dim, dtype=np.float32
            )
            row *= float(self.scalars[index])
        return rows


class Listed:
    """The same pool to somebody who cannot scan prefixes."""

    def __init__(self, pool: Pool) -> None:
        self.size, self.dim, self.columns = pool.size, pool.dim, pool.columns
        self.scales_below = pool.scales_below


@pytest.mark.parametrize("lazy", [True, False])
def test_selection_holds_the_smallest_and_every_octave(lazy: bool) -> None:
    pool = Pool(4_000_000, 9, 3)
    source = pool if lazy else Listed(pool)
    assert isinstance(source, PrefixColumnSource) == lazy
    top, wanted = 0.05, Selection(smallest=60, per_octave=25)
    indices, scales = select(source, top, wanted, np.random.default_rng(0))
    assert np.unique(indices).size == indices.size
    assert (np.diff(scales) <= 0.0).all()
    assert np.array_equal(scales, pool.moduli[indices])
    smallest = np.sort(pool.moduli[pool.moduli > 0.0])[:60]
    assert np.array_equal(scales[::-1][:60], smallest)
    edge = smallest[-1]
    while edge < top / 2.0:
        inside = (scales > edge) & (scales <= 2.0 * edge)
        assert 15 <= inside.sum() <= 25
        edge *= 2.0
    assert scales.max() <= 2.0 * top
    if lazy:
        assert pool.scanned < 3 * pool.size
        assert pool.listed < 80_000
