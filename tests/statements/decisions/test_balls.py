"""Gamma functions and integrals are decided too, or stay open."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

from slth_verify.enclosure import Enclosure
from slth_verify.errors import InvalidParameterError
from slth_verify.statements import decide, statement
from slth_verify.statements.decisions import decide as decide_module
from slth_verify.verdict import Verdict

ONE, WORST = statement("lem:nsn-sum"), statement("der:worst-target")
CRUDE, NEED = statement("der:crude-moment"), statement("der:first-moment")
POINT = {"k": 20, "m": 9, "eps": "1/100", "r": 1}


def test_gamma_at_any_argument_is_decided() -> None:
    third = sp.gamma(sp.Rational(1, 3))
    assert decide(third, ">", sp.Rational(26789, 10000)) is Verdict.VERIFIED
    assert decide(third, ">", sp.Rational(26790, 10000)) is Verdict.REFUTED


def test_the_exact_probability_is_decided() -> None:
    # p_20(e_1) at m = 9, eps = 0.01: 7.906257541e-25, by mpmath
    exact = WORST.bound("lower", **POINT)
    assert decide(exact, ">", sp.Rational("7.90625754e-25")) is Verdict.VERIFIED
    assert decide(exact, "<", sp.Rational("7.90625755e-25")) is Verdict.VERIFIED


@pytest.mark.parametrize("claim", ["lower", "upper"])
def test_the_integral_is_stronger_than_its_closed_bound(claim: str) -> None:
    found = ONE.compare(WORST, of=(claim, claim), **POINT)
    assert found.stronger == "der:worst-target"


def test_exact_terms_are_stronger_than_closed_ones() -> None:
    values = {"n": 60, "k": 12, "m": 2, "eps": "1/10", "r": 1}
    found = CRUDE.compare(CRUDE, of=("exact", "closed"), **values)
    assert decide(found.left, ">", found.right) is Verdict.VERIFIED


def test_over_a_range_by_the_trends_of_both_sides() -> None:
    found = ONE.compare(
        WORST, of=("lower", "lower"), over=("r", "1/2", 2), k=9, m=2, eps="1/2"
    )
    assert found.stronger == "der:worst-target"
    assert [stretch.stronger for stretch in found.stretches] == [found.stronger]


def test_the_necessary_width_is_found_by_bisection() -> None:
    answer = NEED.threshold("n", P="1/2", m=1, eps="1/100", r=1)
    assert (answer.side, answer.value, answer.beyond) == ("greatest", 7, 8)
    for n, holds in ((7, True), (8, False)):
        bound = NEED.bound(n=n, m=1, eps="1/100", r=1)
        assert (decide(bound, "<=", sp.Rational(1, 2)) is Verdict.VERIFIED) is holds


@pytest.mark.nightly
def test_the_necessary_width_of_the_reference_point() -> None:
    answer = NEED.threshold("n", P="1/2", m=9, eps="1/100", r=1)
    assert answer.beyond == 85


@pytest.mark.parametrize("error", [InvalidParameterError, ArithmeticError])
def test_an_enclosure_that_fails_leaves_it_open(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def failing(expression, *, bits):
        raise error("not known")

    monkeypatch.setattr(decide_module, "enclose", failing)
    constant = sp.gamma(sp.Rational(1, 3))
    assert decide(constant, ">", 1) is Verdict.INCONCLUSIVE
    assert ONE.compare(WORST, of=("upper", "upper"), **POINT).stronger is None


def test_an_enclosure_that_is_too_wide_leaves_it_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wide = Enclosure(Fraction(2), Fraction(3))
    monkeypatch.setattr(decide_module, "enclose", lambda expression, *, bits: wide)
    constant = sp.gamma(sp.Rational(1, 3))
    assert decide(constant, ">", 0) is Verdict.VERIFIED
    wide = Enclosure(Fraction(-1), Fraction(3))
    assert decide(constant, ">", 0) is Verdict.INCONCLUSIVE


def test_what_nobody_encloses_stays_open() -> None:
    x = sp.Symbol("x", positive=True)
    for constant in (sp.zeta(3), sp.Integral(sp.sin(x), (x, 0, sp.oo)), 1 / sp.zoo):
        assert decide(sp.sympify(constant) + sp.pi, ">", 5) in (
            Verdict.INCONCLUSIVE,
            Verdict.REFUTED,
        )
    assert decide(sp.oo * sp.pi, ">", 1) is Verdict.VERIFIED
    assert decide(sp.nan, ">", 1) is Verdict.INCONCLUSIVE
