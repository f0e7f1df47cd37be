"""The deterministic core of two sides: when it holds, every target is reached."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from slth_verify.bounds import mrss_width


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
    below = norm.cdf(high / tau) - norm.cdf(low / tau)
    above = norm.sf(low / tau) - norm.sf(high / tau)
    gaps = np.where(low > 0, above, below)  # no cancellation in the upper tail
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


def test_all_targets_are_reached_as_often_as_claimed() -> None:
    """At m = 1, already with 16 of the samples; sums of all of them are more."""
    eps = 0.4
    width = mrss_width(1, eps, "1/2", universal=True).n
    assert 16 <= width <= 40
    rng, trials = np.random.default_rng(4), 40
    reached = 0
    for _ in range(trials):
        samples = rng.standard_normal(16) * rng.standard_normal(16)
        first, second = _sums(samples[:8]), _sums(samples[8:])
        reached += _worst_distance(first, second, 1.0) <= eps
    assert reached >= trials // 2
