"""Target CNNs and lazily generated random CNNs.

The names that need torch are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from slth_verify.graph import TargetCNN
from slth_verify.network._mask import channel_blocked_mask, filter_blocks
from slth_verify.network.random_networks import GENERATOR, RandomCNN

_NEEDS_TORCH = (
    "Size",
    "dense_module",
    "pruned_module",
    "pruning_masks",
    "random_network_size",
    "target_size",
)

__all__ = [
    "GENERATOR",
    "RandomCNN",
    "Size",
    "TargetCNN",
    "channel_blocked_mask",
    "dense_module",
    "filter_blocks",
    "pruned_module",
    "pruning_masks",
    "random_network_size",
    "target_size",
]


def __getattr__(name: str) -> Any:
    if name in _NEEDS_TORCH:
        module = import_module("slth_verify.network.pruned_graphs")
        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
