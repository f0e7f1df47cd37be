"""The paper's construction: a target and a random network give a ticket."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from slth_verify.construction._budget import LayerBudget, plan
from slth_verify.construction._pool import ChannelBlock, FilterPool
from slth_verify.construction._prune import certified_error, prune
from slth_verify.construction._search_points import search_points
from slth_verify.construction._widths import suggested_widths

_NEEDS_TORCH = (
    "Collapsed",
    "CollapsedGraph",
    "architecture_of",
    "collapse",
    "merged_network",
)

__all__ = [
    "ChannelBlock",
    "Collapsed",
    "CollapsedGraph",
    "FilterPool",
    "LayerBudget",
    "architecture_of",
    "certified_error",
    "collapse",
    "merged_network",
    "plan",
    "prune",
    "search_points",
    "suggested_widths",
]


def __getattr__(name: str) -> Any:
    if name in _NEEDS_TORCH:
        return getattr(import_module("slth_verify.construction._build_small"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
