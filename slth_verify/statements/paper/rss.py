"""Theorem 1: random subset sums of uniform samples cover [-1, 1]."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Kind, Provenance, Quantity
from slth_verify.statements.vocabulary import ForAll, Prob, UniformLaw
from slth_verify.statements.writing.build import (
    NATURALS,
    REALS,
    X,
    ge,
    gt,
    hyp,
    lower,
    lt,
    reached,
    sample_is,
    sufficient,
    the_paper,
    var,
    z,
)
from slth_verify.statements.writing.symbols import C, P, eps, n

_WIDTH = C * sp.log(1 / eps)
_COVERED = ForAll(z, sp.Interval(-1, 1), reached(X, z, eps, n))

RSS = StatementData(
    id="thm:rss",
    title="Random subset sum",
    kind=Kind.THEOREM,
    source=the_paper("Theorem 1 (Lueker 1998; da Cunha et al. 2022)"),
    provenance=Provenance.QUOTED,
    provenance_of=(
        ("conclusion", Provenance.RECONSTRUCTED),
        ("probability", Provenance.RECONSTRUCTED),
    ),
    symbols=(
        var(X, "samples of n real numbers", "the sample X_1, ..., X_n"),
        var(n, NATURALS, "number of samples"),
        var(eps, REALS, "accuracy, and also failure probability"),
        var(C, REALS, "universal constant, whose value the source does not name"),
        var(
            P, REALS, "probability that all z in [-1, 1] are within eps of a subset sum"
        ),
    ),
    hypotheses=(
        hyp("uniform", sample_is(X, UniformLaw(-1, 1), n), "X_i i.i.d. uniform"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("eps-range", lt(eps, sp.Rational(1, 3)), "the accuracy is below 1/3"),
        hyp("constant", gt(C, 0), "there is a universal C > 0 for which this holds"),
        hyp("width", ge(n, _WIDTH), "enough samples"),
    ),
    conclusion=ge(Prob(_COVERED), 1 - eps),
    failure_probability=eps,
    summary="With C log(1/eps) uniform samples, with probability at least 1 - eps "
    "every z in [-1, 1] is within eps of the sum of some subset.",
    claims=(
        sufficient(
            "width",
            n,
            _WIDTH,
            "number of samples",
            Quantity.SAMPLES,
            trends="-eps +C",
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
    notes=(
        "The text at hand breaks off after 'there exists S_z': the last clause, |z - "
        "sum over S_z| <= eps, is completed by us in its standard form, which may "
        "differ from the source's by a factor 2 in eps.",
        "der:rss-constant proves it with an explicit constant.",
    ),
)
