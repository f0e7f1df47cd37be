"""First and second moments of the subset-sum number: crude, sharp, and necessity."""

from __future__ import annotations

from typing import Any

import sympy as sp

from slth_verify.statements._types import Claim, Hypothesis, Quantity
from slth_verify.statements.decisions.proved import Least
from slth_verify.statements.derived.nsn_law import R, at_axis, at_zero
from slth_verify.statements.paper.nsn_lemmas import ONE_SUBSET_LEAST, one_subset
from slth_verify.statements.vocabulary import ChiSquaredLaw, Expectation, Law, Norm
from slth_verify.statements.writing.build import (
    NATURALS,
    NATURALS0,
    NONNEGATIVE,
    REALS,
    X,
    derived,
    eq,
    ge,
    hit,
    hit_probability,
    hyp,
    le,
    lower,
    nsn_target,
    upper,
    var,
    z,
)
from slth_verify.statements.writing.symbols import P, eps, j, k, m, n, r

_q, _D = sp.Function("q"), sp.Function("D")
_RA, _RB, _RC = sp.symbols("R_A R_B R_C", positive=True)
FIRST = sp.Max(0, 2 * k - n)


def overlap(size: Any = j) -> Any:
    """``h(j)``: chance that two uniform k-subsets of [n] share exactly j elements."""
    return sp.binomial(k, size) * sp.binomial(n - k, k - size) / sp.binomial(n, k)


def some_hit(
    name: str,
    least: Any,
    how: str = "",
    *conditions: Hypothesis,
    trends: str = "-r",
) -> Claim:
    """A lower bound of the probability that some k-subset hits, ``how`` in words."""
    return lower(
        name,
        P,
        least,
        f"probability that some k-subset hits{how}",
        Quantity.PROBABILITY,
        *conditions,
        trends=trends,
        event=hit(X, z, eps, n, k),
    )


_CAPPED = sp.Piecewise(
    (Least(sp.Integer(1), one_subset(k - j)), ge(k - j, m + 1)), (1, True)
)
_EXACT = at_axis(k) / sp.Sum(overlap() * _q(k - j), (j, FIRST, k))
_CLOSED = ONE_SUBSET_LEAST / sp.Sum(overlap() * _CAPPED, (j, FIRST, k))

SYMBOLS = (
    var(X, "samples of n vectors of R^m", "the sample X_1, ..., X_n"),
    var(z, "vectors of R^m", "the target"),
    var(m, NATURALS, "dimension"),
    var(n, NATURALS, "number of samples"),
    var(k, NATURALS, "size of the subsets"),
    var(eps, REALS, "accuracy in the max norm"),
    var(r, REALS, "bound on the 2-norm of the target"),
)
_COMMON = (
    *SYMBOLS,
    var(P, REALS, "probability that some subset hits"),
    var(R, NONNEGATIVE, "sum of the squared scales of a subset"),
)

CRUDE_MOMENT = derived(
    "der:crude-moment",
    "Crude second moment",
    "second-moment.md, Theorem 1",
    symbols=(
        *_COMMON,
        var(j, NATURALS0, "overlap of two subsets"),
        var(_q, "functions of the size", "q_i = p_i(0), and q_0 = 1"),
    ),
    hypotheses=(
        *nsn_target(),
        hyp("subset", le(k, n), "a k-subset of [n] needs k <= n"),
        hyp("nonempty", ge(k, 1), "the subsets are not empty"),
    ),
    conclusion=ge(hit_probability(X, z, eps, n, k), _EXACT),
    definitions=(eq(_q(k), sp.Piecewise((at_zero(k), ge(k, 1)), (1, True))),),
    summary="P(some k-subset hits) >= p_k(r e_1)/E[q_(k-J)] with J the overlap of two "
    "uniform k-subsets, for every target with ||z||_2 <= r.",
    claims=(
        some_hit(
            "closed",
            _CLOSED,
            ", in closed form",
            hyp("size", ge(k, m + 3), "three more terms than dimensions"),
            trends="+n -r",
        ),
        some_hit("exact", _EXACT, ", with exact probabilities", trends="+n -r"),
    ),
    uses=("der:nsn-law", "der:worst-target", "lem:nsn-sum", "lem:nsn-joint"),
)

_V = _RC + _RA * _RB / (_RA + _RB)
_SHARP = at_axis(k) ** 2 / sp.Sum(overlap() * _D(j), (j, FIRST, k))

SHARP_MOMENT = derived(
    "der:sharp-moment",
    "Sharper second moment",
    "second-moment.md, Theorem 2",
    symbols=(
        *_COMMON,
        var(j, NATURALS0, "overlap of two subsets"),
        var(_D, "functions of the overlap", "bound on P(both hit)"),
        var(_RA, NONNEGATIVE, "squared scales of the shared samples; 0 if j = 0"),
        var(_RB, NONNEGATIVE, "squared scales of the rest of the first; 0 if j = k"),
        var(_RC, NONNEGATIVE, "squared scales of the rest of the second; 0 if j = k"),
    ),
    hypotheses=(
        *nsn_target(),
        hyp("nonempty", ge(k, 1), "the subsets are not empty"),
        hyp("subset", le(k, n), "a k-subset of [n] needs k <= n"),
        hyp("shared", eq(Law(_RA), ChiSquaredLaw(j)), "R_A is chi-squared"),
        hyp("first", eq(Law(_RB), ChiSquaredLaw(k - j)), "R_B is chi-squared"),
        hyp("second", eq(Law(_RC), ChiSquaredLaw(k - j)), "R_C is chi-squared"),
        hyp(
            "independent",
            eq(Law(sp.Tuple(_RA, _RB, _RC)), Law(_RA) * Law(_RB) * Law(_RC)),
            "the three are independent",
        ),
    ),
    conclusion=ge(hit_probability(X, z, eps, n, k), _SHARP),
    definitions=(
        eq(
            _D(j),
            Expectation(
                sp.erf(eps / sp.sqrt(2 * (_RA + _RB))) ** m
                * sp.erf(eps / sp.sqrt(2 * _V)) ** m
            ),
        ),
    ),
    summary="P(some k-subset hits) >= p_k(r e_1)^2/E[D(J)], where D(j) bounds the "
    "probability that two subsets with overlap j both hit, at the target 0.",
    claims=(some_hit("probability", _SHARP),),
    notes=(
        "erf at an infinite argument is 1: D(k) = E[erf(eps/sqrt(2 R_A))^m].",
        "The denominator is taken at the target 0 on purpose: it is not largest at "
        "r e_1 together with the numerator's minimum.",
    ),
    uses=("der:nsn-law", "der:worst-target"),
)

_EMPTY = sp.Piecewise((1, le(r, eps)), (0, True))
_FIRST_MOMENT = _EMPTY + sp.Sum(sp.binomial(n, k) * at_axis(k), (k, 1, n))

FIRST_MOMENT = derived(
    "der:first-moment",
    "Necessary width by the first moment",
    "second-moment.md, Theorem 3",
    symbols=_COMMON,
    hypotheses=(
        *nsn_target()[:-1],
        hyp("axis", eq(Norm(z, 2), Norm(z, sp.oo)), "the target is on an axis"),
        hyp("norm", eq(Norm(z, 2), r), "the target is r e_1"),
    ),
    conclusion=le(hit_probability(X, z, eps, n), _FIRST_MOMENT),
    summary="P(some subset of any size hits r e_1) is at most the sum over k of "
    "binomial(n, k) p_k(r e_1): a width where this sum is below 1 - delta cannot "
    "succeed with probability 1 - delta.",
    claims=(
        upper(
            "probability",
            P,
            _FIRST_MOMENT,
            "probability that some subset hits r e_1",
            Quantity.PROBABILITY,
            trends="+n -r +eps",
            event=hit(X, z, eps, n),
        ),
    ),
    notes=("k = 0 counts: the empty sum hits when r <= eps.",),
    uses=("der:nsn-law", "der:worst-target"),
)
