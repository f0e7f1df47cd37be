"""Drawn target graphs keep to their options, and shrink to the simplest."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from slth_verify import strategies as slst
from slth_verify.graph import (
    Convolution,
    Input,
    TargetCNN,
)
from slth_verify.graph.nodes import KINDS


@given(
    st.sets(st.sampled_from(sorted(KINDS))).flatmap(
        lambda kinds: st.tuples(
            st.just(kinds),
            slst.target_graphs(
                min_steps=2, max_steps=9, max_channels=2, max_side=3, kinds=kinds
            ),
        )
    )
)
def test_graphs_keep_their_options(drawn: tuple[set[str], TargetCNN]) -> None:
    kinds, graph = drawn
    assert {type(node) for node in graph.nodes[1:]} <= {KINDS[kind] for kind in kinds}
    assert isinstance(graph.input, Input)
    assert graph.input.shape[0] <= 2
    assert max(graph.input.shape[1:], default=0) <= 3
    assert all(math.prod(graph.shape(node.name)) < 20_000 for node in graph.nodes)
    if kinds & {"rectifier", "clip", "batch-norm", "reshape", "crop", "permute"}:
        assert len(graph.nodes) > 2


@given(...)
def test_graphs_are_drawn_by_their_type(graph: TargetCNN) -> None:
    assert graph.output_shape


def _smallest(condition: Any) -> TargetCNN:
    options = settings(
        derandomize=True,
        database=None,
        max_examples=2000,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )
    return find(slst.target_graphs(), condition, settings=options)


def test_graphs_shrink_to_a_short_chain() -> None:
    graph = _smallest(lambda graph: True)
    assert len(graph.nodes) == 2
    assert len(graph.output.sources) == 1
    assert math.prod(graph.input.shape) == 1


def test_layers_shrink_to_the_simplest() -> None:
    graph = _smallest(lambda graph: isinstance(graph.output, Convolution))
    assert [type(node) for node in graph.nodes] == [Input, Convolution]
    layer = graph.output
    assert isinstance(layer, Convolution)
    assert layer.weight.tolist() == [[[[1.0]]]]
    assert layer.bias is None


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("rectifier", marks=pytest.mark.nightly),
        pytest.param("reshape", marks=pytest.mark.nightly),
        pytest.param("permute", marks=pytest.mark.nightly),
        "sum",
    ],
)
def test_graphs_of_a_kind_shrink_to_it(name: str) -> None:
    graph = _smallest(lambda graph: type(graph.output) is KINDS[name])
    assert len(graph.nodes) == 2
    assert math.prod(graph.input.shape) <= 2


BAD = {
    "steps negative": {"min_steps": -1},
    "steps empty": {"min_steps": 3, "max_steps": 2},
    "steps huge": {"max_steps": 1000},
    "channels 0": {"max_channels": 0},
    "channels huge": {"max_channels": 1 << 20},
    "side 0": {"max_side": 0},
    "side float": {"max_side": 2.0},
    "unknown kind": {"kinds": ("convolution", "attention")},
    "kinds are text": {"kinds": "dense"},
}


@pytest.mark.parametrize("name", BAD)
def test_bad_options_are_refused_when_drawn(name: str) -> None:
    strategy = slst.target_graphs(**BAD[name])

    @settings(max_examples=1, database=None)
    @given(strategy)
    def nothing(_: TargetCNN) -> None:
        pass

    with pytest.raises(InvalidArgument, match=r"[Gg]ive|range"):
        nothing()
