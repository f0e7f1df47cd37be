"""What single stages of a given graph need, alone and whatever the others are."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Kind, Quantity
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
    NATURALS0,
    POSITIVE,
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
from slth_verify.statements.writing.symbols import P, c_in, c_out, eps, n

_w, _one, _two, _q, _j = sp.symbols("w K_1 K_2 q j", integer=True)
_e, _S, _t, _V, _apart = sp.symbols("e_i S t V R", real=True)
_W = sp.Symbol("W")
_m, _count = c_out * _w, _w * (_one + 2 * _two)
_VOLUME = (
    (2 * _e) ** _count * 2 ** (_w * _one) * 6 ** (_w * _two) / sp.factorial(_count)
)
_PROBLEMS = _one + 2 * _two
_MASKS = 4 ** (n * _two) * sp.Rational(9, 4) ** (n * _one)
_HIT = (_m / (2 * sp.pi * sp.E * _S)) ** (_m * _PROBLEMS / 2) / _t ** (_m * _PROBLEMS)
_EXPECTED = _MASKS * _HIT * _VOLUME**c_out
_ALONE = Prob(Exists(g, NamedSet("pruned pairs"), le(Norm(f - g, sp.oo), _e)))
_WHOLE = Prob(Exists(g, NamedSet("pruned networks"), le(Norm(f - g, sp.oo), eps)))
_NORMAL = hyp("normal", eq(Law(_W), NormalLaw(0, 1)), "all weights i.i.d. N(0, 1)")

STAGE_NECESSARY = derived(
    "der:stage-necessary",
    "Necessary width of a stage alone",
    "networks.md, One stage alone",
    kind=Kind.LEMMA,
    symbols=(
        var(_w, NATURALS, "taps of a window that lie inside the image at one place"),
        var(c_out, NATURALS, "outputs of a group"),
        var(_one, NATURALS0, "channels of that group, counted with one sign"),
        var(_two, NATURALS0, "channels of that group, counted with both signs"),
        var(n, NATURALS0, "the random 1x1 layer has 2 n filters per channel"),
        var(_e, REALS, "the stage's share: admissible error of its outputs"),
        var(_S, POSITIVE, "no admissible sum of a problem has a smaller square norm"),
        var(_t, POSITIVE, "how far an entry can move on a side of 0"),
        var(_V, REALS, "volume of the admissible errors of an output, times steps"),
        var(_W, "random weights", "all entries of the pair"),
        var(f, "affine maps", "the stage, given before the weights are drawn"),
        var(g, "pruned pairs", "what masks leave of the pair, on the same box"),
        var(P, REALS, "probability that some mask is within e_i of the stage"),
    ),
    hypotheses=(
        _NORMAL,
        hyp("taps", ge(_w, 1), "some place sees the window"),
        hyp("outputs", ge(c_out, 1), "there is an output"),
        hyp("channels", ge(_one + _two, 1), "a channel is counted"),
        hyp("share", gt(_e, 0), "the share is positive"),
        hyp("missed", gt(_S, 0), "the empty subset misses, for every problem"),
        hyp("step", gt(_t, 0), "entries of the channels can move"),
    ),
    conclusion=le(_ALONE, _EXPECTED),
    summary="Errors of a pair over a box add up over channels and taps, so they lie in "
    "a small volume; sums of filters are normal of one variance for each channel and "
    "sign, and masks are counted. It is about the stage alone: its own kernel within "
    "its share of eps.",
    claims=(
        upper(
            "masks",
            P,
            _EXPECTED,
            "probability that some mask is within the stage's share",
            Quantity.PROBABILITY,
            event=_ALONE,
        ),
        upper(
            "volume",
            _V,
            _VOLUME,
            "volume of the admissible errors of one output",
            Quantity.ERROR_VOLUME,
        ),
    ),
    notes=(
        "Necessary for this stage alone (own kernel within its share of eps); another "
        "construction could spread the error otherwise. No bound for the network.",
        "A first moment for one given kernel, not for a class of kernels.",
        "False for taps that no place sees, and where padding copies entries and no "
        "window lies inside the image: errors of copies may cancel.",
    ),
    uses=("der:nsn-law",),
)

CUT_STAGE = derived(
    "der:cut-stage",
    "Signs that a stage on every path must have",
    "networks.md, Stages on every path",
    kind=Kind.LEMMA,
    symbols=(
        var(n, NATURALS, "the random 1x1 layer has 2 n filters per channel"),
        var(
            c_in,
            NATURALS,
            "channels of the stage's source, none of them ever negative, whatever the "
            "weights",
        ),
        var(_q, NATURALS, "channels of the image that must be read"),
        var(_j, NATURALS, "signs of each of them that must be read, 1 or 2"),
        var(eps, REALS, "accuracy in the max norm, over the box of the input"),
        var(_W, "random weights", "all entries of the random network"),
        var(
            _apart, REALS, "how far two outputs of the target are apart, at such images"
        ),
        var(
            f,
            "target networks",
            "a graph whose paths all lead through the stage, given before the weights "
            "are drawn",
        ),
        var(g, "pruned networks", "the graph with pruned pairs as its stages"),
        var(P, REALS, "probability that some pruned network is within eps"),
    ),
    hypotheses=(
        _NORMAL,
        hyp("channels-in", ge(c_in, 1), "a channel is read"),
        hyp("read", ge(_q, 1), "a channel of the image must be read"),
        hyp("signs", le(_j, 2), "a channel has two signs"),
        hyp("filters", ge(n, 1), "there are filters"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
        hyp("apart", gt(_apart, 2 * eps), "two outputs differ by more than 2 eps"),
    ),
    conclusion=le(_WHOLE, 1 - 4 ** (-n * c_in)),
    summary="All paths lead through the stage, its source is never negative, and two "
    "outputs of the target differ by more than 2 eps: without a filter of positive "
    "scalar in it the pruned network is constant. Other stages may be of any width.",
    claims=(
        upper(
            "one-sign",
            P,
            1 - 4 ** (-n * c_in),
            "probability, for a stage whose source is never negative",
            Quantity.PROBABILITY,
            trends="+n +c_in",
            event=_WHOLE,
        ),
        upper(
            "image",
            P,
            (1 - _j * 4 ** (-n)) ** _q,
            "probability, for the stage that alone reads the image",
            Quantity.PROBABILITY,
            event=_WHOLE,
        ),
    ),
    notes=(
        "A sign of a channel of the image must be read if two images that differ in "
        "this channel alone, where both have that sign or 0, have outputs of the "
        "target that differ by more than 2 eps.",
        "False for a stage that another path leads past; the claim of one sign, for a "
        "source that may be negative: earlier stages can turn its sign, and later ones "
        "that of the outputs, so that filters of either sign do.",
    ),
    uses=(),
)
