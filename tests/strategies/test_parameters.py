"""Points of parameters: they satisfy all hypotheses, or miss the one that they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from slth_verify import strategies as slst
from slth_verify.statements import Statement, statement, statements
from slth_verify.statements.queries.hypotheses import check_substitution
from slth_verify.statements.queries.values import with_defaults
from slth_verify.strategies import points as room
from slth_verify.strategies.points.conditions import IMPLIED, plan_of
from slth_verify.verdict import Verdict

IDS = [s.id for s in statements()]
WITH_NUMBERS = [name for name in IDS if plan_of(name).hypotheses]
MISSABLE = [name for name in IDS if slst.missable_hypotheses(name)]

#: Draws of a test only; the profile may say more.
FEW = settings(
    max_examples=3,
    phases=(Phase.generate,),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def decided(s: Statement, values: Mapping[str, Any]) -> dict[str, Verdict]:
    """Exact truth of each hypothesis that numbers decide."""
    numbers = {
        s.variable(name).symbol: sp.Rational(value.numerator, value.denominator)
        for name, value in values.items()
    }
    checks = check_substitution(s, None, with_defaults(s, numbers))
    wanted = plan_of(s.id).hypotheses
    found = {check.hypothesis.name: check.verdict for check in checks}
    return {name: found[name] for name in wanted}


def failed(s: Statement, values: Mapping[str, Any]) -> list[str]:
    found = decided(s, values)
    return [name for name, verdict in found.items() if verdict is Verdict.REFUTED]


def collected(strategy: Any, count: int) -> list[Any]:
    found: list[Any] = []

    @settings(FEW, max_examples=count)
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found


@pytest.mark.parametrize("name", IDS)
def test_points_satisfy_every_hypothesis_and_missing_ones_all_but_one(name) -> None:
    s = statement(name)

    @FEW
    @given(st.data())
    def check(data: st.DataObject) -> None:
        values = data.draw(slst.parameters(name))
        assert set(decided(s, values).values()) <= {Verdict.VERIFIED}
        if slst.missable_hypotheses(name):
            missed = data.draw(slst.missed_parameters(name))
            assert failed(s, missed.values) == [missed.hypothesis]

    check()


@pytest.mark.nightly
@pytest.mark.parametrize("name", MISSABLE)
def test_every_hypothesis_is_missed_alone(name) -> None:
    s = statement(name)
    for hypothesis in slst.missable_hypotheses(name):
        for point in collected(slst.missed_parameters(name, hypothesis), 20):
            assert point.hypothesis == hypothesis
            assert failed(s, point.values) == [hypothesis]


def test_nearly_every_statement_has_points_of_both_kinds() -> None:
    no_numbers = set(IDS) - set(WITH_NUMBERS)
    # of all others some hypothesis is about numbers, and not about sequences alone
    assert no_numbers == {"der:joint-floors"}
    assert set(WITH_NUMBERS) == set(MISSABLE)
    for name, implied in IMPLIED.items():
        assert implied <= set(plan_of(name).hypotheses)


def test_a_bound_that_is_ignored_is_noticed(monkeypatch) -> None:
    monkeypatch.setattr(room, "narrowed", lambda inside, *_, **__: inside)
    points = collected(slst.parameters("der:rss-explicit"), 10)
    assert any(failed(statement("der:rss-explicit"), point) for point in points)


def test_a_miss_that_hits_is_noticed(monkeypatch) -> None:
    true = room.narrowed
    monkeypatch.setattr(
        room, "narrowed", lambda *given, missed: true(*given, missed=False)
    )
    points = collected(slst.missed_parameters("der:rss-explicit", "width"), 5)
    s = statement("der:rss-explicit")
    assert all(failed(s, point.values) == [] for point in points)


def test_adversarial_values_occur() -> None:
    counts: Counter[str] = Counter()
    for point in collected(slst.parameters("der:two-blocks"), 100):
        counts["largest certificate"] += point["c"] == 1
        counts["no decay"] += point["kappa"] == 0
        counts["one block"] += point["B"] == 1
        counts["many blocks"] += point["B"] > 1000
        counts["tiny accuracy"] += point["eps"] < Fraction(1, 10**9)
        counts["huge radius"] += point["r"] > 10**9
        counts["certificate next to zero"] += point["c"] < Fraction(1, 10**9)
    for point in collected(slst.parameters("def:subset-sum-number"), 60):
        counts["every sample"] += point["k"] == point["n"]
        counts["the empty subset"] += point["k"] == 0
    assert min(counts.values()) >= 5, counts


def test_misses_are_on_the_boundary_next_to_it_and_far_away() -> None:
    counts: Counter[str] = Counter()
    for missed in collected(slst.missed_parameters("der:two-blocks", "split"), 150):
        counts["equality"] += missed.values["tau"] == 0
        counts["a hair below"] += -Fraction(1, 10**9) < missed.values["tau"] < 0
        counts["far below"] += missed.values["tau"] < -(10**9)
    wide = statement("der:rss-constant")
    for missed in collected(slst.missed_parameters(wide, "width"), 40):
        values = dict(missed.values)
        values["n"] += 1
        counts["one sample short"] += failed(wide, values) == []
    assert min(counts.values()) >= 5, counts


def test_points_shrink_to_simple_numbers() -> None:
    point = find(
        slst.parameters("def:subset-sum-number"),
        lambda _: True,
        settings=settings(database=None),
    )
    assert point == {"m": 1, "n": 1, "k": 0, "eps": 1}


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        (slst.parameters("thm:rs"), "thm:rss"),
        (slst.missed_parameters("thm:rss", "uniform"), "eps-positive"),
        (slst.missed_parameters("der:local", "radius"), "hypothesis='radius'"),
    ],
)
def test_what_is_not_there_is_refused(strategy, words) -> None:
    with pytest.raises(InvalidArgument, match=words):
        find(strategy, lambda _: True)
