"""Tickets that lie: made for a wrong network, or changed; none of them is verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.graph_tickets import with_part

import slth_verify as sv
from slth_verify.conformance.oracles.pruned_graph import pruned_values
from slth_verify.graph import (
    Clip,
    Convolution,
    Dense,
    Input,
    TargetCNN,
    exact_values,
)
from slth_verify.graph.stages import stages_of
from slth_verify.ticket import StageTicket, Ticket
from slth_verify.ticket.graphs.sums import pair_sums
from slth_verify.ticket.graphs.weights import drawn_filters
from slth_verify.verdict import Verdict

F = Fraction
REFUTED, INCONCLUSIVE = Verdict.REFUTED, Verdict.INCONCLUSIVE


def with_node(graph: TargetCNN, name: str, **changes: Any) -> TargetCNN:
    nodes = tuple(
        replace(node, **changes) if node.name == name else node for node in graph.nodes
    )
    return TargetCNN(nodes, graph.name)


def made_for(wrong: TargetCNN, honest: TargetCNN) -> Ticket:
    """A liar's best ticket: its eps is what it computed, it names the honest target."""
    network = sv.RandomCNN(5, sv.suggested_widths(wrong, "15%"))
    ticket = sv.prune(wrong, network, eps="15%", workers=1)
    return replace(
        ticket,
        target={"name": honest.name, "sha256": honest.sha256},
        eps=F(ticket.certified_error),
    )


def changed(graph: TargetCNN, name: str, field: str, change: Any) -> TargetCNN:
    return with_node(graph, name, **{field: change(getattr(graph.node(name), field))})


def row_unseen(weight: np.ndarray) -> np.ndarray:
    return weight * np.array([[1], [0]], np.float32)


#: What a wrong construction takes for the target.
NETWORKS: dict[str, Callable[[TargetCNN], TargetCNN]] = {
    "bias dropped": lambda g: with_node(g, "dense", bias=None),
    "positive filters for the negative": lambda g: changed(
        g, "conv", "weight", lambda w: -w
    ),
    "stride that sees one row": lambda g: changed(g, "conv", "weight", row_unseen),
    "groups mixed up": lambda g: changed(
        g, "conv", "weight", lambda w: w[[2, 3, 0, 1]]
    ),
    "rows for columns": lambda g: changed(
        g, "conv", "weight", lambda w: w.transpose(0, 1, 3, 2).copy()
    ),
    "another epsilon": lambda g: with_node(g, "its norm", epsilon=F(1)),
    "mean of a batch norm dropped": lambda g: changed(
        g, "alone", "mean", lambda m: 0 * m
    ),
    "scale of a batch norm dropped": lambda g: changed(
        g, "alone", "scale", lambda s: 0 * s + 1
    ),
}


def filters(
    ticket: Ticket, number: int, change: Callable[[StageTicket], Any]
) -> Ticket:
    found = np.asarray(change(ticket.stages[number - 1]), np.int64)
    return with_part(ticket, number, filters=found)


def constant_moved(stage: StageTicket) -> np.ndarray:
    """The filters of the constant block as ones of the first block as well."""
    start = 8 * stage.width
    return np.union1d(stage.filters, stage.filters[stage.filters >= start] - start)


#: What is done to an honest ticket.
CHANGES: dict[str, Callable[[Ticket], Ticket]] = {
    "a filter twice": lambda t: filters(
        t, 1, lambda s: np.insert(s.filters, 1, s.filters[0])
    ),
    "a constant filter twice": lambda t: filters(
        t, 1, lambda s: np.append(s.filters, s.filters[-1])
    ),
    "constant filters in another block too": lambda t: filters(t, 3, constant_moved),
    "constant filters left out": lambda t: filters(
        t, 3, lambda s: s.filters[s.filters < 8 * s.width]
    ),
    "filters of the next block": lambda t: filters(
        t, 1, lambda s: np.sort((s.filters + 2 * s.width) % (6 * s.width))
    ),
    "an index that is too large": lambda t: filters(
        t, 1, lambda s: np.append(s.filters, 6 * s.width)
    ),
    "a negative index": lambda t: filters(t, 1, lambda s: np.insert(s.filters, 0, -1)),
    "filters out of order": lambda t: filters(t, 1, lambda s: s.filters[::-1]),
    "indices whose differences wrap": lambda t: filters(
        t, 1, lambda s: [s.filters[0], s.filters[1], -(2**63) + 5, s.filters[0]]
    ),
    "no filters": lambda t: filters(t, 2, lambda s: s.filters[:0]),
    "exponent off by one": lambda t: with_part(t, 1, exponent=t.stages[0].exponent + 1),
    "seed off by one": lambda t: replace(t, seed=t.seed + 1),
    "width off by one": lambda t: with_part(t, 1, width=t.stages[0].width + 1),
    "stages exchanged": lambda t: replace(t, stages=t.stages[::-1]),
    "names exchanged": lambda t: with_part(
        with_part(t, 1, name="alone"), 2, name="conv"
    ),
    "a stage too many": lambda t: replace(t, stages=(*t.stages, t.stages[-1])),
    "a stage too few": lambda t: replace(t, stages=t.stages[:-1]),
    "a batch norm's name": lambda t: with_part(t, 1, name="its norm"),
    "another generator": lambda t: replace(t, generator="mersenne"),
    "another digest": lambda t: replace(t, target={"name": "x", "sha256": "0" * 64}),
    "eps far lower": lambda t: replace(t, eps=t.eps / 1000),
}


def claim(result: sv.CheckResult) -> Verdict | None:
    found = [f.verdict for f in result.ledger if f.claim.startswith("sup over")]
    return found[0] if found else None


def test_the_honest_ticket_is_verified(
    grouped: TargetCNN, grouped_ticket: Ticket
) -> None:
    result = sv.check(grouped_ticket, grouped)
    assert result.verdict is Verdict.VERIFIED
    assert result.error_upper_bound is not None
    assert result.error_upper_bound <= F(grouped_ticket.certified_error)


@pytest.mark.parametrize("lie", NETWORKS)
def test_a_ticket_for_a_wrong_network_is_refuted(lie: str, grouped: TargetCNN) -> None:
    wrong = NETWORKS[lie](grouped)
    ticket = made_for(wrong, grouped)
    own = replace(ticket, target={"name": "", "sha256": wrong.sha256})
    assert sv.check(own, wrong).verdict is Verdict.VERIFIED  # what the liar believes
    result = sv.check(ticket, grouped)
    assert result.verdict is claim(result) is REFUTED
    assert shown_by(result, ticket, grouped)


def shown_by(result: sv.CheckResult, ticket: Ticket, graph: TargetCNN) -> bool:
    """Whether an image of the box differs by so much, by the oracle's own loops."""
    witness = result.witness
    assert witness is not None
    pairs = {}
    for stage, kept in zip(stages_of(graph), ticket.stages, strict=True):
        drawn = drawn_filters(ticket.seed, stage, kept.width, kept.filters)
        sums = pair_sums(stage, kept.exponent, drawn)
        unit = F(1, 2**sums.bits)
        positive, negative = sums.positive * unit, sums.negative * unit
        if isinstance(graph.node(stage.name), Dense):
            positive, negative = positive[:, :, 0, 0], negative[:, :, 0, 0]
        pairs[stage.name] = positive, negative, sums.bias * unit
    image = np.array(witness.image, object).reshape(witness.shape)
    for channel, entries in enumerate(image):
        ends = graph.input.low[channel], graph.input.high[channel]
        assert ends[0] <= np.min(entries) <= np.max(entries) <= ends[1]
    y = pruned_values(graph, pairs, image)[graph.output.name][witness.entry]
    low, high = (part[witness.entry] for part in exact_values(graph, image))
    assert max(y - high, low - y) == witness.difference
    return bool(witness.difference > ticket.eps)


@pytest.mark.parametrize("lie", CHANGES)
def test_a_changed_ticket_is_refuted(
    lie: str, grouped: TargetCNN, grouped_ticket: Ticket
) -> None:
    assert sv.check(CHANGES[lie](grouped_ticket), grouped).verdict is REFUTED


def test_numbers_a_little_below_the_proved_bound(
    grouped: TargetCNN, grouped_ticket: Ticket
) -> None:
    """A claim is only ever left open where the true difference may be within eps."""
    proved = sv.check(grouped_ticket, grouped).error_upper_bound
    assert proved is not None
    less = proved * F(999, 1000)
    stated = replace(grouped_ticket, certified_error=str(less))
    assert sv.check(stated, grouped).verdict is REFUTED
    asked = replace(grouped_ticket, eps=less)
    assert sv.check(asked, grouped).verdict is INCONCLUSIVE


def test_thresholds_are_not_scaled_with_their_stages() -> None:
    """As if ``2 min(x / 2, 6)`` were ``min(x, 6)``: between two dense layers."""
    image = Input(name="image", shape=(1,), low=(0,), high=(10,))
    first, last = (
        Dense(name=name, sources=(source,), weight=np.ones((1, 1), np.float32))
        for name, source in (("a", "image"), ("b", "six"))
    )
    graph = TargetCNN(
        (image, first, Clip(name="six", sources=("a",), low=0, high=6), last)
    )
    honest = sv.prune(graph, sv.RandomCNN(1, (200, 200)), eps="1/2", workers=1)
    assert sv.check(honest, graph).verdict is Verdict.VERIFIED
    down, up = (stage.exponent for stage in honest.stages)
    lie = with_part(with_part(honest, 1, exponent=down - 1), 2, exponent=up + 1)
    result = sv.check(lie, graph)
    assert result.verdict is claim(result) is REFUTED
    assert shown_by(result, lie, graph)
    assert result.witness is not None
    assert result.witness.difference > 3  # 10 instead of 6, but for what the pairs err


def test_zeros_around_the_image_are_not_counted() -> None:
    """An error that is small wherever a window lies inside the image alone."""
    ends = (F(1),), (F(9, 8),)
    weight = np.array([[2, -1, 3], [-3, 1, -1], [1, 2, -3]], np.float32)
    graph = TargetCNN(
        (
            Input(name="image", shape=(1, 4, 4), low=ends[0], high=ends[1]),
            Convolution(
                name="conv",
                sources=("image",),
                weight=weight.reshape(1, 1, 3, 3),
                padding=(1, 1, 1, 1),
            ),
        )
    )
    honest = sv.prune(graph, sv.RandomCNN(1, (60,)), eps="10%", workers=1)
    (stage,), (kept,) = stages_of(graph), honest.stages
    drawn = drawn_filters(honest.seed, stage, kept.width, kept.filters)
    sums = pair_sums(stage, kept.exponent, drawn)
    wrong = [F(int(w), 2**sums.bits) for w in sums.positive.ravel()]
    wrong = [w - F(int(k)) for w, k in zip(wrong, weight.ravel(), strict=True)]
    low, high = (
        sum(choose(d * F(1), d * F(9, 8)) for d in wrong) for choose in (min, max)
    )
    inside = max(high, -low)
    proved = sv.check(honest, graph)
    assert proved.verdict is Verdict.VERIFIED
    assert proved.error_upper_bound is not None
    assert inside < F(9, 10) * proved.error_upper_bound
    lie = replace(honest, eps=inside, certified_error=str(inside))
    result = sv.check(lie, graph)
    assert result.verdict is claim(result) is REFUTED
    assert shown_by(result, lie, graph)
