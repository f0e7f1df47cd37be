"""Numbers mean what is written."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import read_exact


@pytest.mark.parametrize(
    "value",
    [
        "0.01",
        "1/100",
        "1e-2",
        Fraction(1, 100),
        Decimal("0.01"),
        0.01,
        np.float64(0.01),
        sp.Rational(1, 100),
    ],
)
def test_one_hundredth_in_every_form(value) -> None:
    assert read_exact(value) == sp.Rational(1, 100)


def test_integers_of_numpy_are_integers() -> None:
    assert read_exact(np.int64(7)) == 7


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_its_shortest_decimal_form(value: float) -> None:
    exact = read_exact(value)
    assert Fraction(int(exact.p), int(exact.q)) == Fraction(repr(value))
    assert float(exact) == value


@given(st.fractions())
def test_fractions_are_kept(value: Fraction) -> None:
    assert read_exact(value) == sp.Rational(value.numerator, value.denominator)
    assert read_exact(str(value)) == read_exact(value)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        "abc",
        "1/0",
        True,
        None,
        [1],
        sp.Float("0.1"),
        sp.oo,
        sp.nan,
        1j,
    ],
)
def test_what_is_no_exact_number_is_refused(value) -> None:
    with pytest.raises(InvalidParameterError, match="eps="):
        read_exact(value, "eps")


def test_symbols_pass() -> None:
    t = sp.Symbol("t")
    assert read_exact(2 * t + sp.pi) == 2 * t + sp.pi
