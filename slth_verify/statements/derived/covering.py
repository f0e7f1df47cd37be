"""All targets at once: a net, and two independent blocks."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Quantity
from slth_verify.statements.decisions.proved import Floor, Least
from slth_verify.statements.vocabulary import Ball, ForAll, Norm, Prob
from slth_verify.statements.writing.build import (
    NATURALS,
    NATURALS0,
    REALS,
    UNIT,
    X,
    derived,
    eq,
    exact,
    ge,
    gt,
    hit,
    hit_probability,
    hyp,
    le,
    lower,
    nsn_sample,
    sufficient,
    upper,
    var,
    z,
)
from slth_verify.statements.writing.symbols import B, c, eps, h, kappa, m, r, tau

_i = sp.Symbol("i", integer=True)
_N, _n0, _nall = sp.symbols("N n_0 n_all", integer=True)
_p0, _P, _F, _xs, _X1 = sp.symbols("p_0 P F x_* X_B", real=True)
_q = sp.Symbol("q", real=True)

_RHO = r / (2 * h)
CELLS = sp.Sum(
    2**_i * sp.binomial(m, _i) * sp.binomial(Floor(_RHO + _i / sp.Integer(2)), _i),
    (_i, 0, m),
)
REACH = r + h * Least(m, Floor(r / h))


def all_within(count: sp.Expr, order: object, accuracy: sp.Expr) -> sp.Basic:
    """The event that every target of the ball is within ``accuracy`` of a sum."""
    return ForAll(z, Ball(m, order, r), hit(X, z, accuracy, count))


NET = derived(
    "der:net",
    "All targets at once, by a net",
    "all-targets.md, Theorem 1",
    symbols=(
        var(
            X, "samples of B n_0 vectors of R^m", "B independent blocks of n_0 vectors"
        ),
        var(z, "vectors of R^m", "a net point in the ball of radius REACH"),
        var(m, NATURALS, "dimension"),
        var(r, REALS, "bound on the 1-norm of the targets"),
        var(h, REALS, "rounding error of the net, per coordinate"),
        var(eps, REALS, "accuracy for the points of the net"),
        var(_n0, NATURALS, "samples per block"),
        var(B, NATURALS, "number of blocks"),
        var(_p0, UNIT, "chance that one block hits one point of the net"),
        var(_i, NATURALS0, "nonzero coordinates of a net point"),
        var(_N, NATURALS, "number of points of the net", CELLS),
        var(_q, REALS, "1-norm of the points of the net"),
        var(_P, REALS, "probability that all targets are hit within eps + h"),
    ),
    hypotheses=(
        hyp("nsn", nsn_sample(X, m, B * _n0), "X_i i.i.d. NSN (def:nsn)"),
        hyp("dimension", ge(m, 1), "the dimension is positive"),
        hyp("radius", gt(r, 0), "the radius is positive"),
        hyp("mesh", gt(h, 0), "the mesh is positive"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("blocks", ge(B, 1), "at least one block"),
        hyp(
            "one-point",
            ForAll(z, Ball(m, 1, REACH), ge(hit_probability(X, z, eps, _n0), _p0)),
            "one block hits any point of 1-norm at most r + h min(m, floor(r/h)) "
            "with probability at least p_0",
        ),
    ),
    conclusion=ge(Prob(all_within(B * _n0, 1, eps + h)), 1 - _N * (1 - _p0) ** B),
    failure_probability=_N * (1 - _p0) ** B,
    summary="Round targets to the net (2hZ)^m; N cells meet the ball, and B "
    "independent blocks hit them all except with probability N(1 - p_0)^B.",
    claims=(
        lower(
            "probability",
            _P,
            1 - _N * (1 - _p0) ** B,
            "probability that all targets are hit within eps + h",
            Quantity.PROBABILITY,
            trends="+B +p_0 -N",
            event=all_within(B * _n0, 1, eps + h),
        ),
        exact("points", _N, CELLS, "cells that meet the ball", Quantity.NET_POINTS),
        upper(
            "reach", _q, REACH, "1-norm of the points of the net", Quantity.NET_RADIUS
        ),
    ),
    notes=("floor(r/(2h) + i/2) must be taken of exact rationals.",),
)

_XB = sp.Sum(
    sp.binomial(B, _i)
    * (-c) ** _i
    * (1 + 2 * _i * kappa * tau**2) ** (-m / sp.Integer(2)),
    (_i, 0, B),
)
_XSTAR = sp.erfc(r / (2 * sp.sqrt(2) * tau)) / 2
_FAILURE = 2 * _XB / _XSTAR

TWO_BLOCKS = derived(
    "der:two-blocks",
    "All targets at once, by two blocks (Theorem A)",
    "all-targets.md, Theorem A",
    symbols=(
        var(X, "samples of 2 B n_0 vectors of R^m", "two sides of B blocks of n_0"),
        var(z, "vectors of R^m", "a target"),
        var(m, NATURALS, "dimension"),
        var(r, REALS, "bound on the 2-norm of the targets"),
        var(eps, REALS, "accuracy of one side"),
        var(tau, REALS, "standard deviation of the random split; free"),
        var(_n0, NATURALS, "samples per block"),
        var(B, NATURALS, "blocks per side"),
        var(c, REALS, "certificate of one block at the target 0"),
        var(kappa, REALS, "its decay: 1 - P(hit w) <= 1 - c exp(-kappa |w|^2)"),
        var(_i, NATURALS0, "index of the sum"),
        var(_xs, REALS, "Phi(-r/(2 tau))"),
        var(_X1, REALS, "mean Gaussian measure that one side misses"),
        var(_F, REALS, "probability that some target is missed"),
        var(_nall, NATURALS, "total number of samples"),
    ),
    hypotheses=(
        hyp("nsn", nsn_sample(X, m, 2 * B * _n0), "X_i i.i.d. NSN (def:nsn)"),
        hyp("dimension", ge(m, 1), "the dimension is positive"),
        hyp("radius", gt(r, 0), "the radius is positive"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("split", gt(tau, 0), "the split has positive variance"),
        hyp("blocks", ge(B, 1), "at least one block per side"),
        hyp("certificate-positive", gt(c, 0), "the certificate is positive"),
        hyp("certificate", le(c, 1), "the certificate is a probability"),
        hyp("decay", ge(kappa, 0), "the decay is not negative"),
        hyp(
            "one-block",
            ForAll(
                z,
                Ball(m, 2, sp.oo),
                ge(
                    hit_probability(X, z, eps, _n0),
                    c * sp.exp(-kappa * Norm(z, 2) ** 2),
                ),
            ),
            "one block of n_0 vectors hits every z in R^m within eps with probability "
            "at least c exp(-kappa ||z||_2^2)",
        ),
    ),
    conclusion=ge(Prob(all_within(2 * B * _n0, 2, 2 * eps)), 1 - _FAILURE),
    failure_probability=_FAILURE,
    definitions=(eq(_X1, _XB), eq(_xs, _XSTAR)),
    summary="Split every target at random as w + (z - w), w ~ N(z/2, tau^2 I), and hit "
    "the halves with two independent sides: all targets with ||z||_2 <= r are hit "
    "within 2 eps except with probability 2 X_B/x*.",
    claims=(
        upper(
            "failure",
            _F,
            _FAILURE,
            "probability that some target is missed",
            Quantity.PROBABILITY,
            trends="-B -c +kappa +r +m",
            event=sp.Not(all_within(2 * B * _n0, 2, 2 * eps)),
        ),
        sufficient(
            "samples",
            _nall,
            2 * B * _n0,
            "total samples",
            Quantity.SAMPLES,
            event=ge(Prob(all_within(2 * B * _n0, 2, 2 * eps)), 1 - _FAILURE),
        ),
        exact(
            "miss", _X1, _XB, "mean measure missed by one side", Quantity.MISSED_MEASURE
        ),
    ),
    notes=(
        "The sum alternates: it must be enclosed as a whole at a precision of about "
        "B log2(1 + c) bits more than wanted, never rounded term by term.",
        "The deterministic core: if Phi^-1(x_1) + Phi^-1(x_2) + r/tau < 0 for the "
        "measures missed by the two sides, then every target is hit.",
    ),
    uses=("der:weighted-moment",),
)
