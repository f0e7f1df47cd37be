"""Theorem 1 with explicit constants, and what counting forces."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Kind, Quantity
from slth_verify.statements.vocabulary import ForAll, Prob, UniformLaw
from slth_verify.statements.writing.build import (
    NATURALS0,
    REALS,
    X,
    derived,
    ge,
    gt,
    hyp,
    lower,
    lt,
    necessary,
    reached,
    sample_is,
    sufficient,
    upper,
    var,
    z,
)
from slth_verify.statements.writing.symbols import P, delta, eps, eps1, eps2, n

_q, _i = sp.symbols("q i", integer=True)
_F, _G = sp.symbols("F G", real=True)
_HALF = sp.Rational(1, 2)
_START = (1 / (2 * eps1) - 1) * (1 - eps2) / eps2
_GROWTH = sp.Rational(3, 4) ** n * _START
_LAGUERRE = 2 ** (1 - _q) * sp.Sum(
    sp.binomial(_q, _i) * _HALF**_i / sp.factorial(_i), (_i, 0, _q)
)
_WIDTH = sp.log(_START / delta) / sp.log(sp.Rational(4, 3))


def covered(reach: sp.Expr, accuracy: sp.Expr, count: sp.Expr = n) -> sp.Basic:
    """The event that all z in [-reach, reach] are within ``accuracy`` of a sum."""
    return ForAll(z, sp.Interval(-reach, reach), reached(X, z, accuracy, count))


_HALF_COVERED = covered(_HALF, eps1 + eps2)
_COVERED = covered(sp.Integer(1), eps)


RSS_EXPLICIT = derived(
    "der:rss-explicit",
    "Random subset sum with explicit constants",
    "one-dimension.md, Theorem 1",
    symbols=(
        var(X, "samples of n real numbers", "the sample X_1, ..., X_n"),
        var(n, NATURALS0, "number of samples that cover [-1/2, 1/2]"),
        var(_q, NATURALS0, "number of further samples that widen it to [-1, 1]"),
        var(eps1, REALS, "half width of the first covered interval"),
        var(eps2, REALS, "length of the largest gap left at the end"),
        var(delta, REALS, "failure probability"),
        var(_F, REALS, "probability that [-1/2, 1/2] is not covered"),
        var(_G, REALS, "probability that [-1, 1] is not covered, with n + q samples"),
        var(_i, NATURALS0, "number of positive further samples"),
    ),
    hypotheses=(
        hyp("uniform", sample_is(X, UniformLaw(-1, 1), n + _q), "X_i i.i.d. uniform"),
        hyp("eps1-positive", gt(eps1, 0), "the first interval has positive length"),
        hyp("eps1-range", lt(eps1, _HALF), "it is no longer than [-1/2, 1/2]"),
        hyp("eps2-positive", gt(eps2, 0), "the gap is positive"),
        hyp("eps2-range", lt(eps2, 1), "the gap is shorter than [-1/2, 1/2]"),
        hyp("delta-positive", gt(delta, 0), "the failure probability is positive"),
        hyp("delta-range", lt(delta, 1), "the failure probability is below 1"),
        hyp("width", ge(n, _WIDTH), "enough samples"),
    ),
    conclusion=ge(Prob(_HALF_COVERED), 1 - delta),
    failure_probability=delta,
    summary="With log((1/(2 eps1) - 1)(1 - eps2)/(eps2 delta))/log(4/3) uniform "
    "samples, with probability at least 1 - delta every z in [-1/2, 1/2] is within "
    "eps1 + eps2 of a subset sum; q further samples extend this to [-1, 1].",
    claims=(
        sufficient(
            "width",
            n,
            _WIDTH,
            "number of samples for [-1/2, 1/2]",
            Quantity.SAMPLES,
            trends="-eps1 -eps2 -delta",
            event=ge(Prob(_HALF_COVERED), 1 - delta),
        ),
        upper(
            "failure",
            _F,
            _GROWTH,
            "probability that [-1/2, 1/2] is not covered",
            Quantity.PROBABILITY,
            trends="-n -eps1 -eps2",
            event=sp.Not(_HALF_COVERED),
        ),
        upper(
            "failure-full",
            _G,
            _GROWTH + _LAGUERRE,
            "probability that [-1, 1] is not covered, with n + q samples",
            Quantity.PROBABILITY,
            trends="-n -q -eps1 -eps2",
            event=sp.Not(covered(sp.Integer(1), eps1 + eps2, n + _q)),
        ),
    ),
    notes=("For eps1 = 1/2 the interval is covered by the empty sum, with n = 0.",),
)

_BASE = sp.log(sp.Rational(4, 3))
CONSTANT = 4 / _BASE + (4 * sp.log(2) / _BASE + 1) / sp.log(3)

RSS_CONSTANT = derived(
    "der:rss-constant",
    "Theorem 1 with an explicit constant",
    "one-dimension.md, Corollary 2",
    kind=Kind.COROLLARY,
    symbols=(
        var(X, "samples of n real numbers", "the sample X_1, ..., X_n"),
        var(n, NATURALS0, "number of samples"),
        var(eps, REALS, "accuracy, and also failure probability"),
        var(
            P, REALS, "probability that all z in [-1, 1] are within eps of a subset sum"
        ),
    ),
    hypotheses=(
        hyp("uniform", sample_is(X, UniformLaw(-1, 1), n), "X_i i.i.d. uniform"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("eps-range", lt(eps, sp.Rational(1, 3)), "the accuracy is below 1/3"),
        hyp("width", ge(n, CONSTANT * sp.log(1 / eps)), "enough samples"),
    ),
    conclusion=ge(Prob(_COVERED), 1 - eps),
    failure_probability=eps,
    summary="thm:rss holds with C = 4/log(4/3) + (4 log 2/log(4/3) + 1)/log 3 < 23.6.",
    claims=(
        sufficient(
            "width",
            n,
            CONSTANT * sp.log(1 / eps),
            "number of samples",
            Quantity.SAMPLES,
            trends="-eps",
            event=ge(Prob(_COVERED), 1 - eps),
        ),
        lower(
            "probability",
            P,
            1 - eps,
            "probability to cover",
            Quantity.PROBABILITY,
            trends="-eps",
            event=_COVERED,
        ),
    ),
    notes=("The constant is ours, not the paper's, and not the least possible.",),
    uses=("thm:rss", "der:rss-explicit"),
)

RSS_COUNTING = derived(
    "der:rss-counting",
    "Counting bound for random subset sum",
    "one-dimension.md, Lemma 3",
    kind=Kind.LEMMA,
    symbols=(
        var(X, "n real numbers", "any numbers X_1, ..., X_n"),
        var(n, NATURALS0, "how many numbers"),
        var(eps, REALS, "accuracy"),
    ),
    hypotheses=(
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("covers", _COVERED, "all of [-1, 1] is covered"),
    ),
    conclusion=ge(n, sp.log(1 / eps) / sp.log(2)),
    summary="2^n intervals of length 2 eps can cover [-1, 1] only if 2^n eps >= 1.",
    claims=(
        necessary(
            "width",
            n,
            sp.log(1 / eps) / sp.log(2),
            "number of samples",
            Quantity.SAMPLES,
            trends="-eps",
            event=_COVERED,
        ),
    ),
)
