"""Definition 3: n-channel-blocked masks."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Kind, Provenance, Quantity
from slth_verify.statements.writing.build import (
    NATURALS,
    eq,
    exact,
    ge,
    hyp,
    le,
    the_paper,
    var,
)
from slth_verify.statements.writing.symbols import d, n

_i, _j, _k, _l = sp.symbols("i j k l", integer=True)
_S = sp.IndexedBase("S")
_s = sp.Symbol("s", integer=True)
_c = sp.Symbol("c", integer=True)
_ENTRY = sp.Piecewise((1, sp.Eq(sp.ceiling(_l / n), _k)), (0, True))

CHANNEL_BLOCKED_MASK = StatementData(
    id="def:channel-blocked-mask",
    title="Channel-blocked mask",
    kind=Kind.DEFINITION,
    source=the_paper("Definition 3"),
    provenance=Provenance.RECONSTRUCTED,
    symbols=(
        var(n, NATURALS, "filters per block"),
        var(d, NATURALS, "kernel size"),
        var(_c, NATURALS, "number of input channels"),
        var(_i, NATURALS, "row of the kernel, from 1"),
        var(_j, NATURALS, "column of the kernel, from 1"),
        var(_k, NATURALS, "input channel, from 1"),
        var(_l, NATURALS, "filter, from 1 to c n"),
        var(_S, "binary tensors of shape d x d x c x cn", "the mask"),
        var(_s, NATURALS, "one entry of the mask"),
    ),
    hypotheses=(
        hyp("rows", sp.And(ge(_i, 1), le(_i, d), evaluate=False), "1 <= i <= d"),
        hyp("columns", sp.And(ge(_j, 1), le(_j, d), evaluate=False), "1 <= j <= d"),
        hyp("channels", sp.And(ge(_k, 1), le(_k, _c), evaluate=False), "1 <= k <= c"),
        hyp(
            "filters",
            sp.And(ge(_l, 1), le(_l, _c * n), evaluate=False),
            "1 <= l <= c n",
        ),
        hyp("block", ge(n, 1), "blocks are not empty"),
    ),
    conclusion=eq(_S[_i, _j, _k, _l], _ENTRY),
    summary="S is n-channel-blocked when filter l sees input channel k and no other, "
    "k = ceil(l/n): every input channel has its own block of n filters.",
    claims=(exact("entry", _s, _ENTRY, "the entry S_ijkl", Quantity.MASK_ENTRY),),
    notes=("Recognised on numpy arrays by is_channel_blocked().",),
)
