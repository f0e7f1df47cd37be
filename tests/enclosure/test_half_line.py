"""Integrals over the half line: against mpmath, closed forms, and planted lies."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from mpmath import mp

from slth_verify.enclosure import Enclosure, enclose
from slth_verify.enclosure.balls import half_line as module
from slth_verify.errors import InvalidParameterError

F = Fraction
R = sp.Symbol("R", positive=True)


def half_line(integrand: sp.Expr) -> sp.Expr:
    return sp.Integral(integrand, (R, 0, sp.oo))


def box(size: int, dim: int, eps: F, norm: int) -> sp.Expr:
    """Chance that a chi-squared mixture of normals hits a cube around norm e_1."""
    half, e = sp.Rational(size, 2), sp.Rational(eps.numerator, eps.denominator)
    spread = sp.sqrt(2 * R)
    far = (sp.erf((norm + e) / spread) - sp.erf((norm - e) / spread)) / 2
    density = R ** (half - 1) * sp.exp(-R / 2) / (2**half * sp.gamma(half))
    return half_line(density * far * sp.erf(e / spread) ** (dim - 1))


def opinion(size: int, dim: int, eps: F, norm: int):
    e = mp.mpf(eps.numerator) / eps.denominator

    def integrand(u):
        root = mp.sqrt(2 * mp.exp(u))
        far = (mp.erfc((norm - e) / root) - mp.erfc((norm + e) / root)) / 2
        return mp.exp(size * u / 2 - root**2 / 4) * far * mp.erf(e / root) ** (dim - 1)

    total = mp.quad(integrand, mp.linspace(-mp.mpf(180) / size, 7, 12 + 90 // size))
    return total / (mp.mpf(2) ** (mp.mpf(size) / 2) * mp.gamma(mp.mpf(size) / 2))


@pytest.mark.parametrize(
    ("size", "dim", "eps", "norm"),
    [(5, 2, F(1, 8), 1), (20, 4, F(1, 9), 1)],
)
def test_hits_of_a_cube(size, dim, eps, norm, agrees) -> None:
    agrees(
        enclose(box(size, dim, eps, norm)), lambda: opinion(size, dim, eps, norm), 1e-17
    )


@pytest.mark.parametrize(
    ("power", "rate"), [(F(1, 2), 1), (F(-1, 3), F(2, 7)), (40, 3)]
)
def test_without_error_functions_it_is_a_gamma_function(power, rate) -> None:
    a, beta = (sp.Rational(x.numerator, x.denominator) for x in (F(power) + 1, F(rate)))
    found = enclose(half_line(R ** (a - 1) * sp.exp(-beta * R)), bits=100)
    exact = enclose(sp.gamma(a) / beta**a, bits=300)
    assert found.lower <= exact.lower
    assert exact.upper <= found.upper
    assert found.width <= exact.lower / 2**95


def test_ranges_of_parameters_are_covered() -> None:
    c = sp.Symbol("c", positive=True)
    integral = half_line(sp.exp(-R) * sp.erf(c / sp.sqrt(R)))
    wide = enclose(integral, {c: Enclosure(F(1), F(11, 10))})
    for point in (F(1), F(21, 20), F(11, 10)):
        inside = enclose(integral, {c: point})
        assert wide.lower <= inside.lower <= inside.upper <= wide.upper


@pytest.mark.parametrize(
    "integral",
    [
        half_line(sp.sin(R) * sp.exp(-R)),
        half_line(sp.exp(-R) / sp.erf(1 / sp.sqrt(R))),
        half_line(sp.exp(-R) * sp.erf(R)),
        half_line(sp.exp(R)),
        half_line(sp.exp(-R) / R),
        sp.Integral(sp.exp(-R), (R, 1, sp.oo)),
        sp.Integral(sp.exp(-R), (R, 0, 1)),
    ],
)
def test_other_integrals_are_refused(integral) -> None:
    with pytest.raises(InvalidParameterError, match="operation=Integral"):
        enclose(integral)


@pytest.mark.parametrize(
    ("name", "lie"),
    [
        ("line", lambda form, cosine: cosine * 0),
        ("modulus", lambda form, node, cosine: cosine * 0),
    ],
)
def test_lie_a_bound_of_zero_is_noticed(name, lie, monkeypatch) -> None:
    # a coarse rule: without the true bounds its enclosure misses the truth
    integral, truth = box(20, 1, F(1, 100), 1), opinion(20, 1, F(1, 100), 1)
    form = module._Form.read(integral, lambda x: module.arb(str(sp.N(x, 30))))
    honest, error = form.apply(6.0)
    value = module.arb(str(truth))
    assert abs(honest - value) < error
    monkeypatch.setattr(module._Form, name, lie)
    _, less = form.apply(6.0)
    assert not abs(honest - value) < less
