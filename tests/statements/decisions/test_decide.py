"""Rational enclosures contain the truth, and comparisons are proved or left open."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.enclosure import Enclosure, enclose
from slth_verify.statements import decide
from slth_verify.statements.decisions.decide import enclosed, relation_truth, sign_of
from slth_verify.statements.decisions.proved import Ceil, Floor, Greatest, Least
from slth_verify.statements.queries.isolate import Between, on_cells, sign_pieces
from slth_verify.verdict import Verdict

small = st.fractions(min_value=-20, max_value=20, max_denominator=10**6)
positive = st.fractions(min_value=Fraction(1, 10**6), max_value=10**6)


def contains(value: Enclosure, expression: sp.Expr, digits: int = 60) -> bool:
    """Whether a high-precision value lies in the interval, with a tiny allowance."""
    lower = sp.Rational(value.lower.numerator, value.lower.denominator)
    upper = sp.Rational(value.upper.numerator, value.upper.denominator)
    low, high = (sp.N(expression - end, digits) for end in (lower, upper))
    slack = sp.Float(10, 20) ** (-digits + 5) * (1 + abs(sp.N(expression, 15)))
    return bool(low >= -slack) and bool(high <= slack)


def rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


@given(positive)
def test_log_encloses(x: Fraction) -> None:
    value = enclose(sp.log(rational(x)), bits=100)
    assert contains(value, sp.log(rational(x)))
    assert value.upper - value.lower <= Fraction(1, 1 << 90)


@given(small)
def test_exp_encloses(x: Fraction) -> None:
    value = enclose(sp.exp(rational(x)), bits=100)
    assert contains(value, sp.exp(rational(x)))
    assert value.upper - value.lower <= value.upper * Fraction(1, 1 << 90)


@given(positive, st.integers(2, 7))
def test_root_encloses(x: Fraction, degree: int) -> None:
    value = enclose(rational(x) ** sp.Rational(1, degree), bits=80)
    assert value.lower**degree <= x <= value.upper**degree
    assert value.upper - value.lower <= value.upper * Fraction(1, 1 << 60)


@given(small, small, st.integers(-6, 9))
def test_integer_power_contains_the_powers_of_both_ends(
    x: Fraction, y: Fraction, exponent: int
) -> None:
    low, high = min(x, y), max(x, y)
    power = Between(low, high) ** exponent
    if exponent < 0 and low <= 0 <= high:
        assert enclosed(power, 40) is None
        return
    value = enclose(power, bits=40)
    for point in (low, (low + high) / 2, high):
        assert value.lower <= point**exponent <= value.upper


@given(small)
@settings(max_examples=20)
def test_erf_encloses(x: Fraction) -> None:
    assert contains(enclose(sp.erf(rational(x)), bits=80), sp.erf(rational(x)))


@pytest.mark.parametrize(
    "text",
    [
        "pi",
        "exp(1)",
        "gamma(Rational(27, 2))",
        "erfc(7)",
        "2**Rational(1, 3)",
        "exp(sqrt(5)*log(3))",
        "Max(pi, 3) - Min(E, 3)",
        "Abs(1 - sqrt(2))",
        "floor(100*pi) + ceiling(100*E)",
        "Sum(1/x**2, (x, 1, 20))",
        "Piecewise((log(2), 1 < 2), (0, True))",
        "exp(-2000)",
        "1/(sqrt(2) - Rational(1414, 1000))",
    ],
)
def test_expressions_are_enclosed(text: str) -> None:
    expression = sp.sympify(text, rational=True)
    assert contains(enclose(expression, bits=128), expression, 40)


def test_inverse_of_an_interval_with_zero_is_undecided() -> None:
    assert enclosed(1 / Between(Fraction(-1), Fraction(1)), 40) is None


@pytest.mark.parametrize(
    ("lhs", "relation", "rhs", "verdict"),
    [
        (sp.log(100), "==", 2 * sp.log(10), Verdict.VERIFIED),
        (sp.log(100), ">", 2 * sp.log(10), Verdict.REFUTED),
        (sp.sqrt(2) + sp.sqrt(3), "==", sp.sqrt(5 + 2 * sp.sqrt(6)), None),
        (sp.pi, ">", sp.Rational(355, 113), Verdict.REFUTED),
        (3, "<=", 3, Verdict.VERIFIED),
        (sp.Symbol("x"), "<", 1, Verdict.INCONCLUSIVE),
        (sp.besselk(1, 2), "<", 1, Verdict.VERIFIED),
        (sp.exp(10**9), ">", 1, Verdict.INCONCLUSIVE),
        (sp.gamma(sp.Rational(1, 3)), ">", 2, Verdict.VERIFIED),
        (sp.zeta(3), "<", 2, Verdict.INCONCLUSIVE),
        (sp.zoo, ">", 1, Verdict.INCONCLUSIVE),
    ],
)
def test_decide(lhs, relation, rhs, verdict) -> None:
    found = decide(lhs, relation, rhs)
    if verdict is None:  # true, but need not be recognised: never the opposite
        assert found is not Verdict.REFUTED
    else:
        assert found is verdict


def test_a_difference_below_double_precision_is_decided() -> None:
    tiny = sp.exp(-300)
    assert decide(1 + tiny, ">", 1) is Verdict.VERIFIED
    assert sign_of(sp.log(1 + sp.Rational(1, 10**80))) == 1


def test_open_comparisons_are_never_verified() -> None:
    relation = sp.Lt(sp.zeta(3), 10, evaluate=False)
    assert relation_truth(relation) is Verdict.INCONCLUSIVE
    both = sp.And(sp.Lt(2, 3, evaluate=False), relation, evaluate=False)
    assert relation_truth(both) is Verdict.INCONCLUSIVE
    refuted = sp.And(sp.Lt(3, 2, evaluate=False), relation, evaluate=False)
    assert relation_truth(refuted) is Verdict.REFUTED


def test_rounding_and_extremes_are_proved() -> None:
    assert Ceil(729 * sp.log(900)) == 4959
    assert Floor(sp.log(sp.Integer(10) ** 30) / sp.log(10)) == 30
    assert Ceil(sp.log(8) / sp.log(2)) == 3
    assert Least(sp.pi, sp.Rational(22, 7)) == sp.pi
    assert Greatest(sp.pi, sp.Rational(22, 7)) == sp.Rational(22, 7)
    x = sp.Symbol("x", real=True)
    assert Ceil(x).subs(x, sp.Rational(5, 2)) == 3
    assert Least(x, 1).has(x)


def test_signs_on_a_range() -> None:
    x = sp.Symbol("x", real=True)
    on_cell = on_cells(sp.log(x) * (x - 2), x)
    ends = (sp.Rational(1, 2), sp.Integer(4))
    pieces = sign_pieces(on_cell, *ends, sp.Rational(1, 1000))
    assert [piece.sign for piece in pieces] == [1, None, -1, None, 1]
    assert pieces[1].low < 1 < pieces[1].high
    assert pieces[3].low < 2 < pieces[3].high
    assert all(a.high == b.low for a, b in pairwise(pieces))
    few = sign_pieces(on_cell, *ends, sp.Rational(1, 1000), most=9)
    assert (few[0].low, few[-1].high) == ends
    assert sum(1 for piece in few if piece.sign is None) >= 1
    (none,) = sign_pieces(on_cell, *ends, sp.Rational(1, 1000), most=1)
    assert none.sign is None
