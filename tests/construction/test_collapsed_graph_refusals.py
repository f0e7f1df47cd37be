"""Small networks of graphs: what is not proved is not built."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from handmade.collapsed_graphs import FALSE

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.construction import collapse
from slth_verify.construction.graphs import collapse as collapsing
from slth_verify.errors import (
    InvalidParameterError,
    InvalidTargetError,
    InvalidTicketError,
    UnprovedTicketError,
)
from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import stages_of
from slth_verify.ticket.graphs import weights as checked_weights
from slth_verify.ticket.graphs.weights import drawn_filters
from slth_verify.verdict import Verdict

Maker = Callable[..., sv.Ticket]


Images = Callable[..., np.ndarray]


@pytest.mark.parametrize("name", FALSE)
def test_a_false_ticket_is_not_built(
    name: str, grouped: TargetCNN, hand_ticket: Maker
) -> None:
    ticket = dataclasses.replace(hand_ticket(grouped), **FALSE[name])
    with pytest.raises(UnprovedTicketError, match="REFUTED") as caught:
        collapse(ticket, grouped)
    assert caught.value.verdict is Verdict.REFUTED


@pytest.mark.parametrize("filters", [[-1, 2], [2, 2], [0, 1 << 40]])
def test_filters_that_are_not_there_are_refused(
    filters: list[int], grouped: TargetCNN, hand_ticket: Maker
) -> None:
    ticket = hand_ticket(grouped)
    first = dataclasses.replace(ticket.stages[0], filters=np.array(filters))
    ticket = dataclasses.replace(ticket, stages=(first, *ticket.stages[1:]))
    with pytest.raises(UnprovedTicketError, match="exist"):
        collapse(ticket, grouped)


def test_stored_weights_are_not_believed(
    grouped: TargetCNN, hand_ticket: Maker
) -> None:
    ticket = hand_ticket(grouped)
    stages = []
    for stage, part in zip(stages_of(grouped), ticket.stages, strict=True):
        drawn = drawn_filters(ticket.seed, stage, part.width, part.filters)
        stored = sv.ticket.graphs.StoredWeights(
            drawn.scalars, drawn.kernels, drawn.constants
        )
        stages.append(dataclasses.replace(part, weights=stored))
    true = dataclasses.replace(ticket, stages=tuple(stages))
    plain, found = (collapse(x, grouped).graph.sha256 for x in (ticket, true))
    assert found == plain
    lie = stages[0].weights.scalars.copy()
    lie[0] = np.nextafter(lie[0], np.float32(9))
    wrong = dataclasses.replace(stages[0].weights, scalars=lie)
    stages[0] = dataclasses.replace(stages[0], weights=wrong)
    with pytest.raises(UnprovedTicketError, match="stored weights"):
        collapse(dataclasses.replace(ticket, stages=tuple(stages)), grouped)


def test_another_seed_is_another_network(tmp_path: Path) -> None:
    kernel = np.array([[[[0.5, -0.25], [0.125, 0.75]]]], np.float32)
    graph = TargetCNN.from_kernels((kernel,), (1, 4, 4))
    network = sv.RandomCNN(seed=1, widths=sv.suggested_widths(graph, "5%"))
    ticket = sv.prune(graph, network, eps="5%", workers=1)
    assert collapse(ticket, graph, merge=True).after.parameters
    graph.save(tmp_path / "target")
    for changed in ({"seed": 2}, {"seed": 1 << 40}):
        altered = dataclasses.replace(ticket, **changed)
        with pytest.raises(UnprovedTicketError, match="REFUTED") as caught:
            collapse(altered, graph, merge=True)
        assert caught.value.verdict is Verdict.REFUTED
        altered.save(tmp_path / "altered")
        paths = [str(tmp_path / name) for name in ("altered", "target", "out")]
        words = ["collapse", paths[0], "--target", paths[1], "--output", paths[2]]
        assert run([*words, "--merge"]) == 1
        assert not (tmp_path / "out").exists()


def test_a_ticket_in_memory_remembers_its_target(tmp_path: Path) -> None:
    kernel = np.array([[[[0.5, -0.25], [0.125, 0.75]]]], np.float32)
    graph = TargetCNN.from_kernels((kernel,), (1, 4, 4))
    network = sv.RandomCNN(seed=1, widths=sv.suggested_widths(graph, "5%"))
    ticket = sv.prune(graph, network, eps="5%", workers=1)
    assert ticket.made_for is graph
    small = collapse(ticket, merge=True)
    assert small.graph.sha256 == collapse(ticket, graph, merge=True).graph.sha256
    small.save(tmp_path / "small.safetensors")
    again = sv.construction.Collapsed.load(tmp_path / "small.safetensors")
    assert again.sha256 == small.graph.sha256
    other = TargetCNN.from_kernels((2 * kernel,), (1, 4, 4))
    with pytest.raises(UnprovedTicketError, match="made for this target"):
        collapse(dataclasses.replace(ticket, made_for=other))  # the lie
    with pytest.raises(InvalidTargetError, match="target=5"):
        collapse(dataclasses.replace(ticket, made_for=5))  # type: ignore[arg-type]
    ticket.save(tmp_path / "ticket")
    for loaded in (sv.Ticket.load(tmp_path / "ticket"), tmp_path / "ticket"):
        with pytest.raises(InvalidTargetError, match=r"collapse\(ticket, target\)"):
            collapse(loaded)


def test_an_undecided_ticket_is_not_built(
    grouped: TargetCNN, hand_ticket: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def undecided(*_: object) -> None:
        raise ArithmeticError("not decided")

    monkeypatch.setattr(checked_weights, "normal_quantiles", undecided)
    with pytest.raises(UnprovedTicketError, match="INCONCLUSIVE") as caught:
        collapse(hand_ticket(grouped), grouped)
    assert caught.value.verdict is Verdict.INCONCLUSIVE


def test_what_does_not_fit_is_refused(
    grouped: TargetCNN, hand_ticket: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = hand_ticket(grouped)
    with pytest.raises(InvalidParameterError, match="float16"):
        collapse(ticket, grouped, dtype="float16")  # type: ignore[arg-type]
    for exponent in (200, -200):
        stages = tuple(
            dataclasses.replace(part, exponent=exponent) for part in ticket.stages
        )
        far = dataclasses.replace(ticket, stages=stages)
        with pytest.raises(InvalidParameterError, match="float64"):
            collapse(far, grouped)
        assert collapse(far, grouped, dtype="float64").after.parameters
    monkeypatch.setattr(collapsing, "WEIGHTS", 9)
    with pytest.raises(InvalidTicketError, match="--merge"):
        collapse(ticket, grouped)
    collapse(ticket, grouped, merge=True)
