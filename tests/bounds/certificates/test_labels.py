"""Samples labelled small or large: the mixture, and sums over the labels."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binom, kstest, norm

from slth_verify.bounds.certificates import labels as _labels
from slth_verify.bounds.certificates.labels import Labels
from slth_verify.enclosure import ComplexBall, from_ball, to_ball, working_precision

F = Fraction


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.99])
def test_the_normal_law_is_a_mixture(share) -> None:
    x = np.linspace(0, 8, 2001)
    small = norm.pdf(x, scale=share)
    large = norm.pdf(x) * -np.expm1(-(share**-2 - 1) * x**2 / 2) / (1 - share)
    assert np.allclose(share * small + (1 - share) * large, norm.pdf(x), rtol=1e-12)
    assert (large >= 0).all()
    assert 2 * np.trapezoid(large, x) == pytest.approx(1, abs=1e-6)


def test_labels_drawn_after_the_scales_give_both_laws() -> None:
    """A sample of scale x is small with probability exp(-(sigma^-2 - 1) x^2/2)."""
    rng, share = np.random.default_rng(1), 0.6
    x = rng.standard_normal(40000)
    small = rng.random(40000) < np.exp(-(share**-2 - 1) * x**2 / 2)
    assert binom.cdf(small.sum(), 40000, share) == pytest.approx(0.5, abs=0.4999)
    assert kstest(x[small] / share, "norm").pvalue > 1e-6


def exact_mean(labels: Labels, large: Fraction, small: Fraction) -> Fraction:
    total = F(0)
    for nu in range(labels.first, labels.stop):
        weight = math.comb(labels.n, nu) * labels.share**nu
        weight *= (1 - labels.share) ** (labels.n - nu)
        total += weight * large ** (labels.n - nu) * small ** (nu - labels.first)
    return total


#: Number of samples, probability of a small one, and the event of the labels.
CASES = [
    (7, F(1, 3), 2, 8),
    (12, F(5, 8), 4, 5),
    (40, F(9, 10), 30, 41),
    (90, F(1, 100), 1, 60),
]


def check_means(kind: type[Labels]) -> None:
    for case in CASES:
        for large, small in [(F(1), F(1)), (F(1, 7), F(2, 3)), (F(9, 10), F(1, 50))]:
            with working_precision(128):
                labels = kind(*case)
                real = labels.real_mean(to_ball(large), to_ball(small))
                turned = labels.mean(
                    ComplexBall(to_ball(large)), ComplexBall(to_ball(small))
                )
                values = from_ball(real), from_ball(turned.real)
            truth = exact_mean(labels, large, small)
            assert all(value.contains(truth) for value in values)
            assert all(value.width < truth / 10**20 for value in values)


def test_means_over_the_labels() -> None:
    check_means(Labels)
    for case in CASES:
        labels = Labels(*case)
        assert from_ball(labels.probability).contains(exact_mean(labels, F(1), F(1)))


def test_means_of_complex_values() -> None:
    large, small = 0.4 + 0.3j, 0.2 - 0.5j
    for case in CASES:
        labels = Labels(*case)
        nu = np.arange(labels.first, labels.stop)
        weights = binom.pmf(nu, labels.n, float(labels.share))
        powers = large ** (labels.n - nu) * small ** (nu - labels.first)
        truth = np.sum(weights * powers)
        value = labels.mean(*(ComplexBall(v.real, v.imag) for v in (large, small)))
        assert (
            float(abs(value - ComplexBall(truth.real, truth.imag)))
            < 1e-12 * abs(weights * powers).max()
        )


LIES = {
    "surplus samples counted as large": (
        "power * split(small / large)",
        "power * split(small / small)",
    ),
    "surplus samples lost": (
        "power * split(small / large)",
        "power * split(1 / large)",
    ),
    "label weight dropped": (
        "to_ball(odds * Fraction(n - nu, nu + 1))",
        "to_ball(odds)",
    ),
    "one label too few": ("range(first, stop)", "range(first, stop - 1)"),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_labels_are_seen(lie, mutant) -> None:
    with pytest.raises(AssertionError):
        check_means(mutant(_labels, *LIES[lie]).Labels)
