"""Errors of pruned layers: one layer, many layers, and a concrete ticket."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Kind, Quantity
from slth_verify.statements.vocabulary import Norm
from slth_verify.statements.writing.build import (
    NATURALS,
    REALS,
    budget,
    derived,
    eq,
    exact,
    ge,
    gt,
    hyp,
    le,
    upper,
    var,
)
from slth_verify.statements.writing.symbols import D, M, c_in, d, depth, eps, error, eta

_a, _b, _k, _i = sp.symbols("a b k i", integer=True)
_res = sp.Symbol("rho", real=True)
_x, _y = sp.symbols("x y")
_Dp, _Dn = sp.IndexedBase("D_p"), sp.IndexedBase("D_n")
_entry = (_a, _b, _k)
_box = ((_a, 1, d), (_b, 1, d), (_k, 1, c_in))
_EXACT = M * sp.Max(
    sp.Sum(sp.Max(0, _Dp[_entry], _Dn[_entry]), *_box),
    sp.Sum(sp.Max(0, -_Dp[_entry], -_Dn[_entry]), *_box),
)
_FIRST = sp.Symbol("e_o", real=True)

LAYER_ERROR = derived(
    "der:layer-error",
    "Exact error of one pruned layer",
    "layers.md, Theorem 1",
    symbols=(
        var(d, NATURALS, "kernel size"),
        var(D, NATURALS, "height and width of the input"),
        var(c_in, NATURALS, "channels that enter"),
        var(M, REALS, "inputs range over [-M, M]"),
        var(_Dp, "tensors d x d x c_in", "sum of kept u V, u > 0, minus the kernel"),
        var(_Dn, "tensors d x d x c_in", "sum of kept |u| V, u < 0, plus the kernel"),
        var(_res, REALS, "bound on the modulus of every residual"),
        var(_a, NATURALS, "row of the kernel"),
        var(_b, NATURALS, "column of the kernel"),
        var(_k, NATURALS, "input channel"),
        var(_FIRST, REALS, "supremum of the error of one output channel, before ReLU"),
        var(error, REALS, "max-norm error of the layer, after ReLU"),
    ),
    hypotheses=(
        hyp("kernel-size", ge(d, 1), "the kernel is not empty"),
        hyp("image", ge(D, d), "one window lies inside the image (for exactness)"),
        hyp("range", ge(M, 0), "the input range is not negative"),
        hyp("residual-positive", le(Norm(_Dp, sp.oo), _res), "residuals, u > 0"),
        hyp("residual-negative", le(Norm(_Dn, sp.oo), _res), "residuals, u < 0"),
        hyp("residual-sign", ge(_res, 0), "a bound on a modulus"),
    ),
    conclusion=eq(_FIRST, _EXACT),
    summary="The supremum over all inputs in [-M, M] of the error of an output channel "
    "is M max(sum max(0, Dp, Dn), sum max(0, -Dp, -Dn)); ReLU does not enlarge it.",
    claims=(
        exact(
            "exact",
            _FIRST,
            _EXACT,
            "error of one output channel",
            Quantity.CHANNEL_ERROR,
        ),
        upper(
            "a-priori",
            error,
            M * d**2 * c_in * _res,
            "error of the layer",
            Quantity.LAYER_ERROR,
            trends="+M +d +c_in +rho",
        ),
    ),
    notes=(
        "For D < d the formula is an upper bound only, since every window is cut.",
        "For inputs in [0, M] only Dp counts: put Dn = 0. Over a box that the network "
        "does not fill it is an upper bound.",
        "Stride 1 and zero padding; without bias.",
    ),
)

_L, _e = sp.IndexedBase("L"), sp.IndexedBase("E")
_PRODUCT = sp.Product(_L[_i] + _e[_i], (_i, 1, depth)) - sp.Product(
    _L[_i], (_i, 1, depth)
)
_fi, _gi = sp.Function("f_i"), sp.Function("g_i")
_ROOT = (1 + eps) ** (1 / depth) - 1
_LAYERS = (
    var(depth, NATURALS, "number of layers"),
    var(_i, NATURALS, "layer"),
    var(_L, "nonnegative sequences", "Lipschitz constants of the target's layers"),
    var(_e, "nonnegative sequences", "error coefficients of the layers"),
    var(error, REALS, "max-norm error after the last layer, inputs in [-1, 1]"),
    var(_x, "inputs of a layer", "input of layer i"),
    var(_y, "inputs of a layer", "another input of layer i"),
    var(_fi, "maps", "layer i of the target"),
    var(_gi, "maps", "layer i of the pruned network"),
)
_STEPS = (
    hyp("depth", ge(depth, 1), "at least one layer"),
    hyp("lipschitz", ge(_L[_i], 0), "Lipschitz constants are not negative"),
    hyp("errors", ge(_e[_i], 0), "error coefficients are not negative"),
    hyp(
        "growth",
        le(Norm(_fi(_x) - _fi(_y), sp.oo), _L[_i] * Norm(_x - _y, sp.oo)),
        "layer i of the target is L_i-Lipschitz in the max norm",
    ),
    hyp("fixes-zero", eq(Norm(_fi(0), sp.oo), 0), "it maps 0 to 0"),
    hyp(
        "layer-error",
        le(Norm(_gi(_x) - _fi(_x), sp.oo), _e[_i] * Norm(_x, sp.oo)),
        "layer i errs by at most E_i times the size of its input",
    ),
)

ACCUMULATION = derived(
    "der:accumulation",
    "Errors through many layers",
    "layers.md, Theorem 2",
    symbols=(
        *_LAYERS,
        var(eta, REALS, "a common bound on the error coefficients"),
        var(eps, REALS, "admitted total error"),
    ),
    hypotheses=(
        *_STEPS,
        hyp("coefficient", ge(eta, 0), "the common bound is not negative"),
        hyp("common", le(_e[_i], eta), "it bounds every error coefficient"),
        hyp("contraction", le(_L[_i], 1), "all Lipschitz constants are at most 1"),
        hyp("eps-positive", gt(eps, 0), "the admitted error is positive"),
    ),
    conclusion=sp.And(
        le(error, _PRODUCT), le(error, (1 + eta) ** depth - 1), evaluate=False
    ),
    summary="e <= prod(L_i + E_i) - prod L_i <= (1 + eta)^l - 1; so eta = "
    "(1 + eps)^(1/l) - 1 keeps the total within eps.",
    claims=(
        upper(
            "uniform",
            error,
            (1 + eta) ** depth - 1,
            "error after all layers, for L_i <= 1",
            Quantity.NETWORK_ERROR,
            trends="+eta +depth",
        ),
        upper(
            "product", error, _PRODUCT, "error after all layers", Quantity.NETWORK_ERROR
        ),
        budget(
            "budget",
            eta,
            _ROOT,
            "coefficients for which the uniform bound is at most eps",
            Quantity.ERROR_COEFFICIENT,
            trends="+eps -depth",
        ),
    ),
    notes=(
        "The claim 'product' needs neither eta nor L_i <= 1.",
        "||f_i(x)|| <= L_i ||x|| is not enough: see the erratum T6 in docs/theory.",
        "eps/(2l) is within the budget for every l exactly when eps <= 2.51286..., the "
        "positive root of log(1 + eps) = eps/2.",
    ),
)

A_POSTERIORI = derived(
    "der:a-posteriori",
    "A-posteriori certificate of a ticket",
    "layers.md, Corollary 3",
    kind=Kind.COROLLARY,
    symbols=(
        *_LAYERS,
        var(_Dp, "residual tensors", "residuals of layer i for u > 0"),
        var(_Dn, "residual tensors", "residuals of layer i for u < 0"),
        var(_a, NATURALS, "row of the kernel"),
        var(_b, NATURALS, "column of the kernel"),
        var(_k, NATURALS, "input channel"),
        var(d, NATURALS, "kernel size of layer i"),
        var(c_in, NATURALS, "channels that enter layer i"),
        var(M, REALS, "scale of the inputs, here 1"),
    ),
    hypotheses=(
        *_STEPS,
        hyp(
            "residuals",
            ge(_e[_i], _EXACT.subs(M, 1)),
            "E_i is at least the exact error coefficient of each output channel",
        ),
        hyp("range", eq(M, 1), "network inputs lie in [-1, 1]"),
    ),
    conclusion=le(error, _PRODUCT),
    summary="With the residuals of a concrete ticket, e <= prod(L_i + E_i) - prod L_i "
    "for every input in [-1, 1]: no probability is left.",
    claims=(
        upper(
            "product", error, _PRODUCT, "error after all layers", Quantity.NETWORK_ERROR
        ),
    ),
    notes=("In layers 2 to l inputs are nonnegative: Dn = 0 there.",),
    uses=("der:layer-error", "der:accumulation"),
)
