"""Products and powers of probabilities that are enclosed around 0.

Sums of two or four vectors in one dimension have a law in closed form, so that the
probabilities are known however small they are.
"""

from fractions import Fraction
from math import comb

import mpmath
import pytest
from handmade.nightly import cases
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slth_verify.bounds import (
    crude_lower,
    hit_probability,
    joint_hit_probability,
    mrss_width,
    sharp_lower,
    subset_sum_number_mean,
)
from slth_verify.enclosure import Enclosure
from slth_verify.errors import InvalidParameterError

F = Fraction
TARGETS = st.one_of(
    st.fractions(F(-3), F(3), max_denominator=100), st.integers(-(10**6), 10**6).map(F)
)
ACCURACIES = st.fractions(F(1, 1000), F(2), max_denominator=1000)
_DIGITS = 60


def _exact(size, z, eps):
    place = mpmath.mpf(abs(z).numerator) / z.denominator
    width = mpmath.mpf(eps.numerator) / eps.denominator

    def above(x):
        return mpmath.exp(-x) * (1 if size == 2 else 1 + x / 2) / 2

    low, high = place - width, place + width
    return above(low) - above(high) if low >= 0 else 1 - above(-low) - above(high)


def _holds(enclosure, truth):
    slack = truth * mpmath.mpf(10) ** -25
    low, high = (
        mpmath.mpf(e.numerator) / e.denominator
        for e in (enclosure.lower, enclosure.upper)
    )
    return bool(low <= truth + slack and truth - slack <= high)


def _check(z, eps):
    with mpmath.workdps(_DIGITS):
        two, four = _exact(2, z, eps), _exact(4, z, eps)
        assert _holds(hit_probability(2, [z], eps), two)
        assert _holds(joint_hit_probability(2, 0, [z], eps), two**2)
        assert _holds(joint_hit_probability(4, 0, [z], eps), four**2)
        assert _holds(joint_hit_probability(4, 4, [z], eps), four)
        assert _holds(subset_sum_number_mean(9, 2, [z], eps), comb(9, 2) * two)
        for bound in (crude_lower, sharp_lower):
            lower = bound(4, 4, 1, eps, abs(z))
            assert lower >= 0
            assert mpmath.mpf(lower.numerator) / lower.denominator <= four * (1 + 1e-20)


@settings(cases(2, 6), deadline=None)
@given(TARGETS, ACCURACIES)
@example(F(10**5), F(1, 10))
@example(F(0), F(2))
def test_probabilities_and_their_products(z, eps) -> None:
    _check(z, eps)


def test_lie_a_probability_below_zero_is_squared(monkeypatch) -> None:
    monkeypatch.setattr(Enclosure, "within", lambda self, *_: self)
    with pytest.raises(AssertionError):
        _check(F(10**5), F(1, 10))


@pytest.mark.parametrize("bound", [crude_lower, sharp_lower])
@pytest.mark.parametrize(
    "wrong",
    [
        {"eps": -1},
        {"eps": 0},
        {"dim": 0},
        {"norm": -1},
        {"size": 0},
        {"size": 10},
        {"n": 0},
        {"n": True},
        {"eps": 10**400},
        {"eps": "1e-400"},
    ],
)
def test_evaluators_of_one_size_check_their_question(bound, wrong) -> None:
    question = {"n": 9, "size": 4, "dim": 2, "eps": "0.1", "norm": 1} | wrong
    with pytest.raises(InvalidParameterError, match=next(iter(wrong))):
        bound(*question.values())


def test_a_search_without_terms_next_to_the_diagonal_ends() -> None:
    assert mrss_width(2, "0.0005", "1/2", "5/8").n > 0
