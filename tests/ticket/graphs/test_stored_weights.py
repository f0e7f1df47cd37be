"""Weights that a ticket stores are believed only where they are those of its seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from handmade.graph_tickets import with_part

import slth_verify as sv
from slth_verify.graph import (
    TargetCNN,
)
from slth_verify.graph.stages import stages_of
from slth_verify.ticket import Ticket
from slth_verify.ticket.graphs import StoredWeights
from slth_verify.ticket.graphs.weights import drawn_filters
from slth_verify.verdict import Verdict

REFUTED = Verdict.REFUTED


def carrying(ticket: Ticket, graph: TargetCNN) -> Ticket:
    """The same with its weights."""
    stages = []
    for stage, kept in zip(stages_of(graph), ticket.stages, strict=True):
        drawn = drawn_filters(ticket.seed, stage, kept.width, kept.filters)
        stored = StoredWeights(drawn.scalars, drawn.kernels, drawn.constants)
        stages.append(replace(kept, weights=stored))
    return replace(ticket, stages=tuple(stages))


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("name", ["scalars", "kernels", "constants"])
def test_stored_weights_are_compared_bit_by_bit(
    name: str,
    number: int,
    grouped: TargetCNN,
    grouped_ticket: Ticket,
    tmp_path: Path,
) -> None:
    ticket = carrying(grouped_ticket, grouped)
    ticket.save(tmp_path / "ticket")
    read = Ticket.load(tmp_path / "ticket")
    assert sv.check(read, grouped).verdict is Verdict.VERIFIED
    weights = read.stages[number - 1].weights
    assert weights is not None
    flipped = getattr(weights, name).copy()
    flipped.view(np.uint32).ravel()[-1] ^= 1
    lie = with_part(read, number, weights=replace(weights, **{name: flipped}))
    assert sv.check(lie, grouped).verdict is REFUTED
    shorter = with_part(read, number, weights=replace(weights, **{name: flipped[1:]}))
    assert sv.check(shorter, grouped).verdict is REFUTED


def test_stored_zeros_have_signs_and_nan_is_no_weight(
    grouped: TargetCNN, grouped_ticket: Ticket
) -> None:
    read = carrying(grouped_ticket, grouped)
    weights = read.stages[0].weights
    assert weights is not None
    for wrong in (-weights.scalars, weights.scalars * np.float32("nan")):
        lie = with_part(read, 1, weights=replace(weights, scalars=wrong))
        assert sv.check(lie, grouped).verdict is REFUTED
