"""The laws that observed counts are compared with, against other evaluations."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from slth_verify.conformance import (
    hit_probability,
    joint_hit_probability,
    success_bounds,
)


def _by_mpmath(size: int, target: tuple[float, ...], eps: float) -> float:
    def integrand(u: mpmath.mpf) -> mpmath.mpf:
        scale = mpmath.exp(u / 2)
        box = mpmath.mpf(1)
        for z in target:
            box *= mpmath.ncdf((z + eps) / scale) - mpmath.ncdf((z - eps) / scale)
        return box * mpmath.exp(size * u / 2 - mpmath.exp(u) / 2)

    with mpmath.workdps(25):
        total = mpmath.quad(integrand, [-90, -40, -20, -8, -4, -2, 0, 2, 4, 6, 7])
        return float(total / (mpmath.mpf(2) ** (size / 2) * mpmath.gamma(size / 2)))


@pytest.mark.parametrize(
    ("size", "target", "eps"),
    [
        (1, (0.0,), 0.1),
        (1, (0.5, 0.0), 0.5),
        (2, (0.0, 0.0, 0.0), 0.5),
        (4, (1.0, 0.0, 0.0), 1.0),
        (7, (0.3, -0.3), 0.01),
    ],
)
def test_hit_probability_agrees_with_mpmath(
    size: int, target: tuple[float, ...], eps: float
) -> None:
    expected = _by_mpmath(size, target, eps)
    assert math.isclose(hit_probability(size, target, eps), expected, rel_tol=1e-10)


def test_hit_probability_of_two_in_one_dimension_is_laplace() -> None:
    # a sum of two products of independent normals has density exp(-|x|) / 2
    for z, eps in ((0.0, 0.5), (1.0, 0.25), (-3.0, 0.1)):
        low, high = abs(z) - eps, abs(z) + eps
        if low >= 0:
            expected = (math.exp(-low) - math.exp(-high)) / 2
        else:
            expected = 1 - (math.exp(low) + math.exp(-high)) / 2
        assert math.isclose(hit_probability(2, [z], eps), expected, rel_tol=1e-11)


def test_hit_probability_of_the_empty_sum_is_an_indicator() -> None:
    assert hit_probability(0, [0.1, -0.1], 0.1) == 1.0
    assert hit_probability(0, [0.1, -0.2], 0.1) == 0.0


@pytest.mark.parametrize(("size", "overlap"), [(3, 1), (4, 2)])
def test_joint_law_lies_between_its_bounds(size: int, overlap: int) -> None:
    for z, eps in ((0.0, 0.5), (1.0, 0.25)):
        joint = joint_hit_probability(size, overlap, z, eps)
        single = hit_probability(size, [z], eps)
        rest = hit_probability(size - overlap, [0.0], eps)
        assert single**2 < joint < single * rest


@pytest.mark.parametrize(("size", "overlap"), [(3, 1), (4, 2)])
def test_joint_law_agrees_with_a_simulation(size: int, overlap: int) -> None:
    rng = np.random.default_rng(5)
    trials = 200_000
    y = np.prod(rng.standard_normal((2, trials, 2 * size - overlap)), axis=0)
    first = y[:, :size].sum(axis=1)
    second = y[:, size - overlap :].sum(axis=1)
    hits = int(((np.abs(first - 1) <= 0.5) & (np.abs(second - 1) <= 0.5)).sum())
    p = joint_hit_probability(size, overlap, 1.0, 0.5)
    assert abs(hits - p * trials) < 6 * math.sqrt(trials * p * (1 - p))


def test_joint_law_refuses_what_has_no_closed_form() -> None:
    with pytest.raises(ValueError, match="size=5, overlap=2"):
        joint_hit_probability(5, 2, 0.0, 0.5)


def _best_lower(count: int, dim: int, eps: float, sizes: range) -> float:
    target = [1.0] + [0.0] * (dim - 1)
    return max(success_bounds(count, size, target, eps)[0] for size in sizes)


def test_success_bounds_reproduce_known_widths() -> None:
    # der:crude-moment certifies 1/2 from 14 and 30 samples on, and 267 at k = 20;
    # der:first-moment excludes 1/2 below 4 and 9 (eps = 1/10)
    assert _best_lower(14, 1, 0.1, range(1, 14)) >= 0.5
    assert _best_lower(13, 1, 0.1, range(1, 13)) < 0.5
    assert _best_lower(30, 2, 0.1, range(4, 12)) >= 0.5
    assert _best_lower(267, 9, 0.01, range(20, 21)) >= 0.5
    assert _best_lower(266, 9, 0.01, range(20, 21)) < 0.5
    for count, target in ((4, [1.0]), (9, [1.0, 0.0])):
        assert success_bounds(count - 1, 1, target, 0.1)[1] < 0.5
        assert success_bounds(count, 1, target, 0.1)[1] >= 0.5
