"""A row of two networks that is bounded by another one, as rectifiers are convex."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Quantity
from slth_verify.statements.writing.build import (
    NATURALS,
    NATURALS0,
    REALS,
    derived,
    eq,
    ge,
    hyp,
    le,
    upper,
    var,
)

_n, _N, _i, _k = sp.symbols("n N i k", integer=True)
_row, _const = sp.symbols("R_o kappa_o", real=True)
_e, _kappa, _p, _a, _s = (
    sp.IndexedBase(name) for name in ("epsilon", "kappa", "p", "a", "s")
)
_rho, _m, _r, _c, _A = (sp.IndexedBase(name) for name in ("rho", "m", "r", "c", "A"))
_l, _u, _d = (sp.IndexedBase(name) for name in ("l", "u", "d"))

_ALL = (_k, 1, _n + _N)
_error = _m[_i] + _r[_i] * _e[_n + _i]
_map = _c[_i] + sp.Sum(_A[_i, _k] * _e[_k], _ALL)
_lift = (
    _u[_i] * (_error - _rho[_i] * _map)
    + _d[_i] * (_error + _rho[_i] * _map)
    + (_u[_i] + _d[_i]) * _rho[_i] * _l[_i]
)
_BOUND = _const + sp.Sum(_kappa[_k] * _e[_k], _ALL) + sp.Sum(_lift, (_i, 1, _N))

JOINT_FLOORS = derived(
    "der:joint-floors",
    "Difference of two networks by floors of rectifiers' errors",
    "joint-forms.md, Floors",
    symbols=(
        var(_n, NATURALS0, "symbols of the image and of other errors"),
        var(_N, NATURALS0, "rectifiers with an error that has a symbol"),
        var(_k, NATURALS, "symbol"),
        var(_i, NATURALS, "rectifier"),
        var(_e, "real sequences", "symbols at an image; those of rectifiers are last"),
        var(_row, REALS, "a row of outputs of f and of g - f"),
        var(_const, REALS, "constant, with all that rounding may have lost"),
        var(_kappa, "real sequences", "coefficients of symbols"),
        var(_p, "real sequences", "what rectifiers take"),
        var(_a, "real sequences", "slopes of rectifiers below 0"),
        var(_s, "real sequences", "slopes in their bounds, above and below"),
        var(_rho, "real sequences", "shares of what rectifiers take"),
        var(_m, "real sequences", "middles of errors"),
        var(_r, "real sequences", "radii of errors"),
        var(_c, "real sequences", "constants of what rectifiers take"),
        var(_A, "real matrices", "coefficients of symbols in what they take"),
        var(_l, "real sequences", "how far these maps may be off"),
        var(_u, "real sequences", "multipliers of floors that rise with p"),
        var(_d, "real sequences", "multipliers of floors that fall with p"),
    ),
    hypotheses=(
        hyp("row", le(_row, _const + sp.Sum(_kappa[_k] * _e[_k], _ALL)), "the row"),
        hyp("share", ge(_rho[_i], 0), "shares are not negative"),
        hyp("share-high", le(_rho[_i], 1 - _s[_i]), "the share is at most 1 - s"),
        hyp("share-low", le(_rho[_i], _s[_i] - _a[_i]), "and s - a"),
        hyp(
            "error",
            eq(sp.Max(_p[_i], _a[_i] * _p[_i]), _s[_i] * _p[_i] + _error),
            "what a rectifier gives is a slope times what it takes, and an error",
        ),
        hyp("map", le(sp.Abs(_p[_i] - _map), _l[_i]), "what rectifiers take"),
        hyp("rising", ge(_u[_i], 0), "multipliers are not negative"),
        hyp("falling", ge(_d[_i], 0), "multipliers are not negative"),
    ),
    conclusion=le(_row, _BOUND),
    summary="A rectifier's error is no less than a share of what it takes, of either "
    "sign. Multipliers of these two floors make another row, which is nowhere less.",
    claims=(upper("bound", _row, _BOUND, "a row of outputs", Quantity.OUTPUT_ROW),),
    notes=(
        "Any multipliers that are not negative give a bound; its symbols are then "
        "bounded like those of any row.",
    ),
    uses=("der:joint-forms",),
)
