"""What mpmath was asked is said; where it was asked nothing, nothing is verified."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.graph_tickets import with_part
from hypothesis import given
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.graph import Input, Rectifier, TargetCNN
from slth_verify.graph.stages import stages_of
from slth_verify.ticket import Ticket
from slth_verify.ticket.graphs import StoredWeights, second_opinion
from slth_verify.ticket.graphs.second_opinion import SecondOpinion
from slth_verify.ticket.graphs.sums import pair_sums
from slth_verify.ticket.graphs.weights import drawn_filters
from slth_verify.verdict import Finding, Verdict

Maker = Callable[..., Ticket]


def opinions(result: sv.CheckResult) -> list[Finding]:
    return [finding for finding in result.ledger if "mpmath" in finding.claim]


def terms(graph: TargetCNN) -> list[int]:
    """Of an output of each stage."""
    return [stage.layer.weight[0].size for stage in stages_of(graph)]


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=40),
    st.integers(0, 2**32 - 1),
)
def test_sums_of_floats_lose_nothing(numbers: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    small = rng.standard_normal(200) * 2.0 ** rng.integers(-1080, 900, 200)
    for floats in (np.array(numbers), small, np.append(numbers, small)):
        told = SecondOpinion(digits=800)._sum(floats)
        truth = sum(map(Fraction, floats.tolist()), Fraction(0))
        man, exp = (told if told > 0 else -told).man_exp
        assert abs(truth) == man * Fraction(2) ** exp
        assert (told > 0) == (truth > 0)


@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
def test_a_sum_that_left_the_floats_agrees_with_nothing(number: float) -> None:
    told = SecondOpinion()._sum(np.array([1.0, number]))
    assert told != told


def test_outputs_of_every_stage_are_compared(
    grouped: TargetCNN, grouped_ticket: Ticket
) -> None:
    (found,) = opinions(sv.check(grouped_ticket, grouped))
    assert found.verdict is Verdict.VERIFIED
    assert "outputs of every stage" in found.claim
    assert re.match(r"[1-9]\d* outputs of 3 stages compared$", found.reason)


def test_sums_are_compared_where_outputs_are_too_large(
    grouped: TargetCNN, grouped_ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_opinion, "_MOST_TERMS", 0)
    result = sv.check(grouped_ticket, grouped)
    (found,) = opinions(result)
    assert result.verdict is found.verdict is Verdict.VERIFIED
    assert "every stage" not in found.claim
    assert "sums of kept filters" in found.claim
    assert re.match(r"[1-9]\d* sums of 3 large stages compared$", found.reason)


def test_both_are_said(
    grouped: TargetCNN, grouped_ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = sorted(terms(grouped))
    assert sizes[0] < sizes[-1]
    monkeypatch.setattr(second_opinion, "_MOST_TERMS", sizes[-1] - 1)
    (found,) = opinions(sv.check(grouped_ticket, grouped))
    assert found.verdict is Verdict.VERIFIED
    assert re.match(r".* outputs of . stages? compared, .* sums of", found.reason)


@pytest.mark.parametrize("sign", ["positive", "negative"])
@pytest.mark.parametrize("end", [0, -1])
def test_a_sum_that_is_off_in_its_sixtieth_digit_is_seen(
    sign: str,
    end: int,
    grouped: TargetCNN,
    grouped_ticket: Ticket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(second_opinion, "_MOST_TERMS", 0)
    from slth_verify.ticket.graphs import check

    def off_a_little(*given: Any) -> Any:
        sums = pair_sums(*given)
        wrong = getattr(sums, sign).copy()
        wrong.reshape(-1)[end] += 1 + abs(wrong.reshape(-1)[end]) // 10**60
        return replace(sums, **{sign: wrong})

    monkeypatch.setattr(check, "pair_sums", off_a_little)
    result = sv.check(grouped_ticket, grouped)
    (found,) = opinions(result)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "one of two is wrong" in found.reason
    assert "channel, row and column" in found.reason
    assert result.verdict is not Verdict.VERIFIED


def without_stages() -> TargetCNN:
    image = Input(name="x", shape=(2, 3, 3), low=(-1, -1), high=(1, 1))
    return TargetCNN((image, Rectifier(name="relu", sources=("x",))))


def nothing_kept(graph: TargetCNN, ticket: Ticket) -> Ticket:
    """No filter of any stage, and weights of none are stored."""
    for number, stage in enumerate(stages_of(graph), 1):
        kept = np.zeros(0, np.int64)
        drawn = drawn_filters(ticket.seed, stage, ticket.stages[number - 1].width, kept)
        stored = StoredWeights(drawn.scalars, drawn.kernels, drawn.constants)
        ticket = with_part(ticket, number, filters=kept, weights=stored)
    return ticket


@pytest.fixture
def empty_checks(grouped: TargetCNN, hand_ticket: Maker) -> Iterator[sv.CheckResult]:
    """Checks in which some set is empty."""
    graph = without_stages()
    empty = nothing_kept(grouped, hand_ticket(grouped))
    return iter([sv.check(hand_ticket(graph), graph, eps=1), sv.check(empty, grouped)])


def test_nothing_is_verified_of_nothing(
    empty_checks: Iterator[sv.CheckResult],
) -> None:
    """Findings about an empty set say that it is empty."""
    for result in empty_checks:
        assert result.ledger
        for finding in result.ledger:
            if finding.verdict is Verdict.VERIFIED:
                counts = re.findall(r"\b0 \w+", finding.reason)
                assert not counts or re.search(r"\bno(ne)?\b", finding.claim), finding


def test_without_stages_mpmath_is_not_asked(hand_ticket: Maker) -> None:
    graph = without_stages()
    result = sv.check(hand_ticket(graph), graph)
    assert not opinions(result)


def test_lie_nothing_is_looked_at(
    grouped: TargetCNN, grouped_ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if every stage were passed over, as large ones once were."""
    monkeypatch.setattr(SecondOpinion, "look", lambda *given: None)
    assert not opinions(sv.check(grouped_ticket, grouped))
