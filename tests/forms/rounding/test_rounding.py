"""What rounding loses, against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.forms.rounding import (
    dots_above,
    float_ends,
    floats_of,
    sizes_above,
    total_above,
)

F = Fraction

FLOATS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, 5e-324, -5e-324, 2.0**-1022, 1.0, -1.0, 2.0**60, -(2.0**60), 1.7e308]
)
VECTORS = st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=12)


def proves(bound: float, truth: Fraction) -> bool:
    """Whether a bound from above says nothing, or what is so."""
    return bound == np.inf or F(float(bound)) >= truth


@given(VECTORS)
def test_sums_of_products_are_not_above_their_bounds(
    pairs: list[tuple[float, float]],
) -> None:
    weights, column = (np.array(part) for part in zip(*pairs, strict=True))
    with np.errstate(all="ignore"):
        (found,) = dots_above(weights, column[:, None])
        (size,) = sizes_above(column[:, None])
        total = total_above(np.abs(column))
    assert proves(found, sum((F(a) * F(b) for a, b in pairs), F(0)))
    assert proves(size, sum((abs(F(b)) for _, b in pairs), F(0)))
    assert proves(total, sum((abs(F(b)) for _, b in pairs), F(0)))


@pytest.mark.parametrize("seed", range(20))
def test_sums_that_cancel_are_near_their_bounds(seed: int) -> None:
    """Off by a share of the moduli, not more."""
    rng = np.random.default_rng(seed)
    weights = rng.permutation(np.repeat([2.0**60, -(2.0**60), 1.0], 5))
    (found,) = dots_above(weights, np.ones((15, 1)))
    assert 5 <= found <= 5 + 2.0**60 * 10 * 19 * 4.1 * 2.0**-53


@pytest.mark.parametrize("number", [1e308, -1e308, np.inf, np.nan])
def test_a_sum_beyond_all_floats_is_no_bound(number: float) -> None:
    with np.errstate(all="ignore"):
        assert dots_above(np.full(4, number), np.ones((4, 1))) == np.inf


def test_a_sum_of_many_products_that_underflow() -> None:
    column = np.full((100, 1), 0.49 * 2.0**-574)
    (found,) = dots_above(np.full(100, 2.0**-500), column)
    assert F(float(found)) >= 49 * F(1, 2**1074)


RATIONALS = st.fractions() | st.builds(
    lambda a, b, power: F(a, b) * F(2) ** power,
    st.integers(-(10**40), 10**40),
    st.integers(1, 10**20),
    st.integers(-1200, 800),
)


@given(RATIONALS)
def test_float_ends_are_the_floats_around(number: Fraction) -> None:
    low, high = float_ends(number)
    assert F(low) <= number <= F(high)
    assert low == high or np.nextafter(np.nextafter(low, np.inf), np.inf) == high
    assert (low == high) == (F(float(number)) == number)


def test_no_float_reaches_it() -> None:
    with pytest.raises(OverflowError):
        float_ends(F(10) ** 400)
    assert float_ends(F(np.finfo(float).max) + 1)[1] == np.inf


@given(
    st.lists(st.tuples(st.integers(), st.integers(0, 2**80)), min_size=1, max_size=5),
    st.integers(0, 1300),
    st.integers(0, 1000),
    st.booleans(),
)
def test_floats_are_as_near_as_they_say(
    numbers: list[tuple[int, int]], bits: int, power: int, exact: bool
) -> None:
    least = np.array([a << power for a, _ in numbers], object)
    most = least if exact else np.array([(a << power) + b for a, b in numbers], object)
    values, error = floats_of(least, most, bits)
    unit = F(1, 1 << bits)
    for value, *ends in zip(values, least, most, strict=True):
        assert all(abs(F(float(value)) - end * unit) <= F(error) for end in ends)
    widest = max(b - a for a, b in zip(least, most, strict=True)) * unit
    largest = max(abs(F(float(value))) for value in values)
    assert F(error) <= largest / 2**51 + widest * F(1001, 1000) + F(1, 2**1020)


def test_numbers_beyond_all_floats_are_refused() -> None:
    huge = np.array([1 << 1100], object)
    with pytest.raises(OverflowError):
        floats_of(huge, huge, 0)
    assert floats_of(huge, huge, 1100)[0] == 1
