"""Inverse queries go round: the answer meets the claim, its neighbour does not."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from handmade.nightly import cases
from hypothesis import assume, given
from hypothesis import strategies as st

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import (
    decide,
    statement,
)
from slth_verify.verdict import Verdict

accuracies = st.fractions(
    min_value=Fraction(1, 10**6), max_value=Fraction(33, 100), max_denominator=10**6
)
constants = st.fractions(
    min_value=Fraction(1, 100), max_value=100, max_denominator=1000
)
#: Constants of Theorem 1 that counting does not refute.
possible = st.fractions(min_value=Fraction(3, 2), max_value=100, max_denominator=1000)
VERIFIED, REFUTED = Verdict.VERIFIED, Verdict.REFUTED


@given(eps=accuracies, constant=possible)
@cases(8, 25)
def test_width_of_theorem_one_goes_round(eps: Fraction, constant: Fraction) -> None:
    s = statement("thm:rss")
    n = s.solve_for("n", eps=eps, C=constant)
    bound = s.bound(eps=eps, C=constant)
    assert decide(n, ">=", bound) is VERIFIED
    assert decide(n - 1, ">=", bound) is REFUTED


@given(n=st.integers(1, 10**6), constant=possible)
@cases(8, 25)
def test_accuracy_of_theorem_one_goes_round(n: int, constant: Fraction) -> None:
    s = statement("thm:rss")
    assume(3 * n > 5 * constant)  # otherwise eps = exp(-n/C) may be above 1/3
    answer = s.threshold("eps", n=n, C=constant)
    assert (answer.side, answer.attained) == ("least", True)
    bound = s.bound(eps=answer.value, C=constant)
    assert sp.simplify(bound - n) == 0
    smaller = answer.value * sp.Rational(999_999, 1_000_000)
    assert decide(n, ">=", s.bound(eps=smaller, C=constant)) is REFUTED


@given(m=st.integers(1, 40), eps=accuracies, constant=constants, a_m=st.integers(1, 4))
@cases(6, 20)
def test_width_of_theorem_five_goes_round(m, eps, constant, a_m) -> None:
    s = statement("thm:mrss-nsn")
    values = {"m": m, "eps": eps, "C": constant, "a_m": a_m}
    k = s.solve_for("k", **values)
    assert decide(k, ">=", s.bound("size", **values)) is VERIFIED
    assert k == 1 or decide(k - 1, ">=", s.bound("size", **values)) is REFUTED
    assert s.solve_for("n", **values) == k**2


@given(n=st.integers(1, 10**9), m=st.integers(1, 12))
@cases(6, 20)
def test_accuracy_of_theorem_five_goes_round(n: int, m: int) -> None:
    s = statement("thm:mrss-nsn")
    try:
        eps = s.solve_for("eps", n=n, m=m, C=1)
    except InvalidParameterError:
        assert decide(s.bound(eps="0.999999", m=m, C=1), ">", n) is VERIFIED
        return
    assert decide(s.bound(eps=eps, m=m, C=1), "<=", n) is VERIFIED
    smaller = eps * sp.Rational(999_999, 1_000_000)
    assert decide(s.bound(eps=smaller, m=m, C=1), "<=", n) is REFUTED


@given(
    eta=st.fractions(Fraction(1, 500), Fraction(1, 2), max_denominator=500),
    error=accuracies,
)
@cases(6, 20)
def test_depth_of_the_accumulated_error_goes_round(eta, error) -> None:
    s = statement("lem:error-accumulation")
    try:
        depth = s.solve_for("depth", eta=eta, error=error)
    except InvalidParameterError:
        assert eta > error
        return
    assert decide(s.bound(eta=eta, depth=depth), "<=", sp.sympify(error)) is VERIFIED
    deeper = s.bound(eta=eta, depth=depth + 1)
    assert decide(deeper, "<=", sp.sympify(error)) is REFUTED


@given(
    eps1=st.fractions(Fraction(1, 10**4), Fraction(49, 100), max_denominator=10**4),
    eps2=st.fractions(Fraction(1, 10**4), Fraction(99, 100), max_denominator=10**4),
    delta=st.fractions(Fraction(1, 10**6), Fraction(99, 100), max_denominator=10**6),
)
@cases(6, 20)
def test_explicit_width_meets_its_failure_probability(eps1, eps2, delta) -> None:
    s = statement("der:rss-explicit")
    n = s.solve_for("n", eps1=eps1, eps2=eps2, delta=delta)
    exact_delta = sp.Rational(delta.numerator, delta.denominator)
    failure = s.bound("failure", n=n, eps1=eps1, eps2=eps2)
    assert decide(failure, "<=", exact_delta) is VERIFIED
    if n > 0:
        fewer = s.bound("failure", n=n - 1, eps1=eps1, eps2=eps2)
        assert decide(fewer, "<=", exact_delta) is REFUTED
    assert s.solve_for("n", of="failure", F=delta, eps1=eps1, eps2=eps2) == n


LAYER = {"d": 2, "c_in": 3, "c_out": 2}
SUFFICIENT = {
    "thm:structured-slth": {**LAYER, "depth": 4, "C": "1/1000"},
    "lem:kernel-pruning": {**LAYER, "C": "1/1000"},
    "der:rss-constant": {},
    "rel:unstructured-log": {"d_in": 3, "d_out": 2, "depth": 3, "delta": "1/2", "C": 2},
    "rel:gaussian-mrss": {"d": 5, "C": "1/7"},
}


@pytest.mark.parametrize("identifier", SUFFICIENT)
@given(eps=accuracies)
@cases(2, 4)
def test_width_and_accuracy_go_round(identifier: str, eps: Fraction) -> None:
    s, values = statement(identifier), SUFFICIENT[identifier]
    n = s.solve_for("n", eps=eps, **values)
    assert decide(n, ">=", s.bound(eps=eps, **values)) is VERIFIED
    assert n == 1 or decide(n - 1, ">=", s.bound(eps=eps, **values)) is REFUTED
    finer = s.solve_for("eps", n=n, **values)
    assert decide(finer, "<=", sp.Rational(str(eps))) is VERIFIED
    assert decide(s.bound(eps=finer, **values), "<=", n) is VERIFIED
    below = finer * sp.Rational(999_999, 1_000_000)
    assert decide(s.bound(eps=below, **values), "<=", n) is REFUTED


@given(
    p=st.fractions(Fraction(1, 10), Fraction(9, 10), max_denominator=100),
    channels=st.integers(1, 64),
    depth=st.integers(1, 20),
    signs=st.integers(1, 2),
)
@cases(5, 15)
def test_explicit_network_width_goes_round(p, channels, depth, signs) -> None:
    s = statement("der:structured-slth")
    values = {"p": p, "c_in": channels, "depth": depth, "t": signs, "n_0": 97}
    n = s.solve_for("n", delta="1/100", **values)
    bound = s.bound(delta="1/100", **values)
    assert decide(n, ">=", bound) is VERIFIED
    assert decide(n - 1, ">=", bound) is REFUTED


def test_symbolic_answers() -> None:
    C, n = sp.Symbol("C", real=True), sp.Symbol("n", integer=True)
    assert statement("thm:rss").solve_for("eps") == sp.exp(-n / C)
    answer = statement("thm:rss").solve_for("n", eps="1/100")
    assert answer.free_symbols == {C}


def test_powers_of_two_are_hit_exactly() -> None:
    s = statement("der:rss-counting")
    assert s.solve_for("n", eps="1/128") == 7
    assert s.solve_for("n", eps="1/129") == 8
    assert s.solve_for("eps", n=7) == sp.Rational(1, 128)


def test_no_solution_names_the_hypothesis() -> None:
    with pytest.raises(InvalidParameterError, match="eps < 1/3"):
        statement("thm:rss").solve_for("eps", n=1, C=3)
    with pytest.raises(InvalidParameterError, match="Naturals"):
        statement("lem:error-accumulation").solve_for(
            "depth", eta="1/10", error="1/100"
        )


@pytest.mark.parametrize(
    ("symbol", "values", "fragment"),
    [
        ("n", {"n": 3}, "leave it out"),
        ("X", {}, "no claim"),
        ("depth", {}, "no symbol"),
    ],
)
def test_misuse_is_explained(symbol, values, fragment) -> None:
    with pytest.raises(InvalidParameterError, match=fragment):
        statement("thm:rss").solve_for(symbol, **values)


def test_values_that_are_missing_are_named() -> None:
    with pytest.raises(InvalidParameterError, match="c, m have no value"):
        statement("der:two-blocks").solve_for("B", kappa=1, tau=1, r=1, F="1/10")
