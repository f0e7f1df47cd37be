"""Reading exact numbers; the working precision."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from slth_verify.enclosure import exact, from_ball, to_ball, working_precision
from slth_verify.errors import InvalidParameterError

F = Fraction


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        (3, F(3)),
        ("0.01", F(1, 100)),
        ("1/3", F(1, 3)),
        ("1e-6", F(1, 10**6)),
        (0.1, F(1, 10)),
        (np.float64(0.1), F(1, 10)),
        (np.int64(7), F(7)),
        (F(2, 7), F(2, 7)),
        (sp.Rational(2, 7), F(2, 7)),
        (sp.Integer(5), F(5)),
    ],
)
def test_numbers_mean_what_they_say(value, meaning) -> None:
    assert exact(value) == meaning


@pytest.mark.parametrize(
    "value", [True, None, float("nan"), float("inf"), "x", "1/0", sp.pi, [1]]
)
def test_everything_else_is_refused(value) -> None:
    with pytest.raises(InvalidParameterError, match="eps="):
        exact(value, "eps")


def test_precision_is_restored_by_an_exception() -> None:
    third = F(1, 3)

    def width() -> Fraction:
        return from_ball(to_ball(third)).width

    before = width()
    inside = []

    def fail() -> None:
        with working_precision(200):
            inside.append(width())
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        fail()
    assert inside[0] < before
    assert width() == before


@pytest.mark.parametrize("bits", [0, 23, 64.0, True])
def test_bad_precisions_are_refused(bits) -> None:
    with pytest.raises(InvalidParameterError, match="bits="), working_precision(bits):
        pass
