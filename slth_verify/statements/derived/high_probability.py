"""Theorem H: high probability at nearly the price of probability 1/2."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Quantity
from slth_verify.statements.decisions.proved import Greatest, Least
from slth_verify.statements.vocabulary import (
    BetaLaw,
    ChiSquaredLaw,
    Count,
    Exists,
    Expectation,
    ForAll,
    Iid,
    IndexRange,
    Law,
    NormalLaw,
    Prob,
)
from slth_verify.statements.writing.build import (
    NATURALS,
    NATURALS0,
    NONNEGATIVE,
    POSITIVE,
    REALS,
    UNIT,
    X,
    derived,
    eq,
    ge,
    gt,
    hit,
    hit_probability,
    hyp,
    le,
    lt,
    nsn_target,
    upper,
    var,
    z,
)
from slth_verify.statements.writing.symbols import eps, k, lam, m, n, r

_s, _A, _zM, _D = sp.symbols("s A z_M D", positive=True)
_E, _M, _v = sp.Function("E_D"), sp.Function("M"), sp.Function("v")
_F, _c, _G = sp.Function("F"), sp.Function("c"), sp.Function("G")
_Z, _g, _small, _first = (sp.IndexedBase(name) for name in ("Z", "g", "I", "zeta"))
_i = sp.Symbol("i", integer=True)
_N = sp.Symbol("N", integer=True)
_nu = sp.Symbol("nu", integer=True)
_sigma, _mu, _y, _line, _rise = sp.symbols("sigma mu y a b", real=True)
_sa, _sb, _low, _high = sp.symbols("s_a s_b A_- A_+", real=True)
_T, _sR, _alpha = sp.symbols("T s_R alpha", real=True)
_Ms, _miss, _bad, _few = sp.symbols("M_s p_miss p_bad p_few", real=True)
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
_HALF = m / sp.Integer(2)
_COVERED = (
    (_sa**_HALF / (_mu * _M(_sa))) ** _mu
    * (_sb**_HALF / ((1 - _mu) * _M(_sb))) ** (1 - _mu)
    / (2 * _s**_HALF)
)
_TAIL = (1 - sp.erf((_c(_y) + lam * _s) / sp.sqrt(2 * _s))) / 2
_GAIN = sp.Abs(_Z[_i]) * _g[_i] - lam * _Z[_i] ** 2
_MISSED = sp.Or(lt(_sR, _sa), gt(_sR, _sb), le(_T, _c(_y)))
_FIRST = sp.Sum(_first[_i] ** 2, (_i, 1, n))
_BAD = sp.Or(
    Exists(_i, IndexRange(n), gt(_first[_i] ** 2, _zM**2)),
    lt(_FIRST, _low),
    gt(_FIRST, _high),
)
_FAILURE = _few + _bad + _line + _rise
_INSIDE = sp.And(ge(_alpha, _low), le(_alpha, _high))

HIGH_PROBABILITY = derived(
    "der:high-probability",
    "High probability in two stages (Theorem H)",
    "high-probability.md, Theorem H",
    symbols=(
        var(X, "samples of N vectors of R^m", "one sample, in any order"),
        var(z, "vectors of R^m", "the target"),
        var(m, NATURALS, "dimension"),
        var(_N, NATURALS, "all samples"),
        var(n, NATURALS, "samples of the first stage: the first n small ones"),
        var(k, NATURALS, "size of the subsets of the first stage"),
        var(eps, REALS, "accuracy in the max norm"),
        var(r, REALS, "bound on the 2-norm of the target"),
        var(_sigma, UNIT, "probability, and standard deviation, of small scales; free"),
        var(lam, REALS, "slope of the selection; free"),
        var(_small, "binary sequences", "I_i = 1 when sample i is labelled small"),
        var(_Z, "scales", "Z_i of a sample; in T and s_R, of the second stage"),
        var(_g, "normal numbers", "g_i, independent of all scales and labels"),
        var(_nu, NATURALS0, "number of samples labelled small"),
        var(_first, "scales of the first stage", "zeta_i"),
        var(_s, POSITIVE, "variance of a Gaussian around the target"),
        var(_sa, REALS, "least variance of the second stage; free"),
        var(_sb, REALS, "largest variance of the second stage; free"),
        var(_mu, UNIT, "place of 1/s between 1/s_b and 1/s_a; 0^0 = 1"),
        var(_A, POSITIVE, "sum of the squared scales of the first stage"),
        var(_alpha, REALS, "the same, as a random variable"),
        var(_low, REALS, "least A of the good event; free"),
        var(_high, REALS, "largest A of the good event; free"),
        var(_zM, POSITIVE, "bound on the scales of the first stage (good event); free"),
        var(_D, NONNEGATIVE, "share of the symmetric difference of two subsets"),
        var(_i, NATURALS0, "index, or half the size of the symmetric difference"),
        var(_E, "functions of i", "E_D(i), mean near-coincidence of two sums, given A"),
        var(_G, "functions of s and A", "the bound of the claim energy"),
        var(_M, "functions of s", "bound on the mean of X_s on the good event"),
        var(_v, "functions of s", "X v(s) bounds the covered measure from below"),
        var(_Ms, REALS, "mean of X_s on the good event, given A"),
        var(_T, REALS, "gain: sum of (|Z_i| g_i - lam Z_i^2)^+ over the second stage"),
        var(
            _sR, REALS, "energy: sum of Z_i^2 over the second stage, if g_i > lam |Z_i|"
        ),
        var(_y, POSITIVE, "value of X"),
        var(_c, "functions of y", "gain beyond which no half-space is missed"),
        var(_F, "functions of y", "chance that the second stage misses, for X = y"),
        var(_line, REALS, "value at 0 of a line above F; free"),
        var(_rise, REALS, "slope of that line; free"),
        var(_few, REALS, "probability of too few small samples"),
        var(_bad, REALS, "probability that the good event fails"),
        var(_miss, REALS, "probability that the target is missed"),
    ),
    hypotheses=(
        *nsn_target(_N),
        hyp("subset", ge(k, 1), "the subsets are not empty"),
        hyp("proper", lt(k, n), "the subsets are proper"),
        hyp("second", lt(n, _N), "the second stage is not empty"),
        hyp("share-low", gt(_sigma, 0), "some samples are small"),
        hyp("share-high", lt(_sigma, 1), "some samples are large"),
        hyp(
            "label",
            eq(Prob(eq(_small[_i], 1)), sp.exp(-(_sigma**-2 - 1) * _Z[_i] ** 2 / 2)),
            "given the scales, labels are independent, of each other and of directions",
        ),
        hyp(
            "small",
            eq(_nu, Count(_i, IndexRange(_N), eq(_small[_i], 1))),
            "nu counts the small samples",
        ),
        hyp(
            "first-stage",
            eq(Law(_first), Iid(NormalLaw(0, _sigma**2), n)),
            "scales of the first n small samples",
        ),
        hyp("slope", gt(lam, 0), "the slope is positive"),
        hyp("scale-low", gt(_sa, 0), "variances are positive"),
        hyp("scale-high", lt(_sa, _sb), "the range of variances is not empty"),
        hyp("good", lt(_x, 1), "the tilt of single samples is admissible at s = s_a"),
        hyp("tilt", lt(_kappa * _Ah, 1), "that of their sum, at s = s_a and A = A_+"),
        hyp(
            "drift",
            ge((1 - _kappa * _Ah) ** 2, _Ah * _p**2 * r**2 / _s**2),
            "the shift by the target does not undo the decay, at s = s_a and A = A_+",
        ),
        hyp(
            "share", eq(Law(_D), BetaLaw(_i, n / 2 - _i)), "D is Beta, independent of A"
        ),
        hyp(
            "energy-law",
            eq(Law(_alpha / _sigma**2), ChiSquaredLaw(n)),
            "A is the sum of the squares of n normal scales",
        ),
        hyp(
            "mean",
            ge(_M(_s), Expectation(sp.Piecewise((_G(_s, _alpha), _INSIDE), (0, True)))),
            "M bounds the mean of X_s on the good event, for s = s_a and s_b",
        ),
        hyp(
            "bad-event",
            ge(_bad, Prob(_BAD)),
            "p_bad bounds the chance that the first stage is not good",
        ),
        hyp("few", ge(_few, Prob(lt(_nu, n))), "p_few: no first stage"),
        hyp(
            "threshold",
            ForAll(_s, sp.Interval(_sa, _sb), ge(_v(_s) / _y, _TAIL)),
            "beyond c(y) the covered measure v/y reaches into every half-space",
        ),
        hyp(
            "second-stage",
            ge(_F(_y), Prob(sp.And(ge(_nu, n), _MISSED))),
            "F bounds the chance that there is a first stage and the second one misses",
        ),
        hyp("line-rises", ge(_rise, 0), "the line does not fall"),
        hyp(
            "line",
            ForAll(_y, sp.Interval.open(0, sp.oo), ge(_line + _rise * _y, _F(_y))),
            "the line lies above F",
        ),
    ),
    conclusion=ge(hit_probability(X, z, eps, _N), 1 - _FAILURE),
    failure_probability=_FAILURE,
    definitions=(
        eq(_E(_i), Expectation(_MASS)),
        eq(_G(_s, _A), _PAIR),
        eq(_mu, (1 / _s - 1 / _sb) / (1 / _sa - 1 / _sb)),
        eq(_v(_s), _COVERED),
        eq(_T, sp.Sum(Greatest(sp.Integer(0), _GAIN), (_i, 1, _N - n))),
        eq(
            _sR,
            sp.Sum(
                sp.Piecewise((_Z[_i] ** 2, gt(_GAIN, 0)), (0, True)), (_i, 1, _N - n)
            ),
        ),
    ),
    summary="Samples of small scale cover a set of tiny but explicit Gaussian measure "
    "v(s)/X with E[X] <= 1; all other samples miss it with a probability that Lemma B "
    "reduces to one dimension.",
    claims=(
        upper(
            "failure",
            _miss,
            _FAILURE,
            "chance to miss the target",
            Quantity.PROBABILITY,
            event=sp.Not(hit(X, z, eps, _N)),
        ),
        upper(
            "energy",
            _Ms,
            _PAIR,
            "mean energy (H1), given A",
            Quantity.MEAN_ENERGY,
            trends="+r",
        ),
    ),
    notes=(
        "Labels, stages and lines exist in the analysis only.",
        "Surplus small samples belong to the second stage.",
        "Several n may serve: events n <= nu < n' are disjoint, so failures add.",
        "D = 0 for i = 0, and D = 1 for n = 2i.",
        "Increases with the 2-norm of the target, so that it is uniform over the ball.",
    ),
    uses=("der:multiset-borell", "der:nsn-law"),
)
