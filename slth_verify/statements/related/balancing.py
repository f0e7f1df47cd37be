"""What signed sums of Gaussian vectors reach, and what algorithms are known to find.

Turner, Meka and Rigollet prove an optimum and the reach of one algorithm; between the
two lies a statistical-computational gap.
"""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Quantity, Source
from slth_verify.statements.vocabulary import Prob, StandardNormalVector
from slth_verify.statements.writing.build import (
    NATURALS,
    REALS,
    X,
    cited,
    ge,
    gt,
    hyp,
    le,
    lower,
    sample_is,
    upper,
    var,
)
from slth_verify.statements.writing.symbols import C, c, delta, m, n

_best, _found = sp.symbols("D_best D_found", real=True)
_m0, _share, _a = sp.symbols("m_0 b a", real=True)
_SCALE = sp.sqrt(n) * 2 ** (-n / m)
_REACH = sp.exp(-c * sp.log(n) ** 2 / m)

_SYMBOLS = (
    var(X, "samples of n vectors of R^m", "the sample X_1, ..., X_n"),
    var(n, NATURALS, "number of vectors"),
    var(m, NATURALS, "dimension"),
    var(c, REALS, "constant, not named"),
    var(delta, REALS, "failure probability, which the abstract calls small"),
)
_NORMAL = hyp("normal", sample_is(X, StandardNormalVector(m), n), "X_i i.i.d. N(0, I)")
_CONSTANT = hyp("constant-low", gt(c, 0), "there is a c > 0 for which this holds")
_SIGNS = (
    "Signs, not subsets: sum x_i X_i over signs x_i is 2 V_S - sum X_i for S = {i: "
    "x_i = 1}, so a small signed sum is a subset sum V_S near half of the total."
)
_ENTRIES = (
    "The entries of a vector are independent here; NSN vectors share a scale, so the "
    "statement does not carry over to them as it stands."
)


def _source(item: str) -> Source:
    return Source(
        paper="P. Turner, R. Meka, P. Rigollet, Balancing Gaussian Vectors in High "
        "Dimension, COLT 2020",
        version="arXiv:1910.13972",
        item=item,
    )


BALANCING_OPTIMUM = cited(
    "rel:balancing-optimum",
    "Least signed sum of Gaussian vectors",
    _source("abstract, first result"),
    symbols=(
        *_SYMBOLS,
        var(C, REALS, "constant, not named"),
        var(_m0, REALS, "dimension from which on it holds, not named"),
        var(_share, REALS, "share of n up to which m may go, not named"),
        var(_best, REALS, "least max norm of x_1 X_1 + ... + x_n X_n over signs x_i"),
    ),
    hypotheses=(
        _NORMAL,
        hyp("many-rows", ge(m, _m0), "m grows without bound: omega(1) = m"),
        hyp("share", gt(_share, 0), "the share of n is positive"),
        hyp("few-rows", le(m, _share * n), "m is of smaller order than n: m = o(n)"),
        _CONSTANT,
        hyp("constant", gt(C, 0), "there is a C > 0 for which this holds"),
    ),
    conclusion=ge(
        Prob(sp.And(le(c * _SCALE, _best), le(_best, C * _SCALE), evaluate=False)),
        1 - delta,
    ),
    failure_probability=delta,
    summary="With high probability the least max norm of a signed sum of n Gaussian "
    "vectors of dimension m is sqrt(n) 2^(-n/m), up to constants: exponentially small "
    "in n/m. The proof finds no signs.",
    claims=(
        upper(
            "upper",
            _best,
            C * _SCALE,
            "least max norm of a signed sum, with high probability",
            Quantity.LEAST_SIGNED_SUM,
            trends="+C",
        ),
        lower(
            "lower",
            _best,
            c * _SCALE,
            "least max norm of a signed sum, with high probability",
            Quantity.LEAST_SIGNED_SUM,
            trends="+c",
        ),
    ),
    notes=(
        "The abstract is asymptotic: for every delta > 0 there are m_0 and b; none of "
        "its constants is named.",
        _SIGNS,
        _ENTRIES,
    ),
)

BALANCING_ALGORITHM = cited(
    "rel:balancing-algorithm",
    "Signed sums of Gaussian vectors that an algorithm finds",
    _source("abstract, second result"),
    symbols=(
        *_SYMBOLS,
        var(_a, REALS, "constant of m = O(sqrt(log n)); c may depend on it"),
        var(_found, REALS, "max norm of the signed sum that the algorithm finds"),
    ),
    hypotheses=(
        _NORMAL,
        hyp("vectors", ge(n, 2), "at least two vectors"),
        hyp("dimension", ge(m, 1), "the dimension is positive"),
        hyp("share", gt(_a, 0), "the constant is positive"),
        hyp("few-rows", le(m, _a * sp.sqrt(sp.log(n))), "m = O(sqrt(log n))"),
        _CONSTANT,
    ),
    conclusion=ge(Prob(le(_found, _REACH)), 1 - delta),
    failure_probability=delta,
    summary="A randomised algorithm in polynomial time finds a signed sum of max norm "
    "exp(-c log(n)^2/m) with high probability, for m of order at most sqrt(log n): far "
    "above the optimum sqrt(n) 2^(-n/m) of rel:balancing-optimum.",
    claims=(
        upper(
            "reach",
            _found,
            _REACH,
            "max norm of the sum that is found, with high probability",
            Quantity.FOUND_SIGNED_SUM,
            trends="-c",
        ),
    ),
    notes=(
        "It bounds what this algorithm reaches, from one side. That no algorithm in "
        "polynomial time does better is not claimed: the gap to the optimum lies "
        "between what exists and what is known to be found.",
        "For m = 1 the abstract says that this matches Karmarkar and Karp.",
        "Entries with any Lipschitz density will do; normal ones are the case here.",
        _SIGNS,
        _ENTRIES,
    ),
    uses=("rel:balancing-optimum",),
)
