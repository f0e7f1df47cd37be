"""Definition 6: the number of k-subsets that hit the target."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Kind, Provenance, Quantity
from slth_verify.statements.vocabulary import Count, Norm, Subsets, SubsetSum
from slth_verify.statements.writing.build import (
    NATURALS,
    NATURALS0,
    REALS,
    S,
    X,
    eq,
    ge,
    gt,
    hyp,
    le,
    the_paper,
    upper,
    var,
    z,
)
from slth_verify.statements.writing.symbols import eps, k, m, n

_T = sp.Symbol("T", integer=True)
_HITS = Count(S, Subsets(n, k), le(Norm(SubsetSum(X, S) - z, sp.oo), eps))

SUBSET_SUM_NUMBER = StatementData(
    id="def:subset-sum-number",
    title="Subset-sum number",
    kind=Kind.DEFINITION,
    source=the_paper("Definition 6"),
    provenance=Provenance.RECONSTRUCTED,
    symbols=(
        var(X, "n vectors of R^m", "the vectors X_1, ..., X_n"),
        var(z, "vectors of R^m", "the target"),
        var(m, NATURALS, "dimension"),
        var(n, NATURALS, "number of vectors"),
        var(k, NATURALS0, "size of the subsets"),
        var(eps, REALS, "accuracy in the max norm"),
        var(_T, NATURALS0, "the subset-sum number"),
    ),
    hypotheses=(
        hyp("dimension", ge(m, 1), "the dimension is positive"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("size", le(k, n), "a k-subset of [n] needs k <= n"),
    ),
    conclusion=eq(_T, _HITS),
    summary="T is the number of k-subsets of [n] whose sum is within eps of z in the "
    "max norm; some subset hits exactly when T >= 1.",
    claims=(
        upper(
            "most",
            _T,
            sp.binomial(n, k),
            "the number of hitting k-subsets",
            Quantity.HITS,
            trends="+n",
        ),
    ),
)
