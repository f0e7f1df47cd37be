"""The oracle of differences: no value leaves its bounds, one stage reaches them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.graph_nodes import image, one_dense
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.conformance.oracles.graph_differences import difference_bounds
from slth_verify.conformance.oracles.pruned_graph import (
    StageWeights,
    pruned_values,
    stages_of,
)
from slth_verify.graph import (
    BatchNorm,
    Clip,
    Convolution,
    Rectifier,
    Sum,
    TargetCNN,
    exact_node_values,
    exact_values,
    ranges,
)
from slth_verify.graph.nodes import KINDS
from slth_verify.strategies import target_graphs

F = Fraction
ONE = np.ones(1, np.float32)

Pair = Callable[..., dict[str, StageWeights]]
Images = Callable[[TargetCNN, int], np.ndarray]

GRAPHS = target_graphs(max_side=3) | target_graphs(min_steps=3, max_side=3)
WAYS = st.sampled_from(["near", "far", "nothing", "swapped", "one sign", "exact"])


@given(GRAPHS, WAYS, st.integers(0, 999), st.lists(st.integers(0, 999), max_size=3))
def test_values_stay_in_their_bounds(
    pair_of: Pair,
    image_of: Images,
    values_of: Callable[..., Any],
    violations: Callable[..., list[str]],
    graph: TargetCNN,
    way: str,
    seed: int,
    images: list[int],
) -> None:
    stages = pair_of(graph, way, seed)
    bounds = difference_bounds(graph, stages)
    for number in (0, 1, *images):
        values = values_of(graph, stages, image_of(graph, number))
        assert not violations(bounds, values)


@given(GRAPHS)
def test_targets_are_in_the_ranges_of_their_channels(
    pair_of: Pair, graph: TargetCNN
) -> None:
    known = ranges(graph)
    for name, found in difference_bounds(graph, pair_of(graph, "far", 0)).items():
        for channel, entries in enumerate(zip(*found.target, strict=True)):
            assert known[name].lower[channel] <= np.min(entries[0])
            assert np.max(entries[1]) <= known[name].upper[channel]


@given(
    target_graphs(max_side=3, kinds={"convolution", "dense", "rectifier", "clip"})
    | target_graphs(max_side=3, kinds={"convolution", "max-pool", "pad", "permute"}),
    st.integers(0, 999),
)
def test_an_exact_pair_has_no_difference(
    pair_of: Pair, image_of: Images, graph: TargetCNN, seed: int
) -> None:
    stages = pair_of(graph, "exact", seed)
    for found in difference_bounds(graph, stages).values():
        assert all(not np.any(end) for end in found.difference)
    pruned = pruned_values(graph, stages, image_of(graph, seed))
    for name, lower, upper in exact_node_values(graph, image_of(graph, seed)):
        assert np.array_equal(pruned[name], lower)
        assert np.array_equal(pruned[name], upper)


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("way", ["near", "far"])
def test_one_stage_reaches_its_bounds(pair_of: Pair, mode: str, way: str) -> None:
    """Where no root comes in: copies of an entry are one entry, and zeros are none."""
    rng = np.random.default_rng(5)
    graph = TargetCNN(
        (
            image((1, 2, 2)),
            Convolution(
                name="conv",
                sources=("image",),
                weight=rng.integers(-8, 9, (2, 1, 2, 2)).astype(np.float32) / 8,
                bias=np.array([0.5, -1], np.float32),
                padding=(1, 0, 1, 1),
                padding_mode=mode,
                stride=(1, 2),
            ),
        )
    )
    stages = pair_of(graph, way, 3)
    found = difference_bounds(graph, stages)["conv"]
    seen = []
    for entries in itertools.product([F(-1), F(0), F(1, 2)], repeat=4):
        values = np.array(entries, object).reshape(1, 2, 2)
        *_, (_, target, _) = exact_node_values(graph, values)
        pruned = pruned_values(graph, stages, values)["conv"]
        seen.append((target, pruned, pruned - target))
    for index, bounds in enumerate((found.target, found.pruned, found.difference)):
        every = np.stack([values[index] for values in seen])
        assert np.array_equal(every.min(axis=0), bounds[0])
        assert np.array_equal(every.max(axis=0), bounds[1])


def test_stages_take_a_batch_norm_that_is_the_only_user() -> None:
    def norm(name: str, source: str) -> BatchNorm:
        return BatchNorm(
            name=name,
            sources=(source,),
            scale=ONE,
            shift=ONE,
            mean=ONE,
            variance=ONE,
            epsilon=F(1, 2),
        )

    graph = TargetCNN(
        (
            image((1,)),
            norm("first", "image"),
            one_dense("folded", "first"),
            norm("its norm", "folded"),
            norm("another", "its norm"),
            one_dense("shared", "another"),
            norm("beside", "shared"),
            Sum(name="sum", sources=("shared", "beside")),
            one_dense("last", "sum"),
        )
    )
    found = [(stage.layer.name, stage.output) for stage in stages_of(graph)]
    assert found == [
        ("first", "first"),
        ("folded", "its norm"),
        ("another", "another"),
        ("shared", "shared"),
        ("beside", "beside"),
        ("last", "last"),
    ]


@given(data=st.data())
def test_powers_of_two_move_to_the_output(
    data: st.DataObject, pair_of: Pair, image_of: Images
) -> None:
    """The constant channel and thresholds carry what comes before them."""
    chain = target_graphs(max_side=3, kinds=set(KINDS) - {"sum", "concat"})
    graph = data.draw(chain)
    weights = pair_of(graph, "far", 1)
    layers = {stage.layer.name for stage in stages_of(graph)}
    moved, there, total, nodes, powers = {}, {}, F(1), [], {}
    for node in graph.nodes:
        if isinstance(node, Clip):
            node = replace(node, low=node.low / total, high=node.high / total)
        nodes.append(node)
        if node.name in layers:
            positive, negative, bias = weights[node.name]
            factor = F(2) ** data.draw(st.integers(-3, 3))
            there[node.name] = (
                positive * factor,
                negative * factor,
                None if bias is None else bias * factor,
            )
            moved[node.name] = (
                positive,
                negative,
                None if bias is None else bias / total,
            )
            total *= factor
        powers[node.name] = total
    image = image_of(graph, 1)
    expected = pruned_values(TargetCNN(tuple(nodes)), moved, image)
    for name, values in pruned_values(graph, there, image).items():
        assert np.array_equal(values, powers[name] * expected[name])


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("groups", [1, 2])
def test_two_random_layers_are_the_pair(mode: str, groups: int) -> None:
    """A channel-blocked layer, a ReLU and the node's own geometry, filter by filter."""
    rng = np.random.default_rng(groups)
    filters, wide = 3, 4 // groups
    u = rng.integers(-8, 9, (4, filters)).astype(np.float32) / 8
    v = rng.integers(-8, 9, (6, wide, filters, 2, 3)).astype(np.float32) / 8
    how = {
        "groups": groups,
        "stride": (1, 2),
        "dilation": (2, 1),
        "padding": (1, 2, 1, 0),
        "padding_mode": mode,
    }
    first = Convolution(
        name="first", sources=("image",), weight=u.reshape(-1, 1, 1, 1), groups=4
    )
    relu = Rectifier(name="relu", sources=("first",))
    second = v.reshape(6, wide * filters, 2, 3)
    last = Convolution(name="last", sources=("relu",), weight=second, **how)
    random = TargetCNN((image((4, 3, 4)), first, relu, last))
    zeros = np.zeros((6, wide, 2, 3), np.float32)
    target = TargetCNN(
        (
            image((4, 3, 4)),
            Convolution(name="last", sources=("image",), weight=zeros, **how),
        )
    )
    scalars = np.repeat(u.reshape(groups, wide, filters), 6 // groups, axis=0)
    signs = (np.maximum(scalars, 0), np.maximum(-scalars, 0))
    positive, negative = (np.einsum("ocl,oclij->ocij", part, v) for part in signs)
    entries = rng.integers(-8, 9, (4, 3, 4)) / 8
    found = pruned_values(target, {"last": (positive, negative, None)}, entries)
    assert np.array_equal(found["last"], exact_values(random, entries)[0])
