"""Structured strong lottery tickets with explicit widths."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Quantity
from slth_verify.statements.decisions.proved import Ceil
from slth_verify.statements.paper.structured_slth import EVENT, NETWORKS, K, W
from slth_verify.statements.vocabulary import (
    ForAll,
    NamedSet,
    Prob,
)
from slth_verify.statements.writing.build import (
    NATURALS,
    POSITIVE,
    REALS,
    X,
    budget,
    derived,
    f,
    g,
    ge,
    gt,
    hit,
    hyp,
    le,
    lt,
    sufficient,
    var,
    z,
)
from slth_verify.statements.writing.symbols import (
    P,
    c_in,
    c_out,
    d,
    delta,
    depth,
    eps,
    n,
)

_ROOT = (1 + eps) ** (1 / depth) - 1
_n0, _nstar, _t = sp.symbols("n_0 n_star t", integer=True)
_p, _di, _ei, _Lg = sp.symbols("p delta_i eps_i L_g", real=True)
_WIDTH = _nstar + sp.sqrt(_nstar * _Lg) + _Lg
_CHANNEL = ForAll(z, NamedSet("targets of a channel"), hit(X, z, _ei, _nstar))

STRUCTURED_SLTH = derived(
    "der:structured-slth",
    "Structured strong lottery tickets with explicit widths",
    "layers.md, Theorem 4",
    symbols=(
        var(d, NATURALS, "kernel size d_i of the layer"),
        var(c_in, NATURALS, "channels c_(i-1) that enter the layer"),
        var(c_out, NATURALS, "channels c_i that leave the layer"),
        var(depth, NATURALS, "number of layers of the target"),
        var(eps, REALS, "accuracy in the max norm, for all inputs in [-1, 1]"),
        var(delta, REALS, "failure probability"),
        var(_t, NATURALS, "signs needed: 2 in the first layer, 1 in the others"),
        var(_p, REALS, "certified success of one block of n_0 vectors"),
        var(_n0, NATURALS, "vectors per block, certified at dimension d^2 c_out"),
        var(_di, POSITIVE, "failure probability per channel", delta / (depth * c_in)),
        var(_Lg, POSITIVE, "at least log(2 t/delta_i)", sp.log(2 * _t / _di)),
        var(
            _nstar,
            NATURALS,
            "vectors needed of each sign",
            Ceil(_Lg / sp.log(1 / (1 - _p))) * _n0,
        ),
        var(_ei, REALS, "accuracy of every subset sum"),
        var(
            X, "samples of n_star vectors", "n_star NSN vectors of dimension d^2 c_out"
        ),
        var(
            z,
            "targets of a channel",
            "K_k or -K_k: that of the target, or all of 1-norm at most 1 at once",
        ),
        var(n, NATURALS, "n_i: the random 1x1 layer has 2 n_i c_(i-1) filters"),
        var(W, "random weights", "all entries of the random network of 2l layers"),
        var(K, "kernels of the target", "K^(1), ..., K^(l)"),
        var(f, "target networks", "the target, or all targets at once"),
        var(g, "pruned networks", "what a blocked mask and filter removal leave"),
        var(P, REALS, "probability of a ticket within eps"),
    ),
    hypotheses=(
        *NETWORKS,
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("delta-positive", gt(delta, 0), "the failure probability is positive"),
        hyp("delta-range", lt(delta, 1), "the failure probability is below 1"),
        hyp("signs-low", ge(_t, 1), "one or two signs"),
        hyp("signs-high", le(_t, 2), "one or two signs"),
        hyp("block-positive", gt(_p, 0), "the certificate is positive"),
        hyp("block-range", lt(_p, 1), "the certificate is below 1"),
        hyp("per-channel", le(_di, delta / (depth * c_in)), "the budget is kept"),
        hyp("sign-budget", ge(_Lg, sp.log(2 * _t / _di)), "a sign runs short rarely"),
        hyp(
            "accuracy",
            le(_ei, _ROOT / (d**2 * c_in)),
            "subset sums are accurate enough for the layer, and layers for the network",
        ),
        hyp(
            "one-channel",
            ge(Prob(_CHANNEL), 1 - _di / (2 * _t)),
            "n_star NSN vectors hit the targets of one channel and sign within eps_i, "
            "except with probability delta_i/(2t)",
        ),
        hyp("width", ge(n, _WIDTH), "wide enough, in every layer"),
    ),
    conclusion=ge(Prob(EVENT), 1 - delta),
    failure_probability=delta,
    summary="Widths n_i = n* + sqrt(n* Lg) + Lg suffice, Lg = log(2t/delta_i), when n* "
    "NSN vectors of dimension d^2 c_out hit a channel within eps_i = "
    "((1+eps)^(1/l) - 1)/(d^2 c_in), except with probability delta_i/(2t).",
    claims=(
        sufficient(
            "width",
            n,
            _WIDTH,
            "width multiplier n_i of one layer",
            Quantity.LAYER_WIDTH,
            trends="+n_star +L_g -delta +depth +c_in +n_0 -p",
            event=ge(Prob(EVENT), 1 - delta),
        ),
        budget(
            "accuracy",
            _ei,
            _ROOT / (d**2 * c_in),
            "accuracy that every subset sum needs",
            Quantity.SUM_ACCURACY,
            trends="+eps -depth -d -c_in",
        ),
        budget(
            "per-channel",
            _di,
            delta / (depth * c_in),
            "failure probability per channel",
            Quantity.CHANNEL_FAILURE,
            trends="+delta -depth -c_in",
        ),
    ),
    notes=(
        "One fixed target: n_0 and p come from der:weighted-moment at accuracy eps_i "
        "and radius 1, and n_star has its default.",
        "Weights are ideal normal numbers; der:drawn-layer says what holds for the "
        "float32 weights of RandomCNN.",
        "All targets at once: pass n_star = 2 B n_0 of der:two-blocks, at accuracy "
        "eps_i/2 per side, with failure at most delta_i/(2t).",
    ),
    uses=(
        "der:weighted-moment",
        "der:two-blocks",
        "der:layer-error",
        "der:accumulation",
    ),
)
