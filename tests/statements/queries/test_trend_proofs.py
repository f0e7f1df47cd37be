"""The prover of trends: it proves nothing that is false, and needs every hypothesis."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.statements import Statement, decide, statement
from slth_verify.statements.decisions.proved import Ceil, Greatest, Least
from slth_verify.statements.queries.monotone import trend
from slth_verify.statements.writing.build import REALS, gt, hyp, lt, var
from slth_verify.verdict import Verdict

x, y = sp.symbols("x y", real=True)
PLAIN = dataclasses.replace(
    statement("der:rss-counting"),
    symbols=(var(x, REALS, "positive"), var(y, REALS, "between 0 and 1")),
    hypotheses=(
        hyp("x", gt(x, 0), ""),
        hyp("y", gt(y, 0), ""),
        hyp("y1", lt(y, 1), ""),
    ),
    conclusion=gt(x, 0),
    claims=(),
)
GRID = [sp.Rational(a, 7) for a in (1, 3, 6)]


def grown(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    pair = st.tuples(parts, parts)
    return st.one_of(
        pair.map(lambda ab: ab[0] + ab[1]),
        pair.map(lambda ab: ab[0] * ab[1]),
        pair.map(lambda ab: ab[0] - ab[1]),
        pair.map(lambda ab: Least(*ab)),
        pair.map(lambda ab: Greatest(*ab)),
        parts.map(sp.exp),
        parts.map(lambda a: sp.log(1 + a**2)),
        parts.map(Ceil),
        parts.map(sp.erf),
        st.tuples(parts, st.sampled_from([-2, -1, 2, 3])).map(
            lambda ab: ab[0] ** ab[1]
        ),
        parts.map(lambda a: (1 + a**2) ** -y),
    )


LEAVES = st.one_of(
    st.sampled_from([x, y, 1 - y, 1 + x, 1 / x, sp.log(y), sp.sqrt(x)]),
    st.fractions(-3, 3, max_denominator=4).map(lambda a: sp.Rational(str(a))),
)
EXPRESSIONS = st.recursive(LEAVES, grown, max_leaves=5)


@given(expression=EXPRESSIONS, symbol=st.sampled_from([x, y]))
@settings(max_examples=25)
def test_a_proved_trend_is_never_contradicted(expression: Any, symbol: Any) -> None:
    found = trend(PLAIN, expression, symbol)
    if found is None:
        return
    other = y if symbol is x else x
    for fixed, (low, high) in itertools.product(GRID, itertools.pairwise(GRID)):
        values = [expression.subs({other: fixed, symbol: end}) for end in (low, high)]
        if any(value.has(sp.zoo, sp.nan, sp.oo) for value in values):
            continue
        if found >= 0:
            assert decide(values[1], ">=", values[0]) is not Verdict.REFUTED
        if found <= 0:
            assert decide(values[1], "<=", values[0]) is not Verdict.REFUTED


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (x * y, 1),
        (y**x, -1),
        (Ceil(sp.log(1 + x) / y), 1),
        (1 / Least(x, y), -1),
        (sp.exp(-x) - sp.exp(x), -1),
        ((1 + x) ** y - 1, 1),
        (sp.gamma(1 + x) / sp.gamma(1 + x + y), -1),
        (sp.Sum(sp.Symbol("i") * x, (sp.Symbol("i"), 0, 9)), 1),
    ],
)
def test_what_the_structure_shows_is_found(expression: Any, expected: int) -> None:
    assert trend(PLAIN, expression, x) == expected


@pytest.mark.parametrize(
    "expression",
    [
        x * (1 - x),
        x * sp.exp(-x),
        x**y - x,
        (x - 1) ** 2,
        sp.log(x) ** 2,
        sp.gamma(x),
        Least(x, 1 - x),
    ],
)
def test_lie_what_turns_round_or_depends_is_open(expression: Any) -> None:
    assert trend(PLAIN, expression, x) is None


def without(s: Statement, name: str) -> Statement:
    kept = tuple(h for h in s.hypotheses if h.name != name)
    assert len(kept) < len(s.hypotheses)
    return dataclasses.replace(s, hypotheses=kept)


@pytest.mark.parametrize(
    ("identifier", "claim", "name", "hypothesis"),
    [
        ("thm:rss", "width", "eps", "constant"),
        ("thm:mrss-nsn", "size", "m", "eps-range"),
        ("der:rss-explicit", "failure", "n", "eps1-range"),
        ("der:structured-slth", "accuracy", "d", "eps-positive"),
        ("lem:error-accumulation", "total", "depth", "coefficient"),
    ],
)
def test_lie_a_removed_hypothesis_leaves_the_trend_open(
    identifier: str, claim: str, name: str, hypothesis: str
) -> None:
    s = statement(identifier)
    expression, symbol = s.claim(claim).expression, s.variable(name).symbol
    assert trend(s, expression, symbol) == s.claim(claim).trend(name)
    assert trend(without(s, hypothesis), expression, symbol) is None


@pytest.mark.parametrize("name", ["m", "eps"])
def test_lie_an_exponent_of_any_sign_leaves_the_trend_open(name: str) -> None:
    s = statement("thm:mrss-nsn")
    items = tuple(
        dataclasses.replace(v, domain=REALS) if v.name.startswith("a_") else v
        for v in s.symbols
    )
    symbol = s.variable(name).symbol
    for which, expected in ((s, True), (dataclasses.replace(s, symbols=items), False)):
        found = trend(which, s.claim("size").expression, symbol)
        assert (found is not None) is expected


def test_inverse_queries_use_a_trend_that_nobody_stated() -> None:
    s = statement("der:net")
    assert s.claim("reach").trend("r") is None
    values = {"m": 2, "h": "1/4"}
    answer = s.threshold("r", of="reach", q=2, **values)
    assert (answer.method, answer.side) == ("bisection", "greatest")
    for radius, inside in ((answer.value, True), (answer.beyond, False)):
        reach = s.bound("reach", r=radius, **values)
        assert (decide(reach, "<=", 2) is Verdict.VERIFIED) is inside
    assert abs(answer.value - sp.Rational(3, 2)) < sp.Rational(1, 10**9)
