"""Networks of graphs in torch: refusals, sizes, copies."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable

import numpy as np
import pytest
import torch
from handmade.graph_modules import assert_same, outputs

import slth_verify as sv
from slth_verify.errors import InvalidParameterError, InvalidTicketError
from slth_verify.graph import Convolution, Dense, Input, TargetCNN
from slth_verify.graph.stages import staged, stages_of
from slth_verify.network import (
    dense_module,
    pruned_module,
    pruning_masks,
    random_network_size,
    target_size,
)
from slth_verify.network.pruned_graphs import target_module

Maker = Callable[..., sv.Ticket]


Images = Callable[..., np.ndarray]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"generator": "mt19937"}, "generator"),
        ({"target": {"name": "", "sha256": "0" * 64}}, "another target"),
        ({"stages": ()}, "stages"),
    ],
)
def test_tickets_of_other_networks_are_refused(
    change: dict, match: str, grouped: TargetCNN, hand_ticket: Maker
) -> None:
    ticket = dataclasses.replace(hand_ticket(grouped), **change)
    for make in (pruned_module, pruning_masks):
        with pytest.raises(InvalidTicketError, match=match):
            make(grouped, ticket)


@pytest.mark.parametrize("filters", [[-1, 2], [2, 2], [3, 1], [0, 1 << 40]])
def test_filters_that_are_not_there_are_refused(
    filters: list[int], grouped: TargetCNN, hand_ticket: Maker
) -> None:
    ticket = hand_ticket(grouped)
    first = dataclasses.replace(ticket.stages[0], filters=np.array(filters))
    ticket = dataclasses.replace(ticket, stages=(first, *ticket.stages[1:]))
    with pytest.raises(InvalidTicketError, match="filters"):
        pruned_module(grouped, ticket)


def test_too_large_networks_are_refused(
    grouped: TargetCNN, hand_ticket: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = len(stages_of(grouped))
    with pytest.raises(InvalidParameterError, match="50000000"):
        dense_module(grouped, 1, [1 << 40] * count)
    with pytest.raises(InvalidParameterError, match="one of both"):
        dense_module(grouped, 1, [2])
    with pytest.raises(InvalidParameterError, match="float16"):
        target_module(grouped, dtype="float16")  # type: ignore[arg-type]
    wide = hand_ticket(grouped)
    stages = tuple(dataclasses.replace(p, width=1 << 40) for p in wide.stages)
    with pytest.raises(InvalidParameterError, match="50000000"):
        pruning_masks(grouped, dataclasses.replace(wide, stages=stages))
    monkeypatch.setattr("slth_verify.network.pruned_graphs.networks.WEIGHTS", 9)
    with pytest.raises(InvalidTicketError, match="merge=True"):
        pruned_module(grouped, hand_ticket(grouped))


def test_a_graph_without_stages_has_a_network(hand_ticket: Maker) -> None:
    graph = TargetCNN((Input(name="x", shape=(2,), low=(0, 0), high=(1, 1)),))
    module = pruned_module(graph, hand_ticket(graph))
    assert torch.equal(module(torch.ones(3, 2)), torch.ones(3, 2))


def test_modules_are_copied_pickled_and_exported(
    grouped: TargetCNN, hand_ticket: Maker, box_images: Images
) -> None:
    module = pruned_module(grouped, hand_ticket(grouped), dtype="float64")
    images = box_images(grouped)
    found = outputs(module, images)
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert np.array_equal(outputs(other, images), found)
    batch = torch.export.Dim("batch", min=2)
    program = torch.export.export(
        module, (torch.from_numpy(images),), dynamic_shapes=[{0: batch}]
    )
    assert_same(outputs(program.module(), images[:3]), found[:3])


def test_sizes_of_a_graph() -> None:
    graph = TargetCNN(
        (
            Input(name="x", shape=(2, 4, 4), low=(0, 0), high=(1, 1)),
            Convolution(
                name="c", sources=("x",), weight=np.ones((3, 2, 3, 3), np.float32)
            ),
            sv.graph.Reshape(name="r", sources=("c",), shape=(12,)),
            Dense(
                name="d",
                sources=("r",),
                weight=np.ones((5, 12), np.float32),
                bias=np.ones(5, np.float32),
            ),
        )
    )
    size = target_size(graph)
    assert size.parameters == 54 + 60 + 5
    assert size.multiply_adds == 54 * 4 + 60
    size = random_network_size(graph, (2, 3))
    assert size.parameters == 4 * 2 * (2 + 27) + 6 * (12 * (12 + 5) + 1 + 5)
    first, second = 4 * 2 * 2 * 16, 4 * 2 * 27 * 4
    assert size.multiply_adds == first + second + 6 * (12 * (12 + 5) + 1 + 5)
    assert len(staged(graph)) == 4


def test_filters_whose_differences_wrap_around_are_seen(
    grouped: TargetCNN, hand_ticket: Maker
) -> None:
    ticket = hand_ticket(grouped)
    first, *others = ticket.stages
    wrapped = np.array([3, 1 - 2**63, 0])  # every difference in int64 is positive
    assert (np.diff(np.concatenate([[-1], wrapped, [4]])) > 0).all()
    stages = (dataclasses.replace(first, filters=wrapped), *others)
    with pytest.raises(InvalidTicketError, match="do not increase"):
        pruned_module(grouped, dataclasses.replace(ticket, stages=stages))
