"""Lengths of exact numbers and formulas, estimated before anything is computed."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from slth_verify.statements.decisions.substitution import expand_sums
from slth_verify.statements.formulas import algebra, sizes
from slth_verify.statements.formulas.refusals import TooLargeError, made
from slth_verify.statements.formulas.sizes import length

x, y = sp.symbols("x y", positive=True)


@pytest.mark.parametrize(
    ("function", "parts"),
    [
        (sp.Pow, (sp.Rational(11, 10), sp.Integer(1000))),
        (sp.Pow, (sp.Integer(3), sp.Rational(-2001, 2))),
        (sp.Pow, (2 * x, sp.Integer(5000))),
        (sp.exp, (3000 * sp.log(7),)),
        (sp.factorial, (sp.Integer(900),)),
        (sp.gamma, (sp.Rational(1801, 2),)),
        (sp.loggamma, (sp.Integer(900),)),
        (sp.binomial, (sp.Integer(4000), sp.Integer(1000))),
        (sp.binomial, (sp.Integer(-4000), sp.Integer(1000))),
        (sp.binomial, (sp.Rational(1, 3), sp.Integer(500))),
        (sp.harmonic, (sp.Integer(900),)),
        (sp.polygamma, (sp.Integer(0), sp.Integer(900))),
        (sp.Mul, tuple(sp.Integer(3) ** k for k in range(50))),
        (sp.Add, tuple(sp.Rational(1, k) for k in range(1, 300))),
    ],
)
def test_no_number_is_longer_than_estimated(function: Any, parts: Any) -> None:
    result = function(*parts)
    longest = max(map(sizes.digits, result.atoms(sp.Rational)), default=0)
    assert 0 < longest <= length(function, parts) <= 100 * longest


def test_lie_an_estimate_that_forgets_the_exponent() -> None:
    exact = sizes.digits(sp.Rational(11, 10) ** 1000)
    assert sizes.digits(sp.Rational(11, 10)) < exact


def test_towers_are_refused() -> None:
    assert made(sp.exp, sp.Integer(10) ** 400) == sp.exp(sp.Integer(10) ** 400)
    with pytest.raises(TooLargeError, match="modulus"):
        made(sp.exp, sp.exp(sp.Integer(10) ** 400))
    with pytest.raises(TooLargeError, match="modulus"):
        made(sp.Pow, x, sp.exp(sp.Integer(10) ** 400))


@pytest.mark.parametrize("power", [3, 60, 700, 10**30])
def test_terms_are_counted(power: int) -> None:
    inner = (x + y) ** power
    if power < 100:
        assert algebra.terms(inner) == len(sp.expand(inner).args)
    whole = algebra.expanded(inner)
    assert (whole == inner) == (not algebra.affordable(inner)) == (power > 60)


@pytest.mark.parametrize(
    "long",
    [
        (x + y) ** 61,
        sp.prod(x + k * y for k in range(12)),
        sp.exp(10**30 * x) + sp.exp(x),
        sp.Pow(2, sp.Rational(1, 10**9)) * x + x,
        1 / (x**40 + 1) + 1 / (y**40 + 1),
        x + 7**6000,
        sp.Pow(2 * x + 2, 10**9),
    ],
)
def test_long_formulas_are_left_alone(long: Any) -> None:
    assert not algebra.affordable(long)
    for rule in (
        algebra.expanded,
        algebra.expanded_log,
        algebra.factored,
        algebra.together,
        algebra.cancelled,
        algebra.terms_factored,
        algebra.powers_joined,
        algebra.simplified,
    ):
        assert rule(long) is long
    assert algebra.limit(long, x) is sp.nan
    assert algebra.leading_term(long, x) is None


@pytest.mark.parametrize("failure", [OverflowError, ValueError])
def test_roots_that_sympy_cannot_take_are_refused(
    monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    def factors(*given: Any, **options: Any) -> Any:  # as of 3^720 + 3, at times
        raise failure("int too large to convert to float")

    monkeypatch.setattr(sp.Integer, "factors", factors)
    with pytest.raises(TooLargeError, match="under a root"):
        made(sp.Pow, sp.Integer(3**720 + 5), sp.Rational(1, 3))


@pytest.mark.parametrize(
    ("base", "exponent"),
    [
        (sp.Rational(1, 12), sp.Rational(1, 10**30)),
        (sp.Integer(12), sp.Rational(-3, 10**30)),
        (12 * x, sp.Rational(-3, 10**30)),
        (sp.Rational(5, 12), sp.Rational(10**30 - 1, 10**30)),
    ],
)
def test_long_powers_on_the_way_to_a_root_are_refused(base: Any, exponent: Any) -> None:
    with pytest.raises(TooLargeError, match=r"ROOT_BITS.* Choose smaller values"):
        made(sp.Pow, base, exponent)


def test_ordinary_roots_are_taken() -> None:
    root = sp.Rational(1, 10**30)
    assert made(sp.Pow, sp.Integer(12), root) == sp.Integer(12) ** root
    assert made(sp.Pow, sp.Rational(8, 27), sp.Rational(-2, 3)) == sp.Rational(9, 4)
    assert made(sp.Pow, sp.Rational(27, 4), root * (10**30 - 1)) < sp.Rational(27, 4)
    assert made(sp.Pow, sp.Rational(1, 12), sp.Rational(1, 9_999)) < 1


def test_a_sum_too_long_to_be_written_out_stays() -> None:
    i = sp.Symbol("i", integer=True)
    wide = sp.Sum(sum(x**k for k in range(50)) / i, (i, 1, 50_000))
    assert expand_sums(wide) == wide
    long = sp.Sum(sp.Integer(3) ** (i**3), (i, 1, 100))
    assert expand_sums(long) == long
