"""Random subset sums of fixed size, and in several dimensions for Gaussian vectors."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._build import (
    NATURALS,
    NONNEGATIVE,
    REALS,
    S,
    X,
    claim,
    ge,
    gt,
    hyp,
    le,
    lt,
    sample_is,
    var,
    z,
)
from slth_verify.statements._statement import Statement
from slth_verify.statements._symbols import C, P, d, delta, eps, k, n
from slth_verify.statements._types import Direction, Kind, Provenance, Source
from slth_verify.statements._vocabulary import (
    Ball,
    Exists,
    ForAll,
    Norm,
    Prob,
    StandardNormalVector,
    Subsets,
    SubsetSum,
    UniformLaw,
)

_gamma, _a = sp.symbols("gamma a_log", real=True)
_H2 = -(_gamma * sp.log(_gamma) + (1 - _gamma) * sp.log(1 - _gamma)) / sp.log(2)
_FIXED = C * sp.log(1 / eps) ** _a / _H2

FIXED_SIZE_RSS = Statement(
    id="rel:fixed-size-rss",
    title="Random fixed-size subset sum",
    kind=Kind.THEOREM,
    source=Source(
        paper="E. Natale, D. Ferre, G. Giambartolomei, F. Giroire, F. Mallmann-Trenn, "
        "On the Sparsity of the Strong Lottery Ticket Hypothesis, NeurIPS 2024",
        version="arXiv:2410.14754",
        item="the theorem on the random fixed-size subset sum problem",
    ),
    provenance=Provenance.CITED,
    symbols=(
        var(X, "samples of n real numbers", "the sample X_1, ..., X_n"),
        var(n, NATURALS, "number of samples"),
        var(k, NATURALS, "size of the subset"),
        var(_gamma, REALS, "density k/n of the subset"),
        var(eps, REALS, "accuracy, and also failure probability"),
        var(C, REALS, "universal constant, not named"),
        var(_a, NONNEGATIVE, "exponent of the logarithm", sp.Integer(1)),
        var(P, REALS, "probability that all z in [-1, 1] are hit by k-subsets"),
    ),
    hypotheses=(
        hyp("uniform", sample_is(X, UniformLaw(-1, 1), n), "X_i i.i.d. uniform"),
        hyp("density-low", gt(_gamma, 0), "the density is positive"),
        hyp("density-high", lt(_gamma, 1), "the density is below 1"),
        hyp("size", ge(k, _gamma * n), "subsets of k = gamma n elements"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("eps-range", lt(eps, sp.Rational(1, 3)), "the accuracy is below 1/3"),
        hyp("constant", gt(C, 0), "there is a universal C > 0 for which this holds"),
        hyp("width", ge(n, _FIXED), "enough samples"),
    ),
    conclusion=ge(
        Prob(
            ForAll(
                z,
                sp.Interval(-1, 1),
                Exists(S, Subsets(n, k), le(sp.Abs(z - SubsetSum(X, S)), eps)),
            )
        ),
        1 - eps,
    ),
    failure_probability=eps,
    summary="Subsets of one given size k = gamma n cover [-1, 1] once n is of order "
    "log(1/eps)/H_2(gamma), with the binary entropy H_2: essentially tight by "
    "counting.",
    claims=(
        claim(
            "width",
            n,
            Direction.SUFFICIENT,
            _FIXED,
            "number of samples",
            eps=-1,
            C=1,
        ),
    ),
    notes=(
        "The abstract says 'an essentially tight bound'; its formula is not at hand. "
        "The form here is the counting bound log_2(1/eps)/H_2(gamma) times a "
        "constant; the exponent of the logarithm is a parameter, and ranges are ours.",
    ),
)

_A_D = sp.Symbol("a_d", real=True)
_GAUSSIAN = C * d**_A_D * sp.log(1 / eps) * (sp.log(1 / eps) + sp.log(d))

GAUSSIAN_MRSS = Statement(
    id="rel:gaussian-mrss",
    title="Multidimensional random subset sum for Gaussian vectors",
    kind=Kind.THEOREM,
    source=Source(
        paper="L. Becchetti, A. da Cunha, A. Clementi, F. d'Amore, H. Lesfari, "
        "E. Natale, L. Trevisan, On the Multidimensional Random Subset Sum Problem, "
        "2022",
        version="arXiv:2207.13944",
        item="abstract",
    ),
    provenance=Provenance.CITED,
    symbols=(
        var(X, "samples of n vectors of R^d", "the sample X_1, ..., X_n"),
        var(n, NATURALS, "number of samples"),
        var(d, NATURALS, "dimension"),
        var(eps, REALS, "accuracy in the max norm"),
        var(C, REALS, "universal constant, not named"),
        var(_A_D, NONNEGATIVE, "exponent of the dimension", sp.Integer(3)),
        var(P, REALS, "probability that all of [-1, 1]^d is hit"),
        var(delta, REALS, "failure probability, which the abstract calls small"),
    ),
    hypotheses=(
        hyp("normal", sample_is(X, StandardNormalVector(d), n), "X_i i.i.d. N(0, I)"),
        hyp("dimension", ge(d, 1), "the dimension is positive"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("eps-range", lt(eps, 1), "the accuracy is below 1"),
        hyp("constant", gt(C, 0), "there is a universal C > 0 for which this holds"),
        hyp("width", ge(n, _GAUSSIAN), "enough samples"),
    ),
    conclusion=ge(
        Prob(
            ForAll(
                z,
                Ball(d, sp.oo, 1),
                Exists(S, Subsets(n), le(Norm(SubsetSum(X, S) - z, sp.oo), eps)),
            )
        ),
        1 - delta,
    ),
    failure_probability=delta,
    summary="C d^3 log(1/eps)(log(1/eps) + log d) standard Gaussian vectors "
    "approximate every point of [-1, 1]^d by a subset sum, with high probability.",
    claims=(
        claim(
            "width",
            n,
            Direction.SUFFICIENT,
            _GAUSSIAN,
            "number of samples",
            d=1,
            eps=-1,
            C=1,
        ),
    ),
    notes=(
        "The entries of one vector are independent here; NSN vectors share a scale, "
        "which is why thm:mrss-nsn is needed.",
        "Only the abstract is relied on; what 'with high probability' means is open.",
    ),
)
