"""Statements in which one thing is wrong: what their attacks must notice."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from slth_verify.statements import Statement
from slth_verify.statements.decisions.proved import Greatest, Least

Change = Callable[[Statement], Statement]


def changed(claim: str, change: Callable[[Any], Any]) -> Change:
    """The same statement, with another expression in one claim."""

    def lie(s: Statement) -> Statement:
        claims = tuple(
            dataclasses.replace(item, expression=change(item.expression))
            if item.name == claim
            else item
            for item in s.claims
        )
        return dataclasses.replace(s, claims=claims)

    return lie


def put(claim: str, name: str, change: Callable[[Any], Any]) -> Change:
    """The same statement, with a symbol of one claim replaced."""

    def lie(s: Statement) -> Statement:
        symbol = s.variable(name).symbol
        return changed(claim, lambda e: e.subs(symbol, change(symbol)))(s)

    return lie


def dropped(*names: str) -> Change:
    """The same statement without some hypotheses."""
    return lambda s: dataclasses.replace(
        s, hypotheses=tuple(h for h in s.hypotheses if h.name not in names)
    )


def concluded(change: Callable[[Any], Any]) -> Change:
    """The same statement with another conclusion."""
    return lambda s: dataclasses.replace(s, conclusion=change(s.conclusion))


def _half(x: Any) -> Any:
    return x / 2


def _double(x: Any) -> Any:
    return 2 * x


def _square(x: Any) -> Any:
    return x**2


def _nothing(_: Any) -> Any:
    return sp.Integer(0)


def _one(_: Any) -> Any:
    return sp.Integer(1)


def _negative(x: Any) -> Any:
    return -x


def _slow(expression: Any) -> Any:
    """The logarithm of a logarithm."""
    return expression.replace(sp.log, lambda t: sp.log(1 + sp.Abs(sp.log(t))))


def _plain(expression: Any) -> Any:
    """No logarithm at all."""
    return expression.replace(sp.log, lambda t: t)


def _other_growth(expression: Any) -> Any:
    return expression.subs(sp.log(sp.Rational(4, 3)), sp.log(sp.Rational(3, 2)))


def _without(kind: Callable[[Any], bool]) -> Callable[[Any], Any]:
    """A sum without the terms of one kind."""
    return lambda e: sp.Add(*(part for part in sp.Add.make_args(e) if not kind(part)))


def _entries(name: str, value: int) -> Callable[[Any], Any]:
    """All entries of an array are one number."""
    return lambda e: e.replace(
        lambda part: isinstance(part, sp.Indexed) and str(part.base) == name,
        lambda _: sp.Integer(value),
    )


def _other_part(mask: str, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A conjunction with one part changed."""

    def lie(conclusion: Any) -> Any:
        parts = list(sp.And.make_args(conclusion))
        place = next(i for i, p in enumerate(parts) if p.has(sp.IndexedBase(mask)))
        parts[place] = change(parts[place])
        return sp.And(*parts, evaluate=False)

    return lie


def _by_channel(relation: Any) -> Any:
    l, k = sp.symbols("l k", integer=True)
    return sp.Eq(relation.lhs, relation.rhs.subs(l, k), evaluate=False)


def _unsquared(expression: Any) -> Any:
    return expression.replace(
        lambda part: part.is_Pow and part.base.has(sp.Integral) and part.exp == 2,
        lambda part: part.base,
    )


def _without_rest(expression: Any) -> Any:
    """Hypergeometric weights without the samples outside of the first subset."""
    n, k = sp.symbols("n k", integer=True)
    return expression.replace(
        lambda part: isinstance(part, sp.binomial) and part.args[0] == n - k,
        lambda _: sp.Integer(1),
    )


def _squared_pairs(expression: Any) -> Any:
    return expression.replace(
        lambda part: str(getattr(part, "func", "")) == "D", lambda part: part**2
    )


def _rounded_up(expression: Any) -> Any:
    return expression.replace(
        lambda part: part.func.__name__ == "Floor", lambda part: part + 1
    )


def _signs_forgotten(expression: Any) -> Any:
    return expression.replace(lambda part: part.is_Pow and part.base == 2, _one)


def _fewer_filters(expression: Any) -> Any:
    return expression.replace(
        lambda part: isinstance(part, sp.binomial),
        lambda part: sp.binomial(part.args[0] / 2, part.args[1]),
    )


def _rarer_signs(expression: Any) -> Any:
    k = sp.Symbol("k", integer=True)
    return expression.replace(
        lambda part: part.is_Pow and part.base == 2 and part.exp in (k, -k),
        lambda part: part**2,
    )


def _complement(relation: Any) -> Any:
    return relation.replace(sp.erfinv, lambda at: sp.erfinv(-at))


def _turned(relation: Any) -> Any:
    return sp.Ge(relation.lhs, relation.rhs, evaluate=False)


def _first_squared(expression: Any) -> Any:
    eps1 = sp.Symbol("eps1", real=True)
    return sp.Mul(
        *(part**2 if part.has(eps1) else part for part in sp.Mul.make_args(expression))
    )


def _gaps_forgotten(expression: Any) -> Any:
    eps2 = sp.Symbol("eps2", real=True)
    return sp.Mul(
        *(part for part in sp.Mul.make_args(expression) if not part.has(eps2))
    )


_FAILURES: Mapping[str, Change] = {
    "eps1 doubled": put("failure", "eps1", _double),
    "first factor squared": changed("failure", _first_squared),
    "gaps forgotten": changed("failure", _gaps_forgotten),
}

#: Lies about each statement whose formulas are attacked, by id and name.
LYING_STATEMENTS: Mapping[str, Mapping[str, Change]] = {
    "thm:rss": {
        "logarithm of the logarithm": changed("width", _slow),
        "sign lost": changed("width", _negative),
        "constant over thirty": put("width", "C", lambda c: c / 30),
    },
    "fig:patterns": {
        "filters by channel": concluded(_other_part("S_N", _by_channel)),
        "weights may be two": concluded(
            _other_part("S_U", lambda p: sp.Eq(p.lhs + 1, 0, evaluate=False))
        ),
        "blocks from below": concluded(
            _other_part("S_B", lambda p: p.replace(sp.ceiling, sp.floor))
        ),
    },
    "der:rss-explicit": _FAILURES,
    "der:rss-whole": _FAILURES,
    "der:rss-constant": {
        "growth of three halves": changed("width", _other_growth),
        "a tenth less": changed("width", lambda e: e * sp.Rational(9, 10)),
        "logarithm of the logarithm": changed("width", _slow),
    },
    "der:rss-counting": {
        "base three halves": changed(
            "width", lambda e: e.subs(sp.log(2), sp.log(sp.Rational(3, 2)))
        ),
        "eps halved": put("width", "eps", _half),
        "eps squared": put("width", "eps", _square),
    },
    "der:rss-missed": {
        "factorial dropped": changed(
            "probability", lambda e: e.replace(sp.factorial, _one)
        ),
        "eps squared": put("probability", "eps", _square),
        "the other side": put("probability", "eps", lambda eps: 1 - eps),
    },
    "der:worst-target": {
        "half the radius": put("lower", "r", _half),
        "a sample less": put("lower", "k", lambda k: k - 1),
        "half the accuracy": put("upper", "eps", _half),
    },
    "der:sharp-moment": {
        "square forgotten": changed("probability", _unsquared),
        "weights of the rest forgotten": changed("probability", _without_rest),
        "pairs independent": changed("probability", _squared_pairs),
    },
    "der:weighted-moment": {
        "eps doubled": put("term-equal", "eps", _double),
        "two samples more": put("term-equal", "n", lambda n: n + 2),
        "squared": changed("term-equal", _square),
    },
    "der:net": {
        "cells rounded up": changed("points", _rounded_up),
        "signs forgotten": changed("points", _signs_forgotten),
        "a cell more": changed("points", lambda e: e + 1),
    },
    "der:two-blocks": {
        "sign lost": put("miss", "c", _negative),
        "half the decay": put("miss", "kappa", _half),
        "exponent m": put("miss", "m", _double),
    },
    "der:structured-slth": {
        "last summand dropped": changed(
            "width", _without(lambda p: p.is_Symbol and str(p) == "L_g")
        ),
        "root dropped": changed("width", _without(lambda p: not p.is_Symbol)),
        "half the vectors": put("width", "n_star", _half),
    },
    "der:graph-slth": {
        "last summand dropped": changed(
            "width", _without(lambda p: p.is_Symbol and str(p) == "L_g")
        ),
        "window forgotten": put("stage", "w", _one),
        "bias forgotten": put("stage", "r_b", _nothing),
    },
    "der:layer-necessary": {
        "half the filters": changed("spread", _fewer_filters),
        "half the accuracy": put("spread", "eps", _half),
        "signs rarer": changed("spread", _rarer_signs),
    },
    "der:graph-necessary": {
        "e squared": changed("masks", lambda e: e.subs(sp.exp(-1), sp.exp(-2))),
        "half the distance": put("masks", "a", _half),
        "missed twice": put("masks", "S", _double),
    },
    "der:multiset-borell": {
        "negative correlations": dropped("correlations"),
        "turned round": concluded(_turned),
        "the other half-space": concluded(_complement),
    },
    "der:high-probability": {
        "few forgotten": put("failure", "p_few", _nothing),
        "bad forgotten": put("failure", "p_bad", _nothing),
        "slope halved": put("failure", "b", _half),
    },
    "der:channel-certificate": {
        "errors that enter forgotten": changed(
            "error", _without(lambda p: isinstance(p, sp.Sum))
        ),
        "errors halved": changed("error", _half),
        "range halved": changed("range", _half),
    },
    "der:difference-forms": {
        "bend forgotten": changed("bound", _entries("b", 0)),
        "upper ends forgotten": changed("bound", _entries("h", 0)),
        "constant forgotten": put("bound", "c_o", _nothing),
    },
    "der:local": {
        "smaller end": changed("difference", lambda e: e.replace(sp.Max, sp.Min)),
        "sign lost": put("difference", "L", _negative),
        "upper end alone": put("difference", "L", _nothing),
    },
    "der:top-1": {
        "target may be tied": dropped("target-sign"),
        "pruned may be tied": dropped("pruned-sign"),
        "pruned not asked": dropped("pruned"),
    },
    "der:drawn-weight": {
        "rounding halved": put("coefficient", "p", lambda p: p + 1),
        "grid forgotten": changed(
            "coefficient", lambda e: sp.Integer(2) ** -24 + 0 * e
        ),
        "a quarter of the grid": put("coefficient", "A", lambda cells: 4 * cells),
    },
    "der:drawn-layer": {
        "half the cells": put("failure", "A", _half),
        "half the filters": put("failure", "n", _half),
        "leaving channels forgotten": put("failure", "c_out", _nothing),
    },
    "rel:unstructured-log": {
        "logarithm of the logarithm": changed("width", _slow),
        "larger accuracy": changed("width", lambda e: e.replace(Least, Greatest)),
        "inputs forgotten": put("width", "d_in", _one),
    },
    "rel:gaussian-mrss": {
        "logarithm of the logarithm": changed("width", _slow),
        "exponent's sign": put("width", "a_d", _negative),
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
        "exponent's sign": put("accuracy", "C", _negative),
        "sixteenth root": put("accuracy", "C", lambda c: 16 * c),
    },
    "rel:balancing-optimum": {
        "n for its root": put("lower", "n", _square),
        "half the exponent": put("lower", "m", _double),
        "double the exponent": put("upper", "m", _half),
    },
    "rel:balancing-algorithm": {
        "no logarithm": changed("reach", _plain),
        "constant times hundred": put("reach", "c", lambda c: 100 * c),
        "dimension the other way": put("reach", "m", lambda m: 1 / m),
    },
    "rel:neuron-pruning-lower": {
        "dimension forgotten": put("width", "d", _one),
        "dimension squared": put("width", "d", _square),
        "accuracy squared": put("width", "eps", _square),
    },
    "rel:neuron-pruning-lower-single": {
        "accuracy squared": put("width", "eps", _square),
        "root of the accuracy": put("width", "eps", sp.sqrt),
        "twice as many": changed("width", _double),
    },
}
