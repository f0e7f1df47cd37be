"""fig:neuron-pruning (Figure 1): deleting filters is removing them."""

import pytest
from torch import nn
from torch.nn.utils import prune

from slth_verify.conformance import check_neuron_pruning
from slth_verify.network import (
    TargetCNN,
    dense_module,
    pruned_module,
    pruning_masks,
)
from slth_verify.network.pruned_graphs.pairs import RandomPair
from slth_verify.ticket import Ticket

Pairs = list[tuple[nn.Conv2d, nn.Conv2d]]

pytestmark = pytest.mark.slth(statement="fig:neuron-pruning")


def _pairs(module: nn.Module) -> Pairs:
    return [
        (part.first, part.second)
        for part in module.modules()
        if isinstance(part, RandomPair)
    ]


def _reference(target: TargetCNN, ticket: Ticket) -> tuple[Pairs, Pairs]:
    masked = dense_module(target, ticket.seed, [part.width for part in ticket.stages])
    for path, mask in pruning_masks(target, ticket).items():
        prune.custom_from_mask(masked.get_submodule(path), "weight", mask)
    return _pairs(masked), _pairs(pruned_module(target, ticket))


def test_collapsed_network_is_the_masked_one() -> None:
    check_neuron_pruning(_reference)
