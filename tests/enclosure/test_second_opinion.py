"""Sums of the second opinion: as exact as the precision, whatever is cancelled."""

import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.enclosure import _second_opinion

MP = mpmath.MPContext()
MP.dps = 80

floats = st.floats(-1e70, 1e70) | st.floats(-1, 1, width=32) | st.just(5e-324)


def _agrees(room, terms: list[float]) -> None:
    exact, found = sum(map(Fraction, terms)), room._sum(MP, terms)
    error = _second_opinion._as_fraction(MP, found, 0) - exact
    assert abs(error) <= abs(exact) / 10**70


@given(st.lists(floats, max_size=30))
def test_sums_are_exact_to_the_precision(terms: list[float]) -> None:
    _agrees(_second_opinion, terms)
    _agrees(_second_opinion, [*terms, *(-x for x in terms[1:])])


def test_what_is_no_number_stays_none() -> None:
    assert MP.isnan(_second_opinion._sum(MP, [1.0, math.nan]))
    assert MP.isinf(_second_opinion._sum(MP, [1.0, math.inf]))


def test_a_rounded_sum_is_noticed(mutant) -> None:
    lying = mutant(_second_opinion, "parts.append(-rest)", "return mp.mpf(rest)")
    with pytest.raises(AssertionError):
        _agrees(lying, [1.0, 1e-30])
