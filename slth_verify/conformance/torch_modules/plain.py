"""Torch modules that look like targets: the plain ones, and how they are twisted.

Each *twist* changes a plain module in one way that has been met in practice: among
them everything that makes a module compute something else than the plain layers it
seems to consist of. Nothing here says which twists an importer must refuse; what a
module computes decides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

Generator = np.random.Generator
Twist = Callable[[nn.Sequential, Generator], nn.Module]


class NotApplicable(LookupError):
    """A twist needs a layer that the module does not have (any more)."""


class Twists(dict[str, Twist]):
    """Twists by name."""

    def named(self, name: str) -> Callable[[Twist], Twist]:
        """Add the decorated twist under a name."""

        def add(twist: Twist) -> Twist:
            self[name] = twist
            return twist

        return add


def plain_module(
    channels: tuple[int, ...], sizes: tuple[int, ...], rng: Generator
) -> nn.Sequential:
    """Convolutions and ReLUs in turns, weights uniform in [-1, 1].

    Args:
        channels: c_0, ..., c_l.
        sizes: d_1, ..., d_l.
        rng: Source of the weights.
    """
    parts: list[nn.Module] = []
    for c_in, c_out, size in zip(channels[:-1], channels[1:], sizes, strict=True):
        same = size % 2 == 0 or rng.integers(2)
        padding = "same" if same else size // 2
        parts += [convolution(c_in, c_out, size, rng, padding=padding), nn.ReLU()]
    return nn.Sequential(*parts)


def convolution(
    c_in: int, c_out: int, size: Any, rng: Generator, **options: Any
) -> nn.Conv2d:
    """A convolution without bias, weights uniform in [-1, 1]."""
    conv = nn.Conv2d(c_in, c_out, size, bias=False, device="meta", **options)
    weight = rng.uniform(-1, 1, conv.weight.shape).astype(np.float32)
    conv.weight = nn.Parameter(torch.from_numpy(weight))
    return conv


def position_of(module: nn.Sequential, rng: Generator, kind: type[nn.Module]) -> int:
    """Position of some part of a kind."""
    places = [i for i, part in enumerate(module) if isinstance(part, kind)]
    if not places:
        raise NotApplicable(kind.__name__)
    return int(rng.choice(places))


def some_part(module: nn.Sequential, rng: Generator) -> nn.Module:
    """The module itself or one of its parts."""
    parts: list[nn.Module] = [module, *module]
    return parts[int(rng.integers(len(parts)))]


def some_convolution(module: nn.Sequential, rng: Generator) -> nn.Conv2d:
    """One of the module's convolutions whose weight is its parameter."""
    conv = module[position_of(module, rng, nn.Conv2d)]
    own = set(conv._parameters) - set(vars(conv))
    if not isinstance(conv, nn.Conv2d) or "weight" not in own:
        raise NotApplicable("Conv2d with its own weight")
    return conv


def replaced(module: nn.Sequential, old: nn.Module, new: nn.Module) -> nn.Sequential:
    """A sequence with another part in the place of one."""
    return nn.Sequential(*(new if part is old else part for part in module))
