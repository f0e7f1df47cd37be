"""Theorem 2: structured strong lottery tickets in random convolutional networks."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Kind, Provenance, Quantity
from slth_verify.statements.vocabulary import Law, Norm, NormalLaw, Prob
from slth_verify.statements.writing.build import (
    NATURALS,
    NONNEGATIVE,
    REALS,
    approximated,
    eq,
    f,
    g,
    ge,
    gt,
    hyp,
    le,
    lower,
    lt,
    sufficient,
    the_paper,
    var,
)
from slth_verify.statements.writing.symbols import (
    C,
    D,
    P,
    c_in,
    c_out,
    d,
    depth,
    eps,
    n,
)

A_D, A_C, A_IN, A_LOG = sp.symbols("a_d a_c a_in a_log", real=True)
W, K = sp.symbols("W K")
_WIDTH = (
    C * d**A_D * c_out**A_C * sp.log(d**2 * c_in**A_IN * c_out * depth / eps) ** A_LOG
)
EVENT = approximated(f, "target networks", g, "pruned networks", eps, sp.oo)

#: What is assumed of the random network and of the target.
NETWORKS = (
    hyp("normal", eq(Law(W), NormalLaw(0, 1)), "all weights i.i.d. N(0, 1)"),
    hyp("kernel-norm", le(Norm(K, 1), 1), "every ||K^(i)||_1 is at most 1"),
    hyp("kernel-size", ge(d, 1), "kernels are not empty"),
    hyp("channels-in", ge(c_in, 1), "at least one channel enters"),
    hyp("channels-out", ge(c_out, 1), "at least one channel leaves"),
    hyp("depth", ge(depth, 1), "at least one layer"),
)

STRUCTURED_SLTH = StatementData(
    id="thm:structured-slth",
    title="Structured strong lottery tickets",
    kind=Kind.THEOREM,
    source=the_paper("Theorem 2 (Structured SLTH)"),
    provenance=Provenance.RECONSTRUCTED,
    symbols=(
        var(D, NATURALS, "height and width of the input, in pixels"),
        var(d, NATURALS, "kernel size d_i of the layer"),
        var(c_in, NATURALS, "channels c_(i-1) that enter the layer"),
        var(c_out, NATURALS, "channels c_i that leave the layer"),
        var(depth, NATURALS, "number of layers of the target"),
        var(eps, REALS, "accuracy in the max norm, and also failure probability"),
        var(n, NATURALS, "n_i: the random 1x1 layer has 2 n_i c_(i-1) filters"),
        var(C, REALS, "universal constant, not named"),
        var(W, "random weights", "all entries of the random network of 2l layers"),
        var(K, "kernels of the target", "K^(1), ..., K^(l)"),
        var(f, "target networks", "f(X) = relu(K^(l) * ... relu(K^(1) * X))"),
        var(
            g,
            "pruned networks",
            "the random network after a 2n_i-channel-blocked mask (def:channel-"
            "blocked-mask) on its odd layers and removal of filters there",
        ),
        var(P, REALS, "probability that every target has a ticket within eps"),
        var(A_D, NONNEGATIVE, "exponent of the kernel size", sp.Integer(12)),
        var(A_C, NONNEGATIVE, "exponent of the channels", sp.Integer(6)),
        var(A_IN, NONNEGATIVE, "exponent of c_in inside the logarithm", sp.Integer(1)),
        var(A_LOG, NONNEGATIVE, "exponent of the logarithm", sp.Integer(3)),
    ),
    hypotheses=(
        *NETWORKS,
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("eps-range", lt(eps, 1), "the accuracy is below 1"),
        hyp("constant", gt(C, 0), "there is a universal C > 0 for which this holds"),
        hyp("width", ge(n, _WIDTH), "wide enough, in every layer i"),
    ),
    conclusion=ge(Prob(EVENT), 1 - eps),
    failure_probability=eps,
    summary="A random CNN of 2l layers, with kernels 1x1xc_(i-1)x2n_ic_(i-1) and "
    "d_ixd_ix2n_ic_(i-1)xc_i in turn, contains for every target CNN of l layers a "
    "structured ticket within eps of it on all inputs in [-1,1]^(DxDxc_0).",
    claims=(
        sufficient(
            "width",
            n,
            _WIDTH,
            "width multiplier n_i of one layer",
            Quantity.LAYER_WIDTH,
            trends="+d +c_in +c_out +depth -eps +C",
            event=ge(Prob(EVENT), 1 - eps),
        ),
        lower(
            "probability",
            P,
            1 - eps,
            "probability of success",
            Quantity.PROBABILITY,
            trends="-eps",
            event=EVENT,
        ),
    ),
    notes=(
        "Exponents are not at hand. 12 and 6 come from m = d^2 c_out in "
        "thm:mrss-nsn; 3 is 2 from n >= k^2 plus 1 for raising a constant "
        "probability to 1 - eps. All are parameters; they are ours, not the paper's.",
        "The summary at hand has no c_(i-1) in the condition (a_in = 0). For all "
        "targets at once that cannot be true for any C: see the erratum T1 in "
        "docs/theory. The default a_in = 1 repairs it.",
        "The admissible range of eps is not at hand; 0 < eps < 1 is ours.",
    ),
    uses=("thm:mrss-nsn", "lem:kernel-pruning", "lem:error-accumulation"),
)
