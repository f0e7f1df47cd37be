"""Every door that takes several integers takes sequences, and nothing like them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import Phase, find, settings
from hypothesis.errors import InvalidArgument

import slth_verify as sv
from slth_verify import bounds, construction, network, strategies
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph import (
    Convolution,
    Crop,
    Input,
    MaxPool,
    Pad,
    Permute,
    Reshape,
    TargetCNN,
)
from slth_verify.graph.given_input import input_node
from slth_verify.numbers import in_order, whole_numbers

REFUSALS = (InvalidParameterError, InvalidTargetError, InvalidArgument)
KERNEL = np.ones((1, 1, 2, 2), np.float32)
IMAGE = Input(name="x", shape=(1, 4, 4), low=(0,), high=(1,))


def graph_with(kind: Callable[..., Any], field: str, **others: Any) -> Any:
    def door(given: Any) -> Any:
        node = kind(name="n", sources=("x",), **{field: given}, **others)
        return getattr(TargetCNN((IMAGE, node)).node("n"), field)

    return door


def of_input(given: Any) -> Any:
    return TargetCNN((Input(name="x", shape=given, low=(0,), high=(1,)),)).input.shape


def target() -> TargetCNN:
    return TargetCNN.from_kernels([KERNEL], (1, 4, 4))


def sizes_drawn(given: Any) -> Any:
    first = settings(max_examples=1, database=None, phases=(Phase.generate,))
    drawn = strategies.target_networks(kernel_sizes=given)
    find(drawn, lambda _: True, settings=first)
    return None


#: A door, and what it takes.
DOORS: dict[str, tuple[Callable[[Any], Any], tuple[int, ...]]] = {
    "whole_numbers": (whole_numbers, (1, 2, 2)),
    "in_order": (in_order, (1, 2, 2)),
    "input_node": (lambda given: input_node(given, (-1, 1)).shape, (1, 2, 2)),
    "Input": (of_input, (1, 2, 2)),
    "stride": (graph_with(Convolution, "stride", weight=KERNEL), (2, 1)),
    "dilation": (graph_with(Convolution, "dilation", weight=KERNEL), (2, 1)),
    "padding": (graph_with(Convolution, "padding", weight=KERNEL), (1, 1, 2, 2)),
    "window": (graph_with(MaxPool, "window", stride=(1, 1)), (2, 1)),
    "Reshape": (graph_with(Reshape, "shape"), (2, 8)),
    "Permute": (graph_with(Permute, "axes"), (2, 1, 0)),
    "Crop": (graph_with(Crop, "starts", stops=(1, 4, 4)), (0, 1, 2)),
    "Pad": (graph_with(Pad, "padding"), (1, 1, 2, 2)),
    "from_kernels": (
        lambda given: TargetCNN.from_kernels([KERNEL], given).input.shape,
        (1, 4, 4),
    ),
    "from_torch": (
        lambda given: TargetCNN.from_torch(torch.nn.ReLU(), given).input.shape,
        (1, 2, 2),
    ),
    "RandomCNN": (lambda given: sv.RandomCNN(1, given).widths, (3, 8)),
    "network_width, kernel": (
        lambda given: bounds.network_question(
            given, (1, 2, 2), "0.1", "0.1", universal=False, objective="filters"
        ),
        (2, 1),
    ),
    "network_width, channels": (
        lambda given: bounds.network_question(
            (2, 1), given, "0.1", "0.1", universal=False, objective="filters"
        ),
        (1, 2, 2),
    ),
    "dense_module": (lambda given: network.dense_module(target(), 1, given), (3,)),
    "random_network_size": (
        lambda given: network.random_network_size(target(), given),
        (3,),
    ),
    "search_points": (
        lambda given: [*construction.search_points(given, (0.5,), repeats=1)],
        (1,),
    ),
    "channels": (lambda given: strategies.Architecture(given, (1, 1)), (1, 2, 2)),
    "kernel_sizes": (lambda given: strategies.Architecture((1, 1, 1), given), (2, 2)),
    "sizes": (sizes_drawn, (1, 2)),
}


def impostors(given: tuple[int, ...]) -> dict[str, Any]:
    """What has the same integers, or looks as if it had."""
    return {
        "text": "".join(map(str, given)),
        "text with commas": ",".join(map(str, given)),
        "bytes": bytes(given),
        "bytearray": bytearray(given),
        "memoryview": memoryview(bytes(given)),
        "dict": dict.fromkeys(given),
        "ordered dict": OrderedDict.fromkeys(given),
        "keys": dict.fromkeys(given).keys(),
        "set": set(given),
        "iterator": iter(given),
        "endless": count(1),
        "one": given[0],
        "no axis": np.array(given[0]),
        "nothing": None,
        "truths": tuple(map(bool, given)),
        "halves": tuple(number + 0.5 for number in given),
        "nested": (given, given),
    }


#: Takes admissible sizes, whose order does not matter.
UNORDERED = {("sizes", "set"), ("sizes", "keys")}
#: Takes whatever entries there are.
ANY_ENTRIES = {("in_order", name) for name in ("truths", "halves", "nested")}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("impostor", impostors((1,)))
def test_what_is_no_sequence_of_integers_is_refused(door: str, impostor: str) -> None:
    take, given = DOORS[door]
    if (door, impostor) in UNORDERED | ANY_ENTRIES:
        take(impostors(given)[impostor])
        return
    with pytest.raises(REFUSALS):
        take(impostors(given)[impostor])


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", [tuple, list, np.array, torch.Size])
def test_sequences_are_taken(door: str, kind: Callable[[Any], Any]) -> None:
    take, given = DOORS[door]
    if door == "sizes" and kind is np.array:
        return  # a collection of admissible integers
    found = take(kind(given))
    if isinstance(found, tuple):
        assert found == given


def test_ranges_are_sequences() -> None:
    assert input_node(range(1, 4), (-1, 1)).shape == (1, 2, 3)
