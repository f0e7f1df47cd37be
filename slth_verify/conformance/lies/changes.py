"""Changes of one thing in a statement or formula, of which lies are made."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import sympy as sp

from slth_verify.statements import Statement

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


def supposed(hypothesis: str, change: Callable[[Any], Any]) -> Change:
    """The same statement, with another relation in one hypothesis."""

    def lie(s: Statement) -> Statement:
        hypotheses = tuple(
            dataclasses.replace(item, relation=change(item.relation))
            if item.name == hypothesis
            else item
            for item in s.hypotheses
        )
        return dataclasses.replace(s, hypotheses=hypotheses)

    return lie


def concluded(change: Callable[[Any], Any]) -> Change:
    """The same statement with another conclusion."""
    return lambda s: dataclasses.replace(s, conclusion=change(s.conclusion))


def half(x: Any) -> Any:
    return x / 2


def double(x: Any) -> Any:
    return 2 * x


def square(x: Any) -> Any:
    return x**2


def nothing(_: Any) -> Any:
    return sp.Integer(0)


def one(_: Any) -> Any:
    return sp.Integer(1)


def negative(x: Any) -> Any:
    return -x


def slow(expression: Any) -> Any:
    """The logarithm of a logarithm."""
    return expression.replace(sp.log, lambda t: sp.log(1 + sp.Abs(sp.log(t))))


def plain(expression: Any) -> Any:
    """No logarithm at all."""
    return expression.replace(sp.log, lambda t: t)


def other_growth(expression: Any) -> Any:
    return expression.subs(sp.log(sp.Rational(4, 3)), sp.log(sp.Rational(3, 2)))


def without(kind: Callable[[Any], bool]) -> Callable[[Any], Any]:
    """A sum without the terms of one kind."""
    return lambda e: sp.Add(*(part for part in sp.Add.make_args(e) if not kind(part)))


def entries(name: str, value: int) -> Callable[[Any], Any]:
    """All entries of an array are one number."""
    return lambda e: e.replace(
        lambda part: isinstance(part, sp.Indexed) and str(part.base) == name,
        lambda _: sp.Integer(value),
    )


def other_part(mask: str, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A conjunction with one part changed."""

    def lie(conclusion: Any) -> Any:
        parts = list(sp.And.make_args(conclusion))
        place = next(i for i, p in enumerate(parts) if p.has(sp.IndexedBase(mask)))
        parts[place] = change(parts[place])
        return sp.And(*parts, evaluate=False)

    return lie


def by_channel(relation: Any) -> Any:
    l, k = sp.symbols("l k", integer=True)
    return sp.Eq(relation.lhs, relation.rhs.subs(l, k), evaluate=False)


def unsquared(expression: Any) -> Any:
    return expression.replace(
        lambda part: part.is_Pow and part.base.has(sp.Integral) and part.exp == 2,
        lambda part: part.base,
    )


def without_rest(expression: Any) -> Any:
    """Hypergeometric weights without the samples outside of the first subset."""
    n, k = sp.symbols("n k", integer=True)
    return expression.replace(
        lambda part: isinstance(part, sp.binomial) and part.args[0] == n - k,
        lambda _: sp.Integer(1),
    )


def squared_pairs(expression: Any) -> Any:
    return expression.replace(
        lambda part: str(getattr(part, "func", "")) == "D", lambda part: part**2
    )


def rounded_up(expression: Any) -> Any:
    return expression.replace(
        lambda part: part.func.__name__ == "Floor", lambda part: part + 1
    )


def signs_forgotten(expression: Any) -> Any:
    return expression.replace(lambda part: part.is_Pow and part.base == 2, one)


def fewer_filters(expression: Any) -> Any:
    return expression.replace(
        lambda part: isinstance(part, sp.binomial),
        lambda part: sp.binomial(part.args[0] / 2, part.args[1]),
    )


def rarer_signs(expression: Any) -> Any:
    k = sp.Symbol("k", integer=True)
    return expression.replace(
        lambda part: part.is_Pow and part.base == 2 and part.exp in (k, -k),
        lambda part: part**2,
    )


def complement(relation: Any) -> Any:
    return relation.replace(sp.erfinv, lambda at: sp.erfinv(-at))


def turned(relation: Any) -> Any:
    return sp.Ge(relation.lhs, relation.rhs, evaluate=False)


def first_squared(expression: Any) -> Any:
    eps1 = sp.Symbol("eps1", real=True)
    return sp.Mul(
        *(part**2 if part.has(eps1) else part for part in sp.Mul.make_args(expression))
    )


def gaps_forgotten(expression: Any) -> Any:
    eps2 = sp.Symbol("eps2", real=True)
    return sp.Mul(
        *(part for part in sp.Mul.make_args(expression) if not part.has(eps2))
    )


def without_moduli(expression: Any) -> Any:
    return expression.replace(sp.Abs, nothing)


def moduli_once(expression: Any) -> Any:
    """Each modulus counts half."""
    return expression.replace(lambda part: isinstance(part, sp.Abs), half)


def moduli_alone(expression: Any) -> Any:
    """Sums with a modulus lose what has none."""
    return expression.replace(
        lambda part: part.is_Add and part.has(sp.Abs),
        without(lambda part: not part.has(sp.Abs)),
    )
