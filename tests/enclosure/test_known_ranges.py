"""Enclosures of numbers whose range is known for another reason."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.enclosure import Enclosure
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import exact_number

F = Fraction

ENDS = st.fractions(F(-3), F(3), max_denominator=50)
TINY = st.builds(
    lambda sign, power: F(sign) / 2**power,
    st.sampled_from((-1, 0, 1)),
    st.integers(0, 8000),
)


@given(ENDS, ENDS, ENDS)
def test_the_number_stays_inside(first, second, third) -> None:
    low, number, high = sorted((first, second, third))
    whole = Enclosure(low, high)
    part = whole.within(0, None) if number >= 0 else whole.within(-3, 0)
    assert part.contains(number)
    assert whole.lower <= part.lower <= part.upper <= whole.upper


def test_a_contradiction_is_refused() -> None:
    with pytest.raises(InvalidParameterError):
        Enclosure(F(-2), F(-1)).within(0, 1)


@given(TINY, TINY)
def test_rounded_outwards_and_read_again(first, second) -> None:
    low, high = sorted((first, second))
    coarse = Enclosure(low, high).readable()
    assert coarse.lower <= low <= high <= coarse.upper
    for end, text in zip((coarse.lower, coarse.upper), coarse.decimal(), strict=True):
        assert (end == 0) == (exact_number(text) == 0)
    for end, own in ((coarse.lower, low), (coarse.upper, high)):
        assert end == own or abs(own) < F(1, 2**3300) >= abs(end)


def test_lie_rounded_towards_zero() -> None:
    tiny = F(1, 2**5000)
    coarse = Enclosure(tiny, tiny).readable()
    assert coarse.lower == 0 < tiny <= coarse.upper
