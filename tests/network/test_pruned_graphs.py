"""Pruned random networks of graphs in torch: masked, pruned and exact are one."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import prune

import slth_verify as sv
from slth_verify import strategies as slst
from slth_verify.conformance.torch_modules.architectures import ARCHITECTURES, made
from slth_verify.errors import InvalidParameterError, InvalidTicketError
from slth_verify.graph import Convolution, Dense, Input, TargetGraph, values
from slth_verify.graph.nodes import KINDS
from slth_verify.graph.stages import staged, stages_of
from slth_verify.network import (
    RandomCNN,
    dense_graph_module,
    graph_from_torch,
    graph_masks,
    graph_module,
    graph_size,
    pruned_graph_module,
    random_graph_size,
)
from slth_verify.network.pruned_graphs import networks, operations
from slth_verify.network.pruned_graphs.pairs import RandomPair
from slth_verify.network.torch_graphs._evaluate import evaluated
from slth_verify.network.torch_graphs._evaluate import given as known
from slth_verify.ticket.graphs.sums import pair_sums
from slth_verify.ticket.graphs.values import FloatPair, float_pruned_values
from slth_verify.ticket.graphs.weights import drawn_filters

Maker = Callable[..., sv.GraphTicket]
Images = Callable[..., np.ndarray]


def whole(graph: TargetGraph, ticket: sv.GraphTicket, dtype: str) -> nn.Module:
    """The dense random network of a ticket, not pruned."""
    return dense_graph_module(
        graph,
        ticket.seed,
        [part.width for part in ticket.stages],
        exponents=[part.exponent for part in ticket.stages],
        dtype=dtype,
    )


def masked(graph: TargetGraph, ticket: sv.GraphTicket) -> nn.Module:
    """The same, pruned by torch's own tool."""
    module = whole(graph, ticket, "float64")
    for path, mask in graph_masks(graph, ticket).items():
        prune.custom_from_mask(module.get_submodule(path), "weight", mask)
    return module


def outputs(module: nn.Module, images: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return module(torch.from_numpy(images)).numpy()


def by_the_checker(
    graph: TargetGraph, ticket: sv.GraphTicket, images: np.ndarray
) -> np.ndarray:
    """What the checker takes the pruned network for, in floats."""
    pairs = {}
    for stage, part in zip(stages_of(graph), ticket.stages, strict=True):
        drawn = drawn_filters(ticket.seed, stage, part.width, part.filters)
        pairs[stage.name] = FloatPair.of(pair_sums(stage, part.exponent, drawn))
    return float_pruned_values(graph, pairs, images)


def assert_same(one: np.ndarray, other: np.ndarray, part: float = 1e-12) -> None:
    assert one.shape == other.shape
    assert np.abs(one - other).max() <= part * np.abs(other).max()


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_masked_pruned_and_checked_networks_agree(
    name: str, hand_ticket: Maker, box_images: Images
) -> None:
    module, shape = ARCHITECTURES[name]
    graph = graph_from_torch(made(module), shape, box=(-1, 1))
    ticket, images = hand_ticket(graph), box_images(graph)
    found = outputs(pruned_graph_module(graph, ticket, dtype="float64"), images)
    assert_same(outputs(masked(graph, ticket), images), found)
    assert_same(by_the_checker(graph, ticket, images), found)
    single = pruned_graph_module(graph, ticket)
    assert_same(outputs(single, images.astype(np.float32)), found, 1e-4)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_graph_is_the_module_that_it_was_read_from(
    name: str, box_images: Images
) -> None:
    module, shape = ARCHITECTURES[name]
    original = made(module)
    graph = graph_from_torch(original, shape, box=(-1, 1))
    images = box_images(graph)
    found = outputs(graph_module(graph, dtype="float64"), images)
    given_ = images.reshape(len(images), *shape)
    wanted = outputs(original.double(), given_).reshape(found.shape)
    assert_same(found, wanted)
    assert_same(found, values(graph, images))


@settings(max_examples=100)
@given(slst.target_graphs(), st.integers(0, 99))
def test_drawn_graphs_agree(
    hand_ticket: Maker, box_images: Images, graph: TargetGraph, seed: int
) -> None:
    ticket, images = hand_ticket(graph, seed), box_images(graph, seed)
    found = outputs(pruned_graph_module(graph, ticket, dtype="float64"), images)
    wanted = by_the_checker(graph, ticket, images)
    assert found.shape == wanted.shape == (len(images), *graph.output_shape)
    scale = 1e-11 * (1 + np.abs(wanted).max())
    assert np.abs(found - wanted).max() <= scale
    assert np.abs(outputs(masked(graph, ticket), images) - found).max() <= scale


@settings(max_examples=100)
@given(slst.target_graphs(), st.integers(0, 99))
def test_drawn_graphs_are_what_numpy_computes(
    box_images: Images, graph: TargetGraph, seed: int
) -> None:
    images = box_images(graph, seed)
    found = outputs(graph_module(graph, dtype="float64"), images)
    exact = evaluated(graph.nodes, {graph.input.name: known(torch.from_numpy(images))})
    last = exact[graph.output.name]
    wanted, error = last.value.numpy(), last.error.numpy()
    finite = np.isfinite(error) & np.isfinite(wanted)
    assert (np.abs(found - wanted)[finite] <= 2 * error[finite]).all()


def test_weights_are_those_of_the_random_network(
    grouped: TargetGraph, hand_ticket: Maker
) -> None:
    ticket = hand_ticket(grouped)
    network = RandomCNN(ticket.seed, tuple(part.width for part in ticket.stages))
    module = whole(grouped, ticket, "float32")
    pairs = [part for part in module.operations if isinstance(part, RandomPair)]
    count = 0
    for stage, pair in zip(stages_of(grouped), pairs, strict=True):
        number, block = stage.number, network.block(stage.number)
        outputs_, wide = stage.layer.weight.shape[:2]
        per_group = outputs_ // stage.layer.groups
        first, second = (
            layer.weight.detach().numpy() for layer in (pair.first, pair.second)
        )
        assert first.shape == (block * stage.channels, stage.channels, 1, 1)
        for index in range(len(first)):
            alone = np.array([index])
            for channel in range(stage.channels):
                scalar = network.scalars(number, channel, alone)
                assert first[index, channel, 0, 0].tobytes() == scalar.tobytes()
            group, place = divmod(index, block * wide)
            some = slice(group * per_group, (group + 1) * per_group)
            kernel = network.kernels(number, alone, stage.kernel_shape(0))[0]
            made_ = second[some, place].transpose(1, 2, 0)
            assert np.ascontiguousarray(made_).tobytes() == kernel.tobytes()
        count += first.size + second.size
        if stage.has_bias:
            others = np.arange(block * stage.channels, block * stage.inputs)
            scalars = network.scalars(number, stage.channels, others)
            assert (
                pair.constant_first.weight.detach().numpy().tobytes()
                == scalars.tobytes()
            )
            shape = stage.kernel_shape(stage.channels)
            kernels = network.kernels(number, others, shape)[:, 0, 0].T
            found = pair.constant_second.weight.detach().numpy()[:, :, 0, 0]
            assert np.array_equal(found, kernels)
            count += scalars.size + kernels.size
    widths = [part.width for part in ticket.stages]
    assert random_graph_size(grouped, widths).parameters == count
    assert count == sum(weight.numel() for weight in module.parameters())


def test_single_products_are_equal_bit_for_bit(box_images: Images) -> None:
    weight = np.ones((1, 1, 1, 1), np.float32)
    graph = TargetGraph(
        (
            Input(name="x", shape=(1, 3, 3), low=(-1,), high=(1,)),
            Convolution(name="c", sources=("x",), weight=weight),
        )
    )
    part = sv.ticket.StageTicket("c", 3, -2, np.array([4]))
    ticket = sv.GraphTicket(
        {"name": "", "sha256": graph.sha256},
        sv.network.GENERATOR,
        7,
        (part,),
        Fraction(1),
        "1",
    )
    images = np.round(box_images(graph) * 4) / 4
    found = outputs(pruned_graph_module(graph, ticket, dtype="float64"), images)
    assert found.any()
    assert np.array_equal(outputs(masked(graph, ticket), images), found)
    assert np.array_equal(by_the_checker(graph, ticket, images), found)


def test_without_the_block_mask_it_is_another_network(
    grouped: TargetGraph, hand_ticket: Maker, box_images: Images
) -> None:
    ticket, images = hand_ticket(grouped), box_images(grouped)
    module = whole(grouped, ticket, "float64")
    for path, mask in graph_masks(grouped, ticket).items():
        rows = mask.amax(dim=1, keepdim=True).expand_as(mask)
        prune.custom_from_mask(module.get_submodule(path), "weight", rows)
    found = outputs(pruned_graph_module(grouped, ticket, dtype="float64"), images)
    assert np.abs(outputs(module, images) - found).max() > 1e-3


def test_nothing_kept_gives_zeros(grouped: TargetGraph, hand_ticket: Maker) -> None:
    ticket = hand_ticket(grouped)
    none = tuple(
        dataclasses.replace(part, filters=np.empty(0, np.int64))
        for part in ticket.stages
    )
    ticket = dataclasses.replace(ticket, stages=none)
    module = pruned_graph_module(grouped, ticket)
    found = module(torch.ones(2, *grouped.input.shape))
    assert found.shape == (2, *grouped.output_shape)
    assert not found.any()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"generator": "mt19937"}, "generator"),
        ({"target": {"name": "", "sha256": "0" * 64}}, "another target"),
        ({"stages": ()}, "stages"),
    ],
)
def test_tickets_of_other_networks_are_refused(
    change: dict, match: str, grouped: TargetGraph, hand_ticket: Maker
) -> None:
    ticket = dataclasses.replace(hand_ticket(grouped), **change)
    for make in (pruned_graph_module, graph_masks):
        with pytest.raises(InvalidTicketError, match=match):
            make(grouped, ticket)


@pytest.mark.parametrize("filters", [[-1, 2], [2, 2], [3, 1], [0, 1 << 40]])
def test_filters_that_are_not_there_are_refused(
    filters: list[int], grouped: TargetGraph, hand_ticket: Maker
) -> None:
    ticket = hand_ticket(grouped)
    first = dataclasses.replace(ticket.stages[0], filters=np.array(filters))
    ticket = dataclasses.replace(ticket, stages=(first, *ticket.stages[1:]))
    with pytest.raises(InvalidTicketError, match="filters"):
        pruned_graph_module(grouped, ticket)


def test_too_large_networks_are_refused(
    grouped: TargetGraph, hand_ticket: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = len(stages_of(grouped))
    with pytest.raises(InvalidParameterError, match="50000000"):
        dense_graph_module(grouped, 1, [1 << 40] * count)
    with pytest.raises(InvalidParameterError, match="one of both"):
        dense_graph_module(grouped, 1, [2])
    with pytest.raises(InvalidParameterError, match="float16"):
        graph_module(grouped, dtype="float16")  # type: ignore[arg-type]
    wide = hand_ticket(grouped)
    stages = tuple(dataclasses.replace(p, width=1 << 40) for p in wide.stages)
    with pytest.raises(InvalidParameterError, match="50000000"):
        graph_masks(grouped, dataclasses.replace(wide, stages=stages))
    monkeypatch.setattr("slth_verify.network.pruned_graphs.networks.WEIGHTS", 9)
    with pytest.raises(InvalidTicketError, match="merge=True"):
        pruned_graph_module(grouped, hand_ticket(grouped))


def test_a_graph_without_stages_has_a_network(hand_ticket: Maker) -> None:
    graph = TargetGraph((Input(name="x", shape=(2,), low=(0, 0), high=(1, 1)),))
    module = pruned_graph_module(graph, hand_ticket(graph))
    assert torch.equal(module(torch.ones(3, 2)), torch.ones(3, 2))


def test_modules_are_copied_pickled_and_exported(
    grouped: TargetGraph, hand_ticket: Maker, box_images: Images
) -> None:
    module = pruned_graph_module(grouped, hand_ticket(grouped), dtype="float64")
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
    graph = TargetGraph(
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
    size = graph_size(graph)
    assert size.parameters == 54 + 60 + 5
    assert size.multiply_adds == 54 * 4 + 60
    size = random_graph_size(graph, (2, 3))
    assert size.parameters == 4 * 2 * (2 + 27) + 6 * (12 * (12 + 5) + 1 + 5)
    first, second = 4 * 2 * 2 * 16, 4 * 2 * 27 * 4
    assert size.multiply_adds == first + second + 6 * (12 * (12 + 5) + 1 + 5)
    assert len(staged(graph)) == 4


def test_every_kind_of_node_has_an_operation() -> None:
    kinds = set(KINDS.values()) - {Input}
    assert set(operations._FUNCTIONS) | set(operations._MODULES) == kinds


LIES = {
    "padding always counts": ("if node.counts_padding else", "if True else"),
    "zeros win in a max pool": ('"zeros", -math.inf)', '"zeros", 0.0)'),
    "slopes forgotten": ("if any(node.slopes) else []", "if False else []"),
    "other axes": ("axis + 1 for axis", "3 - axis for axis"),
    "margins of zeros": (
        "padded(input, self.margins, self.margin_mode)",
        'padded(input, self.margins, "zeros")',
    ),
    "scale and shift exchanged": (
        "self.variance, self.scale, self.shift)",
        "self.variance, self.shift, self.scale)",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_a_wrong_operation_is_seen(
    name: str,
    grouped: TargetGraph,
    mutant: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    box_images: Images,
) -> None:
    nodes = (
        *grouped.nodes[:2],
        sv.graph.MaxPool(
            name="max",
            sources=("groups",),
            window=(2, 2),
            stride=(1, 1),
            padding=(1, 0, 0, 1),
        ),
        sv.graph.Permute(name="turned", sources=("max",), axes=(0, 2, 1)),
    )
    images = box_images(grouped)

    def gaps() -> list[float]:
        found = []
        for graph in (grouped, TargetGraph(nodes)):
            made_ = outputs(graph_module(graph, dtype="float64"), images)
            wanted = values(graph, images)
            same = made_.shape == wanted.shape
            found.append(float(np.abs(made_ - wanted).max()) if same else np.inf)
        return found

    assert max(gaps()) < 1e-12
    wrong = mutant(operations, *LIES[name])
    monkeypatch.setattr(networks, "operation_of", wrong.operation_of)
    assert not max(gaps()) < 1e-3
