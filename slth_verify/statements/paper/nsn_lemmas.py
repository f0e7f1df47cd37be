"""Lemmas 7 and 8: how likely one subset hits, and two overlapping ones."""

from __future__ import annotations

from typing import Any

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Claim, Kind, Provenance, Quantity
from slth_verify.statements.vocabulary import Norm, Prob, SubsetSum
from slth_verify.statements.writing.build import (
    NATURALS,
    NATURALS0,
    REALS,
    X,
    ge,
    hyp,
    le,
    lower,
    nsn_target,
    nsn_vectors,
    the_paper,
    upper,
    var,
    z,
)
from slth_verify.statements.writing.symbols import P, eps, j, k, m, n, r

_S, _S2 = sp.symbols("S S_2")


def one_subset(size: Any) -> Any:
    """``(eps^2/pi)^(m/2) Gamma((k-m)/2)/Gamma(k/2)``: volume times mean density.

    A bound on p_k(0) for k > m.
    """
    return (
        (eps**2 / sp.pi) ** (m / sp.Integer(2))
        * sp.gamma((size - m) / 2)
        / sp.gamma(size / 2)
    )


_UPPER = one_subset(k)
#: Below the probability of one k-subset, for every target of 2-norm at most r.
ONE_SUBSET_LEAST = _UPPER * sp.exp(-(r**2 + m * eps**2 / 3) / (2 * (k - m - 2)))
_JOINT = one_subset(k) * one_subset(k - j)
HIT = le(Norm(SubsetSum(X, _S) - z, sp.oo), eps)
_SECOND = le(Norm(SubsetSum(X, _S2) - z, sp.oo), eps)
_BOTH = sp.And(HIT, _SECOND, evaluate=False)


def one_hit(least: Any, most: Any, meaning: str) -> tuple[Claim, Claim]:
    """Claims about the probability that one k-subset hits a target within r."""
    return (
        lower(
            "lower",
            P,
            least,
            meaning,
            Quantity.PROBABILITY,
            trends="-r",
            event=HIT,
        ),
        upper(
            "upper",
            P,
            most,
            meaning,
            Quantity.PROBABILITY,
            trends="+eps -k",
            event=HIT,
        ),
    )


_COMMON = (
    var(X, "samples of n vectors of R^m", "the sample X_1, ..., X_n"),
    var(z, "vectors of R^m", "the target"),
    var(_S, "k-subsets of [n]", "a fixed subset"),
    var(m, NATURALS, "dimension"),
    var(n, NATURALS, "number of samples"),
    var(k, NATURALS, "size of the subset"),
    var(eps, REALS, "accuracy in the max norm"),
)

NSN_SUM = StatementData(
    id="lem:nsn-sum",
    title="One sum of NSN vectors hits the target",
    kind=Kind.LEMMA,
    source=the_paper("Lemma 7"),
    provenance=Provenance.RECONSTRUCTED,
    symbols=(
        *_COMMON,
        var(r, REALS, "bound on the 2-norm of the target"),
        var(P, REALS, "probability that the fixed subset hits"),
    ),
    hypotheses=(
        *nsn_target(),
        hyp("size", ge(k, m + 3), "three more terms than dimensions"),
    ),
    conclusion=sp.And(
        ge(Prob(HIT), ONE_SUBSET_LEAST), le(Prob(HIT), _UPPER), evaluate=False
    ),
    summary="A fixed sum of k NSN vectors is within eps of z with a probability of "
    "order (eps^2/pi)^(m/2) Gamma((k-m)/2)/Gamma(k/2).",
    claims=one_hit(ONE_SUBSET_LEAST, _UPPER, "probability of one subset"),
    notes=(
        "The paper's own constants are not at hand; these bounds are proved in "
        "docs/theory from der:nsn-law. The upper bound needs k > m only.",
    ),
    uses=("def:nsn",),
)

NSN_JOINT = StatementData(
    id="lem:nsn-joint",
    title="Two overlapping sums of NSN vectors both hit the target",
    kind=Kind.LEMMA,
    source=the_paper("Lemma 8"),
    provenance=Provenance.RECONSTRUCTED,
    symbols=(
        *_COMMON,
        var(_S2, "k-subsets of [n]", "a second fixed subset"),
        var(j, NATURALS0, "size of the intersection of the two"),
        var(P, REALS, "probability that both subsets hit"),
    ),
    hypotheses=(
        *nsn_vectors(),
        hyp("overlap", ge(j, 0), "the overlap is a size"),
        hyp("fresh", ge(k - j, m + 1), "more fresh terms than dimensions"),
    ),
    conclusion=le(Prob(_BOTH), _JOINT),
    summary="Two k-subsets that share j samples both hit with at most the "
    "probability of one, times that of the k - j fresh samples of the other.",
    claims=(
        upper(
            "upper",
            P,
            _JOINT,
            "probability of both",
            Quantity.PROBABILITY,
            trends="+eps +j -k",
            event=_BOTH,
        ),
    ),
    notes=(
        "The paper's own constants are not at hand; der:sharp-moment and der:weighted-"
        "moment have sharper bounds.",
    ),
    uses=("def:nsn", "lem:nsn-sum"),
)
