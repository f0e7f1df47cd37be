"""Targets of the paper's class as graphs: the same function, and no weaker a bound."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.construction import certified_error
from slth_verify.errors import InvalidParameterError
from slth_verify.graph import values
from slth_verify.graph.stages import staged
from slth_verify.graph.walk import last
from slth_verify.strategies import target_networks
from slth_verify.ticket import TicketLayer
from slth_verify.ticket.graphs.difference import node_bounds
from slth_verify.ticket.graphs.sums import KeptFilters, pair_sums


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@given(target_networks(), st.integers(0, 2**32 - 1))
def test_a_graph_computes_what_its_target_does(target: sv.TargetCNN, seed: int) -> None:
    graph = target.to_graph(input_bound=2)
    assert graph.in_papers_class is False  # the box is [-2, 2]
    assert target.to_graph().in_papers_class
    images = np.random.default_rng(seed).uniform(-2, 2, (2, *target.input_shape))
    with torch.no_grad():
        wanted = target.to_torch().double()(torch.from_numpy(images)).numpy()
    found = values(graph, images)
    assert np.allclose(found, wanted, rtol=1e-9, atol=1e-9 * np.abs(wanted).max())


@given(target_networks(), st.integers(0, 2**32 - 1))
def test_signed_intervals_are_no_weaker_than_symmetric_ones(
    target: sv.TargetCNN, seed: int
) -> None:
    """The same filters of the same random network, by both certificates."""
    rng = np.random.default_rng(seed)
    network = sv.RandomCNN(seed, (3,) * target.depth)
    shape, layers = target.architecture, []
    for layer in range(1, target.depth + 1):
        count = network.block(layer) * shape.channels[layer - 1]
        filters = np.flatnonzero(rng.random(count) < rng.random()).astype(np.int64)
        scalars = network.own_scalars(layer, filters)
        kernels = network.kernels(layer, filters, shape.kernel_shape(layer))
        layers.append(TicketLayer(filters, scalars, kernels))
    symmetric = certified_error(target, network, tuple(layers)).error
    sums = []
    for layer, kept in enumerate(layers, start=1):
        owner = kept.filters // network.block(layer)
        nothing = np.empty((0, shape.channels[layer]), np.float32)
        weights = KeptFilters(kept.filters, owner, kept.scalars, kept.kernels, nothing)
        sums.append((target.scale_exponents[layer - 1], weights))
    found = last(
        node_bounds(
            staged(target.to_graph()),
            lambda stage: pair_sums(stage, *sums[stage.number - 1]),
        )
    ).bounds.error
    assert found <= symmetric * (1 + Fraction(1, 2**50))


@pytest.mark.parametrize("box", [0, -1, "x", None])
def test_boxes_that_are_none_are_refused(box: object) -> None:
    target = sv.TargetCNN((np.ones((1, 1, 1, 1), np.float32),), (1, 2, 2), "one")
    with pytest.raises(InvalidParameterError, match="input_bound"):
        target.to_graph(input_bound=box)  # type: ignore[arg-type]
