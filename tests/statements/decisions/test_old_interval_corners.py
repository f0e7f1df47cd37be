"""The enclosures against rational intervals at constants that are hard."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from old_interval.complaints import Q, complaint

from slth_verify.statements.decisions.decide import enclosed, sign_of
from slth_verify.statements.decisions.proved import Ceil

i = sp.Symbol("i", integer=True)


def raw(function: Any, *arguments: Any) -> Any:
    """The function, left to the enclosures."""
    return function(*arguments, evaluate=False)


ZEROS = [
    sp.sqrt(2) * sp.sqrt(3) - sp.sqrt(6),
    raw(sp.Add, raw(sp.Mul, sp.sqrt(2), sp.sqrt(3)), -sp.sqrt(6)),
    raw(sp.Add, sp.log(100), -2 * sp.log(10)),
    sp.Max(raw(sp.Pow, Q(4, 9), Q(1, 2)), Q(2, 3)) - Q(2, 3),
    sp.Sum(Q(1) / i, (i, 1, 60)) - sum(Q(1, k) for k in range(1, 61)),
    sp.Sum(sp.Piecewise((1, sp.Eq(sp.ceiling(i / 3), 2)), (0, True)), (i, 1, 10)) - 3,
    sp.Sum(sp.Piecewise((1, sp.log(i) >= sp.log(8) / 3), (0, True)), (i, 1, 10)) - 9,
    sp.Sum(sp.ceiling(sp.log(i) / sp.log(2)), (i, 1, 8)) - 17,
    sp.Sum(Ceil(sp.log(i) / sp.log(2)), (i, 1, 8)) - 17,
    sp.Piecewise((1, raw(sp.Eq, sp.log(100), raw(sp.Mul, 2, sp.log(10)))), (0, True))
    - 1,
    raw(sp.ceiling, 3 * raw(sp.Pow, Q(8, 27), Q(1, 3))) - 2,
    raw(sp.floor, raw(sp.Pow, Q(10) ** 40, Q(1, 2))) - 10**20,
    raw(sp.floor, raw(sp.log, sp.Integer(1))),
    raw(sp.log, raw(sp.Mul, Q(1, 2), 2)),
    raw(sp.Pow, Q(-1), 10**30 + 1) + 1,
    raw(sp.Pow, sp.Integer(0), 3),
    raw(sp.Mul, Q(1, 3**3000), Q(3**3000)) - 1,
    raw(sp.Add, raw(sp.Mul, Q(1, 7**400), Q(5**400)), -Q(5**400, 7**400)),
    sp.beta(3, 4) - Q(1, 60),
    sp.Sum(i, (i, 5, 1)) + 9,
    sp.Product(i, (i, 5, 1)) - Q(1, 24),
]
NEAR = [
    sp.exp(sp.pi * sp.sqrt(163)) - 262537412640768744,
    sp.pi - sp.Rational(str(sp.N(sp.pi, 300))),
    raw(sp.ceiling, raw(sp.Add, 1, sp.exp(-300))) - 2,
    sp.log(1 + Q(1, 10**80)),
    sp.erf(5) - 1,
    sp.erfc(9) - sp.exp(-81),
    1 / (sp.sqrt(2) - Q(141421356, 10**8)),
]
OTHERS = [
    raw(sp.gamma, Q(7, 2)) ** 2 - sp.pi * Q(225, 64),
    sp.exp(sp.Integer(10) ** 6),
    sp.exp(-(sp.Integer(10) ** 6)) * 2,
    sp.log(sp.pi ** (10**30)) - 10**30,
    sp.log(sp.pi ** (10**700) * sp.sqrt(2)) - 10**700,
    sp.log(3 * sp.exp(2**21)) - 2**21,
    sp.log(3 * sp.exp(10**1000)) - 10**1000,
    sp.log(raw(sp.Mul, sp.Integer(2) ** 100000, sp.pi)) - 69315,
    sp.log(raw(sp.factorial, sp.Integer(5000))) - 37591,
    sp.log(raw(sp.binomial, sp.Integer(10**6), sp.Integer(5 * 10**5))) - 693140,
    raw(sp.loggamma, Q(10**30) + Q(1, 3)) - 1,
    raw(sp.gamma, Q(10**6) + Q(1, 3)),
    raw(sp.binomial, sp.Integer(6000), sp.Integer(3000)) - 1,
]
UNDEFINED = [
    *(sp.nan, sp.zoo, raw(sp.Mul, 0, sp.oo), raw(sp.Pow, sp.Integer(0), -1)),
    *(sp.log(-1), sp.sqrt(-2), sp.I, sp.sin(1), sp.Function("f")(1), sp.Float("0.5")),
    raw(sp.Mul, 0, raw(sp.log, sp.Integer(0))),
    raw(sp.Mul, 0, raw(sp.zeta, sp.Integer(3))),
    raw(sp.Pow, sp.Integer(0), -sp.sqrt(2)),
    raw(sp.Pow, sp.Integer(-8), Q(1, 3)),
    1 / raw(sp.Add, raw(sp.Mul, sp.sqrt(2), sp.sqrt(3)), -sp.sqrt(6)),
    raw(sp.loggamma, Q(-1, 2)),
    raw(sp.gamma, sp.Integer(-1)),
    raw(sp.binomial, Q(1, 2), sp.Integer(2)),
    sp.Sum(1 / i, (i, -1, 1)),
    sp.Sum(i, (i, 1, sp.pi)),
    sp.Sum(i, (i, 1, 10**9)),
]


@pytest.mark.parametrize("constant", [*ZEROS, *NEAR, *OTHERS, *UNDEFINED])
def test_corners(constant: Any) -> None:
    assert complaint(sp.sympify(constant)) is None


@pytest.mark.parametrize("constant", ZEROS)
def test_exact_zeros_are_zero(constant: Any) -> None:
    assert sign_of(constant) == 0


@pytest.mark.parametrize("constant", NEAR)
def test_what_is_close_to_zero_has_a_sign(constant: Any) -> None:
    expected = 0 if "ceiling" in str(constant) else 1
    found = sign_of(constant)
    assert found is not None
    assert abs(found) == expected


@pytest.mark.parametrize("constant", UNDEFINED)
def test_what_is_undefined_stays_open(constant: Any) -> None:
    assert sign_of(constant) is None
    assert enclosed(constant, 64) is None
