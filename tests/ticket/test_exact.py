"""Exact sums and the quantile check, against independent arithmetic."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.enclosure import check_normal_quantiles, nearest_normal_quantiles
from slth_verify.enclosure.quantiles.table import centred_normal_cdf
from slth_verify.network.random_networks import normal_weights
from slth_verify.ticket import exact_sum
from slth_verify.ticket.graphs.exact_sums import exact_column_sums, exact_products
from slth_verify.verdict import Verdict

FLOATS = st.floats(-1e77, 1e77, width=64)


@given(st.lists(FLOATS, max_size=30))
def test_exact_sum_is_exact(terms: list[float]) -> None:
    assert exact_sum(terms) == sum((Fraction(t) for t in terms), Fraction(0))


def test_exact_sum_where_floats_cancel() -> None:
    terms = [1e70, 1.0, -1e70, 2.0**-1074, -1.0]
    assert math.fsum(terms) == 2.0**-1074
    assert exact_sum(terms) == Fraction(1, 2**1074)
    assert exact_sum([1e16, 1.0, 2.0**-60]) == Fraction(10**16 + 1) + Fraction(1, 2**60)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_exact_sum_refuses_non_finite_terms(bad: float) -> None:
    with pytest.raises(ValueError, match="NaN or infinite"):
        exact_sum([1.0, bad])


@given(
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
)
def test_products_of_float32_are_exact(u: float, v: float) -> None:
    product = exact_products(np.array([u], np.float32), np.array([[v]], np.float32))
    assert Fraction(float(product[0, 0])) == abs(Fraction(u)) * Fraction(v)


@given(st.floats(-6, 6, width=32))
def test_distribution_function_is_enclosed(x: float) -> None:
    value, radius = centred_normal_cdf(np.array([x]))
    with mpmath.workdps(60):
        exact = mpmath.erf(mpmath.mpf(x) / mpmath.sqrt(2)) / 2
        assert abs(exact - mpmath.mpf(float(value[0]))) <= radius[0] / 2
    assert radius[0] <= 1e-14


WORDS = st.one_of(
    st.integers(0, 2**64 - 1),
    st.integers(0, 1000),
    st.integers(2**64 - 1000, 2**64 - 1),
    st.integers(2**63 - 1000, 2**63 + 1000),
)


@given(WORDS)
def test_only_the_nearest_float32_is_verified(word: int) -> None:
    words = np.array([word], dtype=np.uint64)
    value = normal_weights(words)
    assert nearest_normal_quantiles(words) == value
    with mpmath.workdps(80):
        centred = (2 * mpmath.mpf(word) + 1) / mpmath.mpf(2) ** 64 - 1
        quantile = mpmath.sqrt(2) * mpmath.erfinv(centred)
        near = [value]
        for side in (np.float32(np.inf), np.float32(-np.inf)):
            near += [np.nextafter(value, side)]
            near += [np.nextafter(near[-1], side)]
        distances = [abs(mpmath.mpf(float(v[0])) - quantile) for v in near]
    assert min(distances) == distances[0]
    assert check_normal_quantiles(words, value).verdict is Verdict.VERIFIED
    for other in (*near[1:], -value):
        assert check_normal_quantiles(words, other).verdict is Verdict.REFUTED


def test_words_next_to_a_midpoint_are_rounded_correctly() -> None:
    """Float64 cannot tell these from ties; a double rounding would be refuted."""
    values = np.array([0.25, 1.0, 1.5, 2.75, 1e-3, -0.7, 4.0], dtype=np.float32)
    upper = np.nextafter(values, np.float32(np.inf))
    middles = (values.astype(np.float64) + upper.astype(np.float64)) / 2
    words = []
    with mpmath.workdps(60):
        for middle in middles.tolist():
            at = mpmath.ncdf(mpmath.mpf(middle)) * mpmath.mpf(2) ** 64
            words += [int(mpmath.floor(at)) + shift for shift in (-2, -1, 0, 1, 2)]
    array = np.array(words, dtype=np.uint64)
    weights = normal_weights(array)
    assert set(weights.tolist()) <= set(values.tolist()) | set(upper.tolist())
    assert np.array_equal(weights, nearest_normal_quantiles(array))
    assert check_normal_quantiles(array, weights).verdict is Verdict.VERIFIED


def test_other_dtypes_are_refused() -> None:
    words = np.array([5], dtype=np.uint64)
    with pytest.raises(TypeError, match="float64"):
        check_normal_quantiles(words, normal_weights(words).astype(np.float64))
    with pytest.raises(TypeError, match="int64"):
        check_normal_quantiles(words.astype(np.int64), normal_weights(words))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 0.0, 3.4e38])
def test_impossible_weights_are_refuted(bad: float) -> None:
    words = np.array([5, 2**63, 7], dtype=np.uint64)
    values = normal_weights(words)
    values[1] = bad
    outcome = check_normal_quantiles(words, values)
    assert outcome.verdict is Verdict.REFUTED
    assert outcome.position == 1


def test_lengths_must_agree() -> None:
    words = np.arange(3, dtype=np.uint64)
    outcome = check_normal_quantiles(words, np.zeros(2, np.float32))
    assert outcome.verdict is Verdict.REFUTED


@given(
    st.integers(0, 6),
    st.integers(1, 4),
    st.integers(0, 2**32 - 1),
)
def test_column_sums_are_exact(count: int, entries: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scalars = np.ldexp(rng.standard_normal(count), rng.integers(-149, 4, count))
    vectors = np.ldexp(
        rng.standard_normal((count, entries)), rng.integers(-149, 100, (count, entries))
    )
    products = exact_products(scalars.astype(np.float32), vectors.astype(np.float32))
    wanted = [
        sum((Fraction(x) for x in column), Fraction(0)) * 2**298
        for column in products.T.tolist()
    ]
    assert exact_column_sums(products) == wanted


def test_column_sums_of_what_is_no_number_are_refused() -> None:
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="infinite"):
            exact_column_sums(np.array([[1.0, bad]]))
