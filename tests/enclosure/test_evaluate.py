"""The whitelisted evaluator: containment, width, refusals."""

from fractions import Fraction

import pytest
import sympy as sp
from mpmath import mp

from slth_verify.enclosure import Enclosure, NonFiniteError, enclose
from slth_verify.errors import InvalidParameterError

F = Fraction
n, k, eps, i = sp.symbols("n k epsilon i")


@pytest.mark.parametrize(
    ("expression", "values", "formula"),
    [
        (n * sp.log(1 / eps), {"n": 3, "epsilon": "0.01"}, lambda: 3 * mp.log(100)),
        (
            sp.sqrt(n) + n ** sp.Rational(-3, 2),
            {n: 2},
            lambda: mp.sqrt(2) + 2 ** mp.mpf(-1.5),
        ),
        (
            sp.erf(n) * sp.erfc(n),
            {n: F(1, 3)},
            lambda: mp.erf(mp.mpf(1) / 3) * mp.erfc(mp.mpf(1) / 3),
        ),
        (sp.loggamma(n) - sp.log(sp.gamma(n)) + sp.pi, {n: 5}, lambda: mp.pi),
        (sp.binomial(n, k) * sp.factorial(k), {n: 9, k: 4}, lambda: 3024),
        (sp.beta(n, k), {n: 3, k: 4}, lambda: mp.mpf(1) / 60),
        (sp.Max(n, k) - sp.Min(n, k), {n: 2, k: 7}, lambda: 5),
        (sp.ceiling(sp.E * n) + sp.floor(sp.EulerGamma), {n: 1}, lambda: 3),
        (sp.Sum(1 / i**2, (i, 1, n)), {n: 4}, lambda: mp.mpf(205) / 144),
        (sp.Abs(n - k) ** k, {n: 2, k: F(5, 2)}, lambda: mp.mpf(0.5) ** 2.5),
        (sp.log(8, 2) + sp.exp(-n), {n: 0.1}, lambda: 3 + mp.exp(-mp.mpf(1) / 10)),
    ],
)
def test_values(expression, values, formula, agrees) -> None:
    agrees(enclose(expression, values), formula, 1e-14)


def test_an_enclosure_stands_for_all_its_points() -> None:
    wide = enclose(n**2, {n: Enclosure(F(1), F(2))})
    assert wide.lower <= 1
    assert wide.upper >= 4
    assert wide.width < 6


def test_more_bits_give_a_narrower_enclosure() -> None:
    assert enclose(sp.pi, bits=256).width < enclose(sp.pi, bits=64).width / 2**150


def test_a_float_means_its_shortest_decimal() -> None:
    assert enclose(n, {n: 0.1}, bits=200).contains(F(1, 10))
    assert not enclose(n, {n: 0.1}, bits=200).contains(0.1)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (sp.sin(n), "operation=sin"),
        (sp.Float(0.1) * n, "operation=Float"),
        (i * n, "symbol=i has no value"),
        (sp.oo, "operation=Infinity"),
        (sp.I * n, "operation=ImaginaryUnit"),
        (sp.binomial(n / 2, k), "exact integer"),
        (sp.Integral(n, (n, 0, 1)), "operation=Integral"),
    ],
)
def test_refusals_say_why(expression, message) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        enclose(expression, {n: 3, k: 1})


@pytest.mark.parametrize("expression", ["__import__('os')", 0.5])
def test_strings_and_floats_are_no_expressions(expression) -> None:
    with pytest.raises(InvalidParameterError, match="SymPy"):
        enclose(expression)


@pytest.mark.parametrize("expression", [1 / (n - 3), sp.log(n - 4), sp.sqrt(2 - n)])
def test_undefined_values_are_no_numbers(expression) -> None:
    with pytest.raises(NonFiniteError):
        enclose(expression, {n: 3})


def test_a_sum_that_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="terms"):
        enclose(sp.Sum(1 / i, (i, 1, n)), {n: 10**9})


def test_every_index_of_a_sum_counts() -> None:
    a, b = sp.symbols("a b", integer=True)
    assert enclose(sp.Sum(a * b, (a, 1, 2), (b, 1, 3))) == Enclosure.exact(18)
    assert enclose(sp.Sum(a * b, (a, 1, b), (b, 1, 3))) == Enclosure.exact(25)
    assert enclose(sp.Product(a + b, (a, 1, b), (b, 1, 2))) == Enclosure.exact(
        2 * 3 * 4
    )
    assert enclose(sp.Sum(a, (a, 5, 1))) == Enclosure.exact(-9)


def test_a_symbol_with_the_name_of_an_index_keeps_its_value() -> None:
    index, other = sp.Symbol("i", integer=True), sp.Symbol("i", real=True)
    total = sp.Sum(other * index, (index, 1, 3))
    assert enclose(total, {other: 5}) == Enclosure.exact(30)
    assert enclose(total * index, {other: 5, index: 7}) == Enclosure.exact(210)
    with pytest.raises(InvalidParameterError, match="two values"):
        enclose(sp.Symbol("i", positive=True), {other: 5, index: 7})
