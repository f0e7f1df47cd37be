"""How rarely a small random network can be pruned to a given graph."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Kind, Quantity
from slth_verify.statements.vocabulary import (
    Exists,
    Law,
    NamedSet,
    Norm,
    NormalLaw,
    Prob,
)
from slth_verify.statements.writing.build import (
    NATURALS,
    NATURALS0,
    POSITIVE,
    REALS,
    derived,
    eq,
    f,
    g,
    ge,
    gt,
    hyp,
    le,
    upper,
    var,
)
from slth_verify.statements.writing.symbols import P, eps, m

_one, _two = sp.symbols("N_1 N_2", integer=True)
_S, _a = sp.symbols("S a", real=True)
_W = sp.Symbol("W")
_HIT = (2 * _a) ** m * (m / (2 * sp.pi * sp.E * _S)) ** (m / 2)
_EXPECTED = sp.Rational(3, 2) ** _one * 2**_two * _HIT
_REACHED = Prob(Exists(g, NamedSet("pruned networks"), le(Norm(f - g, sp.oo), eps)))

GRAPH_NECESSARY = derived(
    "der:graph-necessary",
    "Necessary widths of a given graph",
    "networks.md, Widths",
    kind=Kind.LEMMA,
    symbols=(
        var(m, NATURALS, "coordinates that must be hit: outputs, or kernel entries"),
        var(_one, NATURALS0, "filters that count, with an input or sign of one kind"),
        var(_two, NATURALS0, "other filters that count"),
        var(eps, REALS, "accuracy in the max norm, over the box of the input"),
        var(_a, REALS, "admissible distance of every coordinate"),
        var(_S, POSITIVE, "sum of max(|z_j| - a, 0)^2 over the coordinates z_j"),
        var(_W, "random weights", "all entries of the random network"),
        var(f, "target networks", "the graph, given before the weights are drawn"),
        var(g, "pruned networks", "the graph with pruned pairs as its stages"),
        var(P, REALS, "probability that some pruned network is within eps"),
    ),
    hypotheses=(
        hyp("normal", eq(Law(_W), NormalLaw(0, 1)), "all weights i.i.d. N(0, 1)"),
        hyp("coordinates", ge(m, 1), "there is a coordinate"),
        hyp("accuracy", gt(_a, 0), "the distance is positive"),
        hyp("missed", gt(_S, 0), "the empty subset misses"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
    ),
    conclusion=le(_REACHED, _EXPECTED),
    summary="Given the rest, coordinates of one variance are normal, and hit a box no "
    "more often than with the worst variance; a union bound over masks follows.",
    claims=(
        upper(
            "masks",
            P,
            _EXPECTED,
            "probability that some pruned network is within eps",
            Quantity.PROBABILITY,
            trends="+N_1 +N_2",
            event=_REACHED,
        ),
    ),
    notes=(
        "If the last stage gives the output: z is what one image has there at one "
        "place, a = eps, and the filters of all stages count; those with an input that "
        "is never negative, and those of constant channels, are N_1.",
        "If an only stage reads the image: z is the kernel of one channel, or its "
        "negative, a = eps over the size of an entry of the image, or 2 eps over its "
        "step, and only the 2n filters of that channel count, as N_1.",
        "False for entries of the kernel that never meet the image, and for channels "
        "that are constantly 0: their kernels are free.",
        "Nothing is claimed of one stage of several: others may make up for it.",
    ),
    uses=("der:nsn-law",),
)
