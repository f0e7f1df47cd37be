"""The oracle of differences: no value leaves its bounds, one stage reaches them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
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
    Convolution,
    Dense,
    Input,
    Rectifier,
    Sum,
    TargetGraph,
    exact_node_values,
    ranges,
)
from slth_verify.strategies import target_graphs

F = Fraction
ONE = np.ones(1, np.float32)

Pair = Callable[..., dict[str, StageWeights]]
Images = Callable[[TargetGraph, int], np.ndarray]

GRAPHS = target_graphs(max_side=3) | target_graphs(min_steps=3, max_side=3)
WAYS = st.sampled_from(["near", "far", "nothing", "swapped", "one sign", "exact"])


@given(GRAPHS, WAYS, st.integers(0, 999), st.lists(st.integers(0, 999), max_size=3))
def test_values_stay_in_their_bounds(
    pair_of: Pair,
    image_of: Images,
    values_of: Callable[..., Any],
    violations: Callable[..., list[str]],
    graph: TargetGraph,
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
    pair_of: Pair, graph: TargetGraph
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
    pair_of: Pair, image_of: Images, graph: TargetGraph, seed: int
) -> None:
    stages = pair_of(graph, "exact", seed)
    for found in difference_bounds(graph, stages).values():
        assert all(not np.any(end) for end in found.difference)
    pruned = pruned_values(graph, stages, image_of(graph, seed))
    for name, lower, upper in exact_node_values(graph, image_of(graph, seed)):
        assert np.array_equal(pruned[name], lower)
        assert np.array_equal(pruned[name], upper)


def image(shape: tuple[int, ...], low: str = "-1", high: str = "1/2") -> Input:
    return Input(
        name="image", shape=shape, low=(low,) * shape[0], high=(high,) * shape[0]
    )


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("way", ["near", "far"])
def test_one_stage_reaches_its_bounds(pair_of: Pair, mode: str, way: str) -> None:
    """Where no root comes in: copies of an entry are one entry, and zeros are none."""
    rng = np.random.default_rng(5)
    graph = TargetGraph(
        (
            image((1, 2, 3)),
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
    for entries in itertools.product([F(-1), F(0), F(1, 2)], repeat=6):
        values = np.array(entries, object).reshape(1, 2, 3)
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

    def dense(name: str, source: str) -> Dense:
        return Dense(name=name, sources=(source,), weight=np.ones((1, 1), np.float32))

    graph = TargetGraph(
        (
            image((1,)),
            norm("first", "image"),
            dense("folded", "first"),
            norm("its norm", "folded"),
            norm("another", "its norm"),
            dense("shared", "another"),
            norm("beside", "shared"),
            Sum(name="sum", sources=("shared", "beside")),
            dense("last", "sum"),
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


def test_a_difference_that_the_three_intervals_share() -> None:
    """The pruned network is 0, so it differs from f by no more than f is."""
    graph = TargetGraph(
        (
            image((1,), "0", "1"),
            Dense(name="a", sources=("image",), weight=np.ones((1, 1), np.float32)),
            Rectifier(name="b", sources=("a",)),
            Dense(name="c", sources=("b",), weight=-np.ones((1, 1), np.float32)),
        )
    )
    nothing = (np.zeros((1, 1)), np.zeros((1, 1)), None)
    found = difference_bounds(graph, {"a": nothing, "c": nothing})["c"]
    ends = [(low.tolist(), high.tolist()) for low, high in (found.target, found.pruned)]
    assert ends == [([-1], [0]), ([0], [0])]
    assert [end.tolist() for end in found.difference] == [[0], [1]]
