"""Exact laws of sums of NSN vectors, and the worst target."""

from __future__ import annotations

from typing import Any

import sympy as sp

from slth_verify.statements._types import Kind, Quantity
from slth_verify.statements.paper.nsn_lemmas import HIT, one_hit
from slth_verify.statements.vocabulary import (
    ChiSquaredLaw,
    Expectation,
    Law,
    Norm,
    Prob,
)
from slth_verify.statements.writing.build import (
    NATURALS,
    NONNEGATIVE,
    REALS,
    X,
    derived,
    eq,
    exact,
    ge,
    gt,
    hyp,
    le,
    nsn_sample,
    var,
    z,
)
from slth_verify.statements.writing.symbols import P, eps, k, m, n, r

R = sp.Symbol("R", positive=True)
_S = sp.Symbol("S")
_t, _v, _phi, _f = sp.symbols("t v phi f_v", real=True)
_i = sp.Symbol("i", integer=True)
_zi = sp.IndexedBase("z")


def interval_mass(target: Any) -> Any:
    """``g_R(z)``: chance that a centred normal of variance R is within eps of z."""
    spread = sp.sqrt(2 * R)
    return (sp.erf((target + eps) / spread) - sp.erf((target - eps) / spread)) / 2


def chi_squared_mean(integrand: Any, degrees: Any) -> Any:
    """Mean of ``integrand`` over ``R`` chi-squared with ``degrees`` degrees."""
    half = degrees / sp.Integer(2)
    density = R ** (half - 1) * sp.exp(-R / 2) / (2**half * sp.gamma(half))
    return sp.Integral(density * integrand, (R, 0, sp.oo))


def at_axis(size: Any) -> Any:
    """``p_k(r e_1)``: exact probability to hit r e_1 by a subset of ``size``."""
    return chi_squared_mean(interval_mass(r) * interval_mass(0) ** (m - 1), size)


def at_zero(size: Any) -> Any:
    """``p_k(0)``: exact probability for the target 0."""
    return chi_squared_mean(interval_mass(0) ** m, size)


_ORDER = (k - m) / sp.Integer(2)
_DENSITY = (
    _v**_ORDER
    * sp.besselk(_ORDER, _v)
    / (2 ** ((k + m) / sp.Integer(2) - 1) * sp.pi ** (m / sp.Integer(2)))
    / sp.gamma(k / 2)
)
_CHARACTERISTIC = (1 + _t**2) ** (-k / sp.Integer(2))
_ON_AXIS = (eq(Norm(z, 2), r), eq(Norm(z, sp.oo), r))
_AXIS_HIT = sp.And(HIT, *_ON_AXIS, evaluate=False)

_COMMON = (
    var(X, "samples of n vectors of R^m", "the sample X_1, ..., X_n"),
    var(z, "vectors of R^m", "the target"),
    var(_S, "k-subsets of [n]", "a fixed subset"),
    var(m, NATURALS, "dimension"),
    var(n, NATURALS, "number of samples"),
    var(k, NATURALS, "size of the subset, at least 1"),
    var(eps, REALS, "accuracy in the max norm"),
    var(P, REALS, "probability that the fixed subset hits"),
    var(r, REALS, "2-norm of the target r e_1, or bound on ||z||_2"),
    var(R, NONNEGATIVE, "sum over S of the squared scales"),
)
_CONDITIONS = (
    hyp("nsn", nsn_sample(X, m, n), "X_i i.i.d. NSN (def:nsn)"),
    hyp("dimension", ge(m, 1), "the dimension is positive"),
    hyp("size", ge(k, 1), "the subset is not empty"),
    hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
    hyp("radius-sign", ge(r, 0), "the radius is not negative"),
    hyp("scale", eq(Law(R), ChiSquaredLaw(k)), "R is chi-squared with k degrees"),
)

NSN_LAW = derived(
    "der:nsn-law",
    "Exact law of a sum of NSN vectors",
    "nsn-sums.md, Lemma 1",
    kind=Kind.LEMMA,
    symbols=(
        *_COMMON,
        var(_i, NATURALS, "coordinate"),
        var(_t, REALS, "2-norm of the argument of the characteristic function"),
        var(_v, NONNEGATIVE, "2-norm of the argument of the density"),
        var(_phi, REALS, "characteristic function of the sum"),
        var(_f, REALS, "density of the sum"),
    ),
    hypotheses=_CONDITIONS,
    conclusion=eq(
        Prob(HIT), Expectation(sp.Product(interval_mass(_zi[_i]), (_i, 1, m)))
    ),
    summary="Given the scales, a sum of k NSN vectors has independent N(0, R) "
    "coordinates with R chi-squared of k degrees; so the probability to hit, the "
    "characteristic function (1 + |t|^2)^(-k/2) and the density are exact.",
    claims=(
        exact(
            "axis",
            P,
            at_axis(k),
            "chance to hit r e_1",
            Quantity.PROBABILITY,
            trends="-r",
            event=_AXIS_HIT,
        ),
        exact(
            "characteristic",
            _phi,
            _CHARACTERISTIC,
            "characteristic function",
            Quantity.CHARACTERISTIC,
            trends="-k",
        ),
        exact(
            "density",
            _f,
            _DENSITY,
            "density at 2-norm v",
            Quantity.DENSITY,
            hyp("off-origin", gt(_v, 0), "away from the origin"),
        ),
    ),
    notes=("For k = 0 the sum is 0 and the probability is 1 or 0: ||z||_oo <= eps.",),
    uses=("def:nsn",),
)

WORST_TARGET = derived(
    "der:worst-target",
    "The worst target lies on an axis",
    "nsn-sums.md, Lemma 2",
    kind=Kind.LEMMA,
    symbols=_COMMON,
    hypotheses=(*_CONDITIONS, hyp("target", le(Norm(z, 2), r), "||z||_2 is at most r")),
    conclusion=sp.And(
        ge(Prob(HIT), at_axis(k)), le(Prob(HIT), at_zero(k)), evaluate=False
    ),
    summary="Among all targets of 2-norm at most r (hence of 1-norm at most r), r "
    "e_1 is hit with the least probability, and 0 with the greatest.",
    claims=one_hit(at_axis(k), at_zero(k), "chance to hit z"),
    notes=("It holds for every value of R, hence also for sums over k.",),
    uses=("der:nsn-law",),
)
