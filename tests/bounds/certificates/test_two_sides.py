"""All targets at once by two sides: the measures, the certificate, widths, lies."""

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaln
from scipy.stats import norm

from slth_verify.bounds import mrss_width
from slth_verify.bounds.certificates.certified_width import SidesOfBlocks
from slth_verify.bounds.certificates.two_sides import (
    Sides,
    failure_by_decay,
    failure_of_measure,
    missed_measure,
)
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.bounds.mrss.all_targets import by_sides_of_blocks
from slth_verify.bounds.question import Question
from slth_verify.errors import InvalidParameterError

F = Fraction


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
    monkeypatch.setattr("slth_verify.bounds.certificates.two_sides._CAP", 64)
    assert missed_measure(F(9, 10), F(1, 200), F(1), 9, 40) == 1


def test_lie_kappa_rounded_down_and_c_rounded_up() -> None:
    certificate = WeightedCertificate(30, 11, 2, F(1, 100), F(0), F(1, 8), F(1))
    (c, kappa), (fine_c, fine_kappa) = certificate.at_zero(48), certificate.at_zero(200)
    assert c < fine_c
    assert kappa > fine_kappa
    # what the other end points would claim is less than the truth
    slack = F(1, 2**30)
    sides = Sides(3, F(1, 2), F(2))
    honest = failure_by_decay(sides, c, kappa, 2, F(1))
    assert failure_by_decay(sides, c + slack, kappa - slack, 2, F(1)) < honest


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
    width = SidesOfBlocks.certified(Sides(5, F(5, 16), F(59607, 32768)), block, F(1))
    assert width.failure <= F(1, 1000)
    assert width.n == 2 * 5 * 118 <= 1806
    short = SidesOfBlocks.certified(Sides(4, F(5, 16), F(59607, 32768)), block, F(1))
    assert short.failure > F(1, 1000)


def test_stairs_are_certified_one_by_one() -> None:
    found = by_sides_of_blocks(Question(1, F(1, 5), F(1), F(9, 10)))
    assert (found.n, found.failure) in found.stairs
    stairs = found.staircase()
    assert [n for n, _ in stairs] == sorted({n for n, _ in stairs})
    assert all(a[1] > b[1] for a, b in itertools.pairwise(stairs))
    values = dict(found.derivation[0].values)
    block = WeightedCertificate(
        n=int(values["n"]),
        size=int(values["size"]),
        dim=1,
        eps=F(values["eps"]),
        norm=F(0),
        tilt=F(values["lambda"]),
        weight=F(values["weight"]),
    )
    parameters = dict(found.derivation[1].values)
    sides = Sides(
        int(parameters["blocks per side"]),
        F(parameters["tau"]),
        F(parameters["slope"]),
    )
    assert SidesOfBlocks.certified(sides, block, F(1)).failure == found.failure
    assert values["eps"] == "1/10"


@pytest.mark.nightly
def test_a_table_row_and_its_ball() -> None:
    result = mrss_width(4, "0.02", "1/2", universal=True)
    assert result.statement == "der:two-blocks"
    assert result.n <= 240
    assert result.probability.lower >= F(1, 2)
    assert dict(result.inputs)["ball"] == "euclidean"
    below = mrss_width(4, "0.02", "1/2", universal=True, kind="necessary")
    assert below.n < result.n
    assert mrss_width(4, "0.02", "1/2", universal=True) == result


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
