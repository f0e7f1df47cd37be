"""Definition 4: normally-scaled normal vectors."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Kind, Provenance
from slth_verify.statements.vocabulary import (
    Law,
    NormalLaw,
    NsnLaw,
    StandardNormalVector,
)
from slth_verify.statements.writing.build import (
    NATURALS,
    Y,
    eq,
    ge,
    hyp,
    le,
    the_paper,
    var,
)
from slth_verify.statements.writing.symbols import m

_i = sp.Symbol("i", integer=True)
_Z, _G = sp.symbols("Z G")
_Yi, _Gi = sp.IndexedBase("Y"), sp.IndexedBase("G")

NSN = StatementData(
    id="def:nsn",
    title="Normally-scaled normal vector",
    kind=Kind.DEFINITION,
    source=the_paper("Definition 4"),
    provenance=Provenance.RECONSTRUCTED,
    symbols=(
        var(Y, "random vectors of R^m", "the NSN vector"),
        var(_Z, "real random variables", "the scale shared by all entries"),
        var(_G, "random vectors of R^m", "the direction, called Z_1, ..., Z_m there"),
        var(m, NATURALS, "dimension"),
        var(_i, NATURALS, "entry, from 1 to m"),
    ),
    hypotheses=(
        hyp("scale", eq(Law(_Z), NormalLaw(0, 1)), "Z is standard normal"),
        hyp("direction", eq(Law(_G), StandardNormalVector(m)), "G_i i.i.d. N(0, 1)"),
        hyp(
            "independent",
            eq(Law(sp.Tuple(_Z, _G)), Law(_Z) * Law(_G)),
            "Z and G are independent",
        ),
        hyp("entries", sp.And(ge(_i, 1), le(_i, m), evaluate=False), "1 <= i <= m"),
        hyp("product", eq(_Yi[_i], _Z * _Gi[_i]), "Y_i = Z G_i"),
    ),
    conclusion=eq(Law(Y), NsnLaw(m)),
    summary="Y in R^m is NSN when Y_i = Z G_i with Z, G_1, ..., G_m i.i.d. N(0, 1).",
    notes=("Its exact law and moments are in der:nsn-law.",),
)
