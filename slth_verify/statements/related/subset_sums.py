"""Random subset sums in several dimensions for Gaussian vectors."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Quantity, Source
from slth_verify.statements.vocabulary import Ball, ForAll, Prob, StandardNormalVector
from slth_verify.statements.writing.build import (
    NATURALS,
    NONNEGATIVE,
    REALS,
    X,
    cited,
    ge,
    gt,
    hit,
    hyp,
    lt,
    sample_is,
    sufficient,
    var,
    z,
)
from slth_verify.statements.writing.symbols import C, P, d, delta, eps, n

_A_D = sp.Symbol("a_d", real=True)
_GAUSSIAN = C * d**_A_D * sp.log(1 / eps) * (sp.log(1 / eps) + sp.log(d))
_ALL = ForAll(z, Ball(d, sp.oo, 1), hit(X, z, eps, n))

GAUSSIAN_MRSS = cited(
    "rel:gaussian-mrss",
    "Multidimensional random subset sum for Gaussian vectors",
    Source(
        paper="L. Becchetti, A. da Cunha, A. Clementi, F. d'Amore, H. Lesfari, "
        "E. Natale, L. Trevisan, On the Multidimensional Random Subset Sum Problem, "
        "2022",
        version="arXiv:2207.13944",
        item="abstract",
    ),
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
    conclusion=ge(Prob(_ALL), 1 - delta),
    failure_probability=delta,
    summary="C d^3 log(1/eps)(log(1/eps) + log d) standard Gaussian vectors "
    "approximate every point of [-1, 1]^d by a subset sum, with high probability.",
    claims=(
        sufficient(
            "width",
            n,
            _GAUSSIAN,
            "number of samples",
            Quantity.SAMPLES,
            trends="+d -eps +C",
            event=ge(Prob(_ALL), 1 - delta),
        ),
    ),
    notes=(
        "The entries of one vector are independent here; NSN vectors share a scale, "
        "which is why thm:mrss-nsn is needed.",
        "Only the abstract is relied on; what 'with high probability' means is open.",
    ),
)
