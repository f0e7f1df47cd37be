"""How rarely a narrow random layer can be pruned to a hard kernel."""

from __future__ import annotations

from typing import Any

import sympy as sp

from slth_verify.statements._types import Kind, Quantity
from slth_verify.statements.derived.nsn_law import R, chi_squared_mean, interval_mass
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
    NONNEGATIVE,
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
from slth_verify.statements.writing.symbols import D, P, c_in, c_out, d, eps, k, n

_c = sp.Symbol("c", integer=True)
_W = sp.Symbol("W")
_SPREAD_ENTRY, _SINGLE_ENTRY = 1 / (d**2 * _c), 1 / _c
_OTHERS = d**2 - 1
_SOFT = _OTHERS / (2 * eps) * sp.sqrt(R / 2)


def _expected(mass: Any) -> Any:
    """Mean number of sets of filters of positive sign that hit, ``mass`` given R."""
    chance = sp.binomial(2 * n, k) * sp.Rational(1, 2) ** k
    return sp.Sum(chance * chi_squared_mean(mass, k), (k, 1, 2 * n))


_SPREAD = _expected(interval_mass(_SPREAD_ENTRY) ** (d**2 * _c))
_SINGLE = sp.exp(_c * _OTHERS) * _expected(
    interval_mass(_SINGLE_ENTRY) ** _c
    * (sp.exp(_SOFT**2) * sp.erfc(_SOFT)) ** (_c * _OTHERS)
)
_LAYERS = NamedSet("target layers of kernel norm 1")
_REACHED = Prob(Exists(g, NamedSet("pruned layers"), le(Norm(f - g, sp.oo), eps)))


def _reached(layers: str) -> Any:
    """The event that some pruned layer is within eps of such a target layer."""
    return sp.And(_REACHED.args[0], sp.Contains(f, NamedSet(layers)), evaluate=False)


def _hard(bound: Any, condition: Any) -> Any:
    """For some target layer ``bound`` holds, where the condition is met."""
    limited = sp.Piecewise((bound, condition), (1, True))
    return Exists(f, _LAYERS, le(_REACHED, limited))


_SPREAD_CONDITION = gt(_SPREAD_ENTRY, eps)
_SINGLE_CONDITION = gt(_SINGLE_ENTRY, eps)

LAYER_NECESSARY = derived(
    "der:layer-necessary",
    "Necessary width of a layer",
    "layers.md, Necessary widths of a layer",
    kind=Kind.LEMMA,
    symbols=(
        var(d, NATURALS, "kernel size"),
        var(D, NATURALS, "the smaller of height and width of the image"),
        var(c_in, NATURALS, "channels that enter"),
        var(c_out, NATURALS, "channels that leave"),
        var(_c, NATURALS, "leaving channels that the hard kernel uses"),
        var(n, NATURALS, "the random 1x1 layer has 2 n filters per entering channel"),
        var(k, NATURALS, "number of kept filters of positive sign"),
        var(eps, REALS, "accuracy in the max norm, over images with values in [0, 1]"),
        var(_W, "random weights", "entries of the 1x1 and of the dxd layer"),
        var(f, "target layers of kernel norm 1", "a target layer, before it is drawn"),
        var(g, "pruned layers", "what a blocked mask and filter removal leave"),
        var(R, NONNEGATIVE, "sum of the squared scales of the kept filters"),
        var(P, REALS, "probability that some pruned layer is within eps of the target"),
    ),
    hypotheses=(
        hyp("normal", eq(Law(_W), NormalLaw(0, 1)), "all weights i.i.d. N(0, 1)"),
        hyp("kernel-size", ge(d, 1), "the kernel is not empty"),
        hyp(
            "image",
            ge(D, d),
            "the image is at least as large as the kernel; on a smaller one the kernel "
            "acts as a smaller kernel",
        ),
        hyp("channels-in", ge(c_in, 1), "at least one channel enters"),
        hyp("channels-least", ge(_c, 1), "the hard kernel uses a channel"),
        hyp("channels-most", le(_c, c_out), "it uses only channels that leave"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
    ),
    conclusion=sp.And(
        _hard(_SPREAD, _SPREAD_CONDITION),
        _hard(_SINGLE, sp.And(_SINGLE_CONDITION, gt(d, 1), evaluate=False)),
        evaluate=False,
    ),
    summary="For some kernel K with ||K||_1 = 1 the probability that some pruned layer "
    "is within eps of the target layer is at most the expected number of sets of "
    "filters of positive sign that hit: a width where this is below 1 - delta is too "
    "small. The image must be at least as large as the kernel.",
    claims=(
        upper(
            "spread",
            P,
            _SPREAD,
            "probability for a kernel with d^2 c equal entries from one channel",
            Quantity.PROBABILITY,
            hyp("entry", _SPREAD_CONDITION, "an entry of the kernel exceeds eps"),
            trends="+n",
            event=_reached("layers with d^2 c equal entries from one channel"),
        ),
        upper(
            "single",
            P,
            _SINGLE,
            "probability for a kernel with one entry 1/c for each of c channels",
            Quantity.PROBABILITY,
            hyp("entry", _SINGLE_CONDITION, "an entry of the kernel exceeds eps"),
            hyp("window", gt(d, 1), "the kernel has other entries"),
            trends="+n",
            event=_reached("layers with one entry 1/c for each of c channels"),
        ),
    ),
    notes=(
        "For a network of one layer it is about the network; for more it is about each "
        "layer alone.",
        "False on smaller images: with same padding a 3x3 kernel on 1x1 images is a "
        "1x1 kernel, whose width is far smaller.",
    ),
    uses=("def:nsn", "der:nsn-law"),
)
