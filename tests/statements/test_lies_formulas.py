"""Planted lies in formulas: exponents, logarithms, directions.

Every check runs on the true statement, where it passes, and on the lie, where it fails.
A check knows the mathematics, not the text of the statement.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

from slth_verify.statements import Statement, decide, statement
from slth_verify.verdict import Verdict

eps = sp.Symbol("eps", real=True)
depth = sp.Symbol("depth", integer=True)


def with_claim(s: Statement, name: str, **changes: Any) -> Statement:
    """``s`` with one claim changed."""
    claims = tuple(
        dataclasses.replace(claim, **changes) if claim.name == name else claim
        for claim in s.claims
    )
    return dataclasses.replace(s, claims=claims)


def with_expression(s: Statement, name: str, old: Any, new: Any) -> Statement:
    expression = s.claim(name).expression.subs(old, new)
    assert expression != s.claim(name).expression
    return with_claim(s, name, expression=expression)


def solves_the_recurrence(s: Statement) -> bool:
    """The uniform bound satisfies b_0 = 0 and b_l = (1 + eta) b_(l-1) + eta."""
    depth, eta = sp.Symbol("depth", integer=True), sp.Symbol("eta", real=True)
    bound = s.claim("uniform" if s.id.startswith("der") else "total").expression
    base = sp.Symbol("base", positive=True)
    bound = bound.subs(eta, base - 1)
    step = base * bound.subs(depth, depth - 1) + base - 1
    return bound.subs(depth, 0) == 0 and sp.expand(bound - step) == 0


def width_meets_failure(s: Statement) -> bool:
    """The log of the failure bound, linear in n, equals log(delta) at the width."""
    values = {"eps1": "1/100", "eps2": "1/50"}
    width = s.bound("width", delta="1/1000", **values)
    start = s.bound("failure", n=0, **values)
    one = s.bound("failure", n=1, **values) / start
    gap = sp.log(start) + width * sp.log(one) - sp.log(sp.Rational(1, 1000))
    return decide(gap, "==", 0) is Verdict.VERIFIED


def respects_counting(s: Statement) -> bool:
    """2^n intervals of length 2 eps must cover a length of 2."""
    relation = s.claim("width").relation()
    for n in (1, 4, 7):
        for value in (sp.Rational(1, 2**n), sp.Rational(1, 2**n + 1)):
            covers = 2**n * value >= 1
            wanted = relation.rhs.subs(eps, value)
            holds = decide(sp.Integer(n), relation.rel_op, wanted)
            if covers != (holds is Verdict.VERIFIED):
                return False
    return True


def brackets_one_probability(s: Statement) -> bool:
    """The lower bound of one subset is below the upper one, both are positive."""
    values = {"k": 12, "m": 3, "eps": "1/10"}
    relations = {type(part).__name__: part for part in s.conclusion.args}
    lower = relations["GreaterThan"].rhs
    upper = relations["LessThan"].rhs
    named = {s.variable(key).symbol: sp.Rational(v) for key, v in values.items()}
    named[s.variable("r").symbol] = sp.Integer(1)
    return decide(lower.subs(named), "<", upper.subs(named)) is Verdict.VERIFIED


def lower_bounds_stay_below_one(s: Statement) -> bool:
    """A lower bound on a probability may not exceed 1 anywhere."""
    bound = s.bound("probability", N=10, p_0="1/2", B=8)
    claim = s.claim("probability")
    low = decide(bound, "<", 1) is Verdict.VERIFIED
    return low if claim.direction.value == "lower bound" else not low


def sign_split_leaves_enough(s: Statement) -> bool:
    """exp(-(n - n*)^2/n) <= exp(-Lg) at the width, in exact numbers."""
    for star, logarithm in ((1, 1), (97, 7), (20_000, 230)):
        n = s.bound("width", check=False, n_star=star, L_g=logarithm)
        if decide((n - star) ** 2, ">=", n * logarithm) is not Verdict.VERIFIED:
            return False
    return True


def missed_mass_is_a_probability(s: Statement) -> bool:
    """E(1 - c exp(-kappa |w|^2))^B lies in [(1 - c)^B, 1]."""
    for blocks in (1, 4, 9):
        value = s.bound("miss", m=4, c="9/10", kappa="1/50", tau="1/2", B=blocks)
        least = sp.Rational(1, 10) ** blocks
        inside = (decide(value, ">=", least), decide(value, "<=", 1))
        if inside != (Verdict.VERIFIED, Verdict.VERIFIED):
            return False
    return True


def _flip(s: Statement) -> Statement:
    lower, upper = s.conclusion.args
    turned = sp.And(
        lower.reversedsign.func(lower.lhs, upper.rhs, evaluate=False)
        if lower.rel_op == ">="
        else sp.Le(lower.lhs, upper.rhs, evaluate=False),
        sp.Le(lower.lhs, lower.rhs, evaluate=False)
        if upper.rel_op == "<="
        else sp.Ge(lower.lhs, lower.rhs, evaluate=False),
        evaluate=False,
    )
    return dataclasses.replace(s, conclusion=turned)


LIES: list[tuple[str, str, Callable[[Statement], bool], Callable[..., Statement]]] = [
    (
        "exponent-off-by-one",
        "der:accumulation",
        solves_the_recurrence,
        lambda s: with_expression(s, "uniform", depth, depth - 1),
    ),
    (
        "exponent-off-by-one-in-the-papers-lemma",
        "lem:error-accumulation",
        solves_the_recurrence,
        lambda s: with_expression(s, "total", depth, depth + 1),
    ),
    (
        "dropped-log",
        "der:rss-explicit",
        width_meets_failure,
        lambda s: with_claim(
            s,
            "width",
            expression=s.claim("width").expression.replace(sp.log, lambda t: t),
        ),
    ),
    (
        "growth-three-quarters-made-one-half",
        "der:rss-explicit",
        width_meets_failure,
        lambda s: with_expression(s, "width", sp.log(sp.Rational(4, 3)), sp.log(2)),
    ),
    (
        "inequality-turned-in-one-subset",
        "lem:nsn-sum",
        brackets_one_probability,
        _flip,
    ),
    (
        "inequality-turned-in-the-counting-bound",
        "der:rss-counting",
        respects_counting,
        lambda s: with_claim(s, "width", direction=type(s.direction).UPPER),
    ),
    (
        "inequality-turned-in-the-net",
        "der:net",
        lower_bounds_stay_below_one,
        lambda s: with_claim(s, "probability", direction=type(s.direction).UPPER),
    ),
    (
        "last-summand-dropped-in-the-sign-split",
        "der:structured-slth",
        sign_split_leaves_enough,
        lambda s: with_claim(
            s,
            "width",
            expression=s.claim("width").expression - sp.Symbol("L_g", real=True),
        ),
    ),
    (
        "sign-lost-in-the-missed-mass",
        "der:two-blocks",
        missed_mass_is_a_probability,
        lambda s: with_expression(
            s, "miss", sp.Symbol("c", real=True), -sp.Symbol("c", real=True)
        ),
    ),
]


@pytest.mark.parametrize(
    ("identifier", "check", "lie"),
    [lie[1:] for lie in LIES],
    ids=[lie[0] for lie in LIES],
)
def test_lie_is_caught(identifier, check, lie) -> None:
    true = statement(identifier)
    assert check(true), "the check must pass on the true statement"
    assert not check(lie(true)), "the check must fail on the lie"


@pytest.mark.parametrize(
    "kind", ["exponent-off-by-one", "dropped-log", "inequality-turned"]
)
def test_every_kind_of_lie_is_planted(kind: str) -> None:
    assert any(name.startswith(kind) for name, *_ in LIES)
