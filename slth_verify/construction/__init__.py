"""The paper's construction: a target and a random network give a ticket."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from slth_verify.construction._pool import ChannelBlock, FilterPool
from slth_verify.construction._prune import prune
from slth_verify.construction._search_points import search_points
from slth_verify.construction._widths import suggested_widths

_NEEDS_TORCH = ("Collapsed", "collapse")

__all__ = [
    "ChannelBlock",
    "Collapsed",
    "FilterPool",
    "collapse",
    "prune",
    "search_points",
    "suggested_widths",
]


def __getattr__(name: str) -> Any:
    if name in _NEEDS_TORCH:
        module = import_module("slth_verify.construction.graphs.collapse")
        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
