"""Exhaustive search on many seeds never contradicts a certified bound.

Every pair of bounds is tested by an exact binomial test at level 1e-9 on either side,
so the whole file raises a false alarm with a probability below 1e-6. (Theorem H says
something from about 80 samples on only, too many for every subset.)
"""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import KDTree
from scipy.stats import binomtest

from slth_verify.bounds import (
    crude_lower,
    first_moment,
    mrss_success,
    mrss_width,
    necessary_width,
    sharp_lower,
    subset_sum_number_mean,
)

F = Fraction

#: Level of every single test.
LEVEL = 1e-9

Floats = NDArray[np.float64]


def _sums(columns: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """All subset sums of some columns, and the sizes of the subsets."""
    sums, sizes = np.zeros((1, columns.shape[1])), np.zeros(1, dtype=np.int64)
    for column in columns:
        sums = np.concatenate([sums, sums + column])
        sizes = np.concatenate([sizes, sizes + 1])
    return sums, sizes


def some_subset_hits(
    columns: Floats, target: Floats, eps: float, size: int | None
) -> bool:
    """Whether some subset hits: every pair of sums of halves, by a tree."""
    half = len(columns) // 2
    left, left_sizes = _sums(columns[:half])
    right, right_sizes = _sums(columns[half:])
    if size is None:
        groups: Iterator[tuple[Floats, Floats]] = iter([(left, right)])
    else:
        groups = (
            (left[left_sizes == i], right[right_sizes == size - i])
            for i in range(half + 1)
        )
    for ours, others in groups:
        if len(ours) and len(others) and _near(ours, target - others, eps):
            return True
    return False


def _near(ours: Floats, wanted: Floats, eps: float) -> bool:
    """Whether two points of the sets are within eps in the maximum norm."""
    if ours.shape[1] == 1:
        line = np.sort(ours[:, 0])
        place = np.searchsorted(line, wanted[:, 0] - eps)
        inside = place < len(line)
        return bool((line[place[inside]] <= wanted[inside, 0] + eps).any())
    distance, _ = KDTree(ours).query(wanted, p=np.inf, distance_upper_bound=eps)
    return bool(np.isfinite(distance).any())


def hit_count(
    dim: int, n: int, eps: str, size: int | None, trials: int, norm: str = "1"
) -> int:
    """In how many samples some subset hits ``norm * e_1``."""
    rng = np.random.default_rng([dim, n, trials, size or 0])
    target = np.zeros(dim)
    target[0] = float(F(norm))
    hits = 0
    for _ in range(trials):
        scales = rng.standard_normal((n, 1))
        columns = scales * rng.standard_normal((n, dim))
        hits += some_subset_hits(columns, target, float(F(eps)), size)
    return hits


def require_between(hits: int, trials: int, lower: Fraction, upper: Fraction) -> None:
    """The success probability is neither below ``lower`` nor above ``upper``."""
    if lower > 0:
        below = binomtest(hits, trials, float(lower), alternative="less")
        assert below.pvalue > LEVEL, f"{hits} of {trials} is below {float(lower)}"
    if upper < 1:
        above = binomtest(hits, trials, float(upper), alternative="greater")
        assert above.pvalue > LEVEL, f"{hits} of {trials} is above {float(upper)}"


def test_the_oracle_agrees_with_every_subset() -> None:
    rng = np.random.default_rng(0)
    seen = set()
    for case in range(60):
        dim, n = 1 + case % 3, 5 + case % 4
        columns = rng.standard_normal((n, 1)) * rng.standard_normal((n, dim))
        target, eps = np.eye(dim)[0], (0.05, 0.2, 0.5)[case % 3]
        size = (None, 2, 3)[case // 3 % 3]
        sums, sizes = _sums(columns)
        chosen = sums if size is None else sums[sizes == size]
        truth = bool((np.abs(chosen - target).max(axis=1) <= eps).any())
        assert some_subset_hits(columns, target, eps, size) == truth
        seen.add(truth)
    assert seen == {True, False}


#: (m, n, k, eps, trials): subsets of one size, where the lower bounds say something.
SIZES = [
    (1, 10, 5, "0.1", 1500),
    (1, 16, 7, "0.01", 600),
    (3, 16, 7, "0.3", 200),
]
MORE_SIZES = [
    (2, 16, 7, "0.1", 500),
    (3, 16, 7, "0.3", 300),
    (1, 26, 12, "0.0001", 4000),
    (2, 22, 10, "0.01", 4000),
    (2, 26, 12, "0.005", 3000),
    (3, 26, 12, "0.05", 2000),
    (3, 26, 9, "0.1", 2000),
]


def _nightly(cases: list[tuple]) -> list:
    return [pytest.param(*case, marks=pytest.mark.nightly) for case in cases]


@pytest.mark.parametrize(
    ("dim", "n", "size", "eps", "trials"), [*SIZES, *_nightly(MORE_SIZES)]
)
def test_subsets_of_one_size(dim, n, size, eps, trials) -> None:
    hits = hit_count(dim, n, eps, size, trials)
    question = (n, size, dim, F(eps), F(1))
    best = mrss_success(dim, n, size, eps)
    assert best.probability.lower > F(1, 20), "the case says nothing"
    target = [1] + [0] * (dim - 1)
    mean = subset_sum_number_mean(n, size, target, eps)
    for lower in (crude_lower(*question), sharp_lower(*question)):
        assert lower <= best.probability.lower
        require_between(hits, trials, lower, F(1))
    require_between(hits, trials, best.probability.lower, min(F(1), mean.upper))


#: (m, n, eps, trials): every size counts, around the necessary width.
COUNTS = [(1, 6, "0.01", 1500), (2, 8, "0.1", 800)]
MORE_COUNTS = [
    (3, 13, "0.1", 300),
    (1, 22, "0.000001", 4000),
    (1, 26, "0.0000001", 4000),
    (2, 26, "0.0005", 3000),
    (3, 26, "0.01", 3000),
]


@pytest.mark.parametrize(
    ("dim", "n", "eps", "trials"), [*COUNTS, *_nightly(MORE_COUNTS)]
)
def test_every_size(dim, n, eps, trials) -> None:
    hits = hit_count(dim, n, eps, None, trials)
    found = mrss_success(dim, n, None, eps).probability
    assert found.upper == min(F(1), first_moment(n, dim, eps).upper)
    require_between(hits, trials, found.lower, found.upper)


@pytest.mark.parametrize(("dim", "eps"), [(1, "0.1"), (1, "0.01"), (2, "0.1")])
def test_half_of_the_trials_succeed_at_the_certified_width(dim, eps) -> None:
    width = mrss_width(dim, eps)
    trials = 400
    hits = hit_count(dim, width.n, eps, None, trials)
    require_between(hits, trials, width.probability.lower, F(1))
    needed = necessary_width(dim, eps, "1/2")
    hits = hit_count(dim, needed.n - 1, eps, None, trials)
    require_between(hits, trials, F(0), needed.probability.upper)


@pytest.mark.parametrize(("lower", "upper"), [(F(9, 10), F(1)), (F(0), F(1, 2))])
def test_wrong_bounds_are_seen(lower, upper) -> None:
    """The success probability of this case is about 0.7."""
    hits = hit_count(1, 9, "0.05", 4, 600)
    assert 360 < hits < 480
    with pytest.raises(AssertionError, match="of 600 is"):
        require_between(hits, 600, lower, upper)
