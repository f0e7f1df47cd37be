"""The weighted second moment as a whole: against tables, truths and lies."""

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.special import betaln, gammaln, ndtr
from scipy.stats import binomtest

from slth_verify.bounds import WeightedCertificate, crude_lower, sharp_lower
from slth_verify.bounds.searches.weighted_float import Moment
from slth_verify.enclosure import from_ball, working_precision
from slth_verify.errors import InvalidParameterError

F = Fraction


def certificate(n, k, m, eps, tilt, weight=0, **options) -> WeightedCertificate:
    return WeightedCertificate(n, k, m, F(eps), F(1), F(tilt), F(weight), **options)


#: Parameters with the values of the closed form and of an accurate quadrature, both
#: computed by other code.
KNOWN = [
    (certificate(135, 32, 9, "0.01", "0.1"), 0.6264, 0.8087),
    (certificate(230, 75, 18, "0.01", "0.12"), 0.4838, 0.5933),
    (certificate(500, 130, 36, "0.01", "0.12"), 0.4215, 0.5452),
    (certificate(1100, 250, 72, "0.01", "0.1"), 0.3299, 0.4302),
]


@pytest.mark.parametrize(("known", "closed", "quadrature"), KNOWN)
def test_known_certificates(known, closed, quadrature) -> None:
    value = float(known.check())
    assert quadrature * 0.999 <= value <= quadrature * 1.0002
    one = float(dataclasses.replace(known, method="closed").check())
    assert closed <= one <= closed * 1.03


def test_floats_follow_the_balls() -> None:
    for case, _, _ in KNOWN[:2]:
        moment = Moment(case.n, case.size, case.dim, float(case.tilt), 0.0)
        estimate = moment.log_bound(0.01, 1.0)
        assert estimate == pytest.approx(math.log(case.check()), abs=2e-3)


def exact_first_moment(c: WeightedCertificate) -> float:
    """Logarithm of E[T_W] / (C(n,k) kappa^s) for z = e_1, with the exact box law.

    Integrates A and alpha; the box probability is not bounded by Jensen's inequality.
    """
    s, lam, x, eps = c.dim / 2, float(c.tilt), float(c.weight), float(c.eps)
    half = c.n / 2
    t = math.log(half) + np.linspace(-9, 9, 161) / math.sqrt(half)
    log_a = t + math.log(2)
    weight_a = half * t - np.exp(t) - gammaln(half) + math.log(t[1] - t[0])
    weight_a = weight_a + float(c.scale) * s * log_a
    a, b = c.size / 2, (c.n - c.size) / 2
    u = math.log(a / b) + np.linspace(-16, 16, 401) * math.sqrt(1 / a + 1 / b)
    log_alpha, log_rest = -np.logaddexp(0, -u), -np.logaddexp(0, u)
    weight_u = a * log_alpha + (b - x) * log_rest - betaln(a, b)
    weight_u = weight_u + math.log(u[1] - u[0])
    alpha = np.exp(log_alpha)
    factor = alpha * (1 - 2 * lam * (1 - alpha)) / (1 - 2 * lam)
    sigma = np.sqrt(np.exp(log_a)[:, None] * factor[None, :])
    log_hit = (c.dim - 1) * np.log(ndtr(eps / sigma) - ndtr(-eps / sigma))
    near = ndtr((1 + eps) / sigma) - ndtr((1 - eps) / sigma)
    log_hit += np.log(np.maximum(near, 1e-300))
    log_hit -= s * math.log(1 - 2 * lam)
    total = np.exp(log_hit + weight_a[:, None] + weight_u[None, :]).sum()
    return math.log(total) - s * math.log(2 * eps**2 / math.pi)


FIRST = [
    certificate(30, 10, 3, "0.1", "0.1"),
    certificate(30, 10, 3, "0.3", "0.2", 2),
    certificate(97, 37, 9, "0.01", "0.16", 2),
    certificate(60, 16, 4, "0.05", "0.24", F(1, 2)),
    certificate(60, 16, 4, "0.05", "0", 3, scale=F(0)),
]


@pytest.mark.parametrize("case", FIRST)
def test_the_first_moment_is_a_lower_bound_and_close(case) -> None:
    truth = exact_first_moment(case)
    with working_precision(80):
        value = float(from_ball(case.log_first()).upper)
    assert truth - 0.02 <= value <= truth + 1e-9


@pytest.mark.parametrize("lie", ["Jensen on the wrong side", "no tilt", "weight left"])
def test_lies_about_the_first_moment_are_seen(lie) -> None:
    case = FIRST[1]
    truth = exact_first_moment(case)
    with working_precision(80):
        if lie == "Jensen on the wrong side":
            # exp(-E X) replaced by a bound without the exponential at all
            value = float(case.log_mass())
        elif lie == "no tilt":
            wrong = dataclasses.replace(case, tilt=F(0))
            value = float(wrong.log_first() + (case.log_mass() - wrong.log_mass()) * 2)
        else:
            wrong = dataclasses.replace(case, weight=case.weight + F(1, 2))
            value = float(wrong.log_first())
    assert value > truth + 1e-9


def simulated_second(c: WeightedCertificate, trials: int) -> tuple[float, float]:
    """E[T_W^2] / (C(n,k) kappa^s)^2 at z = 0 by simulation, with its standard error.

    Two fixed subsets per overlap; given the scales, both box probabilities are those
    of a bivariate normal vector, here by conditioning and a fine rule.
    """
    rng = np.random.default_rng(11)
    s, lam, eps = c.dim / 2, float(c.tilt), float(c.eps)
    total, variance = 0.0, 0.0
    grid = (np.arange(40) + 0.5) / 40 * 2 * eps - eps
    for j in range(max(0, 2 * c.size - c.n), c.size + 1):
        log_h = sum(
            gammaln(p + 1) - gammaln(q + 1) - gammaln(p - q + 1)
            for p, q in ((c.size, j), (c.n - c.size, c.size - j))
        ) - (gammaln(c.n + 1) - gammaln(c.size + 1) - gammaln(c.n - c.size + 1))
        z2 = rng.standard_normal((trials, c.n)) ** 2
        a = z2.sum(axis=1)
        one = z2[:, : c.size].sum(axis=1)
        two = z2[:, c.size - j : 2 * c.size - j].sum(axis=1)
        shared = z2[:, c.size - j : c.size].sum(axis=1)
        cov = np.empty((trials, 3, 3))
        cov[:, 0, 0] = 1
        cov[:, 0, 1] = cov[:, 1, 0] = one / np.sqrt(a)
        cov[:, 0, 2] = cov[:, 2, 0] = two / np.sqrt(a)
        cov[:, 1, 1], cov[:, 2, 2] = one, two
        cov[:, 1, 2] = cov[:, 2, 1] = shared
        # tilting by exp(2 lam xi^2) is a rank-one change of the covariance
        column = cov[:, :, 0]
        tilted = cov + (4 * lam / (1 - 4 * lam)) * column[:, :, None] * column[:, None]
        v11, v22, v12 = tilted[:, 1, 1], tilted[:, 2, 2], tilted[:, 1, 2]
        if j == c.size:
            per = ndtr(eps / np.sqrt(v11)) - ndtr(-eps / np.sqrt(v11))
        else:
            rest = np.sqrt(np.maximum(v22 - v12**2 / v11, 1e-300))[:, None]
            mean = (v12 / v11)[:, None] * grid
            inner = ndtr((eps - mean) / rest) - ndtr((-eps - mean) / rest)
            density = np.exp(-(grid**2) / (2 * v11[:, None])) / np.sqrt(
                2 * np.pi * v11[:, None]
            )
            per = (inner * density).sum(axis=1) * 2 * eps / 40
        value = (per / np.sqrt(1 - 4 * lam)) ** c.dim * a ** (2 * s * float(c.scale))
        value *= ((1 - one / a) * (1 - two / a)) ** -float(c.weight)
        value *= math.exp(log_h) / (2 * eps**2 / math.pi) ** (2 * s)
        total += value.mean()
        variance += value.var() / trials
    return total, math.sqrt(variance)


SECOND = [
    certificate(12, 5, 1, "0.1", "0.15", F(1, 2)),
    certificate(16, 6, 2, "0.3", "0.1"),
    certificate(14, 8, 2, "0.2", "0.1", F(1, 2)),
    certificate(12, 6, 1, "0.3", "0.2", F(1, 2)),
]


@pytest.mark.parametrize("case", SECOND)
def test_the_second_moment_is_an_upper_bound(case) -> None:
    truth, error = simulated_second(case, 20_000)
    with working_precision(80):
        value = float(from_ball(case.second()).upper)
    assert value >= truth - 4 * error
    assert value <= 3 * truth


@pytest.mark.parametrize("lie", ["diagonal dropped", "overlap off by one", "tilt once"])
def test_lies_about_the_second_moment_are_seen(lie, monkeypatch) -> None:
    case = SECOND[0]
    truth, error = simulated_second(case, 20_000)
    module = "slth_verify.bounds.certificates.weighted_second_moment"
    if lie == "diagonal dropped":
        from slth_verify.bounds.certificates import weighted_second_moment as source

        true_weight = source.hypergeometric_weight
        monkeypatch.setattr(
            f"{module}.hypergeometric_weight",
            lambda n, k, j: true_weight(n, k, j) * (0 if j >= k - 1 else 1),
        )
    elif lie == "overlap off by one":
        from slth_verify.bounds.certificates import weighted_second_moment as source

        true_weight = source.hypergeometric_weight
        monkeypatch.setattr(
            f"{module}.hypergeometric_weight",
            lambda n, k, j: true_weight(n, k, min(j + 1, k)) * (0 if j == k else 1),
        )
    else:
        case = dataclasses.replace(case, tilt=case.tilt / 2)
    with working_precision(80):
        value = float(from_ball(case.second()).upper)
    assert value < truth - 4 * error


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tilt": F(1, 4)}, "tilt=1/4"),
        ({"tilt": F(-1, 8)}, "tilt=-1/8"),
        ({"size": 30}, "0 < size < n"),
        ({"eps": F(0)}, "eps > 0"),
        ({"norm": F(-1)}, "norm"),
    ],
)
def test_certificates_outside_the_theorem_are_refused(changes, message) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        dataclasses.replace(FIRST[0], **changes)


def test_a_tilt_of_a_quarter_proves_nothing_even_if_smuggled_in() -> None:
    case = dataclasses.replace(FIRST[0])
    object.__setattr__(case, "tilt", F(1, 4))
    assert case.check() == 0


@pytest.mark.parametrize(
    "void",
    [
        certificate(30, 5, 3, "0.1", "0.1"),  # k = m + 2: Jensen's exponent is infinite
        certificate(30, 3, 3, "0.1", "0.1"),  # k = m
        certificate(30, 10, 3, "0.1", "0.1", 10),  # x >= (n-k)/2
        certificate(30, 10, 3, "0.1", "0.1", 5),  # 2x >= (n-k)/2
    ],
)
def test_where_the_moments_are_infinite_nothing_is_proved(void) -> None:
    assert void.check() == 0
    assert void.at_zero() == (0, 0)


def test_the_bound_is_rounded_down() -> None:
    case = FIRST[0]
    with working_precision(80):
        exact = from_ball((2 * case.log_first() - case.second().log()).exp())
    assert case.check() == exact.lower < exact.upper
    assert case.check(40) < case.check(160)


def test_every_target_at_once_by_two_numbers() -> None:
    case = FIRST[0]
    c, kappa = case.at_zero()
    for norm in ("0", "1/2", "1", "2"):
        direct = dataclasses.replace(case, norm=F(norm)).check()
        formula = float(c) * math.exp(-float(kappa * F(norm) ** 2))
        assert formula == pytest.approx(float(direct), rel=1e-9)


@pytest.mark.parametrize(
    ("n", "k", "m", "bound"),
    [(267, 20, 9, 0.5), (31, 10, 2, 0.4995), (75, 12, 4, 0.5)],
)
def test_crude_moment(n, k, m, bound) -> None:
    value = crude_lower(n, k, m, F(1, 100), F(1))
    assert bound <= value < bound + F(1, 50)
    assert crude_lower(n - 1, k, m, F(1, 100), F(1)) < value


def test_the_sharp_moment_beats_the_crude_one_in_high_dimension() -> None:
    arguments = (125, 33, 9, F(1, 100), F(1))
    assert sharp_lower(*arguments) > 3 * crude_lower(*arguments)
    assert sharp_lower(30, 9, 9, F(1, 100), F(1)) == 0
    assert sharp_lower(9, 9, 1, F(1, 100), F(1)) == 0


CONFIGURATIONS = [
    (1, 10, 4, "0.1", "0.2", F(1, 2)),
    pytest.param(1, 9, 5, "0.05", "0.1", F(0), marks=pytest.mark.nightly),
    (2, 13, 6, "0.15", "0.1", F(1, 2)),
    (2, 12, 7, "0.3", "0.1", F(1, 2)),
    pytest.param(3, 13, 6, "0.5", "0.1", F(1), marks=pytest.mark.nightly),
]


@pytest.mark.parametrize(("m", "n", "k", "eps", "tilt", "weight"), CONFIGURATIONS)
def test_simulation_is_never_below_a_certificate(
    m, n, k, eps, tilt, weight, hit_rate
) -> None:
    hits, trials = hit_rate(m, n, float(eps), 1500, seed=m * 100 + n, size=k)
    bounds = [
        certificate(n, k, m, eps, tilt, weight).check(),
        crude_lower(n, k, m, F(eps), F(1)),
        sharp_lower(n, k, m, F(eps), F(1)),
    ]
    assert max(bounds) > F(1, 20)
    for bound in bounds:
        if bound > 0:
            test = binomtest(hits, trials, float(bound), alternative="less")
            assert test.pvalue > 1e-6
    lie = min(1.0, 1.2 * hits / trials)
    assert binomtest(hits, trials, lie, alternative="less").pvalue < 1e-3
