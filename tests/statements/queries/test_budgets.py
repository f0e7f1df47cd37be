"""The greatest values that a budget allows."""

from __future__ import annotations

import dataclasses

import pytest
import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import (
    ClaimDirection,
    decide,
    statement,
)
from slth_verify.verdict import Verdict

VERIFIED, REFUTED = Verdict.VERIFIED, Verdict.REFUTED


def test_the_greatest_depth_that_an_accuracy_allows() -> None:
    s = statement("der:structured-slth")
    values = {"eps_i": "1/14400", "d": 3, "c_in": 16}
    for eps, deepest in (("201/10000", 2), ("1/50", 1), ("1/10", 9)):
        answer = s.threshold("depth", of="accuracy", eps=eps, **values)
        assert (answer.value, answer.side) == (deepest, "greatest")
        place = {"d": 3, "c_in": 16, "eps": eps}
        finest = sp.Rational(1, 14400)
        at, beyond = (
            s.bound("accuracy", depth=depth, **place)
            for depth in (deepest, deepest + 1)
        )
        assert decide(at, ">=", finest) is VERIFIED
        assert decide(beyond, ">=", finest) is REFUTED
    with pytest.raises(InvalidParameterError, match="outside Naturals"):
        s.threshold("depth", of="accuracy", eps="1/200", **values)


@pytest.mark.parametrize(
    ("identifier", "claim", "name", "values", "value"),
    [
        ("der:accumulation", "budget", "depth", {"eta": "1/100", "eps": "1/50"}, 1),
        ("der:accumulation", "budget", "depth", {"eta": "1/100", "eps": "1/10"}, 9),
        (
            "der:structured-slth",
            "per-channel",
            "c_in",
            {"delta_i": "1/1000", "depth": 4, "delta": "1/50"},
            5,
        ),
        ("der:two-blocks", "samples", "B", {"n_all": 1000, "n_0": 97}, 5),
        ("der:two-blocks", "samples", "n_0", {"n_all": 1000, "B": 5}, 100),
    ],
)
def test_a_budget_need_not_be_used_up(identifier, claim, name, values, value) -> None:
    answer = statement(identifier).threshold(name, of=claim, **values)
    assert (answer.value, answer.side) == (value, "greatest")


def test_lie_an_equality_finds_no_depth() -> None:
    s = statement("der:structured-slth")
    claims = tuple(
        dataclasses.replace(c, direction=ClaimDirection.EXACT)
        if c.name == "accuracy"
        else c
        for c in s.claims
    )
    exact = dataclasses.replace(s, claims=claims)
    with pytest.raises(InvalidParameterError, match="outside Naturals"):
        exact.threshold(
            "depth", of="accuracy", eps="1/50", eps_i="1/14400", d=3, c_in=16
        )
