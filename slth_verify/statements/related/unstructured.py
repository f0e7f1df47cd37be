"""Unstructured pruning: a logarithmic factor is enough (Pensia et al. 2020)."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Quantity, Source
from slth_verify.statements.decisions.proved import Least
from slth_verify.statements.vocabulary import Law, Norm, Prob, UniformLaw
from slth_verify.statements.writing.build import (
    NATURALS,
    REALS,
    approximated,
    cited,
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
    var,
)
from slth_verify.statements.writing.symbols import C, P, delta, depth, eps, n

_d_in, _d_out = sp.symbols("d_in d_out", integer=True)
_W, _V = sp.symbols("W V")
_WIDTH = C * _d_in * sp.log(_d_in * _d_out * depth / Least(eps, delta))
_EVENT = approximated(
    f, "target networks", g, "networks left by removing weights", eps, 2
)

UNSTRUCTURED_LOG = cited(
    "rel:unstructured-log",
    "Unstructured pruning needs a logarithmic factor only",
    Source(
        paper="A. Pensia, S. Rajput, A. Nagle, H. Vishwakarma, D. Papailiopoulos, "
        "Optimal Lottery Tickets via Subset Sum: Logarithmic Over-Parameterization is "
        "Sufficient, NeurIPS 2020",
        version="arXiv:2006.07990",
        item="main theorem",
    ),
    symbols=(
        var(_d_in, NATURALS, "width d_(i-1) that enters a layer of the target"),
        var(_d_out, NATURALS, "width d_i that leaves it"),
        var(depth, NATURALS, "number of layers of the target"),
        var(eps, REALS, "accuracy on the Euclidean unit ball"),
        var(delta, REALS, "failure probability"),
        var(n, NATURALS, "hidden neurons of the random pair of layers"),
        var(C, REALS, "universal constant, not named"),
        var(_W, "random weights", "all entries of the random network of 2l layers"),
        var(_V, "matrices", "weights of the target's layers"),
        var(f, "target networks", "fully connected ReLU networks"),
        var(g, "networks left by removing weights", "unstructured pruning"),
        var(P, REALS, "probability that every target is reached"),
    ),
    hypotheses=(
        hyp("uniform", eq(Law(_W), UniformLaw(-1, 1)), "weights i.i.d. uniform"),
        hyp("norm", le(Norm(_V, 2), 1), "spectral norms at most 1, entries at most 1"),
        hyp("width-in", ge(_d_in, 1), "layers are not empty"),
        hyp("width-out", ge(_d_out, 1), "layers are not empty"),
        hyp("depth", ge(depth, 1), "at least one layer"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("eps-range", lt(eps, 1), "the accuracy is below 1"),
        hyp("delta-positive", gt(delta, 0), "the failure probability is positive"),
        hyp("delta-range", lt(delta, 1), "the failure probability is below 1"),
        hyp("constant", gt(C, 0), "there is a universal C > 0 for which this holds"),
        hyp("width", ge(n, _WIDTH), "wide enough, in every layer"),
    ),
    conclusion=ge(Prob(_EVENT), 1 - delta),
    failure_probability=delta,
    summary="A random fully connected ReLU network, twice as deep and wider by a "
    "factor C log(d d' l/min(eps, delta)), contains every target within eps after "
    "removing single weights.",
    claims=(
        sufficient(
            "width",
            n,
            _WIDTH,
            "hidden neurons of one layer",
            Quantity.NEURONS,
            trends="+d_in +d_out +depth -eps -delta +C",
            event=ge(Prob(_EVENT), 1 - delta),
        ),
        lower(
            "probability",
            P,
            1 - delta,
            "success",
            Quantity.PROBABILITY,
            trends="-delta",
            event=_EVENT,
        ),
    ),
    notes=(
        "Only the abstract is relied on: a factor O(log(d l)) at twice the depth. The "
        "arguments of the logarithm and the norms follow the usual form of the "
        "theorem.",
    ),
)
