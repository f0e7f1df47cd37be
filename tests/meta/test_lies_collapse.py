"""Planted lies for ``check_neuron_pruning``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import settings
from torch import nn

from slth_verify.conformance import Collapse, ConformanceFailure, check_neuron_pruning
from slth_verify.network import (
    Architecture,
    RandomCNN,
    dense_module,
    mask_in_place,
    pruned_module,
)

Kept = Sequence[np.ndarray]
Pair = tuple[nn.Sequential, nn.Sequential]


def honest(network: RandomCNN, shape: Architecture, kept: Kept) -> Pair:
    masked = dense_module(network, shape)
    mask_in_place(masked, network, shape, kept)
    return masked, pruned_module(network, shape, kept)


def _change(part: nn.Module, weight: torch.Tensor) -> None:
    with torch.no_grad():
        part.weight.copy_(weight)  # type: ignore[union-attr, operator]


def removed_but_not_masked(network: RandomCNN, shape: Architecture, kept: Kept) -> Pair:
    """Filters removed, the rest sees all channels."""
    masked, collapsed = honest(network, shape, kept)
    dense = dense_module(network, shape)
    for layer, filters in enumerate(kept):
        rows = torch.zeros_like(dense[4 * layer].weight)
        rows[filters] = dense[4 * layer].weight[filters]
        _change(masked[4 * layer], rows)
    return masked, collapsed


def masked_but_not_removed(network: RandomCNN, shape: Architecture, kept: Kept) -> Pair:
    masked = dense_module(network, shape)
    every = [
        np.arange(network.block(layer) * shape.channels[layer - 1])
        for layer in range(1, shape.depth + 1)
    ]
    mask_in_place(masked, network, shape, every)
    return masked, pruned_module(network, shape, kept)


def first_filters_kept(network: RandomCNN, shape: Architecture, kept: Kept) -> Pair:
    masked, _ = honest(network, shape, kept)
    first = [np.arange(len(filters)) for filters in kept]
    return masked, pruned_module(network, shape, first)


def columns_out_of_order(network: RandomCNN, shape: Architecture, kept: Kept) -> Pair:
    masked, collapsed = honest(network, shape, kept)
    for position in range(2, len(collapsed), 4):
        _change(collapsed[position], collapsed[position].weight.flip(1))
    return masked, collapsed


def kernels_flipped(network: RandomCNN, shape: Architecture, kept: Kept) -> Pair:
    masked, collapsed = honest(network, shape, kept)
    for position in range(2, len(collapsed), 4):
        _change(collapsed[position], collapsed[position].weight.flip(2, 3))
    return masked, collapsed


def other_seed(network: RandomCNN, shape: Architecture, kept: Kept) -> Pair:
    masked, _ = honest(network, shape, kept)
    other = RandomCNN(seed=network.seed ^ 1, widths=network.widths)
    return masked, pruned_module(other, shape, kept)


def weights_rounded(network: RandomCNN, shape: Architecture, kept: Kept) -> Pair:
    masked, collapsed = honest(network, shape, kept)
    _change(collapsed[2], collapsed[2].weight.half().float())
    return masked, collapsed


LIES = [
    removed_but_not_masked,
    masked_but_not_removed,
    first_filters_kept,
    columns_out_of_order,
    kernels_flipped,
    other_seed,
    weights_rounded,
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_lie_is_caught(lie: Collapse, hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="fig:neuron-pruning"):
        check_neuron_pruning(lie, settings=hunt)
