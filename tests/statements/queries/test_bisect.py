"""Thresholds by bisection, every step of which is a proved comparison."""

from __future__ import annotations

import pytest
import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import (
    decide,
    statement,
)
from slth_verify.verdict import Verdict

VERIFIED, REFUTED = Verdict.VERIFIED, Verdict.REFUTED


def test_blocks_by_certified_bisection() -> None:
    s = statement("der:two-blocks")
    values = {"c": "9/10", "kappa": "1/100", "tau": "1/2", "r": 1, "m": 4}
    answer = s.threshold("B", F="1/1000", **values)
    assert answer.method == "bisection"
    assert (answer.value, answer.beyond) == (5, 4)
    limit = sp.Rational(1, 1000)
    assert decide(s.bound(B=5, **values), "<=", limit) is VERIFIED
    assert decide(s.bound(B=4, **values), "<=", limit) is REFUTED


def test_real_bisection_brackets_the_threshold() -> None:
    s = statement("der:two-blocks")
    values = {"c": "9/10", "B": 4, "tau": "1/2", "r": 1, "m": 4}
    answer = s.threshold("kappa", F="1/10", **values)
    assert answer.side == "greatest"
    tenth = sp.Rational(1, 10)
    assert decide(s.bound(kappa=answer.value, **values), "<=", tenth) is VERIFIED
    assert decide(s.bound(kappa=answer.beyond, **values), "<=", tenth) is REFUTED
    assert 0 < answer.beyond / answer.value - 1 < sp.Rational(1, 10**9)


def test_width_of_the_crude_moment_is_the_least_one() -> None:
    s = statement("der:crude-moment")
    values = {"k": 8, "m": 1, "eps": "1/10", "r": 1}
    n = s.solve_for("n", P="1/2", **values)
    assert decide(s.bound(n=n, **values), ">=", sp.Rational(1, 2)) is VERIFIED
    assert decide(s.bound(n=n - 1, **values), ">=", sp.Rational(1, 2)) is REFUTED


def test_an_open_comparison_is_no_answer() -> None:
    s = statement("der:crude-moment")
    values = {"k": 8, "m": 1, "eps": "1/10", "r": 1, "P": "1/2"}
    with pytest.raises(InvalidParameterError, match="stays open"):
        s.solve_for("n", decide=lambda a, rel, b: Verdict.INCONCLUSIVE, **values)


def test_an_injected_comparison_is_used() -> None:
    s = statement("der:crude-moment")
    values = {"k": 8, "m": 1, "eps": "1/10", "r": 1, "P": "1/2"}
    seen = []

    def spy(lhs, relation, rhs):
        seen.append(relation)
        return decide(lhs, relation, rhs)

    assert s.solve_for("n", decide=spy, **values) == s.solve_for("n", **values)
    assert seen
