"""One layer from a random block, and errors through many layers."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Kind, Provenance, Quantity
from slth_verify.statements.vocabulary import (
    Convolution,
    Exists,
    ForAll,
    Law,
    NamedSet,
    Norm,
    NormalLaw,
    Prob,
)
from slth_verify.statements.writing.build import (
    NATURALS,
    NONNEGATIVE,
    REALS,
    eq,
    ge,
    gt,
    hyp,
    le,
    lower,
    lt,
    sufficient,
    the_paper,
    upper,
    var,
)
from slth_verify.statements.writing.symbols import (
    C,
    P,
    c_in,
    c_out,
    d,
    depth,
    eps,
    error,
    eta,
    n,
)

_A_D, _A_C, _A_LOG = sp.symbols("a_d a_c a_log", real=True)
_W, _K, _G, _x = sp.symbols("W K G x")
_WIDTH = C * d**_A_D * c_out**_A_C * sp.log(d**2 * c_in * c_out / eps) ** _A_LOG
_EVENT = ForAll(
    _K,
    NamedSet("kernels of 1-norm at most 1"),
    Exists(_G, NamedSet("pruned pairs of layers"), le(Norm(_G - _K, sp.oo), eps)),
)

KERNEL_PRUNING = StatementData(
    id="lem:kernel-pruning",
    title="Kernel pruning",
    kind=Kind.LEMMA,
    source=the_paper("the kernel-pruning lemma"),
    provenance=Provenance.RECONSTRUCTED,
    symbols=(
        var(d, NATURALS, "kernel size"),
        var(c_in, NATURALS, "channels that enter"),
        var(c_out, NATURALS, "channels that leave"),
        var(eps, REALS, "accuracy in the max norm, and failure probability"),
        var(n, NATURALS, "the random 1x1 layer has 2 n c_in filters"),
        var(C, REALS, "universal constant, not named"),
        var(_W, "random weights", "entries of the 1x1 and of the dxd layer"),
        var(_K, "kernels d x d x c_in x c_out", "convolution with the target kernel"),
        var(_G, "pruned pairs of layers", "blocked 1x1 layer, ReLU, dxd layer"),
        var(P, REALS, "probability that every target layer is reached"),
        var(_A_D, NONNEGATIVE, "exponent of the kernel size", sp.Integer(12)),
        var(_A_C, NONNEGATIVE, "exponent of the channels", sp.Integer(6)),
        var(_A_LOG, NONNEGATIVE, "exponent of the logarithm", sp.Integer(3)),
    ),
    hypotheses=(
        hyp("normal", eq(Law(_W), NormalLaw(0, 1)), "all weights i.i.d. N(0, 1)"),
        hyp("kernel-norm", le(Norm(_K, 1), 1), "||K||_1 is at most 1"),
        hyp("kernel-size", ge(d, 1), "the kernel is not empty"),
        hyp("channels-in", ge(c_in, 1), "at least one channel enters"),
        hyp("channels-out", ge(c_out, 1), "at least one channel leaves"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("eps-range", lt(eps, 1), "the accuracy is below 1"),
        hyp("constant", gt(C, 0), "there is a universal C > 0 for which this holds"),
        hyp("width", ge(n, _WIDTH), "wide enough"),
    ),
    conclusion=ge(Prob(_EVENT), 1 - eps),
    failure_probability=eps,
    summary="A random blocked 1x1 layer, ReLU and a random dxd layer can be pruned, by "
    "filters only, to within eps of any convolution of 1-norm at most 1, for all "
    "inputs in [-1, 1].",
    claims=(
        sufficient(
            "width",
            n,
            _WIDTH,
            "width multiplier",
            Quantity.LAYER_WIDTH,
            trends="+d +c_in +c_out -eps +C",
            event=ge(Prob(_EVENT), 1 - eps),
        ),
        lower(
            "probability",
            P,
            1 - eps,
            "probability of success",
            Quantity.PROBABILITY,
            trends="-eps",
            event=_EVENT,
        ),
    ),
    notes=(
        "Exponents are not at hand; they come from thm:mrss-nsn with m = d^2 c_out and "
        "can be overridden. der:structured-slth is the explicit version.",
    ),
    uses=("thm:mrss-nsn", "def:channel-blocked-mask"),
)

_f, _g, _relu = (sp.Function(name) for name in ("f_i", "g_i", "relu"))
_TOTAL = (1 + eta) ** depth - 1

ERROR_ACCUMULATION = StatementData(
    id="lem:error-accumulation",
    title="Errors through many layers",
    kind=Kind.LEMMA,
    source=the_paper("multi-layer error accumulation"),
    provenance=Provenance.RECONSTRUCTED,
    symbols=(
        var(depth, NATURALS, "number of layers"),
        var(eta, REALS, "error coefficient of one layer"),
        var(error, REALS, "max-norm error after the last layer, inputs in [-1, 1]"),
        var(_x, "inputs of a layer", "input of layer i"),
        var(_f, "maps", "layer i of the target"),
        var(_g, "maps", "layer i of the pruned network"),
        var(_K, "kernels", "kernel of layer i"),
        var(_relu, "maps", "the positive part, entry by entry"),
    ),
    hypotheses=(
        hyp("depth", ge(depth, 1), "at least one layer"),
        hyp("coefficient", ge(eta, 0), "the error coefficient is not negative"),
        hyp("kernel-norm", le(Norm(_K, 1), 1), "every ||K^(i)||_1 is at most 1"),
        hyp(
            "layer",
            eq(_f(_x), _relu(Convolution(_K, _x))),
            "layer i of the target is a convolution without bias, then ReLU",
        ),
        hyp(
            "layer-error",
            le(Norm(_g(_x) - _f(_x), sp.oo), eta * Norm(_x, sp.oo)),
            "each layer errs by at most eta times the size of its input",
        ),
    ),
    conclusion=le(error, _TOTAL),
    summary="If each layer errs by at most eta relative to its input and every "
    "kernel has 1-norm at most 1, l layers err by at most (1 + eta)^l - 1.",
    claims=(
        upper(
            "total",
            error,
            _TOTAL,
            "error after all layers",
            Quantity.NETWORK_ERROR,
            trends="+eta +depth",
        ),
    ),
    notes=(
        "eta = eps/(2l) gives a total of at most eps for every l exactly when eps <= "
        "2.5128..., the positive root of log(1 + eps) = eps/2; see der:accumulation.",
    ),
    uses=(),
)
