"""Binomial and hypergeometric weights and tails against exact rationals."""

from fractions import Fraction
from math import comb

import pytest

from slth_verify.enclosure import (
    binomial_cdf,
    exact_binomial_cdf,
    from_ball,
    hypergeometric_weight,
    working_precision,
)
from slth_verify.errors import InvalidParameterError

F = Fraction


def exact_cdf(count: int, trials: int, p: Fraction) -> Fraction:
    return sum(
        (comb(trials, i) * p**i * (1 - p) ** (trials - i) for i in range(count + 1)),
        F(0),
    )


@pytest.mark.parametrize(
    ("count", "trials", "p"),
    [
        (0, 5, F(1, 2)),
        (4, 5, F(1, 2)),
        (90, 220, F(1, 2)),
        (10, 220, F(1, 2)),
        (219, 220, F(1, 2)),
        (3, 100, F(1, 50)),
        (50, 100, F(1, 50)),
    ],
)
def test_binomial_cdf_is_exact_and_narrow(count, trials, p) -> None:
    with working_precision(96):
        got = from_ball(binomial_cdf(count, trials, p))
    truth = exact_cdf(count, trials, p)
    assert got.contains(truth)
    assert got.width < truth * F(1, 2**60)


def test_a_tail_off_by_one_is_seen() -> None:
    with working_precision(96):
        got = from_ball(binomial_cdf(89, 220, F(1, 2)))
    assert not got.contains(exact_cdf(90, 220, F(1, 2)))


@pytest.mark.parametrize(
    ("count", "p", "value"),
    [(-1, F(1, 2), 0), (7, F(1, 2), 1), (3, F(0), 1), (3, F(1), 0)],
)
def test_binomial_cdf_at_the_borders(count: int, p: Fraction, value: int) -> None:
    with working_precision(64):
        assert from_ball(binomial_cdf(count, 7, p)).contains(value)


def test_exact_fair_binomial() -> None:
    assert exact_binomial_cdf(2, 4) == F(11, 16)
    assert exact_binomial_cdf(9, 4) == 1
    assert exact_binomial_cdf(-1, 4) == 0


@pytest.mark.parametrize(("n", "k"), [(10, 4), (7, 5), (6, 6), (5, 0)])
def test_hypergeometric_weights_add_up_to_one(n: int, k: int) -> None:
    with working_precision(64):
        total = sum(
            (from_ball(hypergeometric_weight(n, k, j)).lower for j in range(k + 1)),
            F(0),
        )
        one = from_ball(hypergeometric_weight(n, k, k))
    assert abs(total - 1) < F(1, 2**50)
    assert one.contains(F(1, comb(n, k)))


@pytest.mark.parametrize("arguments", [(3, 4, 1), (3, -1, 0)])
def test_impossible_subset_sizes_are_refused(arguments) -> None:
    with pytest.raises(InvalidParameterError, match="def:subset-sum-number"):
        hypergeometric_weight(*arguments)


def test_impossible_binomial_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="p=2"):
        binomial_cdf(1, 3, 2)
