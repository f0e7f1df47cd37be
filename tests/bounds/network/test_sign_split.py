"""The exact binomial split of signs, against fractions and simulation, and lies."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.network.sign_split import channel_failure
from slth_verify.bounds.searches.sign_split_float import estimated_failure

F = Fraction


def exact_failure(n: int, stairs, signs: int) -> Fraction:
    """Mean of the staircase over Bin(2n, 1/2), straight from its definition."""
    total = F(0)
    for count in range(2 * n + 1):
        failure = F(1)
        for width, value in stairs:
            if count >= width:
                failure = value
        total += F(comb(2 * n, count), 4**n) * failure
    return signs * total


STAIRS = st.lists(
    st.tuples(st.integers(1, 40), st.fractions(0, 1)), min_size=1, max_size=4
).map(
    lambda pairs: FoundWidth(
        n=50, failure=F(1, 1000), derivation=(), stairs=tuple(pairs)
    ).staircase()
)


@settings(deadline=None)
@given(STAIRS, st.integers(1, 40), st.sampled_from([1, 2]))
def test_failure_is_the_exact_mean_rounded_up(stairs, n, signs) -> None:
    exact = min(F(1), exact_failure(n, stairs, signs))
    bound = channel_failure(n, stairs, signs)
    assert exact <= bound <= exact * (1 + F(1, 10**12))
    floats = [(width, float(failure)) for width, failure in stairs]
    estimate = min(1.0, estimated_failure(n, floats, signs))
    assert estimate == pytest.approx(float(exact), rel=1e-9, abs=1e-15)


@given(STAIRS)
def test_staircases_rise_and_fall(stairs) -> None:
    widths, failures = zip(*stairs, strict=True)
    assert list(widths) == sorted(set(widths))
    assert list(failures) == sorted(set(failures), reverse=True)
    assert failures[0] < 1


@pytest.mark.parametrize("signs", [1, 2])
def test_channels_fail_as_rarely_as_claimed(signs) -> None:
    """Signs drawn one by one; each stair fails with its own probability."""
    stairs, n, trials = ((6, F(1, 4)), (10, F(1, 50))), 9, 40_000
    rng = np.random.default_rng(8)
    positive = (rng.random((trials, 2 * n)) < 0.5).sum(axis=1)
    failed = np.zeros(trials, dtype=bool)
    for count in (positive, 2 * n - positive)[:signs]:
        chance = np.where(count >= 10, 0.02, np.where(count >= 6, 0.25, 1.0))
        failed |= rng.random(trials) < chance
    bound = float(channel_failure(n, stairs, signs))
    test = binomtest(int(failed.sum()), trials, bound, alternative="greater")
    assert test.pvalue > 1e-6
    one_sign = float(channel_failure(n, stairs, 1))
    if signs == 2:
        lie = binomtest(int(failed.sum()), trials, one_sign, alternative="greater")
        assert lie.pvalue < 1e-9  # the first layer needs both signs


def test_lie_n_filters_in_place_of_2n() -> None:
    stairs = ((30, F(1, 1000)),)
    honest = channel_failure(40, stairs, 1)
    # a width that "suffices" if 2n is taken for n of one sign
    naive = F(sum(comb(30, i) for i in range(30)), 2**30) + F(1, 1000)
    assert naive > F(99, 100) > honest
    assert channel_failure(30, stairs, 1) > F(2, 5)  # n = n* is a coin toss


def test_lie_the_number_of_a_sign_is_always_n() -> None:
    stairs = ((30, F(1, 1000)),)
    assert channel_failure(30, stairs, 1) > 100 * stairs[0][1]


def test_more_stairs_lose_less_than_one() -> None:
    one, three = (
        ((30, F(1, 1000)),),
        ((10, F(1, 10)), (20, F(1, 100)), (30, F(1, 1000))),
    )
    assert channel_failure(35, three, 1) < channel_failure(35, one, 1)
    split = F(1, 1000) + exact_failure(35, ((30, F(0)),), 1)
    assert channel_failure(35, one, 1) <= split
