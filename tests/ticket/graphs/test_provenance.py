"""Filters that a ticket names, weights that it carries, and checks that end early."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.errors import InvalidTicketError
from slth_verify.graph import Convolution, Input, Rectifier, Reshape, TargetCNN
from slth_verify.ticket import Ticket
from slth_verify.ticket.graphs import check as checking
from slth_verify.ticket.graphs import provenance, sharper, witness
from slth_verify.ticket.graphs.difference import first_bounds
from slth_verify.ticket.graphs.provenance import proved_filters
from slth_verify.ticket.graphs.weights import drawn_filters, with_weights
from slth_verify.verdict import Verdict

F = Fraction
Maker = Callable[..., tuple[TargetCNN, Ticket]]


@pytest.fixture(scope="module")
def pair(made: Maker) -> tuple[TargetCNN, Ticket]:
    return made((1, 2, 1), (1, 1), (2, 2), width=3, eps="1e900")


def _stage(ticket: Ticket, number: int, **changes: Any) -> Ticket:
    parts = list(ticket.stages)
    parts[number] = replace(parts[number], **changes)
    return replace(ticket, stages=tuple(parts))


def _verdicts(ticket: Ticket, graph: TargetCNN) -> list[Verdict]:
    findings, filters = proved_filters(ticket, graph)
    verdicts = [finding.verdict for finding in findings]
    # filters are handed out if and only if all was proved
    assert bool(filters) == (set(verdicts) == {Verdict.VERIFIED})
    return verdicts


def test_filters_are_those_of_the_seed(pair: tuple[TargetCNN, Ticket]) -> None:
    graph, ticket = pair
    assert _verdicts(ticket, graph) == [Verdict.VERIFIED] * 4
    _, filters = proved_filters(ticket, graph)
    stages = checking.staged(graph)
    for found, part in zip(filters, ticket.stages, strict=True):
        stage = next(x for x in stages if getattr(x, "name", "") == part.name)
        again = drawn_filters(ticket.seed, stage, part.width, part.filters)
        for name in ("scalars", "kernels", "constants"):
            assert np.array_equal(getattr(found, name), getattr(again, name))


def test_weights_that_are_carried_are_compared(pair: tuple[TargetCNN, Ticket]) -> None:
    graph, ticket = pair
    carrying = with_weights(ticket, graph)
    assert _verdicts(carrying, graph) == [Verdict.VERIFIED] * 6
    assert sv.check(carrying, graph).verdict is not Verdict.REFUTED
    for number in (0, 1):
        stored = carrying.stages[number].weights
        assert stored is not None
        for name in ("scalars", "kernels"):
            wrong = getattr(stored, name).copy()
            wrong.ravel()[-1] = np.nextafter(wrong.ravel()[-1], np.float32(9))
            lie = _stage(carrying, number, weights=replace(stored, **{name: wrong}))
            assert _verdicts(lie, graph)[4 + number] is Verdict.REFUTED
            assert sv.check(lie, graph).verdict is Verdict.REFUTED
    # of one stage alone
    with pytest.raises(InvalidTicketError, match="some stages have weights"):
        proved_filters(_stage(carrying, 1, weights=None), graph)


def test_what_does_not_exist_is_not_handed_out(pair: tuple[TargetCNN, Ticket]) -> None:
    graph, ticket = pair
    for lie in (
        replace(ticket, target=ticket.target | {"sha256": "0" * 64}),
        replace(ticket, stages=ticket.stages[:1]),
        _stage(ticket, 0, name="another"),
    ):
        assert Verdict.REFUTED in _verdicts(lie, graph)
        assert len(proved_filters(lie, graph)[0]) == 2
        with pytest.raises(InvalidTicketError, match="another target"):
            with_weights(lie, graph)
    for filters in ([0, 0], [1, 0], [0, 6], [0, 10**6]):
        lie = _stage(ticket, 0, filters=np.array(filters, np.int64))
        assert _verdicts(lie, graph)[2] is Verdict.REFUTED
        assert len(proved_filters(lie, graph)[0]) == 4
        with pytest.raises(InvalidTicketError, match="must increase and lie below"):
            with_weights(lie, graph)


def test_weights_that_are_undecided_prove_nothing(
    pair: tuple[TargetCNN, Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, ticket = pair

    def undecided(*arguments: Any) -> Any:
        raise ArithmeticError("two floats are as near")

    monkeypatch.setattr(provenance, "drawn_filters", undecided)
    monkeypatch.setattr(checking, "drawn_filters", undecided)
    assert _verdicts(ticket, graph)[-1] is Verdict.INCONCLUSIVE
    found = sv.check(ticket, graph)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.error_upper_bound is None
    assert "two floats are as near" in found.ledger[-1].reason
    assert "error not certified" in str(found)
    assert "not verified" in dict(found._card().rows)


def test_a_thread_that_computes_otherwise_proves_nothing(
    pair: tuple[TargetCNN, Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, ticket = pair
    for module in (provenance, checking):
        monkeypatch.setattr(module, "departure", lambda: "zeros are flushed")
    assert _verdicts(ticket, graph) == [Verdict.INCONCLUSIVE]
    found = sv.check(ticket, graph)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert (found.eps, found.trivial, found.share_of_range) == (None, None, None)
    assert "claimed nothing" in str(found)


def test_cards_say_what_was_proved(pair: tuple[TargetCNN, Ticket]) -> None:
    graph, ticket = pair
    page = dict(ticket._card().rows)
    assert graph.sha256 == page["target's SHA-256"]
    kept = f"{len(ticket.stages[0].filters)} of blocks of 6 filters"
    assert page[f"stage {ticket.stages[0].name}"] == kept
    assert f"{sum(ticket.kept)} filters kept" in str(ticket)
    found = sv.check(ticket, graph)
    assert found.error_upper_bound is not None
    assert "error at most" in str(found)
    assert all(
        f"stage {part.name}" in dict(found._card().rows) for part in found.per_stage
    )


def _wide(size: int) -> TargetCNN:
    """The identity on images of entries from -size to size."""
    image = Input(name="x", shape=(1, 1, 1), low=(-size,), high=(size,))
    one = np.ones((1, 1, 1, 1), np.float32)
    return TargetCNN((image, Convolution(name="y", sources=("x",), weight=one)))


def test_boxes_beyond_floats_have_no_images_to_start_from() -> None:
    assert witness.reached_spread(_wide(2)) == 4
    assert witness.reached_spread(_wide(10**400)) == 0
    # the ends are floats, what the convolution makes of them in floats is not
    graph = _wide(10**300)
    large = Convolution(
        name="z", sources=("y",), weight=np.full((1, 1, 1, 1), 1e38, np.float32)
    )
    assert witness.reached_spread(TargetCNN((*graph.nodes, large))) == 0


@pytest.mark.parametrize("size", [10**400, 10**300], ids=["beyond", "within"])
def test_no_error_is_sharpened_beyond_floats(size: int, hand_ticket: Any) -> None:
    graph = _wide(size)
    found = sv.check(hand_ticket(graph, 2), graph)
    assert found.verdict is not Verdict.REFUTED
    assert found.error_upper_bound is not None
    assert found.error_upper_bound == found.error_by_intervals or size == 10**300


@pytest.mark.parametrize("kind", [Reshape, Rectifier])
def test_without_stages_both_networks_are_the_same(kind: Any, hand_ticket: Any) -> None:
    image = Input(name="x", shape=(1, 2, 2), low=(-1,), high=(1,))
    fields = {"shape": (4,)} if kind is Reshape else {}
    graph = TargetCNN((image, kind(name="y", sources=("x",), **fields)))
    found = sv.check(replace(hand_ticket(graph), eps=F(1, 10**9)), graph)
    assert found.error_upper_bound is not None
    assert found.error_upper_bound < F(1, 10**9)
    assert found.ledger[2].verdict is Verdict.VERIFIED


def test_floats_next_to_a_number_are_on_the_side_that_is_asked_for() -> None:
    up = [sharper._float(F(x), up=True) for x in (1, F(1, 3), 10**400, -(10**400))]
    down = [sharper._float(F(x), up=False) for x in (1, F(1, 3), 10**400, -(10**400))]
    for x, low, high in zip((1, F(1, 3)), down, up, strict=False):
        assert F(low) <= x <= F(high)
        assert high in (low, np.nextafter(low, 9))
    assert up[2:] == [np.inf, -1.7e308]
    assert down[2:] == [1.7e308, -np.inf]


def test_a_network_begins_with_its_image() -> None:
    graph = _wide(1)
    with pytest.raises(TypeError, match="the first node is the input"):
        first_bounds(graph.nodes[1])
