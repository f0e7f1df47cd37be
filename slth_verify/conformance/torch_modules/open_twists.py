"""Twists that a module's printed form shows: options, layers, order, dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from slth_verify.conformance.torch_modules.plain import (
    Generator,
    NotApplicable,
    Twists,
    convolution,
    position_of,
    replaced,
    some_convolution,
)

#: Name to twist.
OPEN = Twists()


#: Twists after which a module is still plain and must be imported.
PLAIN = frozenset({"nested", "frozen", "evaluation mode"})


def _option(name: str, **options: Any) -> None:
    """A convolution with other options, its weights drawn again."""

    @OPEN.named(name)
    def change(module: nn.Sequential, rng: Generator) -> nn.Module:
        old = some_convolution(module, rng)
        size = options.get("kernel_size", old.kernel_size)
        rest = {key: value for key, value in options.items() if key != "kernel_size"}
        groups = rest.get("groups", 1)
        if old.in_channels % groups or old.out_channels % groups:
            raise NotApplicable("channels in groups")
        channels = old.in_channels, old.out_channels
        return replaced(module, old, convolution(*channels, size, rng, **rest))


_option("stride", stride=2)
_option("dilation", dilation=2, padding="same")
_option("groups", groups=2, padding="same")
_option("no padding", padding=0)
_option("circular padding", padding="same", padding_mode="circular")
_option("replicated padding", padding="same", padding_mode="replicate")
_option("not square", kernel_size=(3, 1), padding="same")
_option("much padding", padding=3)


@OPEN.named("bias")
def _biased(module: nn.Sequential, rng: Generator) -> nn.Module:
    conv = some_convolution(module, rng)
    bias = rng.uniform(-1, 1, conv.out_channels).astype(np.float32)
    conv.bias = nn.Parameter(torch.from_numpy(bias))
    return module


@OPEN.named("last ReLU missing")
def _open_end(module: nn.Sequential, rng: Generator) -> nn.Module:
    return module[:-1]


@OPEN.named("ReLU missing")
def _missing(module: nn.Sequential, rng: Generator) -> nn.Module:
    left_out = position_of(module, rng, nn.ReLU)
    return nn.Sequential(*(part for i, part in enumerate(module) if i != left_out))


@OPEN.named("other layer")
def _other(module: nn.Sequential, rng: Generator) -> nn.Module:
    parts = list(module)
    others = (
        nn.Identity(), nn.ReLU(), nn.Dropout(), nn.MaxPool2d(3, 1, 1), nn.Tanh(),
        nn.ReLU6(), nn.BatchNorm2d(1), nn.Flatten(), nn.Sequential(),
    )  # fmt: skip
    other = others[int(rng.integers(len(others)))]
    parts.insert(int(rng.integers(len(parts) + 1)), other)
    return nn.Sequential(*parts)


@OPEN.named("layers used twice")
def _twice(module: nn.Sequential, rng: Generator) -> nn.Module:
    last = [part for part in module if isinstance(part, nn.Conv2d)][-1:]
    if not last or last[0].in_channels != last[0].out_channels:
        raise NotApplicable("a convolution that fits behind itself")
    return nn.Sequential(*module, *last, nn.ReLU(inplace=True))


@OPEN.named("double precision")
def _double(module: nn.Sequential, rng: Generator) -> nn.Module:
    module.double()
    with torch.no_grad():
        for part in module.parameters():
            part.mul_(1 / 3)
    return module


@OPEN.named("half precision")
def _half(module: nn.Sequential, rng: Generator) -> nn.Module:
    return module.half()


@OPEN.named("bfloat16")
def _bfloat16(module: nn.Sequential, rng: Generator) -> nn.Module:
    return module.bfloat16()


@OPEN.named("nested")
def _nested(module: nn.Sequential, rng: Generator) -> nn.Module:
    cut = int(rng.integers(len(module) + 1))
    return nn.Sequential(module[:cut], nn.Sequential(module[cut:]))


@OPEN.named("frozen")
def _frozen(module: nn.Sequential, rng: Generator) -> nn.Module:
    return module.requires_grad_(False)


@OPEN.named("evaluation mode")
def _evaluation(module: nn.Sequential, rng: Generator) -> nn.Module:
    return module.eval()
