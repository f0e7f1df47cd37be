"""Theorem 5: multidimensional random subset sum for normally-scaled normals."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Kind, Provenance, Quantity
from slth_verify.statements.decisions.proved import Ceil
from slth_verify.statements.vocabulary import Ball, ForAll
from slth_verify.statements.writing.build import (
    NATURALS,
    NONNEGATIVE,
    REALS,
    X,
    ge,
    gt,
    hit_probability,
    hyp,
    lower,
    lt,
    nsn_vectors,
    sufficient,
    the_paper,
    var,
    z,
)
from slth_verify.statements.writing.symbols import C, P, eps, k, m, n

A_N, A_M, A_LOG, P0 = sp.symbols("a_n a_m a_log p_0", real=True)
_SIZE = C * m**A_M * sp.log(m / eps) ** A_LOG
_TARGETS = Ball(m, 1, sp.sqrt(k))
_HITS = ForAll(z, _TARGETS, ge(hit_probability(X, z, eps, n, k), P0))

MRSS_NSN = StatementData(
    id="thm:mrss-nsn",
    title="Multidimensional random subset sum for NSN vectors",
    kind=Kind.THEOREM,
    source=the_paper("Theorem 5 (normally-scaled MRSS)"),
    provenance=Provenance.RECONSTRUCTED,
    symbols=(
        var(X, "samples of n vectors of R^m", "the sample X_1, ..., X_n"),
        var(z, "vectors of R^m", "the target"),
        var(m, NATURALS, "dimension"),
        var(eps, REALS, "accuracy in the max norm"),
        var(C, REALS, "universal constant, not named"),
        var(A_N, NONNEGATIVE, "exponent in n >= k^a_n", sp.Integer(2)),
        var(A_M, NONNEGATIVE, "exponent of the dimension", sp.Integer(3)),
        var(A_LOG, NONNEGATIVE, "exponent of the logarithm", sp.Integer(1)),
        var(k, NATURALS, "size of the subset", Ceil(_SIZE)),
        var(n, NATURALS, "number of samples"),
        var(P0, REALS, "constant success probability, not named"),
        var(P, REALS, "probability that some k-subset hits the target"),
    ),
    hypotheses=(
        *nsn_vectors(),
        hyp("eps-range", lt(eps, 1), "the accuracy is below 1"),
        hyp("constant", gt(C, 0), "there is a universal C > 0 for which this holds"),
        hyp("probability", gt(P0, 0), "the constant probability is positive"),
        hyp("size", ge(k, _SIZE), "the subsets are large enough"),
        hyp("width", ge(n, k**A_N), "there are enough samples"),
    ),
    conclusion=_HITS,
    failure_probability=1 - P0,
    summary="With n >= k^2 NSN vectors and k >= C m^3 log(m/eps), every target with "
    "||z||_1 <= sqrt(k) is hit by some k-subset with constant probability.",
    claims=(
        sufficient(
            "width",
            n,
            k**A_N,
            "number of samples",
            Quantity.SAMPLES,
            trends="+m -eps +C +k",
            event=_HITS,
        ),
        sufficient(
            "size",
            k,
            _SIZE,
            "subset size",
            Quantity.SUBSET_SIZE,
            trends="+m -eps +C",
            event=_HITS,
        ),
        lower(
            "probability",
            P,
            P0,
            "probability of one fixed target",
            Quantity.PROBABILITY,
            event=ForAll(z, _TARGETS, hit_probability(X, z, eps, n, k)),
        ),
    ),
    notes=(
        "The exponents 2, 3 and 1 are reconstructed and can be overridden (a_n, a_m, "
        "a_log); the range of eps and the constant probability are not at hand.",
        "The probability is for one fixed target; for all targets at once see der:net "
        "and der:two-blocks.",
    ),
    uses=("def:nsn", "def:subset-sum-number", "lem:nsn-sum", "lem:nsn-joint"),
)
