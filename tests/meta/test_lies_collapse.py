"""Planted lies for ``check_neuron_pruning``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import settings
from torch import nn
from torch.nn.utils import prune

from slth_verify.conformance import Collapse, ConformanceFailure, check_neuron_pruning
from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import stages_of
from slth_verify.network import dense_module, pruned_module, pruning_masks
from slth_verify.network.pruned_graphs.pairs import RandomPair
from slth_verify.ticket import Ticket

Pairs = list[tuple[nn.Conv2d, nn.Conv2d]]


def _pairs(module: nn.Module) -> Pairs:
    parts = [part for part in module.modules() if isinstance(part, RandomPair)]
    return [(part.first, part.second) for part in parts]


def _dense(target: TargetCNN, ticket: Ticket) -> nn.Module:
    return dense_module(target, ticket.seed, [part.width for part in ticket.stages])


def _masked(target: TargetCNN, ticket: Ticket) -> Pairs:
    masked = _dense(target, ticket)
    for path, mask in pruning_masks(target, ticket).items():
        prune.custom_from_mask(masked.get_submodule(path), "weight", mask)
    return _pairs(masked)


def honest(target: TargetCNN, ticket: Ticket) -> tuple[Pairs, Pairs]:
    return _masked(target, ticket), _pairs(pruned_module(target, ticket))


def _change(part: nn.Conv2d, weight: torch.Tensor) -> None:
    with torch.no_grad():
        part.weight.copy_(weight)


def removed_but_not_masked(target: TargetCNN, ticket: Ticket) -> tuple[Pairs, Pairs]:
    """Filters removed, the rest sees all channels."""
    masked = _pairs(_dense(target, ticket))
    for (first, _), part in zip(masked, ticket.stages, strict=True):
        rows = torch.zeros_like(first.weight)
        rows[part.filters] = first.weight[part.filters]
        _change(first, rows.detach())
    return masked, _pairs(pruned_module(target, ticket))


def masked_but_not_removed(target: TargetCNN, ticket: Ticket) -> tuple[Pairs, Pairs]:
    every = tuple(
        replace(part, filters=np.arange(2 * part.width * stage.channels))
        for stage, part in zip(stages_of(target), ticket.stages, strict=True)
    )
    masked = _masked(target, replace(ticket, stages=every))
    return masked, _pairs(pruned_module(target, ticket))


def first_filters_kept(target: TargetCNN, ticket: Ticket) -> tuple[Pairs, Pairs]:
    first = tuple(
        replace(part, filters=np.arange(len(part.filters))) for part in ticket.stages
    )
    other = replace(ticket, stages=first)
    return _masked(target, ticket), _pairs(pruned_module(target, other))


def columns_out_of_order(target: TargetCNN, ticket: Ticket) -> tuple[Pairs, Pairs]:
    masked, collapsed = honest(target, ticket)
    for _, second in collapsed:
        _change(second, second.weight.detach().flip(1))
    return masked, collapsed


def kernels_flipped(target: TargetCNN, ticket: Ticket) -> tuple[Pairs, Pairs]:
    masked, collapsed = honest(target, ticket)
    for _, second in collapsed:
        _change(second, second.weight.detach().flip(2, 3))
    return masked, collapsed


def other_seed(target: TargetCNN, ticket: Ticket) -> tuple[Pairs, Pairs]:
    other = replace(ticket, seed=ticket.seed ^ 1)
    return _masked(target, ticket), _pairs(pruned_module(target, other))


def weights_rounded(target: TargetCNN, ticket: Ticket) -> tuple[Pairs, Pairs]:
    masked, collapsed = honest(target, ticket)
    _change(collapsed[0][1], collapsed[0][1].weight.detach().half().float())
    return masked, collapsed


def a_layer_left_out(target: TargetCNN, ticket: Ticket) -> tuple[Pairs, Pairs]:
    masked, collapsed = honest(target, ticket)
    return masked, collapsed[1:]


LIES = [
    removed_but_not_masked,
    masked_but_not_removed,
    first_filters_kept,
    columns_out_of_order,
    kernels_flipped,
    other_seed,
    weights_rounded,
    a_layer_left_out,
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_lie_is_caught(lie: Collapse, hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="fig:neuron-pruning"):
        check_neuron_pruning(lie, settings=hunt)
