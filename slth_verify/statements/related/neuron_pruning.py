"""What neuron pruning alone cannot do."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Kind, Provenance, Quantity, Source
from slth_verify.statements.vocabulary import Exists, Law, NamedSet, Norm
from slth_verify.statements.writing.build import (
    NATURALS,
    REALS,
    eq,
    f,
    g,
    ge,
    gt,
    hyp,
    le,
    necessary,
    var,
)
from slth_verify.statements.writing.symbols import C, d, eps, n

_W = sp.Symbol("W")
_LAW = sp.Symbol("mu")
_PAPER = "Structured vs. Unstructured Pruning: An Exponential Gap, 2026"

_SYMBOLS = (
    var(d, NATURALS, "input dimension of the target neuron"),
    var(eps, REALS, "accuracy"),
    var(n, NATURALS, "hidden neurons of the random network"),
    var(C, REALS, "constant of the Omega, not named"),
    var(_W, "random weights", "weights of the random network"),
    var(_LAW, "laws", "their law, not stated in the abstract"),
    var(f, "functions", "the target: one ReLU neuron without bias"),
    var(g, "networks left by removing neurons", "the pruned network"),
)
_REACHED = Exists(
    g, NamedSet("networks left by removing neurons"), le(Norm(f - g, sp.oo), eps)
)
_HYPOTHESES = (
    hyp("random", eq(Law(_W), _LAW), "a random two-layer ReLU network, no bias"),
    hyp("dimension", ge(d, 1), "the dimension is positive"),
    hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
    hyp("constant", gt(C, 0), "a positive constant"),
    hyp(
        "reached",
        _REACHED,
        "neuron pruning, with no block mask, reaches the target within eps",
    ),
)


def _lower(expression: sp.Expr, id: str, version: str, note: str) -> StatementData:
    trends = "-eps +C +d" if expression.has(d) else "-eps +C"
    return StatementData(
        id=id,
        title="Neuron pruning alone needs many neurons",
        kind=Kind.THEOREM,
        source=Source(paper=_PAPER, version=version, item="abstract"),
        provenance=Provenance.CITED,
        symbols=_SYMBOLS,
        hypotheses=_HYPOTHESES,
        conclusion=ge(n, expression),
        summary="To approximate one ReLU neuron within eps by removing hidden "
        "neurons of a random two-layer ReLU network, the network must start with order "
        + ("d/eps neurons." if expression.has(d) else "1/eps neurons."),
        claims=(
            necessary(
                "width",
                n,
                expression,
                "hidden neurons before pruning",
                Quantity.NEURONS,
                trends=trends,
                event=_REACHED,
            ),
        ),
        notes=(
            note,
            "Not in conflict with thm:structured-slth, which also uses a block mask "
            "and subset sums over many filters per channel.",
            "Law of the weights, norm and probability are not stated in the abstract.",
        ),
    )


NEURON_PRUNING_LOWER = _lower(
    C * d / eps,
    "rel:neuron-pruning-lower",
    "arXiv:2603.02234v2",
    "Version 3 of the abstract says Omega(1/eps) for a single neuron: see "
    "rel:neuron-pruning-lower-single.",
)
NEURON_PRUNING_LOWER_SINGLE = _lower(
    C / eps,
    "rel:neuron-pruning-lower-single",
    "arXiv:2603.02234v3",
    "Versions 1 and 2 of the abstract say Omega(d/eps): see rel:neuron-pruning-lower.",
)
