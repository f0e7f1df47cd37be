"""Steps of docs/theory/weighted-moment.md (Theorem U)."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.statements import decide, statement
from slth_verify.statements.derived.weighted_moment import BRACKET, FIRST_FACTOR
from slth_verify.verdict import Verdict

THEOREM = statement("der:weighted-moment")
b11, b10, b01, b00, lam = sp.symbols("b11 b10 b01 b00 lam", positive=True)
SHARES = (b11, b10, b01, b00)
E2 = b11 * b10 + b11 * b01 + b10 * b01
E3 = b11 * b10 * b01 + b11 * b10 * b00 + b11 * b01 * b00 + b10 * b01 * b00
ALPHA, ALPHA2 = b11 + b10, b11 + b01
D, p, y = sp.symbols("D p y", positive=True)
PRODUCT = {
    b11: (1 - D) * p,
    b10: D * y,
    b01: D * (1 - y),
    b00: (1 - D) * (1 - p),
}
_names = {str(s.symbol): s.symbol for s in THEOREM.symbols}


def stated(name: str, **values):
    """A claim or formula of the theorem in the test's own symbols."""
    return THEOREM.bound(name, check=False, **values)


def test_covariance_of_the_two_sums_is_e2() -> None:
    covariance = sp.Matrix([[ALPHA, b11], [b11, ALPHA2]])
    assert sp.expand(covariance.det() - E2) == 0


def test_covariance_with_the_total_is_e3() -> None:
    # (xi, V_S, V_S')/sqrt(A), with xi of variance one: the shares sum to one
    covariance = sp.Matrix(
        [[1, ALPHA, ALPHA2], [ALPHA, ALPHA, b11], [ALPHA2, b11, ALPHA2]]
    )
    on_simplex = {b00: 1 - b11 - b10 - b01}
    assert sp.expand((covariance.det() - E3).subs(on_simplex)) == 0


def test_tilted_covariance() -> None:
    # given xi the covariance is Sigma - u u^T; xi has variance 1/(1 - 4 lam)
    sigma = sp.Matrix([[ALPHA, b11], [b11, ALPHA2]])
    u = sp.Matrix([ALPHA, ALPHA2])
    tilted = sigma - u * u.T + u * u.T / (1 - 4 * lam)
    on_simplex = {b00: 1 - b11 - b10 - b01}
    difference = (1 - 4 * lam) * tilted.det() - (E2 - 4 * lam * E3)
    assert sp.simplify(difference.subs(on_simplex)) == 0


@pytest.mark.parametrize("factor", [2, 4])
def test_tilted_variance_of_one_sum(factor: int) -> None:
    # V | xi has mean alpha xi and variance alpha (1 - alpha), xi variance 1/(1 - f lam)
    a = sp.Symbol("a")
    variance = a**2 / (1 - factor * lam) + a * (1 - a)
    expected = a * (1 - factor * lam * (1 - a)) / (1 - factor * lam)
    assert sp.simplify(variance - expected) == 0


def test_one_over_the_tilted_variance_is_at_most_one_over_the_share() -> None:
    a = sp.Symbol("a", positive=True)
    gap = (1 - 2 * lam * (1 - a)) - (1 - 2 * lam)  # alpha/sig^2 ratio, times positive
    assert sp.expand(gap - 2 * lam * a) == 0


def test_shares_in_product_coordinates() -> None:
    assert sp.expand(sum(PRODUCT.values())) == 1
    assert sp.expand((1 - ALPHA).subs(PRODUCT) - (D * (1 - y) + (1 - D) * (1 - p))) == 0


def test_bracket_in_product_coordinates() -> None:
    difference = (E2 - 4 * lam * E3).subs(PRODUCT)
    bracket = BRACKET.subs(
        {_names["lam"]: lam, _names["D"]: D, _names["p"]: p, _names["y"]: y}
    )
    assert sp.expand(difference - D * bracket) == 0


def test_first_factor_is_a_beta_ratio_with_one_jensen_step() -> None:
    n, k, m, x, r, eps = sp.symbols("n k m x r eps", positive=True)
    values = {_names[str(s)]: s for s in (n, k, m, x, r, eps, lam)}
    s, a, b = m / 2, k / 2 - m / 2, (n - k) / 2
    share = a / (a + b - x)
    jensen = (1 - 2 * lam + 2 * lam * share) ** (-s)
    # E[1/A] = 1/(n-2), E[1/alpha] = (a+b-x-1)/(a-1) under Beta(a, b-x)
    decay = sp.exp(-(r**2 + m * eps**2 / 3) / 2 * (a + b - x - 1) / ((a - 1) * (n - 2)))
    ratio = sp.gamma(a) * sp.gamma(b - x) / sp.gamma(a + b - x)
    ratio /= sp.gamma(k / 2) * sp.gamma(b) / sp.gamma(k / 2 + b)
    quotient = sp.gammasimp(FIRST_FACTOR.subs(values) / (ratio * jensen * decay))
    assert sp.simplify(quotient) == 1


def test_beta_moments() -> None:
    a, b, t = sp.symbols("a b t", positive=True)
    density = t ** (a - 1) * (1 - t) ** (b - 1)
    mean = sp.beta(a - 1, b) / sp.beta(a, b)
    assert sp.gammasimp((mean - (a + b - 1) / (a - 1)).rewrite(sp.gamma)) == 0
    assert sp.integrate(density.subs({a: 3, b: 4}), (t, 0, 1)) == sp.beta(3, 4).doit()


#: monomials in (D, D', p, y, y', p')
BRACKET_MONOMIALS = (
    ("flat", (0, 1, 1, 0, 0, 0)),
    ("flat", (1, 0, 0, 1, 1, 0)),
    ("steep", (1, 1, 1, 0, 0, 0)),
    ("steep", (0, 2, 2, 0, 0, 0)),
    ("steep", (2, 0, 0, 1, 1, 0)),
)
SHARE_MONOMIALS = {
    "alpha": (("one", (0, 1, 1, 0, 0, 0)), ("one", (1, 0, 0, 1, 0, 0))),
    "alpha'": (("one", (0, 1, 1, 0, 0, 0)), ("one", (1, 0, 0, 0, 1, 0))),
    "tilt": (
        ("flat", (0, 0, 0, 0, 0, 0)),
        ("steep", (0, 1, 1, 0, 0, 0)),
        ("steep", (1, 0, 0, 1, 0, 0)),
    ),
    "tilt'": (
        ("flat", (0, 0, 0, 0, 0, 0)),
        ("steep", (0, 1, 1, 0, 0, 0)),
        ("steep", (1, 0, 0, 0, 1, 0)),
    ),
    "other": (("one", (0, 1, 0, 0, 0, 1)), ("one", (1, 0, 0, 0, 1, 0))),
    "other'": (("one", (0, 1, 0, 0, 0, 1)), ("one", (1, 0, 0, 1, 0, 0))),
}


def test_monomials_are_those_of_the_integrand() -> None:
    dash = {"D": 1 - D, "p": 1 - p, "y": 1 - y}
    variables = (D, dash["D"], p, y, dash["y"], dash["p"])
    scale = {"flat": 1 - 4 * lam, "steep": 4 * lam, "one": 1}

    def total(monomials):
        return sum(
            scale[c] * sp.Mul(*(v**e for v, e in zip(variables, powers, strict=True)))
            for c, powers in monomials
        )

    bracket = BRACKET.subs(
        {_names["lam"]: lam, _names["D"]: D, _names["p"]: p, _names["y"]: y}
    )
    alpha, alpha2 = ALPHA.subs(PRODUCT), ALPHA2.subs(PRODUCT)
    assert sp.expand(total(BRACKET_MONOMIALS) - bracket) == 0
    for name, value in (
        ("alpha", alpha),
        ("alpha'", alpha2),
        ("tilt", 1 - 4 * lam * (1 - alpha)),
        ("tilt'", 1 - 4 * lam * (1 - alpha2)),
        ("other", 1 - alpha),
        ("other'", 1 - alpha2),
    ):
        assert sp.expand(total(SHARE_MONOMIALS[name]) - value) == 0


def weights(draw_sums):
    """Rational weights that sum to one."""
    total = sum(draw_sums)
    return [sp.Rational(value, total) for value in draw_sums]


@given(
    u=st.tuples(*[st.integers(0, 9)] * 5).filter(any),
    a=st.tuples(*[st.integers(0, 9)] * 2).filter(any),
    t=st.tuples(*[st.integers(0, 9)] * 3).filter(any),
    o=st.tuples(*[st.integers(0, 9)] * 2).filter(any),
    theta=st.fractions(0, 1, max_denominator=8),
)
@settings(max_examples=20)
def test_closed_form_equals_the_integral_of_the_tangent_product(u, a, t, o, theta):
    n, k, m, j, x = 400, 90, 6, 33, Fraction(1, 3)
    tilt, e = sp.Rational(1, 7), sp.Rational(1, 10)
    s, main = sp.Rational(m, 2), sp.Rational(theta.numerator, theta.denominator)
    power = (1 - main) * s
    gu, ga, gt, go = weights(u), weights(a), weights(t), weights(o)
    scale = {"flat": 1 - 4 * tilt, "steep": 4 * tilt, "one": sp.Integer(1)}
    third = sp.Rational(1, 3)
    factors = [(main * s, BRACKET_MONOMIALS, gu)]
    for name, exponent, g in (
        ("alpha", power / 2, ga),
        ("alpha'", power / 2, ga),
        ("tilt", power / 2, gt),
        ("tilt'", power / 2, gt),
        ("other", third, go),
        ("other'", third, go),
    ):
        factors.append((exponent, SHARE_MONOMIALS[name], g))
    exponents, constant = [main * s, 0, 0, 0, 0, 0], sp.Integer(1)
    for exponent, monomials, g in factors:
        for (c, powers), weight in zip(monomials, g, strict=True):
            if weight:
                constant *= (weight / scale[c]) ** (weight * exponent)
            exponents = [
                old + exponent * weight * power_
                for old, power_ in zip(exponents, powers, strict=True)
            ]
    d, dd, dp, dy, dyy, dpp = exponents
    half = sp.Rational(1, 2)

    def ratio(first, second, drop, drop2):
        above = sp.gamma(first - drop) * sp.gamma(second - drop2)
        above /= sp.gamma(first + second - drop - drop2)
        below = sp.gamma(first) * sp.gamma(second) / sp.gamma(first + second)
        return above / below

    integral = constant * ratio(k - j, half * n - k + j, d, dd)
    integral *= ratio(half * j, half * (n + j) - k, dp, dpp)
    integral *= ratio(half * (k - j), half * (k - j), dy, dyy)
    integral *= (2 * e**2 / sp.pi) ** -power * 2**power
    integral *= sp.gamma(half * n + power) / sp.gamma(half * n)
    names = {f"u{i + 1}": g for i, g in enumerate(gu)}
    names |= {f"a{i + 1}": g for i, g in enumerate(ga)}
    names |= {f"t{i + 1}": g for i, g in enumerate(gt)}
    names |= {f"o{i + 1}": g for i, g in enumerate(go)}
    closed = THEOREM.bound(
        "term", n=n, k=k, m=m, j=j, x=x, lam=tilt, eps=e, theta=theta, **names
    )
    assert sp.simplify(closed / integral) == 1


@given(
    point=st.tuples(
        *[st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=40)] * 3
    ),
    g=st.tuples(*[st.integers(1, 9)] * 5),
)
@settings(max_examples=25)
def test_the_tangent_lies_below_the_bracket(point, g) -> None:
    # weighted AM-GM at an exact point, with any weights
    values = dict(
        zip(
            (D, p, y),
            (sp.Rational(v.numerator, v.denominator) for v in point),
            strict=True,
        )
    )
    tilt = sp.Rational(1, 9)
    variables = [v.subs(values) for v in (D, 1 - D, p, y, 1 - y, 1 - p)]
    scale = {"flat": 1 - 4 * tilt, "steep": 4 * tilt}
    terms = [
        scale[c] * sp.Mul(*(v**e for v, e in zip(variables, powers, strict=True)))
        for c, powers in BRACKET_MONOMIALS
    ]
    share = weights(g)
    tangent = sum(w * sp.log(t / w) for t, w in zip(terms, share, strict=True))
    gap = sp.log(sum(terms)) - tangent
    assert decide(gap, ">=", 0) is not Verdict.REFUTED
    normalised = [term / sum(terms) for term in terms]
    touching = sum(w * sp.log(t / w) for t, w in zip(terms, normalised, strict=True))
    assert decide(sp.log(sum(terms)) - touching, "==", 0) is Verdict.VERIFIED


def test_disjoint_and_equal_subsets_are_limits_of_the_bracket() -> None:
    at_zero = BRACKET.subs(_names["p"], 0)
    Ds, ys = _names["D"], _names["y"]
    tilt = _names["lam"]
    wanted = (1 - 4 * tilt) * Ds * ys * (1 - ys) + 4 * tilt * Ds**2 * ys * (1 - ys)
    assert sp.expand(at_zero - wanted) == 0


@pytest.mark.parametrize("claim", ["term", "term-disjoint", "term-equal"])
def test_without_tilt_the_steep_weights_must_vanish(claim: str) -> None:
    # lam = 0: a positive weight on a vanishing monomial would divide by zero
    values = {"n": 400, "k": 90, "m": 6, "eps": "1/10", "x": 0, "lam": 0, "theta": 1}
    values |= {"u1": "1/2", "u2": "1/2", "u3": 0, "u4": 0, "u5": 0, "a1": 1, "a2": 0}
    values |= {"t1": 1, "t2": 0, "t3": 0, "o1": 1, "o2": 0}
    if claim == "term":
        values["j"] = 33
    if claim == "term-disjoint":
        values |= {"u1": 0, "u2": 1}
    bound = THEOREM.bound(claim, **values)
    assert decide(bound, ">", 0) is Verdict.VERIFIED
    assert not bound.has(sp.zoo, sp.nan)
