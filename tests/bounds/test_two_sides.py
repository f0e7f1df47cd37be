"""All targets at once by two sides: the core, the measures, the certificate, lies."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaln
from scipy.stats import norm

from slth_verify.bounds import mrss_width
from slth_verify.bounds._all_targets import by_two_sides
from slth_verify.bounds._two_sides import (
    Sides,
    failure_of_measure,
    failure_of_sides,
    missed_measure,
)
from slth_verify.bounds._two_sides_search import certified
from slth_verify.bounds._weighted_moment import WeightedCertificate
from slth_verify.errors import InvalidParameterError

F = Fraction


# --- the deterministic core, in one dimension -----------------------------------------


def _sums(samples: np.ndarray) -> np.ndarray:
    masks = (np.arange(2**samples.size)[:, None] >> np.arange(samples.size)) & 1
    return np.sort(masks @ samples)


def _missed(sums: np.ndarray, eps: float, tau: float) -> float:
    """Gaussian measure of the points farther than eps from every sum."""
    ends = (
        np.concatenate([[-np.inf], sums + eps]),
        np.concatenate([sums - eps, [np.inf]]),
    )
    low, high = np.maximum.accumulate(ends[0]), ends[1]
    gaps = norm.cdf(high / tau) - norm.cdf(low / tau)
    return float(np.sum(gaps[high > low]))


def _worst_distance(first: np.ndarray, second: np.ndarray, radius: float) -> float:
    """Largest distance of a target in [-radius, radius] to a sum of both sides."""
    sums = np.unique((first[:, None] + second[None, :]).ravel())
    middles = (sums[1:] + sums[:-1]) / 2
    inside = middles[np.abs(middles) <= radius]
    points = np.concatenate([inside, [-radius, radius]])
    at = np.clip(np.searchsorted(sums, points), 1, sums.size - 1)
    return float(
        np.minimum(np.abs(sums[at] - points), np.abs(sums[at - 1] - points)).max()
    )


def _instance(seed: int) -> tuple[np.ndarray, np.ndarray, float, float, float]:
    """Two sides, their accuracy, tau, and the largest radius that (A1) allows."""
    rng = np.random.default_rng(seed)
    sides = [
        _sums(rng.standard_normal(6) * rng.standard_normal(6) * 0.7) for _ in range(2)
    ]
    eps, tau = float(rng.uniform(0.01, 0.25)), float(rng.uniform(0.2, 1))
    scores = sum(float(norm.ppf(_missed(side, eps, tau))) for side in sides)
    return sides[0], sides[1], eps, tau, -tau * scores


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_every_target_is_reached_when_the_assumption_holds(seed: int) -> None:
    first, second, eps, _, radius = _instance(seed)
    if radius > 0:
        assert _worst_distance(first, second, 0.999999 * radius) <= 2 * eps + 1e-9


def test_the_assumption_holds_often_enough_to_test_something() -> None:
    radii = [_instance(seed)[-1] for seed in range(200)]
    assert sum(radius > 0.05 for radius in radii) > 150


def test_lie_half_of_the_shift_is_refuted_by_samples_and_by_half_lines() -> None:
    reached = []
    for seed in range(200):
        first, second, eps, _, radius = _instance(seed)
        if radius > 0:
            reached.append(_worst_distance(first, second, 2 * radius) <= 2 * eps)
    assert not all(reached)
    # half-lines (-inf, a] and (-inf, b] reach z exactly if z <= a + b
    for a, b, tau in [(0.3, 0.9, 0.5), (1.0, 0.2, 0.25)]:
        scores = norm.ppf(norm.cdf(-a / tau)) + norm.ppf(norm.cdf(-b / tau))
        assert -tau * scores == pytest.approx(a + b)


# --- the mean measure that a side misses ----------------------------------------------


def _integral(c: float, spread: float, dim: int, blocks: int) -> float:
    """The same mean with a positive integrand, over |w|^2 / tau^2 = 2 t."""

    def value(log_t: float) -> float:
        t = math.exp(log_t)
        density = dim / 2 * log_t - t - gammaln(dim / 2)
        return math.exp(density + blocks * math.log1p(-c * math.exp(-2 * spread * t)))

    middle = math.log(dim / 2 + blocks)
    return quad(value, middle - 30, middle + 6, limit=500, epsabs=0, epsrel=1e-9)[0]


@pytest.mark.parametrize(
    ("blocks", "c", "spread", "dim"),
    [
        (1, F(1, 2), F(1, 10), 1),
        (5, F(4, 5), F(1, 50), 9),
        (20, F(9, 10), F(1, 100), 9),
        (40, F(9, 10), F(1, 200), 9),
        (60, F(9, 10), F(1, 500), 9),
        (12, F(1, 3), F(1, 30), 72),
    ],
)
def test_missed_measure(blocks, c, spread, dim) -> None:
    bound = float(missed_measure(c, spread, F(1), dim, blocks))
    exact = _integral(float(c), float(spread), dim, blocks)
    assert exact * (1 - 1e-6) <= bound <= exact * (1 + 1e-5)


def test_lie_the_alternating_sum_in_double_precision_is_negative() -> None:
    c, spread, dim, blocks = 0.9, 0.005, 9, 40
    doubles = sum(
        math.comb(blocks, i) * (-c) ** i * (1 + 2 * i * spread) ** (-dim / 2)
        for i in range(blocks + 1)
    )
    assert doubles < 0
    bound = float(missed_measure(F(9, 10), F(1, 200), F(1), dim, blocks))
    assert bound == pytest.approx(1.5e-27, rel=0.05)


def test_missed_measure_rises_with_kappa_and_falls_with_c() -> None:
    here = missed_measure(F(4, 5), F(1, 10), F(1, 2), 9, 5)
    assert missed_measure(F(4, 5), F(1, 11), F(1, 2), 9, 5) < here
    assert missed_measure(F(5, 6), F(1, 10), F(1, 2), 9, 5) < here
    assert missed_measure(F(4, 5), F(1, 10), F(1, 2), 9, 6) < here


def test_nothing_is_proved_without_bits(monkeypatch) -> None:
    monkeypatch.setattr("slth_verify.bounds._two_sides._CAP", 64)
    assert missed_measure(F(9, 10), F(1, 200), F(1), 9, 40) == 1


def test_lie_kappa_rounded_down_and_c_rounded_up() -> None:
    certificate = WeightedCertificate(30, 11, 2, F(1, 100), F(0), F(1, 8), F(1))
    (c, kappa), (fine_c, fine_kappa) = certificate.at_zero(48), certificate.at_zero(200)
    assert c < fine_c
    assert kappa > fine_kappa
    # what the other end points would claim is less than the truth
    slack = F(1, 2**30)
    sides = Sides(3, F(1, 2), F(2))
    honest = failure_of_sides(sides, c, kappa, 2, F(1))
    assert failure_of_sides(sides, c + slack, kappa - slack, 2, F(1)) < honest


# --- both sides together --------------------------------------------------------------


def _psi(x: float, ratio: float) -> float:
    return float(norm.cdf(-ratio - norm.ppf(x)))


@pytest.mark.parametrize("missed", [F(1, 20), F(1, 1000), F(1, 10**7)])
@pytest.mark.parametrize("ratio", [F(1), F(2), F(4)])
def test_the_majorant_is_at_most_the_symmetric_bound(missed, ratio) -> None:
    tail = F(float(norm.cdf(-float(ratio) / 2)))
    symmetric = min(F(1), 2 * missed / tail)
    assert failure_of_measure(missed, ratio, 1 / tail) <= symmetric * (1 + F(1, 20))


@settings(max_examples=60, deadline=None)
@given(
    log_missed=st.floats(-9, -1.5),
    ratio=st.sampled_from([0.5, 1.0, 2.0, 3.5]),
    slope=st.floats(1, 8),
    first=st.floats(0, 1),
    second=st.floats(0, 1),
)
def test_no_independent_two_point_laws_exceed_the_bound(
    log_missed, ratio, slope, first, second
) -> None:
    mean = math.exp(log_missed)
    bound = float(failure_of_measure(F(mean), F(ratio), F(slope)))
    low = mean * first
    for high in (mean + (1 - mean) * second, 1.0, _psi(low, ratio)):
        if high <= mean:
            continue
        # x is `high` with probability q, else `low`
        q = (mean - low) / (high - low)
        for other in (high, 1.0, _psi(high, ratio), _psi(low, ratio)):
            if other < mean:
                continue
            p = mean / other
            fails = 0.0
            for x, weight in ((high, q), (low, 1 - q)):
                for y, share in ((other, p), (0.0, 1 - p)):
                    fails += weight * share * (y >= _psi(x, ratio) * (1 + 1e-12))
            assert fails <= bound * (1 + 1e-9)


def test_lie_markov_without_the_second_side() -> None:
    missed, ratio = F(1, 1000), F(2)
    bound = failure_of_measure(missed, ratio, F(2))
    # x_1 = 1 or x_2 = 1, each with probability X, independently
    truth = 2 * missed - missed**2
    assert bound >= truth
    assert 2 * missed < bound
    assert missed / F(float(norm.cdf(1))) < truth  # one side alone claims too little


def test_lie_the_same_samples_on_both_sides() -> None:
    """If x_1 = x_2, the mean alone allows a failure probability of X / x*."""
    missed, ratio = F(1, 1000), F(2)
    tail = F(float(norm.cdf(-1)))
    dependent = missed / tail
    independent = min(
        failure_of_measure(missed, ratio, F(i, 16)) for i in range(17, 48)
    )
    assert independent < dependent


def test_lie_a_linear_function_that_is_no_majorant() -> None:
    """Without the supremum, slope 1/10 alone would claim X/10."""
    missed = F(1, 1000)
    assert failure_of_measure(missed, F(2), F(1, 10)) > F(9, 10)


# --- widths ---------------------------------------------------------------------------


def test_required_width_of_nine_dimensions() -> None:
    block = WeightedCertificate(
        n=118, size=29, dim=9, eps=F(1, 100), norm=F(0), tilt=F(15, 128), weight=F(8)
    )
    width = certified(Sides(5, F(5, 16), F(59607, 32768)), block, F(1))
    assert width.failure <= F(1, 1000)
    assert width.n == 2 * 5 * 118 <= 1806
    short = certified(Sides(4, F(5, 16), F(59607, 32768)), block, F(1))
    assert short.failure > F(1, 1000)


def test_stairs_are_certified_one_by_one() -> None:
    found = by_two_sides(1, F(1, 5), F(1), F(9, 10))
    assert (found.n, found.failure) in found.stairs
    stairs = found.staircase()
    assert [n for n, _ in stairs] == sorted({n for n, _ in stairs})
    assert all(a[1] > b[1] for a, b in itertools.pairwise(stairs))
    values = dict(found.ledger()[0].values)
    block = WeightedCertificate(
        n=int(values["n"]),
        size=int(values["size"]),
        dim=1,
        eps=F(values["eps"]),
        norm=F(0),
        tilt=F(values["lambda"]),
        weight=F(values["weight"]),
    )
    parameters = dict(found.ledger()[1].values)
    sides = Sides(
        int(parameters["blocks per side"]),
        F(parameters["tau"]),
        F(parameters["slope"]),
    )
    assert certified(sides, block, F(1)).failure == found.failure
    assert values["eps"] == "1/10"


def test_a_table_row_and_its_ball() -> None:
    result = mrss_width(4, "0.02", "1/2", universal=True)
    assert result.statement == "der:two-blocks"
    assert result.n <= 240
    assert result.probability.lower >= F(1, 2)
    assert dict(result.inputs)["ball"] == "euclidean"
    below = mrss_width(4, "0.02", "1/2", universal=True, kind="necessary")
    assert below.n < result.n
    assert mrss_width(4, "0.02", "1/2", universal=True) == result


def test_all_targets_are_reached_as_often_as_claimed() -> None:
    """At m = 1, already with 16 of the samples; sums of all of them are more."""
    eps = F(2, 5)
    width = mrss_width(1, eps, "1/2", universal=True).n
    assert 16 <= width <= 40
    rng, trials = np.random.default_rng(4), 40
    reached = 0
    for _ in range(trials):
        samples = rng.standard_normal(16) * rng.standard_normal(16)
        first, second = _sums(samples[:8]), _sums(samples[8:])
        reached += _worst_distance(first, second, 1.0) <= float(eps)
    assert reached >= trials // 2


def test_unknown_ball() -> None:
    with pytest.raises(InvalidParameterError, match="ball='cube'"):
        mrss_width(2, "0.1", universal=True, ball="cube")  # type: ignore[arg-type]


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("dim", "half", "thousandth"),
    [(9, 630, 1806), (18, 1652, 3864), (36, 3768, 8792), (72, 9048, 21112)],
)
def test_wide_rows_of_the_table(dim, half, thousandth) -> None:
    assert mrss_width(dim, "0.02", "1/2", universal=True).n <= half
    assert mrss_width(dim, "0.02", "0.999", universal=True).n <= thousandth
