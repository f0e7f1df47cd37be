"""Vectorised sums are rounded once, as by exact rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from slth_verify.subset_sum.steps import exact_sums
from slth_verify.subset_sum.steps.exact_sums import rounded_sum, rounded_sums

_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_SHAPES = st.tuples(st.integers(8, 40), st.integers(1, 3))


def _exact(column: np.ndarray) -> float:
    total = sum((Fraction(x) for x in column.tolist()), Fraction(0))
    try:
        return float(total)
    except OverflowError:
        return float("inf") if total > 0 else -float("inf")


@given(arrays(np.float64, _SHAPES, elements=_FINITE))
def test_any_sums_are_rounded_once(terms: np.ndarray) -> None:
    assert rounded_sums(terms).tolist() == [_exact(column) for column in terms.T]


@pytest.mark.parametrize("spread", [0, 30, 60, 300])
@pytest.mark.parametrize("count", [8, 9, 1000, 4097])
def test_sums_over_many_scales(count: int, spread: int) -> None:
    rng = np.random.default_rng((count, spread))
    terms = rng.standard_normal((count, 7)) * 2.0 ** rng.integers(
        -spread, spread + 1, (count, 7)
    )
    terms[-1] = -rounded_sums(terms[:-1])  # what is left was rounded off
    assert rounded_sums(terms).tolist() == [_exact(column) for column in terms.T]


def test_ties_and_zeros() -> None:
    half = np.zeros((16, 4))
    half[:2] = [[1.0] * 4, [2.0**-53] * 4]
    half[2, 1], half[2, 2] = 2.0**-200, -(2.0**-200)
    half[:2, 3] = [1e300, -1e300]
    assert rounded_sums(half).tolist() == [1.0, 1.0 + 2.0**-52, 1.0, 0.0]


def test_few_columns_need_the_slow_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    calls = []
    monkeypatch.setattr(
        exact_sums, "rounded_sum", lambda terms: calls.append(1) or rounded_sum(terms)
    )
    rounded_sums(rng.standard_normal((3000, 200)))
    assert len(calls) < 20


def test_a_sum_without_its_slack_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is needed: without it the second sum's own rounding shows."""
    monkeypatch.setattr(exact_sums, "_UNIT", 0.0)
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(30):
        terms = rng.standard_normal((64, 50)) * 2.0 ** rng.integers(-60, 61, (64, 50))
        terms[-1] = -rounded_sums(terms[:-1])
        exact = [_exact(column) for column in terms.T]
        wrong += rounded_sums(terms).tolist() != exact
    assert wrong
