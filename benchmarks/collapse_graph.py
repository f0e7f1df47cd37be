"""Forward passes of a small graph: target, whole, masked, pruned and merged network.

A mask alone saves nothing: the masked network has as many weights as the whole one, and
torch multiplies with its zeros. Only leaving removed filters out makes it smaller and
faster. Merging makes it about the size of its target, and of twice that where inputs
have both signs.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.utils import prune

import slth_verify as sv
from benchmarks.support.common import publish, spread
from slth_verify.construction import collapse
from slth_verify.network import dense_module, pruned_module, pruning_masks, target_size
from slth_verify.network.pruned_graphs import target_module
from slth_verify.network.torch_graphs import graph_from_torch


def run(repeats: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Time float32 passes over one image and over 64, on one thread."""
    torch.set_num_threads(1)
    graph, ticket = _graph_ticket()
    merged = collapse(ticket, graph, merge=True)
    figures: dict[str, Any] = {
        "widths": [part.width for part in ticket.stages],
        "kept filters": list(ticket.kept),
        "parameters whole / pruned / merged": [
            merged.before.parameters,
            collapse(ticket, graph).after.parameters,
            merged.after.parameters,
        ],
    }
    networks = {
        "whole": _whole(graph, ticket),
        "masked": _masked(graph, ticket),
        "pruned": pruned_module(graph, ticket),
        "merged": merged.module,
    }
    for name, network in networks.items():
        figures |= _timed(name, network, graph, repeats)
    target = {"parameters of target": target_size(graph).parameters}
    return figures, target | _timed("target", target_module(graph), graph, repeats)


def _timed(
    name: str, network: nn.Module, graph: sv.TargetCNN, repeats: int
) -> dict[str, list[float]]:
    generator = torch.Generator().manual_seed(0)
    found = {}
    for batch in (1, 64):
        images = torch.rand(batch, *graph.input.shape, generator=generator)
        with torch.no_grad():
            network(images)
            times = spread(lambda x=images: network(x), repeats)
        found[f"{name}, batch {batch}, ms least / median / largest"] = times
    return found


def _graph_ticket() -> tuple[sv.TargetCNN, sv.Ticket]:
    """With a stride, biases, a batch norm and pools; within 10 % of its range."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = nn.Sequential(
            nn.Conv2d(1, 2, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(2, 3, 2, bias=False),
            nn.BatchNorm2d(3),
            nn.ReLU(),
            nn.AvgPool2d(3),
            nn.Flatten(),
            nn.Linear(3, 3),
        )
    graph = graph_from_torch(module.eval(), (1, 16, 16))
    network = sv.RandomCNN(seed=1, widths=sv.suggested_widths(graph, "10%"))
    return graph, sv.prune(graph, network, eps="10%")


def _whole(graph: sv.TargetCNN, ticket: sv.Ticket) -> nn.Module:
    return dense_module(
        graph,
        ticket.seed,
        [part.width for part in ticket.stages],
        exponents=[part.exponent for part in ticket.stages],
    )


def _masked(graph: sv.TargetCNN, ticket: sv.Ticket) -> nn.Module:
    module = _whole(graph, ticket)
    for path, mask in pruning_masks(graph, ticket).items():
        layer = module.get_submodule(path)
        prune.remove(prune.custom_from_mask(layer, "weight", mask), "weight")
    return module


if __name__ == "__main__":
    publish("collapse_graph", run)
