"""The joint probability of overlapping subsets: truths, simulation and lies."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binomtest

from slth_verify.bounds import (
    hit_probability,
    joint_hit_probability,
    subset_sum_number_mean,
    subset_sum_number_second_moment,
)
from slth_verify.bounds.certificates import joint_hits as source
from slth_verify.conformance.oracles import laws
from slth_verify.enclosure import Enclosure
from slth_verify.errors import InvalidParameterError

F = Fraction

CASES = [
    (size, size - 2, target, eps)
    for size in (3, 4)
    for target in ("0", "1/2", "1")
    for eps in ("1/100", "1/10", "1/2")
]


@pytest.mark.parametrize(("size", "overlap", "target", "eps"), CASES)
def test_the_truth_is_inside(size, overlap, target, eps) -> None:
    found = joint_hit_probability(size, overlap, [target], eps)
    truth = laws.joint_hit_probability(size, overlap, float(F(target)), float(F(eps)))
    assert float(found.lower) <= truth * (1 + 1e-7)
    assert float(found.upper) >= truth * (1 - 1e-7)
    assert found.upper <= 60 * found.lower


@pytest.mark.parametrize("target", [["0"], ["1", "0"], ["1/2", "1/2", "0"]])
def test_without_and_with_full_overlap_it_is_known(target) -> None:
    one = hit_probability(5, target, "1/10")
    none = joint_hit_probability(5, 0, target, "1/10")
    assert none == Enclosure(one.lower**2, one.upper**2)
    assert joint_hit_probability(5, 5, target, "1/10") == one


#: Configurations with joint hits that are frequent enough to be counted.
SIMULATED = [
    (6, 3, ["1/2"], "1/2"),
    (8, 7, ["0", "0"], "1"),
    (9, 2, ["1/2", "0"], "1"),
    (10, 6, ["1/2", "0", "0"], "3/2"),
]


def _hits(size: int, overlap: int, target: list[str], eps: str) -> tuple[int, int]:
    rng = np.random.default_rng(size)
    trials, dim = 200_000, len(target)
    goal, count = np.array([float(F(z)) for z in target]), 2 * size - overlap
    scales = rng.standard_normal((trials, count, 1))
    columns = scales * rng.standard_normal((trials, count, dim))
    sums = columns[:, :size].sum(axis=1), columns[:, size - overlap :].sum(axis=1)
    near = [np.abs(total - goal).max(axis=1) <= float(F(eps)) for total in sums]
    return int((near[0] & near[1]).sum()), trials


@pytest.mark.parametrize(
    "case",
    [
        *SIMULATED[:2],
        *(pytest.param(x, marks=pytest.mark.nightly) for x in SIMULATED[2:]),
    ],
)
def test_simulation_stays_between(case) -> None:
    """A false alarm has a probability below 1e-8 in each test."""
    found = joint_hit_probability(*case)
    hits, trials = _hits(*case)
    assert hits > 100
    below = binomtest(hits, trials, float(found.lower), alternative="less")
    above = binomtest(hits, trials, float(found.upper), alternative="greater")
    assert min(below.pvalue, above.pvalue) > 1e-8


@pytest.mark.parametrize(
    ("size", "overlap", "dim"),
    [(6, 3, 1), (6, 1, 1), (8, 4, 1), (10, 5, 2), (12, 4, 2), (14, 7, 3)],
)
def test_the_density_is_that_of_two_sums(size: int, overlap: int, dim: int) -> None:
    """Given all scales, both sums are normal, with a density at 0 that is known.

    Its mean is estimated, and lies within 6 of its deviations: a false alarm has a
    probability below 1e-8 for a normal mean of 100,000 trials.
    """
    trials, eps = 100_000, F(1, 1000)
    rng = np.random.default_rng(size)
    squares = rng.standard_normal((trials, 2 * size - overlap)) ** 2
    first, second = squares[:, :size], squares[:, size - overlap :]
    both = squares[:, size - overlap : size].sum(axis=1)
    determinants = first.sum(axis=1) * second.sum(axis=1) - both**2
    densities = determinants ** (-dim / 2) / (2 * np.pi) ** dim
    found = float(
        source._density_bound(size, overlap, dim, eps) / (2 * eps) ** (2 * dim)
    )
    deviation = densities.std() / np.sqrt(trials)
    assert abs(found - densities.mean()) <= 6 * deviation


def _rest_of_one_more(patch: pytest.MonkeyPatch) -> None:
    """The size k - j of the rest is off by one."""
    honest = source.hit_probability
    patch.setattr(
        source,
        "hit_probability",
        lambda size, *rest, **more: honest(
            size + 2 if size == 1 else size, *rest, **more
        ),
    )


def _square_above(patch: pytest.MonkeyPatch) -> None:
    """Jensen's inequality the wrong way round."""
    patch.setattr(source, "_density_bound", lambda *_: F(0))


def _close_without_square(patch: pytest.MonkeyPatch) -> None:
    """Only one of the two rests must be small."""
    honest = source.hit_probability

    def lie(size, overlap, target, eps):
        rest = honest(size - overlap, ["0"] * len(target), F(eps) / 2)
        near = honest(overlap, target, F(eps) / 2)
        return [near.lower * rest.lower]

    patch.setattr(source, "_close", lie)


def _no_rest_at_all(patch: pytest.MonkeyPatch) -> None:
    """The shared sum may use the whole accuracy."""
    honest = source.hit_probability

    def lie(size, overlap, target, eps):
        rest = honest(size - overlap, ["0"] * len(target), F(eps))
        near = honest(overlap, target, F(eps))
        return [4 * near.lower * rest.lower**2]

    patch.setattr(source, "_close", lie)


def _density_too_small(patch: pytest.MonkeyPatch) -> None:
    """The density of one coordinate forgotten."""
    honest = source._density_bound
    patch.setattr(
        source,
        "_density_bound",
        lambda size, overlap, dim, eps: honest(size, overlap, dim, eps) * eps,
    )


@pytest.mark.parametrize(
    "lie",
    [
        _rest_of_one_more,
        _square_above,
        _close_without_square,
        _no_rest_at_all,
        _density_too_small,
    ],
)
def test_lies_are_seen(lie, monkeypatch) -> None:
    lie(monkeypatch)
    for size, overlap, target, eps in ((2, 1, "0", "1/2"), (3, 2, "0", "1/2"), *CASES):
        truth = _truth(size, overlap, target, eps)
        try:
            found = joint_hit_probability(size, overlap, [target], eps)
        except InvalidParameterError:  # the ends have crossed
            return
        caught = float(found.lower) > truth * (1 + 1e-3)
        if caught or float(found.upper) < truth * (1 - 1e-3):
            return
    pytest.fail("nothing was noticed")


def _truth(size: int, overlap: int, target: str, eps: str) -> float:
    if size - overlap == 2:
        return laws.joint_hit_probability(
            size, overlap, float(F(target)), float(F(eps))
        )
    hits, trials = _hits(size, overlap, [target], eps)
    return hits / trials


@pytest.mark.parametrize(("size", "overlap"), [(0, 0), (3, 4), (3, -1), (3, True)])
def test_refusals(size, overlap) -> None:
    with pytest.raises(InvalidParameterError, match=f"size={size}"):
        joint_hit_probability(size, overlap, ["0"], "1/10")


def _squares(n: int, size: int, trials: int) -> np.ndarray:
    """Squares of the subset-sum number of e_1 within 1/4, in one dimension."""
    rng = np.random.default_rng(5)
    masks = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    masks = masks[masks.sum(axis=1) == size].astype(float)
    columns = rng.standard_normal((n, trials)) * rng.standard_normal((n, trials))
    counts = (np.abs(masks @ columns - 1) <= 0.25).sum(axis=0)
    return counts.astype(float) ** 2


def test_the_second_moment_encloses_simulated_squares() -> None:
    """A false alarm has a probability below 1e-8 (six standard errors)."""
    squares = _squares(9, 4, 20_000)
    error = 6 * squares.std() / np.sqrt(len(squares))
    found = subset_sum_number_second_moment(9, 4, [1], "1/4")
    assert float(found.lower) - error <= squares.mean() <= float(found.upper) + error
    assert found.upper < 4 * found.lower
    mean = subset_sum_number_mean(9, 4, [1], "1/4")
    assert found.lower > mean.upper**2
    assert subset_sum_number_second_moment(3, 3, [1], "1/4") == hit_probability(
        3, [1], "1/4"
    )


def test_pairs_taken_as_independent_are_seen(monkeypatch) -> None:
    monkeypatch.setattr(
        source,
        "joint_hit_probability",
        lambda size, overlap, *rest: joint_hit_probability(size, 0, *rest),
    )
    squares = _squares(9, 4, 20_000)
    error = 6 * squares.std() / np.sqrt(len(squares))
    found = subset_sum_number_second_moment(9, 4, [1], "1/4")
    assert squares.mean() - error > float(found.upper)


@pytest.mark.parametrize("size", [0, 5])
def test_second_moments_of_no_subsets_are_refused(size) -> None:
    with pytest.raises(InvalidParameterError, match=f"size={size} and n=4"):
        subset_sum_number_second_moment(4, size, [1], "1/4")
