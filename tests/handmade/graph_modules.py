"""Whole, masked and pruned networks of a graph in torch, and what they compute."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn.utils import prune

import slth_verify as sv
from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import stages_of
from slth_verify.network import (
    dense_module,
    pruning_masks,
)
from slth_verify.ticket.graphs.sums import pair_sums
from slth_verify.ticket.graphs.values import FloatPair, float_pruned_values
from slth_verify.ticket.graphs.weights import drawn_filters


def whole(graph: TargetCNN, ticket: sv.Ticket, dtype: str) -> nn.Module:
    """The dense random network of a ticket, not pruned."""
    return dense_module(
        graph,
        ticket.seed,
        [part.width for part in ticket.stages],
        exponents=[part.exponent for part in ticket.stages],
        dtype=dtype,
    )


def masked(graph: TargetCNN, ticket: sv.Ticket) -> nn.Module:
    """The same, pruned by torch's own tool."""
    module = whole(graph, ticket, "float64")
    for path, mask in pruning_masks(graph, ticket).items():
        prune.custom_from_mask(module.get_submodule(path), "weight", mask)
    return module


def outputs(module: nn.Module, images: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return module(torch.from_numpy(images)).numpy()


def by_the_checker(
    graph: TargetCNN, ticket: sv.Ticket, images: np.ndarray
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
