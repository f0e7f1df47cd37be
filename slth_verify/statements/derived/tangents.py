"""Closed-form bounds on the pair moments of Theorem U, by one weighted AM-GM each.

For positive monomials ``M_i``, coefficients ``c_i`` and weights ``g_i`` that sum to 1,
``sum c_i M_i >= prod (c_i M_i/g_i)^(g_i)``. Applied to every factor with a negative
exponent, it leaves a product of powers of independent Beta variables.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from slth_verify.statements._types import Hypothesis
from slth_verify.statements.writing.build import eq, ge, gt, hyp, le
from slth_verify.statements.writing.symbols import eps, j, k, lam, m, n, theta, x

_s = m / sp.Integer(2)

# weights: u of the bracket, a of a share, b of its tilt, o of one minus a share
_U = sp.symbols("u1:6", real=True)
_A = sp.symbols("a1:3", real=True)
_T = sp.symbols("t1:4", real=True)
_O = sp.symbols("o1:3", real=True)

#: The free weights with what they weigh; each family sums to one.
WEIGHTS: tuple[tuple[Any, str], ...] = (
    *zip(_U, ("D'p", "D y y'", "D D' p", "(D' p)^2", "D^2 y y'"), strict=True),
    *zip(_A, ("D'p in a share", "D y in a share"), strict=True),
    *zip(_T, ("1", "D'p", "D y"), strict=True),
    *zip(_O, ("D'p'", "D y'"), strict=True),
)

_FLAT = 1 - 4 * lam
_STEEP = 4 * lam


def _entropy(pairs: Iterable[tuple[Any, Any]]) -> Any:
    """``prod (g/c)^g``, with the convention that a factor with ``g = 0`` is 1."""
    return sp.Mul(
        *(
            sp.Piecewise((1, sp.Eq(weight, 0)), ((weight / c) ** weight, True))
            for weight, c in pairs
        )
    )


def _beta_ratio(first: Any, second: Any, drop: Any, drop2: Any) -> Any:
    """``B(first - drop, second - drop2)/B(first, second)`` by gamma functions."""
    return (
        sp.gamma(first - drop)
        * sp.gamma(second - drop2)
        * sp.gamma(first + second)
        / (sp.gamma(first) * sp.gamma(second) * sp.gamma(first + second - drop - drop2))
    )


def _scale() -> Any:
    """``(2 eps^2/pi)^(-(1-theta)s) E[A^((1-theta)s)]`` for A chi-squared, n degrees."""
    half = n / sp.Integer(2)
    power = (1 - theta) * _s
    return (
        (2 * eps**2 / sp.pi) ** (-power) * 2**power * sp.gamma(half + power)
    ) / sp.gamma(half)


def _positive(*arguments: Any) -> tuple[Hypothesis, ...]:
    """The gamma functions' arguments are positive: the moments exist."""
    return tuple(
        hyp(f"moment-{index}", gt(argument, 0), "a moment of a Beta variable exists")
        for index, argument in enumerate(arguments, start=1)
    )


def _sums(*families: Any) -> tuple[Hypothesis, ...]:
    """Every family of tangent weights sums to one."""
    return tuple(
        hyp(f"weights-{family[0]}", eq(sp.Add(*family), 1), "tangent weights sum to 1")
        for family in families
    )


def _constants(bracket: Any, shares: Any, tilts: Any, others: Any) -> Any:
    """Product of the AM-GM constants, each to the power of its factor."""
    return (
        bracket ** (theta * _s)
        * shares ** ((1 - theta) * _s)
        * tilts ** ((1 - theta) * _s)
        * others ** (2 * x)
    )


def term_proper() -> tuple[Any, tuple[Hypothesis, ...]]:
    """Bound on ``B(j)`` for ``0 < j < k``, with its conditions."""
    u1, u2, u3, u4, u5 = _U
    a1, a2 = _A
    _, t2, t3 = _T
    o1, o2 = _O
    main, side = theta * _s, (1 - theta) * _s
    drop_d = main * (1 + u2 + u3 + 2 * u5) + side * (a2 + t3) + 2 * x * o2
    drop_dd = main * (u1 + u3 + 2 * u4) + side * (a1 + t2) + 2 * x * o1
    drop_p = main * (u1 + u3 + 2 * u4) + side * (a1 + t2)
    drop_y = main * (u2 + u5) + side * (a2 + t3) / 2 + x * o2
    constants = _constants(
        _entropy(zip(_U, (_FLAT, _FLAT, _STEEP, _STEEP, _STEEP), strict=True)),
        _entropy(zip(_A, (1, 1), strict=True)),
        _entropy(zip(_T, (_FLAT, _STEEP, _STEEP), strict=True)),
        _entropy(zip(_O, (1, 1), strict=True)),
    )
    a_d, b_d = k - j, n / sp.Integer(2) - k + j
    a_p, b_p, a_y = j / sp.Integer(2), (n + j) / sp.Integer(2) - k, (k - j) / 2
    expression = (
        _scale()
        * constants
        * _beta_ratio(a_d, b_d, drop_d, drop_dd)
        * _beta_ratio(a_p, b_p, drop_p, 2 * x * o1)
        * _beta_ratio(a_y, a_y, drop_y, drop_y)
    )
    conditions = (
        hyp("overlap-low", ge(j, 1), "the subsets overlap"),
        hyp("overlap-high", le(j, k - 1), "the subsets differ"),
        *_sums(_U, _A, _T, _O),
        *_positive(
            a_d - drop_d, b_d - drop_dd, a_p - drop_p, b_p - 2 * x * o1, a_y - drop_y
        ),
    )
    return expression, conditions


def term_disjoint() -> tuple[Any, tuple[Hypothesis, ...]]:
    """Bound on ``B(0)``: ``p = 0``, so that the bracket has two monomials."""
    _, u2, _, _, u5 = _U
    t1, _, t3 = _T
    o1, o2 = _O
    main, side = theta * _s, (1 - theta) * _s
    drop_d = main * (1 + u2 + 2 * u5) + side * (1 + t3) + 2 * x * o2
    drop_y = main * (u2 + u5) + side * (1 + t3) / 2 + x * o2
    constants = _constants(
        _entropy(((u2, _FLAT), (u5, _STEEP))),
        sp.Integer(1),
        _entropy(((t1, _FLAT), (t3, _STEEP))),
        _entropy(zip(_O, (1, 1), strict=True)),
    )
    b_d, a_y = n / sp.Integer(2) - k, k / sp.Integer(2)
    expression = (
        _scale()
        * constants
        * _beta_ratio(k, b_d, drop_d, 2 * x * o1)
        * _beta_ratio(a_y, a_y, drop_y, drop_y)
    )
    conditions = (
        *_sums((u2, u5), (t1, t3), _O),
        *_positive(k - drop_d, b_d - 2 * x * o1, a_y - drop_y),
    )
    return expression, conditions


def term_equal() -> tuple[Any, tuple[Hypothesis, ...]]:
    """Bound on ``B(k)``: ``D = 0``, so that ``theta = 0`` and only ``p`` is left."""
    t1, t2, _ = _T
    half = n / sp.Integer(2)
    scale = (2 * eps**2 / sp.pi) ** (-_s) * 2**_s * sp.gamma(half + _s) / sp.gamma(half)
    constants = _entropy(((t1, _FLAT), (t2, _STEEP))) ** _s
    a, b = k / sp.Integer(2), (n - k) / sp.Integer(2)
    expression = scale * constants * _beta_ratio(a, b, _s * (1 + t2), 2 * x)
    conditions = (*_sums((t1, t2)), *_positive(a - _s * (1 + t2), b - 2 * x))
    return expression, conditions
