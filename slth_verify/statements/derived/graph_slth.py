"""Structured strong lottery tickets of one given graph, with its own norms."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Quantity
from slth_verify.statements.vocabulary import ForAll, Law, NamedSet, NormalLaw, Prob
from slth_verify.statements.writing.build import (
    NATURALS,
    NONNEGATIVE,
    POSITIVE,
    REALS,
    X,
    approximated,
    budget,
    derived,
    eq,
    f,
    g,
    ge,
    gt,
    hit,
    hyp,
    le,
    lt,
    sufficient,
    upper,
    var,
    z,
)
from slth_verify.statements.writing.symbols import P, c_in, delta, depth, eps, n

_nstar, _q, _w = sp.symbols("n_star q w", integer=True)
_k = sp.Symbol("k", integer=True)
_di, _r, _rb, _Lg, _e, _eo = sp.symbols("delta_i r r_b L_g e e_o", real=True)
_W = sp.Symbol("W")
_Y, _E, _A = sp.IndexedBase("Y"), sp.IndexedBase("E"), sp.IndexedBase("A")
_STEP = _rb + sp.Sum(_w * _r * _Y[_k] + _A[_k] * _E[_k], (_k, 1, c_in))
_WIDTH = _nstar + sp.sqrt(_nstar * _Lg) + _Lg
_PROBLEM = ForAll(z, NamedSet("targets of a stage"), hit(X, z, _r, _nstar))
_EVENT = approximated(f, "target networks", g, "pruned networks", eps, sp.oo)

GRAPH_SLTH = derived(
    "der:graph-slth",
    "Structured strong lottery tickets of a given graph",
    "networks.md, Widths",
    symbols=(
        var(depth, NATURALS, "number of stages"),
        var(c_in, NATURALS, "channels of the source that an output reads"),
        var(_w, NATURALS, "entries of the window inside the image"),
        var(_q, NATURALS, "problems of the stage: channels and signs, and the bias"),
        var(eps, REALS, "accuracy in the max norm, over the box of the input"),
        var(delta, REALS, "failure probability"),
        var(_r, POSITIVE, "accuracy of the subset sums of kernels"),
        var(_rb, NONNEGATIVE, "accuracy of that of the bias"),
        var(_Y, "nonnegative sequences", "bounds of |y|, by channel of the source"),
        var(_E, "nonnegative sequences", "errors |y - x| of the source, by channel"),
        var(_A, "nonnegative sequences", "sums of |K| over the window, by channel"),
        var(_eo, REALS, "error of an output channel of the stage"),
        var(_e, REALS, "error of the last tensor, by the recurrence of all stages"),
        var(_di, POSITIVE, "failure probability per problem", delta / (depth * _q)),
        var(_Lg, POSITIVE, "at least log(2/delta_i)", sp.log(2 / _di)),
        var(_nstar, NATURALS, "vectors needed of one sign"),
        var(_k, NATURALS, "channel of the source"),
        var(X, "samples of n_star vectors", "n_star NSN vectors"),
        var(
            z,
            "targets of a stage",
            "a channel's kernel over 2^e, its negative, or the bias over 2^e",
        ),
        var(n, NATURALS, "n_i: every channel of the stage has a block of 2 n_i"),
        var(_W, "random weights", "all entries of the random network"),
        var(f, "target networks", "the graph, given before the weights are drawn"),
        var(g, "pruned networks", "the graph with pruned pairs as its stages"),
        var(P, REALS, "probability of a ticket within eps"),
    ),
    hypotheses=(
        hyp("normal", eq(Law(_W), NormalLaw(0, 1)), "all weights i.i.d. N(0, 1)"),
        hyp("depth", ge(depth, 1), "at least one stage"),
        hyp("channels-in", ge(c_in, 1), "an output reads a channel"),
        hyp("window", ge(_w, 1), "the window is not empty"),
        hyp("problems", ge(_q, 1), "a problem for every channel and needed sign"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("delta-positive", gt(delta, 0), "the failure probability is positive"),
        hyp("delta-range", lt(delta, 1), "the failure probability is below 1"),
        hyp("recurrence", le(_e, eps), "these accuracies keep the last tensor within"),
        hyp("per-problem", le(_di, delta / (depth * _q)), "the budget is kept"),
        hyp("sign-budget", ge(_Lg, sp.log(2 / _di)), "a sign runs short rarely"),
        hyp(
            "one-problem",
            ge(Prob(_PROBLEM), 1 - _di / 2),
            "n_star NSN vectors hit the target of one problem, except with probability "
            "delta_i/2",
        ),
        hyp("width", ge(n, _WIDTH), "wide enough, in every stage"),
    ),
    conclusion=ge(Prob(_EVENT), 1 - delta),
    failure_probability=delta,
    summary="For one given graph, blocks of 2n filters with n = n* + sqrt(n* Lg) + Lg "
    "in every stage suffice when n* vectors of one sign hit every problem of the stage "
    "so often, at accuracies with which the recurrence of errors ends within eps.",
    claims=(
        sufficient(
            "width",
            n,
            _WIDTH,
            "width multiplier n_i of one stage",
            Quantity.LAYER_WIDTH,
            trends="+n_star +L_g",
            event=ge(Prob(_EVENT), 1 - delta),
        ),
        budget(
            "per-problem",
            _di,
            delta / (depth * _q),
            "failure probability per problem",
            Quantity.CHANNEL_FAILURE,
            trends="+delta -depth -q",
        ),
        upper(
            "stage",
            _eo,
            _STEP,
            "error of an output channel of a stage",
            Quantity.CHANNEL_OUTPUT_ERROR,
            trends="+r_b",
        ),
    ),
    notes=(
        "Both signs of a channel are problems only where the pruned network may have "
        "both; a channel of weights 0, or a bias of zeros, is no problem.",
        "The constant channel of a bias is this project's extension of the paper.",
        "A stage multiplied by 2^e has targets and accuracies divided by 2^e.",
        "Weights are ideal normal numbers; der:drawn-layer is about the paper's class.",
    ),
    uses=("der:weighted-moment", "der:structured-slth"),
)
