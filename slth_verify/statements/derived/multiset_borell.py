"""Lemma B: parallel half-spaces are the worst of several sets."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Kind
from slth_verify.statements.vocabulary import (
    ForAll,
    IndexRange,
    Law,
    Prob,
    StandardNormalVector,
)
from slth_verify.statements.writing.build import NATURALS, derived, eq, ge, hyp, le, var
from slth_verify.statements.writing.symbols import m

_a, _b, _K = sp.symbols("a b K", integer=True)
_zeta, _q, _hit, _Mab = (sp.IndexedBase(name) for name in ("zeta", "q", "I", "M"))
_Xa = sp.IndexedBase("X")
_ALL = IndexRange(_K)
_THRESHOLD = sp.sqrt(2) * sp.erfinv(2 * _q[_a] - 1)

MULTISET_BORELL = derived(
    "der:multiset-borell",
    "Multi-set Gaussian isoperimetry (Lemma B)",
    "high-probability.md, Lemma B",
    kind=Kind.LEMMA,
    symbols=(
        var(_K, NATURALS, "number of sets"),
        var(m, NATURALS, "dimension"),
        var(_a, NATURALS, "index of a set"),
        var(_b, NATURALS, "index of a set"),
        var(_Xa, "jointly Gaussian vectors of R^m", "X_1, ..., X_K"),
        var(_Mab, "correlation matrices", "Cov(X_a, X_b) = M_ab I_m"),
        var(
            _hit, "binary sequences", "I_a = 1 when X_a lies in the measurable set B_a"
        ),
        var(_q, "sequences in [0, 1]", "q_a: standard Gaussian measure of B_a"),
        var(_zeta, "jointly Gaussian numbers", "zeta ~ N(0, M) in R^K"),
    ),
    hypotheses=(
        hyp("count", ge(_K, 1), "at least one set"),
        hyp("dimension", ge(m, 1), "the dimension is positive"),
        hyp(
            "marginals",
            eq(Law(_Xa[_a]), StandardNormalVector(m)),
            "every X_a is standard normal, and they are jointly Gaussian",
        ),
        hyp("correlations", ge(_Mab[_a, _b], 0), "all correlations are nonnegative"),
        hyp("measures", eq(Prob(eq(_hit[_a], 1)), _q[_a]), "q_a is the measure of B_a"),
    ),
    conclusion=le(
        Prob(ForAll(_a, _ALL, eq(_hit[_a], 1))),
        Prob(ForAll(_a, _ALL, le(_zeta[_a], _THRESHOLD))),
    ),
    summary="P(X_a in B_a for all a) <= P(zeta_a <= Phi^-1(gamma(B_a)) for all a): "
    "parallel half-spaces are the worst sets.",
    notes=("M may be degenerate, and K may be 2^r.",),
)
