"""A row of two networks in which errors of many gates are bounded together."""

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
    gt,
    hyp,
    le,
    lower,
    upper,
    var,
)

_n, _N, _i, _k = sp.symbols("n N i k", integer=True)
_row, _const, _one, _theta, _q = sp.symbols("R_o kappa_o omega theta q", real=True)
_e, _kappa, _mu = (sp.IndexedBase(name) for name in ("epsilon", "kappa", "mu"))
_t, _sigma, _a, _s = (sp.IndexedBase(name) for name in ("t", "sigma", "a", "s"))
_rho, _m, _r = (sp.IndexedBase(name) for name in ("rho", "m", "r"))
_c, _A, _l, _w = (sp.IndexedBase(name) for name in ("c", "A", "l", "w"))

_ALL = (_k, 1, _n + _N)
_error = _m[_i] + _r[_i] * _e[_n + _i]
_map = _c[_i] + sp.Sum(_A[_i, _k] * _e[_k], _ALL)
_brackets = _error**2 - (1 + _theta) * (_rho[_i] * _map) ** 2
_FORM = (
    _one
    + sp.Sum(_mu[_k] * _e[_k] ** 2 - 2 * _kappa[_k] * _e[_k], _ALL)
    + sp.Sum(_w[_i] ** 2 * _brackets, (_i, 1, _N))
)
_off = (_w[_i] * _rho[_i] * _l[_i]) ** 2
_SIZES = (
    _one + sp.Sum(_mu[_k], _ALL) + (1 + 1 / _theta) * sp.Sum(_off, (_i, 1, _N)) + _q
)
_BOUND = _const + _SIZES / 2

JOINT_FORMS = derived(
    "der:joint-forms",
    "Difference of two networks by ties between errors of gates",
    "joint-forms.md, Squares",
    symbols=(
        var(_n, NATURALS0, "symbols of the image and of errors that are not tied"),
        var(_N, NATURALS0, "errors of gates that are tied, each with a symbol"),
        var(_k, NATURALS, "symbol"),
        var(_i, NATURALS, "tied error"),
        var(_e, "real sequences", "symbols at an image; those of tied errors are last"),
        var(_row, REALS, "a row of outputs of f and of g - f"),
        var(_const, REALS, "constant, with all that rounding may have lost"),
        var(_kappa, "real sequences", "coefficients of symbols"),
        var(_t, "real sequences", "what gates take: differences, values of rectifiers"),
        var(_sigma, "real sequences", "what gates give in parts of what they take"),
        var(_a, "real sequences", "least slopes of gates; 0, or that of a leaky one"),
        var(_s, "real sequences", "slopes in the bounds of gates, above and below"),
        var(_rho, "real sequences", "shares of what gates take, which errors keep to"),
        var(_m, "real sequences", "middles of errors"),
        var(_r, "real sequences", "radii of errors"),
        var(_c, "real sequences", "constants of what gates take"),
        var(_A, "real matrices", "coefficients of symbols in what gates take"),
        var(_l, "real sequences", "how far these maps may be off"),
        var(_mu, "real sequences", "multipliers of symbols"),
        var(_w, "real sequences", "roots of multipliers of ties"),
        var(_one, REALS, "multiplier of 1"),
        var(_theta, REALS, "share of squares that makes room for maps that are off"),
        var(_q, REALS, "what the quadratic form lacks, over all symbols"),
    ),
    hypotheses=(
        hyp("row", le(_row, _const + sp.Sum(_kappa[_k] * _e[_k], _ALL)), "the row"),
        hyp("symbols", le(sp.Abs(_e[_k]), 1), "no symbol is larger than 1"),
        hyp("slope-low", ge(_sigma[_i], _a[_i]), "no slope is less than the least"),
        hyp("slope-high", le(_sigma[_i], 1), "and none is above 1"),
        hyp("share-high", ge(_rho[_i], 1 - _s[_i]), "the share bounds 1 - s"),
        hyp("share-low", ge(_rho[_i], _s[_i] - _a[_i]), "and s - a"),
        hyp(
            "error",
            eq(_sigma[_i] * _t[_i], _s[_i] * _t[_i] + _error),
            "what a gate gives is a slope times what it takes, and an error",
        ),
        hyp("map", le(sp.Abs(_t[_i] - _map), _l[_i]), "what gates take, by symbols"),
        hyp("multipliers", ge(_mu[_k], 0), "multipliers of symbols are not negative"),
        hyp("room", gt(_theta, 0), "the share of squares is positive"),
        hyp("form", ge(_FORM, -_q), "the quadratic form is a sum of squares but for q"),
    ),
    conclusion=le(_row, _BOUND),
    summary="Errors of gates keep names, and none is larger than a share of what its "
    "gate takes. Multipliers of these squares make a quadratic form; what it lacks to "
    "be nowhere negative, and what the multipliers allow, bound the row.",
    claims=(
        upper(
            "bound",
            _row,
            _BOUND,
            "a row of outputs",
            Quantity.OUTPUT_ROW,
        ),
    ),
    notes=(
        "Any multipliers give a bound: bad ones are loose, never wrong.",
        "Differences at every gate are tied; values only at rectifiers, since a clip "
        "need not give 0 for 0.",
        "Bounds from below are those of the opposite row.",
    ),
    uses=("der:difference-forms",),
)

_p, _u, _d = (sp.IndexedBase(name) for name in ("p", "u", "d"))
_lift = (
    _u[_i] * (_error - _rho[_i] * _map)
    + _d[_i] * (_error + _rho[_i] * _map)
    + (_u[_i] + _d[_i]) * _rho[_i] * _l[_i]
)
_LIFTED = _const + sp.Sum(_kappa[_k] * _e[_k], _ALL) + sp.Sum(_lift, (_i, 1, _N))
_short = _rho[_i] * _l[_i]
_SQUARES = _error**2 - (_rho[_i] * _map) ** 2
_LEAST = -_short * (2 * sp.Abs(_error) + _short)

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
    conclusion=sp.And(le(_row, _LIFTED), ge(_SQUARES, _LEAST), evaluate=False),
    summary="A rectifier's error is no less than a share of what it takes, of either "
    "sign. Multipliers of these two floors make another row, which is nowhere less; "
    "squares of errors are no less than those of the shares, but for what maps are "
    "off.",
    claims=(
        upper("bound", _row, _LIFTED, "a row of outputs", Quantity.OUTPUT_ROW),
        lower(
            "squares",
            _SQUARES,
            _LEAST,
            "square of an error less that of a share of what the rectifier takes",
            Quantity.ERROR_SQUARES,
        ),
    ),
    notes=(
        "Any multipliers that are not negative give a bound; its symbols are then "
        "bounded like those of any row.",
        "By the squares, a tie of der:joint-forms whose error has a floor may have a "
        "multiplier of either sign.",
    ),
    uses=("der:joint-forms",),
)
