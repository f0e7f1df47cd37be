"""Graphs of well-known architectures, each read once."""

from __future__ import annotations

from functools import cache

from slth_verify.conformance.torch_modules.architectures import ARCHITECTURES, made
from slth_verify.graph import TargetCNN
from slth_verify.network.torch_graphs import graph_from_torch


@cache
def graph_of(name: str) -> TargetCNN:
    """Over the box from -1 to 1."""
    module, shape = ARCHITECTURES[name]
    return graph_from_torch(made(module), tuple(shape), box=(-1, 1))
