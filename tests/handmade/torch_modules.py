"""Torch modules made by hand, and their graphs compared with them."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn

from slth_verify.graph import TargetCNN, values
from slth_verify.network.torch_graphs import graph_from_torch


class Functional(nn.Module):
    """A forward() with some parts."""

    def __init__(self, forward, **parts: nn.Module) -> None:
        super().__init__()
        self.forwarded = forward
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.forwarded(self, x)


def imported(module: nn.Module, shape, **options: object) -> TargetCNN:
    """The graph, after a comparison of its own at inputs outside the box too."""
    graph = graph_from_torch(module.eval(), shape, **options)
    inputs = np.random.default_rng(7).uniform(-9, 9, (3, *shape))
    with torch.no_grad():
        copied = copy.deepcopy(module).double()
        wanted = copied(torch.from_numpy(inputs.copy())).numpy()
    found = values(graph, inputs.reshape(-1, *graph.input.shape))
    np.testing.assert_allclose(
        found, wanted.reshape(found.shape), rtol=1e-11, atol=1e-11
    )
    return graph
