"""Lemma B and Theorem H: high probability at nearly the price of probability 1/2."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._build import (
    NATURALS,
    NATURALS0,
    NONNEGATIVE,
    POSITIVE,
    REALS,
    X,
    claim,
    eq,
    ge,
    gt,
    hit_probability,
    hyp,
    le,
    lt,
    nsn_sample,
    ours,
    var,
    z,
)
from slth_verify.statements._proved import Least
from slth_verify.statements._statement import Statement
from slth_verify.statements._symbols import eps, k, m, n, r
from slth_verify.statements._types import Direction, Kind, Provenance
from slth_verify.statements._vocabulary import (
    BetaLaw,
    Exists,
    Expectation,
    ForAll,
    IndexRange,
    Law,
    Norm,
    Prob,
    StandardNormalVector,
    Subsets,
)

_a, _b, _K = sp.symbols("a b K", integer=True)
_zeta, _q, _hit, _Mab = (sp.IndexedBase(name) for name in ("zeta", "q", "I", "M"))
_Xa = sp.IndexedBase("X")
_ALL = IndexRange(_K)
_THRESHOLD = sp.sqrt(2) * sp.erfinv(2 * _q[_a] - 1)

MULTISET_BORELL = Statement(
    id="der:multiset-borell",
    title="Multi-set Gaussian isoperimetry (Lemma B)",
    kind=Kind.LEMMA,
    source=ours("high-probability.md, Lemma B"),
    provenance=Provenance.DERIVED,
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

_s, _A, _zM, _D, _R = sp.symbols("s A z_M D R", positive=True)
_E, _F2 = sp.Function("E_D"), sp.Function("F_2")
_y, _Z, _f, _H = (sp.IndexedBase(name) for name in ("y", "Z", "f", "H"))
_T = sp.Symbol("T")
_i, _l, _Lc = sp.symbols("i l L_y", integer=True)
_Ms, _miss, _bad = sp.symbols("M_s F p_bad", real=True)
_p = k / n
_pt = _p * (1 - _p) * n / (n - 1)
_x = _pt * _zM**2 / _s
_ell = -sp.log(1 - _x) / _x
_Ah = _A / (1 - _x)
_kappa2 = _pt / (n * _s)
_kappa = _p**2 / _s - _kappa2
_HYPER = sp.binomial(k, k - _i) * sp.binomial(n - k, _i) / sp.binomial(n, k)
_MASS = Least(sp.Integer(1), 2 * eps**2 / (sp.pi * _A * _D)) ** (m / sp.Integer(2))
_PAIR = (
    (2 * sp.pi * _s / (4 * eps**2)) ** (m / sp.Integer(2))
    * sp.exp(m * _ell * _pt * _A / (2 * _s))
    * (1 - _kappa * _Ah) ** (-m / sp.Integer(2))
    * sp.exp(
        r**2 / (2 * _s) * (1 + _kappa2 * _Ah) / (1 - _kappa * _Ah)
        + m * eps**2 / (6 * _s)
    )
    * sp.Sum(_HYPER * _E(_i), (_i, 0, sp.Min(k, n - k)))
)
_LAYERS = (
    _bad
    + _F2(_y[1])
    + sp.Sum((_F2(_y[_l + 1]) - _F2(_y[_l])) / _y[_l], (_l, 1, _Lc - 1))
    + (1 - _F2(_y[_Lc])) / _y[_Lc]
)

HIGH_PROBABILITY = Statement(
    id="der:high-probability",
    title="High probability in two stages (Theorem H)",
    kind=Kind.THEOREM,
    source=ours("high-probability.md, Theorem H"),
    provenance=Provenance.DERIVED,
    symbols=(
        var(
            X, "samples of N vectors of R^m", "n of small scale, then R of large scale"
        ),
        var(z, "vectors of R^m", "the target"),
        var(m, NATURALS, "dimension"),
        var(n, NATURALS, "samples of the first stage"),
        var(k, NATURALS, "size of the subsets of the first stage"),
        var(_R, NATURALS, "samples of the second stage"),
        var(eps, REALS, "accuracy in the max norm"),
        var(r, REALS, "bound on the 2-norm of the target"),
        var(_s, POSITIVE, "variance of a Gaussian around the target; free"),
        var(_A, POSITIVE, "sum of the squared scales of the first stage"),
        var(_zM, POSITIVE, "bound on the scales of the first stage (good event)"),
        var(_D, NONNEGATIVE, "share of the symmetric difference of two subsets"),
        var(_i, NATURALS0, "half the size of the symmetric difference"),
        var(_E, "functions of i", "E_D(i), the mean near-coincidence of two sums"),
        var(_Ms, REALS, "mean of 1/v_s on the good event, given A"),
        var(
            _F2, "nondecreasing functions", "chance that stage 2 misses, given 1/v = y"
        ),
        var(_y, "rising sequences", "levels y_1 < y_2 < ... ; free"),
        var(_Z, "scales of the samples", "Z_i, of the first stage"),
        var(_T, "nonempty subsets of the second stage", "a subset of the R samples"),
        var(_f, "normal numbers", "f_T: sum over T of Z_i g_i, in one dimension"),
        var(_H, "thresholds", "H_(T,l) = sqrt(s_T) Phi^-1(1 - v_lb(s_T)/y_l)"),
        var(_l, NATURALS, "index of a level"),
        var(_Lc, NATURALS, "number of levels"),
        var(_bad, REALS, "probability that the good event fails"),
        var(_miss, REALS, "probability that the target is missed"),
    ),
    hypotheses=(
        hyp("nsn", nsn_sample(X, m, n + _R + 1), "X_i i.i.d. NSN (def:nsn)"),
        hyp("dimension", ge(m, 1), "the dimension is positive"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("radius-sign", ge(r, 0), "the radius is not negative"),
        hyp("target", le(Norm(z, 2), r), "||z||_2 is at most r"),
        hyp("subset", ge(k, 1), "the subsets are not empty"),
        hyp("proper", lt(k, n), "the subsets are proper"),
        hyp("good", lt(_x, 1), "the tilt of single samples is admissible"),
        hyp("tilt", lt(_kappa * _Ah, 1), "the tilt of their sum is admissible"),
        hyp(
            "drift",
            ge((1 - _kappa * _Ah) ** 2, _Ah * _p**2 * r**2 / _s**2),
            "the shift by the target does not undo the decay",
        ),
        hyp(
            "share",
            eq(Law(_D), BetaLaw(_i, n / 2 - _i)),
            "D is Beta, independent of A; D = 0 for i = 0",
        ),
        hyp("levels", gt(_y[1], 0), "levels are positive"),
        hyp("levels-rise", ge(_y[_l + 1], _y[_l]), "levels rise"),
        hyp("miss-rises", ge(_F2(_y[_l + 1]), _F2(_y[_l])), "F_2 does not fall"),
        hyp(
            "bad-event",
            ge(_bad, Prob(Exists(_i, IndexRange(n), gt(_Z[_i] ** 2, _zM**2)))),
            "p_bad bounds the chance that the good event fails",
        ),
        hyp(
            "second-stage",
            ge(_F2(_y[_l]), Prob(ForAll(_T, Subsets(_R), le(_f[_T], _H[_T, _l])))),
            "F_2(y_l) bounds the chance that every half-space of stage 2 misses, (H3)",
        ),
        hyp("level-count", ge(_Lc, 1), "at least one level"),
    ),
    conclusion=ge(hit_probability(X, z, eps, n + _R), 1 - _LAYERS),
    failure_probability=_LAYERS,
    definitions=(eq(_E(_i), Expectation(_MASS)),),
    summary="Small scales cover a set of tiny but explicit Gaussian measure v >= 1/X "
    "with E[X] <= M_s; fresh large scales miss it with a probability that Lemma B "
    "reduces to one dimension.",
    claims=(
        claim("failure", _miss, Direction.UPPER, _LAYERS, "chance to miss the target"),
        claim(
            "energy",
            _Ms,
            Direction.UPPER,
            _PAIR,
            "mean pair energy (H1), given A",
            r=1,
        ),
    ),
    notes=(
        "F_2(y) bounds P(for all nonempty R: f_R <= H(s_R)) with v_s = v_lb(s)/y; see "
        "(H3) and (H4) in the docs.",
        "For n = 2i, D = 1.",
        "Increases with the 2-norm of the target, so that it is uniform over the ball.",
    ),
    uses=("der:multiset-borell", "der:nsn-law"),
)
