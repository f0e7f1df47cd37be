"""All of [-1, 1] at once by random subset sums, and how often it must fail."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Kind, Quantity
from slth_verify.statements.derived.rss import covered
from slth_verify.statements.vocabulary import Prob, UniformLaw
from slth_verify.statements.writing.build import (
    NATURALS0,
    REALS,
    X,
    derived,
    ge,
    gt,
    hyp,
    le,
    lt,
    sample_is,
    sufficient,
    upper,
    var,
)
from slth_verify.statements.writing.symbols import P, delta, eps, eps1, eps2, n

_F = sp.Symbol("F", real=True)
_i = sp.Symbol("i", integer=True)
_START = (1 / eps1 - 1) * (2 - eps2) / eps2
_GROWTH = sp.Rational(3, 4) ** n * _START
_COVERED = covered(sp.Integer(1), eps1 + eps2)
_WIDTH = sp.log(_START / delta) / sp.log(sp.Rational(4, 3))
_MISSED = 2 ** (-n) * sp.Sum(
    sp.binomial(n, _i) * (1 - eps) ** _i / sp.factorial(_i), (_i, 0, n)
)

RSS_WHOLE = derived(
    "der:rss-whole",
    "Random subset sum on [-1, 1] with explicit constants",
    "one-dimension.md, Theorem 4",
    symbols=(
        var(X, "samples of n real numbers", "the sample X_1, ..., X_n"),
        var(n, NATURALS0, "number of samples"),
        var(eps1, REALS, "half width of the first covered interval"),
        var(eps2, REALS, "length of the largest gap left at the end"),
        var(delta, REALS, "failure probability"),
        var(_F, REALS, "probability that [-1, 1] is not covered"),
    ),
    hypotheses=(
        hyp("uniform", sample_is(X, UniformLaw(-1, 1), n), "X_i i.i.d. uniform"),
        hyp("eps1-positive", gt(eps1, 0), "the first interval has positive length"),
        hyp("eps1-range", lt(eps1, 1), "it is shorter than [-1, 1]"),
        hyp("eps2-positive", gt(eps2, 0), "the gap is positive"),
        hyp("eps2-range", lt(eps2, 1), "the gap is shorter than [0, 1]"),
        hyp("delta-positive", gt(delta, 0), "the failure probability is positive"),
        hyp("delta-range", lt(delta, 1), "the failure probability is below 1"),
        hyp("width", ge(n, _WIDTH), "enough samples"),
    ),
    conclusion=ge(Prob(_COVERED), 1 - delta),
    failure_probability=delta,
    summary="With log((1/eps1 - 1)(2 - eps2)/(eps2 delta))/log(4/3) uniform samples, "
    "with probability at least 1 - delta every z in [-1, 1] is within eps1 + eps2 of a "
    "subset sum.",
    claims=(
        sufficient(
            "width",
            n,
            _WIDTH,
            "number of samples",
            Quantity.SAMPLES,
            trends="-eps1 -eps2 -delta",
            event=ge(Prob(_COVERED), 1 - delta),
        ),
        upper(
            "failure",
            _F,
            _GROWTH,
            "probability that [-1, 1] is not covered",
            Quantity.PROBABILITY,
            trends="-n -eps1 -eps2",
            event=sp.Not(_COVERED),
        ),
    ),
    notes=(
        "No samples are reserved for the outer halves of [-1, 1].",
        "It gives thm:rss with C = 3/log(4/3) + 3 log 2/(log(4/3) log 3) < 17.1.",
    ),
    uses=("der:rss-explicit",),
)

RSS_MISSED = derived(
    "der:rss-missed",
    "Probability that random subset sums miss the end of [-1, 1]",
    "one-dimension.md, Lemma 5",
    kind=Kind.LEMMA,
    symbols=(
        var(X, "samples of n real numbers", "the sample X_1, ..., X_n"),
        var(n, NATURALS0, "number of samples"),
        var(eps, REALS, "accuracy"),
        var(P, REALS, "probability that [-1, 1] is covered"),
        var(_i, NATURALS0, "number of positive samples"),
    ),
    hypotheses=(
        hyp("uniform", sample_is(X, UniformLaw(-1, 1), n), "X_i i.i.d. uniform"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("eps-range", lt(eps, 1), "the empty sum does not reach 1"),
    ),
    conclusion=le(Prob(covered(sp.Integer(1), eps)), 1 - _MISSED),
    summary="The positive samples add up to less than 1 - eps with probability "
    "2^-n sum_i C(n, i) (1 - eps)^i/i!, and then 1 is not within eps of a subset sum.",
    claims=(
        upper(
            "probability",
            P,
            1 - _MISSED,
            "probability to cover [-1, 1]",
            Quantity.PROBABILITY,
            event=covered(sp.Integer(1), eps),
        ),
    ),
)
