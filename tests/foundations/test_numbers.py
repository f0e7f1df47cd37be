"""One reader of exact numbers, for every door."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.errors import InvalidParameterError
from slth_verify.limits import DIGITS, EXPONENT
from slth_verify.numbers import (
    exact_number,
    rough,
    shown,
    whole_number,
    whole_numbers,
    whole_numbers_of_text,
)


@pytest.mark.parametrize(
    "tenth",
    [
        "0.1",
        ".1",
        "1/10",
        " 1E-1 ",
        "+10.e-2",
        0.1,
        np.float64(0.1),
        np.float32(0.1),
        np.float16(0.1),
        Decimal("0.1"),
        Fraction(1, 10),
        sp.Rational(1, 10),
    ],
)
def test_a_tenth_in_every_form(tenth: object) -> None:
    assert exact_number(tenth) == Fraction(1, 10)


@pytest.mark.parametrize("seven", [7, "7", 7.0, "7.0", "14/2", np.int64(7), sp.S(7)])
def test_seven_in_every_form(seven: object) -> None:
    assert whole_number(seven) == exact_number(seven) == 7
    assert type(whole_number(seven)) is int


@pytest.mark.parametrize(
    "value",
    [
        True,
        np.True_,
        sp.true,
        None,
        1j,
        [1],
        float("nan"),
        np.float32("inf"),
        Decimal("NaN"),
        Decimal("Infinity"),
        sp.pi,
        sp.Float("0.1"),
        np.timedelta64(5),
        "",
        "x",
        "1/0",
        "1/2e3",
        "1.5/2",
        "1__0",
        "1_0",
        "٣",
        "0x10",
        "1e",
        "--1",
        "nan",
    ],
)
def test_everything_else_is_refused(value: object) -> None:
    with pytest.raises(InvalidParameterError, match="eps="):
        exact_number(value, "eps")


@pytest.mark.parametrize(
    "value",
    [
        "1e5000",
        "1e-9999999",
        "1e30000000",
        "1e99999999999999999999",
        "9" * 5000,
        "1/" + "9" * 5000,
        "0." + "1" * 5000,
        10**3000,
        Fraction(1, 10**3000),
        Decimal("1e999999999"),
        sp.Integer(10) ** 3000,
    ],
)
def test_long_numbers_are_refused_before_they_cost_anything(value: object) -> None:
    with pytest.raises(InvalidParameterError, match="eps"):
        exact_number(value, "eps")


@given(
    st.decimals(allow_nan=False, allow_infinity=False).filter(
        lambda d: abs(d.as_tuple().exponent) < EXPONENT
    )
)
def test_decimals_and_their_text_agree(value: Decimal) -> None:
    assert exact_number(value) == exact_number(str(value)) == Fraction(value)


@given(st.integers(-(10 ** (DIGITS - 1)), 10 ** (DIGITS - 1)))
def test_integers_within_the_limit_are_kept(value: int) -> None:
    assert exact_number(value) == exact_number(str(value)) == value


@given(st.one_of(st.text(max_size=30), st.from_regex(r"[-+0-9./e]{0,20}")))
def test_any_text_is_read_exactly_or_refused_by_name(text: str) -> None:
    message = ""
    try:
        assert exact_number(text, "delta") == Fraction(text.strip().lower())
    except InvalidParameterError as error:
        message = str(error)
    assert not message or message.startswith("delta")
    assert message == "" or message.isprintable()


@pytest.mark.parametrize("value", [1.9, "7/2", True, 0, 11, -1, "ten"])
def test_what_is_no_integer_in_range_is_refused(value: object) -> None:
    with pytest.raises(InvalidParameterError, match="seed="):
        whole_number(value, "seed", least=1, most=10)


def test_lists_of_integers() -> None:
    large = 2**53 + 1
    assert whole_numbers_of_text(f"1, {large}", "widths") == (1, large)
    assert whole_numbers(np.array([3, 4]), "widths") == (3, 4)
    for refused in ((1.9, "7"), 3):
        with pytest.raises(InvalidParameterError, match="widths="):
            whole_numbers(refused, "widths")
    for text in ("", "1.7,2", "1,,2"):
        for read in (whole_numbers, whole_numbers_of_text):
            with pytest.raises(InvalidParameterError, match="widths="):
                read(text, "widths")


@given(st.fractions())
def test_rough_figures_are_near(value: Fraction) -> None:
    assert abs(Fraction(rough(value)) - value) <= abs(value) / 10**5


class _Speaks:
    """A refused value whose `repr` says what a stranger wants."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


@given(st.text(max_size=200))
def test_refused_values_are_shown_on_one_short_line(text: str) -> None:
    written = shown(_Speaks(text))
    assert len(written) <= 63
    assert written.isprintable()


def test_arrays_are_shown_on_one_line() -> None:
    assert shown(np.zeros((1, 1, 2, 2))) == "array([[[[0., 0.], [0., 0.]]]])"
