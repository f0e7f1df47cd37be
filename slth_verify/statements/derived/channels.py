"""The channel-wise certificate of a ticket: one bound per channel instead of one."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Quantity
from slth_verify.statements.writing.build import (
    NATURALS,
    REALS,
    derived,
    ge,
    hyp,
    le,
    upper,
    var,
)
from slth_verify.statements.writing.symbols import c_in, d

_a, _b, _k = sp.symbols("a b k", integer=True)
_K, _Dp = sp.IndexedBase("K"), sp.IndexedBase("D_p")
_R, _E = sp.IndexedBase("R"), sp.IndexedBase("E")
_x, _y = sp.IndexedBase("x"), sp.IndexedBase("y")
_error, _range = sp.symbols("e_o R_o", real=True)
_entry = (_a, _b, _k)
_box = ((_a, 1, d), (_b, 1, d), (_k, 1, c_in))
_seen = _R[_k] + _E[_k]
_STEP = sp.Max(
    sp.Sum(_seen * sp.Max(0, _Dp[_entry]), *_box),
    sp.Sum(_seen * sp.Max(0, -_Dp[_entry]), *_box),
) + sp.Sum(_E[_k] * sp.Abs(_K[_entry]), *_box)
_REACH = sp.Sum(_R[_k] * sp.Max(0, _K[_entry]), *_box)

CHANNEL_CERTIFICATE = derived(
    "der:channel-certificate",
    "Channel-wise certificate of a ticket",
    "layers.md, Theorem 5",
    symbols=(
        var(d, NATURALS, "kernel size of the layer"),
        var(c_in, NATURALS, "channels that enter the layer"),
        var(_K, "tensors d x d x c_in", "one output channel of the target's kernel"),
        var(_Dp, "tensors d x d x c_in", "its residuals for u > 0"),
        var(_R, "nonnegative sequences", "bounds on the target's inputs, by channel"),
        var(_E, "nonnegative sequences", "errors of the inputs, by channel"),
        var(_x, "nonnegative sequences", "an input of the target's layer, by channel"),
        var(_y, "nonnegative sequences", "the pruned network's input in its place"),
        var(_error, REALS, "error of the output channel, after ReLU"),
        var(_range, REALS, "largest output of the target's channel, after ReLU"),
        var(_a, NATURALS, "row of the kernel"),
        var(_b, NATURALS, "column of the kernel"),
        var(_k, NATURALS, "input channel"),
    ),
    hypotheses=(
        hyp("kernel-size", ge(d, 1), "the kernel is not empty"),
        hyp("channels-in", ge(c_in, 1), "at least one channel enters"),
        hyp("range-sign", ge(_x[_k], 0), "the target's inputs are not negative"),
        hyp("pruned-sign", ge(_y[_k], 0), "the pruned network's inputs neither"),
        hyp("range", le(_x[_k], _R[_k]), "R_k bounds input channel k of the target"),
        hyp(
            "errors",
            le(sp.Abs(_y[_k] - _x[_k]), _E[_k]),
            "E_k bounds the error of input channel k",
        ),
    ),
    conclusion=sp.And(le(_error, _STEP), le(_range, _REACH)),
    summary="One step of the recurrence that the checker runs, for layers 2 to l: each "
    "channel has its own range and its own error.",
    claims=(
        upper(
            "error",
            _error,
            _STEP,
            "error of an output channel",
            Quantity.CHANNEL_OUTPUT_ERROR,
        ),
        upper(
            "range",
            _range,
            _REACH,
            "range of an output channel",
            Quantity.CHANNEL_RANGE,
        ),
    ),
    notes=(
        "The first layer starts it: der:layer-error with M = 1 gives the errors; the "
        "sums of |K| over the entries give the ranges.",
        "The result is never larger than the product of der:a-posteriori.",
    ),
    uses=("der:layer-error", "der:a-posteriori"),
)
