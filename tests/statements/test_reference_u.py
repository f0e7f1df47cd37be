"""Theorem U's closed form, summed from the objects, reproduces known certificates.

Any tangent weights give a valid bound. So a floating-point optimiser may choose them,
and the value reached from below must come close to the certificates known for these
parameters (0.6264 and 0.4838). This checks the formulas; it certifies nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import mpmath
import pytest
import sympy as sp

from slth_verify.statements import statement
from slth_verify.statements.derived.weighted_moment import FIRST_FACTOR

THEOREM = statement("der:weighted-moment")
SCALARS = ("n", "k", "m", "eps", "lam", "x", "theta", "j")
WEIGHTS = ("u1", "u2", "u3", "u4", "u5", "a1", "a2", "t1", "t2", "t3", "o1", "o2")


@lru_cache
def compiled(claim: str) -> Callable[..., Any]:
    symbols = [THEOREM.variable(name).symbol for name in (*SCALARS, *WEIGHTS)]
    return sp.lambdify(symbols, THEOREM.claim(claim).expression, "mpmath")


def normalised(values: list[float]) -> list[float]:
    return [value / sum(values) for value in values]


def tangent(n: int, k: int, m: int, lam: float, j: int, theta: float) -> Any:
    """Weights at the means of the tilted Betas, by a damped iteration; None if none."""
    s, flat, steep = m / 2, 1 - 4 * lam, 4 * lam
    shapes = (k - j, n / 2 - k + j, j / 2, (n + j) / 2 - k, (k - j) / 2)
    a_d, b_d, a_p, b_p, a_y = shapes
    D, p, found = a_d / (a_d + b_d), a_p / (a_p + b_p), None
    for _ in range(15):
        one, two = (1 - D) * p, D / 2
        u = normalised(
            [
                flat * one,
                flat * D / 4,
                steep * D * one,
                steep * one**2,
                steep * D**2 / 4,
            ]
        )
        a, t = normalised([one, two]), normalised([flat, steep * one, steep * two])
        main, side = theta * s, (1 - theta) * s
        drop_d = main * (1 + u[1] + u[2] + 2 * u[4]) + side * (a[1] + t[2])
        drop_p = main * (u[0] + u[2] + 2 * u[3]) + side * (a[0] + t[1])
        drop_y = main * (u[1] + u[4]) + side * (a[1] + t[2]) / 2
        if min(a_d - drop_d, b_d - drop_p, a_p - drop_p, a_y - drop_y) <= 0:
            break
        found = (*u, *a, *t, 1, 0)
        D = (D + (a_d - drop_d) / (a_d + b_d - drop_d - drop_p)) / 2
        p = (p + (a_p - drop_p) / (a_p + b_p - drop_p)) / 2
    return found


def term(n: int, k: int, m: int, eps: Any, lam: float, j: int) -> Any:
    """Smallest bound found on B(j)."""
    scalars = (n, k, m, eps, lam, 0)
    if j == k:
        p = k / n
        for _ in range(20):
            t = normalised([1 - 4 * lam, 4 * lam * p])
            shape = k / 2 - m / 2 * (1 + t[1])
            p = shape / (shape + (n - k) / 2)
        return compiled("term-equal")(*scalars, 0, j, *[0] * 7, *t, 0, 1, 0)
    if j == 0:
        D = 2 * k / n
        u2, u5 = normalised([(1 - 4 * lam) * D, 4 * lam * D**2])
        weights = (0, u2, 0, 0, u5, 0, 0, 1, 0, 0, 1, 0)
        return compiled("term-disjoint")(*scalars, 1, j, *weights)
    values = []
    for theta in [i / 10 for i in range(11)]:
        weights = tangent(n, k, m, lam, j, theta)
        if weights is not None:
            values.append(compiled("term")(*scalars, theta, j, *weights))
    return min(values)


@pytest.mark.parametrize(
    ("n", "k", "m", "lam", "known"),
    [(135, 32, 9, 0.1, 0.6264), (230, 75, 18, 0.12, 0.4838)],
)
def test_known_certificates(n: int, k: int, m: int, lam: float, known: float) -> None:
    eps = mpmath.mpf(1) / 100
    names = ("n", "k", "m", "eps", "r", "lam", "x")
    symbols = [THEOREM.variable(name).symbol for name in names]
    first = sp.lambdify(symbols, FIRST_FACTOR, "mpmath")(n, k, m, eps, 1, lam, 0)
    total = mpmath.mpf(0)
    for j in range(k + 1):
        overlap = mpmath.binomial(k, j) * mpmath.binomial(n - k, k - j)
        total += overlap / mpmath.binomial(n, k) * term(n, k, m, eps, lam, j)
    assert 0.998 * known <= first**2 / total <= known + 5e-5
