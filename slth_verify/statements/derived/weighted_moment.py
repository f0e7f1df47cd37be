"""Theorem U: the second moment of an observably weighted count of hits."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Quantity
from slth_verify.statements.derived.moments import FIRST, SYMBOLS, overlap, some_hit
from slth_verify.statements.derived.tangents import (
    WEIGHTS,
    term_disjoint,
    term_equal,
    term_proper,
)
from slth_verify.statements.vocabulary import BetaLaw, Expectation, Law
from slth_verify.statements.writing.build import (
    NATURALS0,
    NONNEGATIVE,
    REALS,
    UNIT,
    X,
    derived,
    eq,
    ge,
    gt,
    hit_probability,
    hyp,
    le,
    lt,
    nsn_target,
    upper,
    var,
    z,
)
from slth_verify.statements.writing.symbols import P, eps, j, k, lam, m, n, r, theta, x

_B = sp.Function("B_U")
_BJ = sp.Symbol("B_j", real=True)
_D, _p, _y = sp.symbols("D p y", positive=True)
_s = m / sp.Integer(2)
_a = k / sp.Integer(2) - _s
_b = (n - k) / sp.Integer(2)

_CUBE = r**2 + m * eps**2 / 3
FIRST_FACTOR = (
    sp.gamma(_a)
    * sp.gamma(_b - x)
    * sp.gamma(n / sp.Integer(2))
    / (sp.gamma(k / sp.Integer(2)) * sp.gamma(_b) * sp.gamma(_a + _b - x))
    * (1 - 2 * lam + 2 * lam * _a / (_a + _b - x)) ** (-_s)
    * sp.exp(-_CUBE / 2 * (_a + _b - x - 1) / ((_a - 1) * (n - 2)))
)

_share = (1 - _D) * _p + _D * _y
_share2 = (1 - _D) * _p + _D * (1 - _y)
_tilt = _share * (1 - 4 * lam * (1 - _share))
_tilt2 = _share2 * (1 - 4 * lam * (1 - _share2))
BRACKET = (1 - 4 * lam) * ((1 - _D) * _p + _D * _y * (1 - _y)) + 4 * lam * (
    _D * (1 - _D) * _p + (1 - _D) ** 2 * _p**2 + _D**2 * _y * (1 - _y)
)
_INTEGRAND = (
    ((1 - _share) * (1 - _share2)) ** (-x)
    * (_tilt * _tilt2) ** (-(1 - theta) * _s / 2)
    * (_D * BRACKET) ** (-theta * _s)
)
_SCALE = (
    (2 * eps**2 / sp.pi) ** (-(1 - theta) * _s)
    * 2 ** ((1 - theta) * _s)
    * sp.gamma(n / sp.Integer(2) + (1 - theta) * _s)
    / sp.gamma(n / sp.Integer(2))
)
_PROPER, _PROPER_IF = term_proper()
_APART, _APART_IF = term_disjoint()
_EQUAL, _EQUAL_IF = term_equal()
_PROBABILITY = FIRST_FACTOR**2 / sp.Sum(overlap() * _B(j), (j, FIRST, k))

WEIGHTED_MOMENT = derived(
    "der:weighted-moment",
    "Weighted second moment (Theorem U)",
    "weighted-moment.md, Theorem U",
    symbols=(
        *SYMBOLS,
        var(lam, REALS, "tilt of |sum X_i|^2 / A in the weight; free"),
        var(x, REALS, "exponent of 1/(1 - share) in the weight; free"),
        var(theta, UNIT, "interpolation; free for each j"),
        var(j, NATURALS0, "overlap of two subsets"),
        var(P, REALS, "probability that some k-subset hits"),
        var(_B, "functions of the overlap", "bound on the scaled pair moment"),
        var(_BJ, REALS, "B_U(j), bounded in closed form by one tangent"),
        var(_D, NONNEGATIVE, "share of A in the symmetric difference"),
        var(_p, NONNEGATIVE, "share of the intersection in the rest"),
        var(_y, NONNEGATIVE, "share of the first in the symmetric difference"),
        *(
            var(symbol, UNIT, f"tangent weight of {meaning}; free")
            for symbol, meaning in WEIGHTS
        ),
    ),
    hypotheses=(
        *nsn_target(),
        hyp("size", ge(k, m + 3), "k/2 - m/2 > 1, for the first moment"),
        hyp("half", lt(2 * k, n), "k < n/2, where the product coordinates exist"),
        hyp("tilt-sign", ge(lam, 0), "the tilt is not negative"),
        hyp("tilt", lt(lam, sp.Rational(1, 4)), "the tilt is below 1/4"),
        hyp("weight-sign", ge(x, 0), "the exponent is not negative"),
        hyp("weight", gt(n - k, 4 * x), "(n-k)/2 > 2x, for the second moment"),
        hyp("theta-low", ge(theta, 0), "interpolation weights lie in [0, 1]"),
        hyp("theta-high", le(theta, 1), "interpolation weights lie in [0, 1]"),
        hyp("share-d", eq(Law(_D), BetaLaw(k - j, n / 2 - k + j)), "D is Beta"),
        hyp("share-p", eq(Law(_p), BetaLaw(j / 2, (n + j) / 2 - k)), "p is Beta"),
        hyp("share-y", eq(Law(_y), BetaLaw((k - j) / 2, (k - j) / 2)), "y is Beta"),
        hyp(
            "independent",
            eq(Law(sp.Tuple(_D, _p, _y)), Law(_D) * Law(_p) * Law(_y)),
            "the three are independent",
        ),
        hyp("j-positive", ge(j, 0), "the overlap is a size"),
        hyp("j-most", le(j, k), "the overlap is at most k"),
    ),
    conclusion=ge(hit_probability(X, z, eps, n, k), _PROBABILITY),
    definitions=(eq(_B(j), _SCALE * Expectation(_INTEGRAND)),),
    summary="P(some k-subset hits) >= N_1^2/sum_j h(j) B(j), where hits are weighted "
    "by observable functions of the sample; uniform over ||z||_2 <= r.",
    claims=(
        some_hit("probability", _PROBABILITY),
        upper(
            "term",
            _BJ,
            _PROPER,
            "B(j), 0 < j < k",
            Quantity.PAIR_MOMENT,
            *_PROPER_IF,
            event=sp.And(ge(j, 1), le(j, k - 1), evaluate=False),
        ),
        upper(
            "term-disjoint",
            _BJ,
            _APART,
            "B(0)",
            Quantity.PAIR_MOMENT,
            *_APART_IF,
            event=eq(j, 0),
        ),
        upper(
            "term-equal",
            _BJ,
            _EQUAL,
            "B(k)",
            Quantity.PAIR_MOMENT,
            *_EQUAL_IF,
            event=eq(j, k),
        ),
    ),
    notes=(
        "lam, x, theta (for each j) and the tangent weights are free: every admissible "
        "choice gives a valid bound, so an optimiser need not be trusted.",
        "j = 0 is read with p = 0, and j = k with D = 0 and theta = 0.",
        "A moment that does not exist makes the bound 0, never wrong: all arguments of "
        "gamma functions must be positive.",
    ),
    uses=("der:nsn-law",),
)
