"""The search over heights ends where plain bisection ends, and is seldom slower."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from slth_verify.bounds._bisect import least_not_negative, least_that


@given(
    st.integers(0, 10**6),
    st.integers(1, 10**6),
    st.sampled_from((1.0, 1e-3, 1e3)),
    st.sampled_from(("straight", "steep", "flat", "infinite")),
)
def test_it_finds_the_first_number_that_is_enough(low, wide, slope, shape) -> None:
    high = low + wide
    first = low + 1 + (wide * 7) // 11
    tried: list[int] = []

    def height(n: int) -> float:
        tried.append(n)
        far = slope * (n - first) if n >= first else slope * (n - first + 0.5)
        if shape == "steep":
            return math.copysign(min(abs(far), 700.0) ** 3, far)
        if shape == "flat":
            return far if n >= first else -slope
        if shape == "infinite":
            return math.inf if n >= first else far
        return far

    ends = height(low), height(high)
    tried.clear()
    found = least_not_negative(height, low, high, ends)
    assert found == min(first, high) == least_that(lambda n: n >= first, low, high)
    assert len(tried) <= 3 * wide.bit_length()
    assert all(low < n < high for n in tried)
    if shape == "straight":
        assert len(tried) <= 4
