"""Random subset sums of one fixed size: one target, all targets, and from below."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Quantity, Source
from slth_verify.statements.vocabulary import ForAll, Prob, UniformLaw
from slth_verify.statements.writing.build import (
    NATURALS,
    REALS,
    X,
    cited,
    ge,
    gt,
    hyp,
    le,
    lt,
    necessary,
    reached,
    sample_is,
    sufficient,
    var,
    z,
)
from slth_verify.statements.writing.symbols import C, eps, k, n

_P0 = sp.Symbol("p_0", real=True)
_SHARE = k / n
_H2 = -(_SHARE * sp.log(_SHARE) + (1 - _SHARE) * sp.log(1 - _SHARE)) / sp.log(2)
_BITS = sp.log(k / eps) / sp.log(2)
_LOG_WIDTH, _SQUARED_WIDTH = C * _BITS / _H2, C * _BITS**2 / _H2
_LOG_ACCURACY = k * 2 ** (-n * _H2 / C)
_SQUARED_ACCURACY = k * 2 ** (-sp.sqrt(n * _H2 / C))
_NEAR = reached(X, z, eps, n, k)
_ALL = ForAll(z, sp.Interval(-sp.sqrt(k), sp.sqrt(k)), _NEAR)
_ONE_HIT = ge(Prob(_NEAR), _P0)

_WITHDRAWN = "rel:fixed-size-rss"


def _source(item: str) -> Source:
    return Source(
        paper="The 2025 paper on random fixed-size subset sums, after E. Natale, D. "
        "Ferre, G. Giambartolomei, F. Giroire, F. Mallmann-Trenn, On the Sparsity of "
        "the Strong Lottery Ticket Hypothesis, NeurIPS 2024",
        version="2025; the problem: arXiv:2410.14754",
        item=item,
    )


_SYMBOLS = (
    var(X, "samples of n real numbers", "the sample X_1, ..., X_n"),
    var(n, NATURALS, "number of samples"),
    var(k, NATURALS, "size of the subset"),
    var(eps, REALS, "accuracy"),
)
_PROBABILITY = var(_P0, REALS, "constant probability, not named")
_CONDITIONS = (
    hyp("uniform", sample_is(X, UniformLaw(-1, 1), n), "X_i i.i.d. uniform"),
    hyp("nonempty", ge(k, 1), "the subsets are not empty"),
    hyp("size", le(k, n / sp.Integer(2)), "at most half of the samples is summed"),
    hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
    hyp("eps-range", lt(eps, 1), "the accuracy is below 1"),
)
_CONSTANT = hyp("constant", gt(C, 0), "there is a C > 0 for which this holds")
_TARGET = hyp("target", le(sp.Abs(z), sp.sqrt(k)), "|z| is at most sqrt(k)")
_POSITIVE = hyp("probability", gt(_P0, 0), "the constant probability is positive")
_NOTE = (
    "The summary at hand names neither the law nor the range of eps: uniform samples "
    "and eps < 1 are ours, as is the letter C."
)


_TRENDS = "-n +C"

FIXED_SIZE_ONE = cited(
    "rel:fixed-size-rss-one",
    "Random fixed-size subset sum, one target",
    _source("the theorem for one fixed target"),
    symbols=(
        *_SYMBOLS,
        var(z, "real numbers", "the target, fixed before the sample is drawn"),
        var(C, REALS, "constant, not named"),
        _PROBABILITY,
    ),
    hypotheses=(
        *_CONDITIONS,
        _TARGET,
        _CONSTANT,
        _POSITIVE,
        hyp("width", ge(n, _LOG_WIDTH), "enough samples"),
    ),
    conclusion=ge(Prob(_NEAR), _P0),
    failure_probability=1 - _P0,
    summary="One fixed target with |z| <= sqrt(k) is within eps of a sum of exactly k "
    "samples, with constant probability, once n is at least of order log2(k/eps)/H2"
    "(k/n), with the binary entropy H2.",
    claims=(
        sufficient(
            "accuracy",
            eps,
            _LOG_ACCURACY,
            "accuracy for one target",
            Quantity.ACCURACY,
            trends=_TRENDS,
            event=_ONE_HIT,
        ),
    ),
    notes=(_NOTE, "The probability is a constant: it is not 1 - eps."),
    supersedes=_WITHDRAWN,
)

FIXED_SIZE_ALL = cited(
    "rel:fixed-size-rss-all",
    "Random fixed-size subset sum, all targets at once",
    _source("the theorem for all targets at once"),
    symbols=(
        *_SYMBOLS[:-1],
        var(eps, REALS, "accuracy, and also failure probability"),
        var(C, REALS, "constant, not named"),
    ),
    hypotheses=(
        *_CONDITIONS,
        _CONSTANT,
        hyp("width", ge(n, _SQUARED_WIDTH), "enough samples"),
    ),
    conclusion=ge(Prob(_ALL), 1 - eps),
    failure_probability=eps,
    summary="All targets with |z| <= sqrt(k) are within eps of sums of exactly k "
    "samples, with probability 1 - eps, once n is at least of order log2(k/eps)^2/H2"
    "(k/n): the logarithm is squared.",
    claims=(
        sufficient(
            "accuracy",
            eps,
            _SQUARED_ACCURACY,
            "accuracy for all targets",
            Quantity.ACCURACY,
            trends=_TRENDS,
            event=ge(Prob(_ALL), 1 - eps),
        ),
    ),
    notes=(_NOTE,),
    supersedes=_WITHDRAWN,
)

FIXED_SIZE_LOWER = cited(
    "rel:fixed-size-rss-lower",
    "Random fixed-size subset sum, from below",
    _source("the lower bound"),
    symbols=(
        *_SYMBOLS,
        var(z, "real numbers", "the target, fixed before the sample is drawn"),
        var(C, REALS, "constant that depends on p_0 only, not named"),
        _PROBABILITY,
    ),
    hypotheses=(
        *_CONDITIONS,
        _TARGET,
        _CONSTANT,
        _POSITIVE,
        hyp(
            "reached",
            ge(Prob(_NEAR), _P0),
            "with constant probability some sum of k samples is within eps of the "
            "target",
        ),
    ),
    conclusion=ge(n, _LOG_WIDTH),
    summary="If one fixed target is within eps of a sum of exactly k samples with "
    "constant probability, n is at least of order log2(k/eps)/H2(k/n).",
    claims=(
        necessary(
            "accuracy",
            eps,
            _LOG_ACCURACY,
            "accuracy for one target",
            Quantity.ACCURACY,
            trends=_TRENDS,
            event=_ONE_HIT,
        ),
    ),
    notes=(
        _NOTE,
        "docs/theory proves this form, with C = min(1/4, 1/(2 log2(sqrt(2)/p_0))).",
        "Reaching all targets at once is harder, so it needs at least as much.",
    ),
)
