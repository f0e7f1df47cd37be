"""Float32 weights that are drawn, and the ideal normal weights of the theorems."""

from __future__ import annotations

import sympy as sp

from slth_verify.statements._types import Quantity
from slth_verify.statements.decisions.proved import Floor
from slth_verify.statements.vocabulary import (
    ForAll,
    Law,
    NamedSet,
    Norm,
    NormalLaw,
    Prob,
    UniformLaw,
)
from slth_verify.statements.writing.build import (
    NATURALS,
    REALS,
    derived,
    eq,
    g,
    ge,
    gt,
    hyp,
    le,
    lower,
    upper,
    var,
)
from slth_verify.statements.writing.symbols import P, c_in, c_out, d, eta, n

_V, _q, _G, _drawn, _r = sp.symbols("V q G W r", real=True)
_word, _A, _b, _p = sp.symbols("w A b p", integer=True)
_WORDS = 2**_b
_ROUNDING = sp.Integer(2) ** -_p
_ABSOLUTE = sp.Integer(2) ** (2 - _b)
_LEFT_OUT = _A * sp.Integer(2) ** (1 - _b)


def normal_mass(value: sp.Expr) -> sp.Expr:
    """``Phi(x)``, the normal distribution function."""
    return (1 + sp.erf(value / sp.sqrt(2))) / 2


_COEFFICIENT = _ROUNDING + sp.Rational(1, 96) / _A
_KEPT = 1 - _LEFT_OUT
_NEAR = le(sp.Abs(_drawn - _G), _r * sp.Abs(_G) + _ABSOLUTE)
_CELLS = (
    hyp("bits", le(_b, 126), "quantiles are no subnormal float32 numbers"),
    hyp("precision", ge(_p, 8), "weights have some precision"),
    hyp("cells-low", ge(_A, 1), "at least one cell is left out at each end"),
    hyp("cells-high", le(_A, 2 ** (_b - 40)), "so few that |G| is above 7 in them"),
)
_PARAMETERS = (
    var(_b, NATURALS, "bits of a word", sp.Integer(64)),
    var(_p, NATURALS, "bits of the significand of a weight", sp.Integer(24)),
    var(_A, NATURALS, "cells of the word that are left out at each end"),
    var(_r, REALS, "relative difference", _COEFFICIENT),
)

DRAWN_WEIGHT = derived(
    "der:drawn-weight",
    "A float32 weight and the normal number that it stands for",
    "drawn-weights.md, Theorem 1",
    symbols=(
        var(_V, REALS, "a uniform number"),
        var(_word, sp.S.Naturals0, "the word: the number of the cell of V"),
        var(_q, REALS, "quantile of the middle of the cell"),
        var(_drawn, REALS, "the weight: the float32 nearest to q"),
        var(_G, REALS, "quantile of V: the ideal weight"),
        *_PARAMETERS,
        var(P, REALS, "probability that the two differ by so little"),
    ),
    hypotheses=(
        hyp("uniform", eq(Law(_V), UniformLaw(0, 1)), "V is uniform on [0, 1]"),
        hyp("word", eq(_word, Floor(_WORDS * _V)), "the word is uniform"),
        hyp(
            "middle",
            eq(normal_mass(_q), (_word + sp.Rational(1, 2)) / _WORDS),
            "the quantile is taken in the middle of the cell",
        ),
        hyp(
            "rounding",
            le(sp.Abs(_drawn - _q), _ROUNDING * sp.Abs(_q)),
            "it is rounded to the nearest float32",
        ),
        hyp("ideal", eq(normal_mass(_G), _V), "G is the quantile of V itself"),
        *_CELLS,
        hyp("coefficient", ge(_r, _COEFFICIENT), "the relative difference admitted"),
    ),
    conclusion=sp.And(
        eq(Law(_G), NormalLaw(0, 1)), ge(Prob(_NEAR), _KEPT), evaluate=False
    ),
    failure_probability=_LEFT_OUT,
    summary="A float32 weight W of RandomCNN, made of a uniform 64-bit word, and an "
    "exactly normal G of the same sign differ by at most (2^-24 + 1/(96 A))|G| + "
    "2^-62, except with probability A 2^-63, for any A from 1 to 2^24.",
    claims=(
        upper(
            "coefficient",
            _r,
            _COEFFICIENT,
            "relative difference of the two",
            Quantity.WEIGHT_DIFFERENCE,
            trends="-A",
        ),
        lower(
            "probability",
            P,
            _KEPT,
            "chance of it",
            Quantity.PROBABILITY,
            trends="-A",
            event=_NEAR,
        ),
    ),
    notes=(
        "The laws of W and G themselves are singular to one another: W has at most "
        "2^32 values. Only what has a margin carries over.",
        "Words of different weights are taken as independent and uniform. For a "
        "generator with a key of 64 bits that is a model, not a theorem.",
    ),
)

_t, _loss = sp.symbols("t lambda", real=True)
_ideal = sp.Symbol("g_ideal")
_slope = _r + _r**2 / 2 + _ABSOLUTE
_TAIL = 2 * n + sp.sqrt(12 * n * _t) + 2 * _t
_LOSS = d**2 * c_in * (_slope * _TAIL + 4 * n * _ABSOLUTE)
_WEIGHTS = 2 * n * c_in * (1 + d**2 * c_out)
_LOST = _WEIGHTS * _LEFT_OUT + 2 * d**2 * c_in * c_out * sp.exp(-_t)
_MASKS = NamedSet("masks of the pair of layers")
_mask = sp.Symbol("s")
_CLOSE = ForAll(_mask, _MASKS, le(Norm(g - _ideal, sp.oo), _loss))

DRAWN_LAYER = derived(
    "der:drawn-layer",
    "A pruned layer with drawn weights and with ideal ones",
    "drawn-weights.md, Theorem 2",
    symbols=(
        var(d, NATURALS, "kernel size"),
        var(c_in, NATURALS, "channels that enter"),
        var(c_out, NATURALS, "channels that leave"),
        var(n, NATURALS, "the random 1x1 layer has 2 n filters per entering channel"),
        *_PARAMETERS,
        var(_t, REALS, "logarithm of the odds against a long tail"),
        var(_drawn, REALS, "a drawn weight"),
        var(_G, REALS, "the ideal weight in its place"),
        var(_mask, "masks of the pair of layers", "which filters are kept"),
        var(g, "maps", "pruned pair of layers with drawn weights, by mask"),
        var(_ideal, "maps", "the same with ideal weights"),
        var(_loss, REALS, "largest difference of outputs for inputs in [-1, 1]"),
        var(eta, REALS, "probability that some mask exceeds the difference"),
    ),
    hypotheses=(
        hyp("normal", eq(Law(_G), NormalLaw(0, 1)), "ideal weights i.i.d. N(0, 1)"),
        hyp(
            "coupled",
            ge(Prob(_NEAR), _KEPT),
            "each drawn weight has the sign of its ideal one and is as near to it as "
            "der:drawn-weight says",
        ),
        *_CELLS,
        hyp("coefficient", ge(_r, _COEFFICIENT), "the relative difference admitted"),
        hyp("coefficient-high", le(_r, sp.Rational(1, 2)), "it is at most 1/2"),
        hyp("kernel-size", ge(d, 1), "the kernel is not empty"),
        hyp("channels-in", ge(c_in, 1), "at least one channel enters"),
        hyp("channels-out", ge(c_out, 1), "at least one channel leaves"),
        hyp("width", ge(n, 1), "there are filters"),
        hyp("tail", gt(_t, 0), "the exponent is positive"),
        hyp("difference", ge(_loss, _LOSS), "the difference admitted"),
    ),
    conclusion=ge(Prob(_CLOSE), 1 - _LOST),
    failure_probability=_LOST,
    summary="All pruned pairs of layers at once: with drawn weights in place of ideal "
    "ones the outputs move by at most lambda times the range of the inputs, whatever "
    "is kept, except with the probability of a few long tails.",
    claims=(
        upper(
            "difference",
            _loss,
            _LOSS,
            "difference of the outputs, for any mask and inputs in [-1, 1]",
            Quantity.OUTPUT_DIFFERENCE,
            trends="+n +t +d +c_in",
        ),
        upper(
            "failure",
            eta,
            _LOST,
            "probability that the difference is larger for some mask",
            Quantity.PROBABILITY,
            trends="+A -t +n +d +c_in +c_out",
            event=sp.Not(_CLOSE),
        ),
    ),
    notes=(
        "It works both ways: what is enough for ideal weights at accuracy eps is "
        "enough for drawn ones at eps + lambda, and what is too little at eps is too "
        "little at eps - lambda.",
        "Rounding errors are taken at their worst, all of one sign; typical ones are "
        "far smaller.",
    ),
    uses=("der:drawn-weight",),
)
