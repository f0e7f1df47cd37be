"""Figures 1 and 2: removing neurons, and the patterns of pruning."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Kind, Provenance
from slth_verify.statements.writing.build import NATURALS, eq, ge, hyp, the_paper, var
from slth_verify.statements.writing.symbols import d, n

_i, _o, _a, _b, _k, _l = sp.symbols("i o a b k l", integer=True)
_V, _y, _s = sp.IndexedBase("V"), sp.IndexedBase("y"), sp.IndexedBase("s")
_sigma = sp.Function("sigma")

NEURON_PRUNING = StatementData(
    id="fig:neuron-pruning",
    title="Removing neurons collapses two layers",
    kind=Kind.FIGURE,
    source=the_paper("Figure 1 (caption)"),
    provenance=Provenance.RECONSTRUCTED,
    provenance_of=(("summary", Provenance.QUOTED),),
    symbols=(
        var(n, NATURALS, "number of hidden neurons"),
        var(_i, NATURALS, "hidden neuron"),
        var(_o, NATURALS, "output"),
        var(_V, "matrices", "weights of the second layer"),
        var(_y, "vectors", "preactivations y = W x of the hidden neurons"),
        var(_s, "binary vectors", "s_i = 1 when neuron i is kept"),
        var(_sigma, "real functions", "activation, acting entry by entry"),
    ),
    hypotheses=(
        hyp("width", ge(n, 1), "at least one neuron"),
        hyp("binary", eq(_s[_i] * (1 - _s[_i]), 0), "every s_i is 0 or 1"),
        hyp("fixes-zero", eq(_sigma(0), 0), "the activation maps 0 to 0, as ReLU does"),
    ),
    conclusion=eq(
        sp.Sum(_V[_o, _i] * _sigma(_s[_i] * _y[_i]), (_i, 1, n)),
        sp.Sum(_s[_i] * _V[_o, _i] * _sigma(_y[_i]), (_i, 1, n)),
    ),
    summary="Removing neurons deletes rows of one weight matrix and columns of the "
    "next, so that the rest collapses into a smaller dense matrix.",
    notes=(
        "A caption has no formula: that the outputs stay the same, and for which "
        "activations, is ours.",
        "Without sigma(0) = 0 a removed neuron leaves a constant behind.",
    ),
)

_U, _N, _B = (sp.IndexedBase(name) for name in ("S_U", "S_N", "S_B"))
_ENTRY = sp.Piecewise((1, sp.Eq(sp.ceiling(_l / n), _k)), (0, True))

PATTERNS = StatementData(
    id="fig:patterns",
    title="Patterns of pruning",
    kind=Kind.FIGURE,
    source=the_paper("Figure 2 (caption)"),
    provenance=Provenance.RECONSTRUCTED,
    provenance_of=(("title", Provenance.QUOTED),),
    symbols=(
        var(n, NATURALS, "filters per block"),
        var(d, NATURALS, "kernel size"),
        var(_a, NATURALS, "row of the kernel"),
        var(_b, NATURALS, "column of the kernel"),
        var(_k, NATURALS, "input channel"),
        var(_l, NATURALS, "filter"),
        var(_U, "binary tensors", "unstructured mask: any pattern of single weights"),
        var(_N, "binary tensors", "neuron or filter mask: whole filters"),
        var(_B, "binary tensors", "channel-blocked mask (def:channel-blocked-mask)"),
        var(_s, "binary vectors", "s_l = 1 when filter l is kept"),
    ),
    hypotheses=(
        hyp("kernel-size", ge(d, 1), "the kernel is not empty"),
        hyp("block", ge(n, 1), "blocks are not empty"),
        hyp("binary", eq(_s[_l] * (1 - _s[_l]), 0), "every s_l is 0 or 1"),
    ),
    conclusion=sp.And(
        eq(_U[_a, _b, _k, _l] * (1 - _U[_a, _b, _k, _l]), 0),
        eq(_N[_a, _b, _k, _l], _s[_l]),
        eq(_B[_a, _b, _k, _l], _ENTRY),
        evaluate=False,
    ),
    summary="Unstructured pruning removes single weights; neuron or filter pruning "
    "removes all weights of a filter at once; a channel-blocked mask lets each filter "
    "see one input channel only.",
    notes=(
        "A caption has no formula: the three patterns are written out by us.",
        "Recognised on numpy arrays by is_mask(), is_filter_mask() and "
        "is_channel_blocked(); pattern() names the strictest that fits.",
    ),
    uses=("def:channel-blocked-mask",),
)
