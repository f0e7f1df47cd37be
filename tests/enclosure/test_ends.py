"""Ends of enclosures: exact where they fit, rounded outwards where they do not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb
from hypothesis import example, given
from hypothesis import strategies as st

from slth_verify.enclosure import NonFiniteError, from_ball, normal_cdf, to_ball

_LEAST = Fraction(1, 2**65536)


@example(2**53 + 1, -60_000)
@given(st.integers(-(10**30), 10**30), st.integers(-(10**18), 60_000))
def test_ends_contain_the_number(mantissa: int, exponent: int) -> None:
    found = from_ball(arb(mantissa) * arb(2) ** exponent)
    if exponent > -70_000:
        value = Fraction(mantissa) * Fraction(2) ** exponent
        assert found.lower <= value <= found.upper
    else:
        assert found.upper - found.lower <= _LEAST
        assert (found.lower < 0) == (mantissa < 0)
        assert (found.upper > 0) == (mantissa > 0)


def test_the_far_tail_of_the_normal_law_is_a_small_fraction() -> None:
    tail = from_ball(normal_cdf(-to_ball(10**9)))
    assert -_LEAST <= tail.lower <= 0 < tail.upper == _LEAST


def test_numbers_too_large_for_a_fraction_are_refused() -> None:
    with pytest.raises(NonFiniteError, match="too large"):
        from_ball(to_ball(10**9).exp())
