"""Planted lies in hypotheses: ranges, missing conditions, the constant.

Every check runs on the true statement, where it passes, and on the lie, where it fails.
A check knows the mathematics, not the text of the statement.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import Statement, build, decide, statement
from slth_verify.statements.queries.box import limits
from slth_verify.verdict import Verdict

eps = sp.Symbol("eps", real=True)
C = sp.Symbol("C", real=True)


def without_hypothesis(s: Statement, *names: str) -> Statement:
    kept = tuple(h for h in s.hypotheses if h.name not in names)
    assert len(kept) == len(s.hypotheses) - len(names)
    return dataclasses.replace(s, hypotheses=kept)


def constant_suffices_on_its_range(s: Statement) -> bool:
    """C log(1/eps) covers the two shares and one, up to the end of the eps range."""
    _, high = limits(s, eps)
    base = sp.log(sp.Rational(4, 3))
    needed = (4 * sp.log(1 / eps) + 2 * sp.log(4)) / base + 1
    gap = (s.claim("width").expression - needed).subs(eps, high)
    slope = sp.diff(gap, eps)
    assert slope == 0
    return decide(gap, ">=", 0) is Verdict.VERIFIED


def keeps_the_quoted_range(s: Statement) -> bool:
    """Theorem 1 is quoted for 0 < eps < 1/3."""
    return limits(s, eps) == (0, sp.Rational(1, 3))


def refuses_what_its_proof_needs(s: Statement) -> bool:
    """Values outside the proof's range are refused: there the moments are infinite."""
    bad = [
        {"n": 40, "k": 20, "m": 2},
        {"n": 40, "k": 11, "m": 9},
        {"n": 40, "k": 10, "m": 2, "x": "15/2"},
        {"n": 60, "k": 12, "m": 2, "lam": "1/4"},
    ]
    for values in bad:
        try:
            s.bound("term-equal", eps="1/10", **values)
        except InvalidParameterError:
            continue
        return False
    return True


def collapse_holds(s: Statement) -> bool:
    """Every activation that the hypotheses allow satisfies the collapse."""
    activations = {"relu": lambda t: sp.Max(0, t), "shifted": lambda t: t + 1}
    needs_zero = any(h.name == "fixes-zero" for h in s.hypotheses)
    sigma = sp.Function("sigma")
    V, y, kept = (sp.IndexedBase(name) for name in "Vys")
    o, n = sp.Symbol("o", integer=True), sp.Symbol("n", integer=True)
    for function in activations.values():
        if needs_zero and function(sp.Integer(0)) != 0:
            continue
        for bits in itertools.product((0, 1), repeat=3):
            both = [
                side.subs(n, 3).doit().replace(sigma, function)
                for side in (s.conclusion.lhs, s.conclusion.rhs)
            ]
            values = {kept[i + 1]: bit for i, bit in enumerate(bits)}
            values |= {V[o, i + 1]: i + 2 for i in range(3)}
            values |= {y[i + 1]: (-1) ** i * (i + 1) for i in range(3)}
            left, right = (side.subs(values) for side in both)
            if left != right:
                return False
    return True


def constant_stays_a_symbol(s: Statement) -> bool:
    """Without a value for C the answer has C in it."""
    return C in s.bound(eps="1/100", check=False).free_symbols


def _widened(s: Statement, high: Any) -> Statement:
    items = tuple(
        dataclasses.replace(h, relation=sp.Lt(eps, high, evaluate=False))
        if h.name == "eps-range"
        else h
        for h in s.hypotheses
    )
    return dataclasses.replace(s, hypotheses=items)


def _constant_one(s: Statement) -> Statement:
    items = tuple(
        dataclasses.replace(v, default=sp.Integer(1)) if v.name == "C" else v
        for v in s.symbols
    )
    return dataclasses.replace(s, symbols=items)


LIES: list[tuple[str, str, Callable[[Statement], bool], Callable[..., Statement]]] = [
    (
        "eps-range-widened-for-the-constant",
        "der:rss-constant",
        constant_suffices_on_its_range,
        lambda s: _widened(s, sp.Rational(1, 2)),
    ),
    (
        "eps-range-widened-in-theorem-one",
        "thm:rss",
        keeps_the_quoted_range,
        lambda s: _widened(s, sp.Rational(1, 2)),
    ),
    (
        "hypothesis-removed-half",
        "der:weighted-moment",
        refuses_what_its_proof_needs,
        lambda s: without_hypothesis(s, "half"),
    ),
    (
        "hypothesis-removed-size",
        "der:weighted-moment",
        refuses_what_its_proof_needs,
        lambda s: without_hypothesis(s, "size"),
    ),
    (
        "hypothesis-removed-tilt",
        "der:weighted-moment",
        refuses_what_its_proof_needs,
        lambda s: without_hypothesis(s, "tilt"),
    ),
    (
        "hypothesis-removed-fixes-zero",
        "fig:neuron-pruning",
        collapse_holds,
        lambda s: without_hypothesis(s, "fixes-zero"),
    ),
    ("constant-silently-one", "thm:rss", constant_stays_a_symbol, _constant_one),
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
    "kind", ["eps-range-widened", "hypothesis-removed", "constant-silently-one"]
)
def test_every_kind_of_lie_is_planted(kind: str) -> None:
    assert any(name.startswith(kind) for name, *_ in LIES)


def test_lie_statement_registered_twice_is_caught() -> None:
    s = statement("thm:rss")
    with pytest.raises(InvalidParameterError, match="twice"):
        build((s, _constant_one(s)))
