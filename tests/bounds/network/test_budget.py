"""Shares of the error: within the accuracy, cheap, and lies."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.bounds.network.budget import equal_shares, weighted_shares, within
from slth_verify.errors import InvalidParameterError

F = Fraction

WEIGHTS = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=8)
ACCURACY = st.fractions(F(1, 10**6), F(20))


@given(WEIGHTS, ACCURACY)
def test_shares_keep_the_network_within_the_accuracy(weights, eps) -> None:
    shares = weighted_shares(weights, eps)
    product = F(1)
    for share in shares:
        assert share > 0
        product *= 1 + share
    assert 1 + eps * (1 - F(1, 10**6)) <= product <= 1 + eps
    assert within(shares, eps)


@given(WEIGHTS, ACCURACY, st.randoms(use_true_random=False))
def test_no_other_shares_are_cheaper(weights, eps, random) -> None:
    def cost(shares) -> float:
        return -sum(
            w * math.log(share) for w, share in zip(weights, shares, strict=True)
        )

    best = cost(weighted_shares(weights, eps))
    parts = [random.uniform(0.01, 1) for _ in weights]
    other = [(1 + eps) ** (part / sum(parts)) - 1 for part in parts]
    slack = 1e-6 * sum(weights) * (1 + abs(math.log(eps)))
    assert best <= cost(other) + slack
    assert best <= cost(equal_shares(len(weights), eps)) + slack


def test_one_layer_gets_everything() -> None:
    assert weighted_shares([3.0], F(1, 10)) == (F(1, 10),)
    assert equal_shares(1, F(1, 10)) == (F(1, 10),)


@pytest.mark.parametrize("eps", [F(1, 10**320), F(1, 10**1000), F(10**400)])
def test_accuracies_that_no_float_holds_are_refused(eps) -> None:
    with pytest.raises(InvalidParameterError, match=r"eps=.*der:accumulation"):
        weighted_shares([1.0, 2.0], eps)


@pytest.mark.parametrize("depth", [2, 3, 10])
def test_lie_shares_that_add_up_to_eps(depth) -> None:
    """A sum in place of the product claims more than is there."""
    eps = F(1, 2)
    assert not within([eps / depth] * depth, eps)
    assert sum(equal_shares(depth, eps)) < eps


def test_lie_half_of_the_equal_sum_is_not_always_within() -> None:
    # eps/(2l) keeps the budget up to eps = 8 for two layers, and not beyond
    assert within([F(8, 4)] * 2, F(8))
    assert not within([F(9, 4)] * 2, F(9))


def test_lie_rounding_up() -> None:
    eps = F(1, 10)
    shares = equal_shares(3, eps)
    assert not within([share * (1 + F(1, 2**30)) for share in shares], eps)
    assert not within([F(0), F(1, 100)], eps)
