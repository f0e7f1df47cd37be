"""Statements in which one thing is wrong: what their attacks must notice."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from slth_verify.conformance.lies.changes import (
    Change,
    by_channel,
    changed,
    complement,
    concluded,
    double,
    dropped,
    entries,
    fewer_filters,
    first_squared,
    gaps_forgotten,
    half,
    moduli_alone,
    moduli_once,
    negative,
    nothing,
    one,
    other_growth,
    other_part,
    plain,
    put,
    rarer_signs,
    rounded_up,
    signs_forgotten,
    slow,
    square,
    squared_pairs,
    supposed,
    turned,
    unsquared,
    without,
    without_moduli,
    without_rest,
)
from slth_verify.statements.decisions.proved import Greatest, Least

_FAILURES: Mapping[str, Change] = {
    "eps1 doubled": put("failure", "eps1", double),
    "first factor squared": changed("failure", first_squared),
    "gaps forgotten": changed("failure", gaps_forgotten),
}

#: Lies about each statement whose formulas are attacked, by id and name.
LYING_STATEMENTS: Mapping[str, Mapping[str, Change]] = {
    "thm:rss": {
        "logarithm of the logarithm": changed("width", slow),
        "sign lost": changed("width", negative),
        "constant over thirty": put("width", "C", lambda c: c / 30),
    },
    "fig:patterns": {
        "filters by channel": concluded(other_part("S_N", by_channel)),
        "weights may be two": concluded(
            other_part("S_U", lambda p: sp.Eq(p.lhs + 1, 0, evaluate=False))
        ),
        "blocks from below": concluded(
            other_part("S_B", lambda p: p.replace(sp.ceiling, sp.floor))
        ),
    },
    "der:rss-explicit": _FAILURES,
    "der:rss-whole": _FAILURES,
    "der:rss-constant": {
        "growth of three halves": changed("width", other_growth),
        "a tenth less": changed("width", lambda e: e * sp.Rational(9, 10)),
        "logarithm of the logarithm": changed("width", slow),
    },
    "der:rss-counting": {
        "base three halves": changed(
            "width", lambda e: e.subs(sp.log(2), sp.log(sp.Rational(3, 2)))
        ),
        "eps halved": put("width", "eps", half),
        "eps squared": put("width", "eps", square),
    },
    "der:rss-missed": {
        "factorial dropped": changed(
            "probability", lambda e: e.replace(sp.factorial, one)
        ),
        "eps squared": put("probability", "eps", square),
        "the other side": put("probability", "eps", lambda eps: 1 - eps),
    },
    "der:worst-target": {
        "half the radius": put("lower", "r", half),
        "a sample less": put("lower", "k", lambda k: k - 1),
        "half the accuracy": put("upper", "eps", half),
    },
    "der:sharp-moment": {
        "square forgotten": changed("probability", unsquared),
        "weights of the rest forgotten": changed("probability", without_rest),
        "pairs independent": changed("probability", squared_pairs),
    },
    "der:weighted-moment": {
        "eps doubled": put("term-equal", "eps", double),
        "two samples more": put("term-equal", "n", lambda n: n + 2),
        "squared": changed("term-equal", square),
    },
    "der:net": {
        "cells rounded up": changed("points", rounded_up),
        "signs forgotten": changed("points", signs_forgotten),
        "a cell more": changed("points", lambda e: e + 1),
    },
    "der:two-blocks": {
        "sign lost": put("miss", "c", negative),
        "half the decay": put("miss", "kappa", half),
        "exponent m": put("miss", "m", double),
    },
    "der:structured-slth": {
        "last summand dropped": changed(
            "width", without(lambda p: p.is_Symbol and str(p) == "L_g")
        ),
        "root dropped": changed("width", without(lambda p: not p.is_Symbol)),
        "half the vectors": put("width", "n_star", half),
    },
    "der:graph-slth": {
        "last summand dropped": changed(
            "width", without(lambda p: p.is_Symbol and str(p) == "L_g")
        ),
        "window forgotten": put("stage", "w", one),
        "bias forgotten": put("stage", "r_b", nothing),
    },
    "der:layer-necessary": {
        "half the filters": changed("spread", fewer_filters),
        "half the accuracy": put("spread", "eps", half),
        "signs rarer": changed("spread", rarer_signs),
    },
    "der:graph-necessary": {
        "e squared": changed("masks", lambda e: e.subs(sp.exp(-1), sp.exp(-2))),
        "half the distance": put("masks", "a", half),
        "missed twice": put("masks", "S", double),
    },
    "der:cut-stage": {
        "half the filters": put("one-sign", "n", half),
        "one channel": put("one-sign", "c_in", one),
        "signs counted twice": put("image", "j", double),
        "a filter fewer": put("image", "n", lambda n: n - 1),
    },
    "der:stage-necessary": {
        "half the share": put("masks", "e_i", half),
        "missed twice": put("masks", "S", double),
        "steps doubled": put("masks", "t", double),
        "pairs as two": changed("volume", lambda e: e.subs(6, 4)),
        "one side": put("volume", "e_i", half),
    },
    "der:multiset-borell": {
        "negative correlations": dropped("correlations"),
        "turned round": concluded(turned),
        "the other half-space": concluded(complement),
    },
    "der:high-probability": {
        "few forgotten": put("failure", "p_few", nothing),
        "bad forgotten": put("failure", "p_bad", nothing),
        "slope halved": put("failure", "b", half),
    },
    "der:channel-certificate": {
        "errors that enter forgotten": changed(
            "error", without(lambda p: isinstance(p, sp.Sum))
        ),
        "errors halved": changed("error", half),
        "range halved": changed("range", half),
    },
    "der:difference-forms": {
        "bend forgotten": changed("bound", entries("b", 0)),
        "upper ends forgotten": changed("bound", entries("h", 0)),
        "constant forgotten": put("bound", "c_o", nothing),
    },
    "der:local": {
        "smaller end": changed("difference", lambda e: e.replace(sp.Max, sp.Min)),
        "sign lost": put("difference", "L", negative),
        "upper end alone": put("difference", "L", nothing),
    },
    "der:top-1": {
        "target may be tied": dropped("target-sign"),
        "pruned may be tied": dropped("pruned-sign"),
        "pruned not asked": dropped("pruned"),
    },
    "der:joint-forms": {
        "multipliers of symbols forgotten": changed("bound", entries("mu", 0)),
        "maps that are off forgotten": changed("bound", entries("l", 0)),
        "half of what the form lacks": put("bound", "q", half),
        "errors that need no tie": supposed("form", entries("rho", 0)),
        "a form of half the row": supposed("form", entries("kappa", 0)),
        "no room for maps that are off": supposed(
            "form", lambda e: e.subs(sp.Symbol("theta", real=True), 0)
        ),
        "negative multipliers": dropped("multipliers"),
        "symbols of any size": dropped("symbols"),
        "gates of any slope": dropped("slope-high"),
    },
    "der:joint-floors": {
        "maps that are off forgotten": changed("bound", entries("l", 0)),
        "middles of errors forgotten": changed("bound", entries("m", 0)),
        "shares of what is taken forgotten": changed("bound", entries("A", 0)),
        "negative multipliers of what rises": dropped("rising"),
        "negative multipliers of what falls": dropped("falling"),
        "shares above 1 - s": dropped("share-high"),
        "shares above s - a": dropped("share-low"),
        "negative shares": dropped("share"),
        "maps that are off forgotten in squares": changed("squares", entries("l", 0)),
        "errors forgotten in squares": changed("squares", without_moduli),
        "off counted once": changed("squares", moduli_once),
        "the square term forgotten": changed("squares", moduli_alone),
        "sign turned": changed("squares", negative),
    },
    "der:drawn-weight": {
        "rounding halved": put("coefficient", "p", lambda p: p + 1),
        "grid forgotten": changed(
            "coefficient", lambda e: sp.Integer(2) ** -24 + 0 * e
        ),
        "a quarter of the grid": put("coefficient", "A", lambda cells: 4 * cells),
    },
    "der:drawn-layer": {
        "half the cells": put("failure", "A", half),
        "half the filters": put("failure", "n", half),
        "leaving channels forgotten": put("failure", "c_out", nothing),
    },
    "rel:unstructured-log": {
        "logarithm of the logarithm": changed("width", slow),
        "larger accuracy": changed("width", lambda e: e.replace(Least, Greatest)),
        "inputs forgotten": put("width", "d_in", one),
    },
    "rel:gaussian-mrss": {
        "logarithm of the logarithm": changed("width", slow),
        "exponent's sign": put("width", "a_d", negative),
        "constant over a hundred": put("width", "C", lambda c: c / 100),
    },
    "rel:fixed-size-rss-one": {
        "constant over four": put("accuracy", "C", lambda c: c / 4),
        "constant inverted": put("accuracy", "C", lambda c: 1 / c),
        "fourth power": changed("accuracy", lambda e: e**4),
    },
    "rel:fixed-size-rss-all": {
        "constant over eight": put("accuracy", "C", lambda c: c / 8),
        "constant inverted": put("accuracy", "C", lambda c: 1 / c),
        "fourth power": changed("accuracy", lambda e: e**4),
    },
    "rel:fixed-size-rss-lower": {
        "constant inverted": put("accuracy", "C", lambda c: 1 / c),
        "exponent's sign": put("accuracy", "C", negative),
        "sixteenth root": put("accuracy", "C", lambda c: 16 * c),
    },
    "rel:balancing-optimum": {
        "n for its root": put("lower", "n", square),
        "half the exponent": put("lower", "m", double),
        "double the exponent": put("upper", "m", half),
    },
    "rel:balancing-algorithm": {
        "no logarithm": changed("reach", plain),
        "constant times hundred": put("reach", "c", lambda c: 100 * c),
        "dimension the other way": put("reach", "m", lambda m: 1 / m),
    },
    "rel:neuron-pruning-lower": {
        "dimension forgotten": put("width", "d", one),
        "dimension squared": put("width", "d", square),
        "accuracy squared": put("width", "eps", square),
    },
    "rel:neuron-pruning-lower-single": {
        "accuracy squared": put("width", "eps", square),
        "root of the accuracy": put("width", "eps", sp.sqrt),
        "twice as many": changed("width", double),
    },
}
