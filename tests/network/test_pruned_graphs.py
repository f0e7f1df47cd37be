"""Pruned random networks of graphs in torch: masked, pruned and exact are one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from handmade.architectures import graph_of
from handmade.graph_modules import assert_same, by_the_checker, masked, outputs, whole
from handmade.nightly import cases, nightly_but
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils import prune

import slth_verify as sv
from slth_verify import strategies as slst
from slth_verify.conformance.torch_modules.architectures import ARCHITECTURES, made
from slth_verify.graph import Convolution, Input, TargetCNN, values
from slth_verify.graph.nodes import KINDS
from slth_verify.graph.stages import stages_of
from slth_verify.network import (
    RandomCNN,
    pruned_module,
    pruning_masks,
    random_network_size,
)
from slth_verify.network.pruned_graphs import networks, operations, target_module
from slth_verify.network.pruned_graphs.pairs import RandomPair
from slth_verify.network.torch_graphs.evaluate import evaluated
from slth_verify.network.torch_graphs.evaluate import given as known

Maker = Callable[..., sv.Ticket]


Images = Callable[..., np.ndarray]


#: Between them they have every kind of layer.
MASKED = ("ResNet with option A", "Fire", "one-dimensional", "dilated", "shuffled")
READ = ("ResNet with projection", "LeNet-5", "strided", "reflecting", "DCGAN")


@pytest.mark.parametrize("name", nightly_but(MASKED, ARCHITECTURES))
def test_masked_pruned_and_checked_networks_agree(
    name: str, hand_ticket: Maker, box_images: Images
) -> None:
    graph = graph_of(name)
    ticket, images = hand_ticket(graph), box_images(graph)
    found = outputs(pruned_module(graph, ticket, dtype="float64"), images)
    assert_same(outputs(masked(graph, ticket), images), found)
    assert_same(by_the_checker(graph, ticket, images), found)
    single = pruned_module(graph, ticket)
    assert_same(outputs(single, images.astype(np.float32)), found, 1e-4)


@pytest.mark.parametrize("name", nightly_but(READ, ARCHITECTURES))
def test_a_graph_is_the_module_that_it_was_read_from(
    name: str, box_images: Images
) -> None:
    module, shape = ARCHITECTURES[name]
    original = made(module)
    graph = graph_of(name)
    images = box_images(graph)
    found = outputs(target_module(graph, dtype="float64"), images)
    given_ = images.reshape(len(images), *shape)
    wanted = outputs(original.double(), given_).reshape(found.shape)
    assert_same(found, wanted)
    assert_same(found, values(graph, images))


@cases(30, 100)
@given(slst.target_graphs(), st.integers(0, 99))
def test_drawn_graphs_agree(
    hand_ticket: Maker, box_images: Images, graph: TargetCNN, seed: int
) -> None:
    ticket, images = hand_ticket(graph, seed), box_images(graph, seed)
    found = outputs(pruned_module(graph, ticket, dtype="float64"), images)
    wanted = by_the_checker(graph, ticket, images)
    assert found.shape == wanted.shape == (len(images), *graph.output_shape)
    scale = 1e-11 * (1 + np.abs(wanted).max())
    assert np.abs(found - wanted).max() <= scale
    assert np.abs(outputs(masked(graph, ticket), images) - found).max() <= scale


@cases(30, 100)
@given(slst.target_graphs(), st.integers(0, 99))
def test_drawn_graphs_are_what_numpy_computes(
    box_images: Images, graph: TargetCNN, seed: int
) -> None:
    images = box_images(graph, seed)
    found = outputs(target_module(graph, dtype="float64"), images)
    exact = evaluated(graph.nodes, {graph.input.name: known(torch.from_numpy(images))})
    last = exact[graph.output.name]
    wanted, error = last.value.numpy(), last.error.numpy()
    finite = np.isfinite(error) & np.isfinite(wanted)
    assert (np.abs(found - wanted)[finite] <= 2 * error[finite]).all()


def test_weights_are_those_of_the_random_network(
    grouped: TargetCNN, hand_ticket: Maker
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
    assert random_network_size(grouped, widths).parameters == count
    assert count == sum(weight.numel() for weight in module.parameters())


def test_single_products_are_equal_bit_for_bit(box_images: Images) -> None:
    weight = np.ones((1, 1, 1, 1), np.float32)
    graph = TargetCNN(
        (
            Input(name="x", shape=(1, 3, 3), low=(-1,), high=(1,)),
            Convolution(name="c", sources=("x",), weight=weight),
        )
    )
    part = sv.ticket.StageTicket("c", 3, -2, np.array([4]))
    ticket = sv.Ticket(
        {"name": "", "sha256": graph.sha256},
        sv.network.GENERATOR,
        7,
        (part,),
        Fraction(1),
        "1",
    )
    images = np.round(box_images(graph) * 4) / 4
    found = outputs(pruned_module(graph, ticket, dtype="float64"), images)
    assert found.any()
    assert np.array_equal(outputs(masked(graph, ticket), images), found)
    assert np.array_equal(by_the_checker(graph, ticket, images), found)


def test_without_the_block_mask_it_is_another_network(
    grouped: TargetCNN, hand_ticket: Maker, box_images: Images
) -> None:
    ticket, images = hand_ticket(grouped), box_images(grouped)
    module = whole(grouped, ticket, "float64")
    for path, mask in pruning_masks(grouped, ticket).items():
        rows = mask.amax(dim=1, keepdim=True).expand_as(mask)
        prune.custom_from_mask(module.get_submodule(path), "weight", rows)
    found = outputs(pruned_module(grouped, ticket, dtype="float64"), images)
    assert np.abs(outputs(module, images) - found).max() > 1e-3


def test_nothing_kept_gives_zeros(grouped: TargetCNN, hand_ticket: Maker) -> None:
    ticket = hand_ticket(grouped)
    none = tuple(
        dataclasses.replace(part, filters=np.empty(0, np.int64))
        for part in ticket.stages
    )
    ticket = dataclasses.replace(ticket, stages=none)
    module = pruned_module(grouped, ticket)
    found = module(torch.ones(2, *grouped.input.shape))
    assert found.shape == (2, *grouped.output_shape)
    assert not found.any()


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
    grouped: TargetCNN,
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
        for graph in (grouped, TargetCNN(nodes)):
            made_ = outputs(target_module(graph, dtype="float64"), images)
            wanted = values(graph, images)
            same = made_.shape == wanted.shape
            found.append(float(np.abs(made_ - wanted).max()) if same else np.inf)
        return found

    assert max(gaps()) < 1e-12
    wrong = mutant(operations, *LIES[name])
    monkeypatch.setattr(networks, "operation_of", wrong.operation_of)
    assert not max(gaps()) < 1e-3
