"""Which statement is stronger, where, and where that changes."""

from __future__ import annotations

import dataclasses

import pytest
import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import (
    ClaimDirection,
    Quantity,
    Statement,
    decide,
    statement,
    statements,
)
from slth_verify.statements.queries.topics import topic
from slth_verify.verdict import Verdict

RSS, CONSTANT = statement("thm:rss"), statement("der:rss-constant")
WHOLE, EXPLICIT = statement("der:rss-whole"), statement("der:rss-explicit")
EPS = RSS.variable("eps").symbol
COUNTING, GAUSSIAN = statement("der:rss-counting"), statement("rel:gaussian-mrss")


@pytest.mark.parametrize(
    ("constant", "stronger"), [(20, "thm:rss"), (24, "der:rss-constant")]
)
def test_the_smaller_sufficient_width_is_stronger(constant, stronger) -> None:
    for extra in ({}, {"eps": "1/100"}):  # for all eps at once, and for one
        found = RSS.compare(CONSTANT, C=constant, **extra)
        assert found.stronger == found.smaller == stronger


def test_without_a_constant_nothing_is_decided() -> None:
    found = RSS.compare(CONSTANT)
    assert found.stronger is None
    assert sp.Symbol("C", real=True) in found.left.free_symbols


def test_a_statement_equals_itself() -> None:
    assert RSS.compare(RSS, eps="1/9", C=2).stronger == "equal"


def test_sufficient_and_necessary_are_a_gap_not_a_contest() -> None:
    found = CONSTANT.compare(COUNTING, eps="1/100")
    assert found.directions == (ClaimDirection.SUFFICIENT, ClaimDirection.NECESSARY)
    assert found.stronger is None
    assert found.smaller == "der:rss-counting"


def test_a_crossover_is_bracketed() -> None:
    found = GAUSSIAN.compare(
        RSS,
        over=("eps", "1e-6", "1/4"),
        d=1,
        C=1,
        second_values={"C": 5},
        formulas_only=True,
    )
    assert len(found.crossovers) == 1
    low, high = found.crossovers[0]
    assert decide(low, "<=", sp.exp(-5)) is Verdict.VERIFIED
    assert decide(sp.exp(-5), "<=", high) is Verdict.VERIFIED
    assert high - low <= sp.Rational(1, 10**5) * high
    assert [s.smaller for s in found.stretches] == [
        "thm:rss",
        None,
        "rel:gaussian-mrss",
    ]
    assert {s.stronger for s in found.stretches} == {None}  # different samples


def test_a_crossover_of_two_claims_about_one_event() -> None:
    half = {"eps1": EPS / 2, "eps2": EPS / 2, "delta": EPS}
    found = RSS.compare(WHOLE, over=("eps", "1e-2", "1/4"), C=12, second_values=half)
    assert [s.stronger for s in found.stretches] == ["der:rss-whole", None, "thm:rss"]
    ((low, high),) = found.crossovers
    for eps, stronger in ((low, "der:rss-whole"), (high, "thm:rss")):
        half = {"eps1": eps / 2, "eps2": eps / 2, "delta": eps}
        assert RSS.compare(WHOLE, eps=eps, C=12, **half).stronger == stronger


def test_a_constant_order_needs_no_crossover() -> None:
    found = CONSTANT.compare(COUNTING, over=("eps", "1e-9", "1/4"))
    assert found.crossovers == ()
    assert [s.smaller for s in found.stretches] == ["der:rss-counting"]


def test_neuron_pruning_meets_unstructured_pruning() -> None:
    found = statement("rel:unstructured-log").compare(
        statement("rel:neuron-pruning-lower-single"),
        over=("eps", "1e-6", "1/3"),
        C=1,
        formulas_only=True,
        d_in=1,
        d_out=1,
        depth=1,
        delta="1/2",
    )
    assert found.smaller == "rel:unstructured-log"
    assert found.stronger is None


def test_misuse_is_explained() -> None:
    with pytest.raises(InvalidParameterError, match="neither"):
        RSS.compare(CONSTANT, depth=3)
    with pytest.raises(InvalidParameterError, match="leaves C without a value"):
        RSS.compare(CONSTANT, over=("eps", "1/100", "1/4"))


# -- only what claims the same event about the same quantity ------------------------

HALVES = {"eps1": "1/100", "eps2": "1/100", "delta": "1/100"}
DIFFERENT = [
    (
        EXPLICIT,
        WHOLE,
        HALVES,
        r"events \(Interval\(-1/2, 1/2\) against Interval\(-1, 1\)",
    ),
    (RSS, statement("thm:structured-slth"), {"eps": "1/9"}, "quantities"),
    (GAUSSIAN, RSS, {"d": 1, "eps": "1/9"}, "drawn"),
    (RSS, WHOLE, {"eps": "1/50", **HALVES}, "probabilities .*49/50 against 99/100"),
    (RSS, WHOLE, {"eps": "1/100", **HALVES}, "1/100 against 1/50"),
]


@pytest.mark.parametrize(("first", "second", "values", "fragment"), DIFFERENT)
def test_what_differs_is_said(first, second, values, fragment) -> None:
    for pair in ((first, second), (second, first)):
        with pytest.raises(InvalidParameterError, match="differ in") as caught:
            pair[0].compare(pair[1], **values)
    with pytest.raises(InvalidParameterError, match=fragment):
        first.compare(second, **values)
    assert "formulas_only=True" in str(caught.value)


@pytest.mark.parametrize(("first", "second", "values"), [d[:3] for d in DIFFERENT])
def test_bare_formulas_have_no_winner(first, second, values) -> None:
    names = {variable.name for s in (first, second) for variable in s.symbols}
    common = {"C": 2, "c_in": 1, "c_out": 1, "depth": 1, "d": 1, **values}
    known = {name: value for name, value in common.items() if name in names}
    found = first.compare(second, formulas_only=True, **known)
    assert found.smaller is not None
    assert found.stronger is None


def test_one_event_in_two_notations_is_one_event() -> None:
    same = {"eps1": "1/200", "eps2": "1/200", "delta": "1/100", "eps": "1/100"}
    assert RSS.compare(WHOLE, C=12, **same).stronger == "der:rss-whole"
    assert RSS.compare(WHOLE, C=11, **same).stronger == "thm:rss"
    # in one dimension a ball is an interval: the gap to what counting forces
    gap = GAUSSIAN.compare(COUNTING, C=1, d=1, eps="1/100")
    assert (gap.smaller, gap.stronger) == ("der:rss-counting", None)
    with pytest.raises(InvalidParameterError, match="events"):
        GAUSSIAN.compare(COUNTING, C=1, d=2, eps="1/100")


def test_necessity_must_not_presuppose_more_than_is_secured() -> None:
    one = statement("rel:fixed-size-rss-one")
    lower = statement("rel:fixed-size-rss-lower")
    values = {"n": 100, "k": 10, "C": 2}
    fit = {"p_0": "1/2", "second_values": {**values, "p_0": "1/3"}}
    assert one.compare(lower, **values, **fit).smaller == "equal"
    unfit = {"p_0": "1/3", "second_values": {**values, "p_0": "1/2"}}
    with pytest.raises(InvalidParameterError, match="probabilities"):
        one.compare(lower, **values, **unfit)


def test_unnamed_constants_of_two_statements_are_two() -> None:
    one = statement("rel:fixed-size-rss-one")
    found = one.compare(statement("rel:fixed-size-rss-lower"), n=100, k=10)
    assert found.smaller is None
    assert {str(symbol) for symbol in found.right.free_symbols} == {"C_2"}


def test_a_budget_is_stronger_where_it_is_larger() -> None:
    s = statement("der:structured-slth")
    few, many = ({"d": 1, "c_in": c, "depth": 1, "eps": "1/9"} for c in (1, 2))
    found = s.compare(s, of="accuracy", second_values=many, **few)
    assert decide(found.left, ">", found.right) is Verdict.VERIFIED
    assert found.smaller == found.stronger == s.id


def without_event(s: Statement) -> Statement:
    """A lie: a claim that does not say what it is about."""
    claims = tuple(dataclasses.replace(c, quantity=None) for c in s.claims)
    return dataclasses.replace(s, claims=claims)


def half_of_the_interval(s: Statement) -> Statement:
    """A lie: the narrower event under the name of the wider one."""
    width = EXPLICIT.claim("width")
    claims = tuple(
        dataclasses.replace(c, event=width.event) if c.name == "width" else c
        for c in s.claims
    )
    return dataclasses.replace(s, claims=claims)


@pytest.mark.parametrize("lie", [without_event, half_of_the_interval])
def test_lie_another_event_is_not_compared(lie) -> None:
    assert WHOLE.compare(WHOLE, **HALVES).stronger == "equal"
    with pytest.raises(InvalidParameterError, match="differ in"):
        WHOLE.compare(lie(WHOLE), **HALVES)


@pytest.mark.parametrize("s", [pytest.param(s, id=s.id) for s in statements()])
def test_every_claim_says_what_it_is_about(s) -> None:
    for claim in s.claims:
        assert claim.quantity is not None
        of_an_event = claim.quantity in (
            Quantity.PROBABILITY,
            Quantity.SAMPLES,
            Quantity.LAYER_WIDTH,
            Quantity.NEURONS,
        )
        assert not of_an_event or claim.event is not None
        if claim.quantity is Quantity.PROBABILITY:
            assert topic(s, claim, {}).chance is None
        if claim.event is not None and claim.quantity is Quantity.SAMPLES:
            assert (
                claim.event == s.conclusion
                or claim.event in [h.relation for h in s.hypotheses]
                or s.id == "der:two-blocks"
            )
