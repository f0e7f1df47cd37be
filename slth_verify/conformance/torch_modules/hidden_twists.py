"""Twists that a module's printed form does not show."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrize, prune

from slth_verify.conformance.torch_modules.plain import (
    Generator,
    Twists,
    position_of,
    some_convolution,
    some_part,
)

#: Name to twist.
HIDDEN = Twists()


class MaskedConv2d(nn.Conv2d):
    """A convolution whose weights are masked by scores, as edge-popup does."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Convolve with the weights whose score is positive."""
        mask = torch.linspace(-1, 1, self.weight.numel(), dtype=self.weight.dtype) > 0
        weight = self.weight * mask.reshape(self.weight.shape)
        output: torch.Tensor = self._conv_forward(input, weight, self.bias)
        return output


class RenamedConv2d(nn.Conv2d):
    """A convolution that computes what it should."""


class LeakyReLU(nn.ReLU):
    """A ReLU in name only."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Keep a tenth of what is negative."""
        return F.leaky_relu(input, 0.1)


class Residual(nn.Sequential):
    """A sequence that adds its input's mean."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Run the parts and add."""
        output: torch.Tensor = super().forward(input)  # type: ignore[no-untyped-call]
        return output + input.mean()


class Functional(nn.Module):
    """Convolutions with functional activations, the last one left out."""

    def __init__(self, convolutions: list[nn.Conv2d]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(convolutions)

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Run the convolutions."""
        for part in self.parts:
            input = part(F.relu(input))
        return input


class Halving(nn.Module):
    """A parametrisation."""

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """Half the weights."""
        return weight / 2


def _subclass(module: nn.Sequential, old: nn.Module, cls: type[Any]) -> nn.Sequential:
    old.__class__ = cls
    return module


@HIDDEN.named("masked subclass")
def _masked(module: nn.Sequential, rng: Generator) -> nn.Module:
    return _subclass(module, some_convolution(module, rng), MaskedConv2d)


@HIDDEN.named("harmless subclass")
def _renamed(module: nn.Sequential, rng: Generator) -> nn.Module:
    return _subclass(module, some_convolution(module, rng), RenamedConv2d)


@HIDDEN.named("leaky subclass of ReLU")
def _leaky(module: nn.Sequential, rng: Generator) -> nn.Module:
    return _subclass(module, module[position_of(module, rng, nn.ReLU)], LeakyReLU)


@HIDDEN.named("residual subclass of Sequential")
def _residual(module: nn.Sequential, rng: Generator) -> nn.Module:
    return Residual(*module)


@HIDDEN.named("functional forward")
def _functional(module: nn.Sequential, rng: Generator) -> nn.Module:
    return Functional([part for part in module if isinstance(part, nn.Conv2d)])


@HIDDEN.named("forward hook")
def _hooked(module: nn.Sequential, rng: Generator) -> nn.Module:
    some_part(module, rng).register_forward_hook(lambda part, args, out: 2 * out)
    return module


@HIDDEN.named("forward hook with keywords")
def _hooked_with_keywords(module: nn.Sequential, rng: Generator) -> nn.Module:
    some_part(module, rng).register_forward_hook(
        lambda part, args, keywords, out: out + 1, with_kwargs=True
    )
    return module


@HIDDEN.named("forward pre-hook")
def _pre_hooked(module: nn.Sequential, rng: Generator) -> nn.Module:
    some_part(module, rng).register_forward_pre_hook(lambda part, args: (-args[0],))
    return module


@HIDDEN.named("backward hook")
def _backward_hooked(module: nn.Sequential, rng: Generator) -> nn.Module:
    some_part(module, rng).register_full_backward_hook(lambda *_: None)
    return module


@HIDDEN.named("forward replaced")
def _replaced(module: nn.Sequential, rng: Generator) -> nn.Module:
    part = some_part(module, rng)
    old = part.forward
    part.forward = lambda input: 1 - old(input)
    return module


@HIDDEN.named("convolution replaced by a circular one")
def _circular(module: nn.Sequential, rng: Generator) -> nn.Module:
    conv = some_convolution(module, rng)

    def circular(
        input: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
    ) -> torch.Tensor:
        size = weight.shape[2]
        before, after = (size - 1) // 2, size // 2
        wrapped = torch.cat([input[..., -before or 99 :, :], input], dim=2)
        padded = F.pad(wrapped, (before, after, 0, after))
        return F.conv2d(padded, weight, bias)

    conv._conv_forward = circular  # type: ignore[method-assign]
    return module


@HIDDEN.named("parametrised")
def _parametrised(module: nn.Sequential, rng: Generator) -> nn.Module:
    parametrize.register_parametrization(
        some_convolution(module, rng), "weight", Halving()
    )
    return module


@HIDDEN.named("weight norm")
def _weight_norm(module: nn.Sequential, rng: Generator) -> nn.Module:
    conv = some_convolution(module, rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the old form is deprecated, and in use
        nn.utils.weight_norm(conv)
    with torch.no_grad():
        conv.weight_g.mul_(2)  # type: ignore[operator]
    return module


@HIDDEN.named("pruned, then trained")
def _pruned(module: nn.Sequential, rng: Generator) -> nn.Module:
    conv = some_convolution(module, rng)
    prune.l1_unstructured(conv, "weight", 0.5)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        conv.weight_orig.mul_(2)  # type: ignore[operator]
    return module


@HIDDEN.named("pruned for good")
def _pruned_for_good(module: nn.Sequential, rng: Generator) -> nn.Module:
    conv = some_convolution(module, rng)
    prune.l1_unstructured(conv, "weight", 0.5)  # type: ignore[no-untyped-call]
    prune.remove(conv, "weight")  # type: ignore[no-untyped-call]
    return module


@HIDDEN.named("weight shadowed")
def _shadowed(module: nn.Sequential, rng: Generator) -> nn.Module:
    conv = some_convolution(module, rng)
    vars(conv)["weight"] = -conv.weight.detach()
    return module


@HIDDEN.named("weight is no parameter")
def _no_parameter(module: nn.Sequential, rng: Generator) -> nn.Module:
    conv = some_convolution(module, rng)
    weight = conv.weight.detach() / 2
    del conv.weight
    vars(conv)["weight"] = weight
    conv.register_parameter("weight_orig", nn.Parameter(2 * weight))
    return module


@HIDDEN.named("weight seen through a negative view")
def _negative(module: nn.Sequential, rng: Generator) -> nn.Module:
    conv = some_convolution(module, rng)
    conv.weight = nn.Parameter(torch._neg_view(conv.weight.detach()))
    return module


@HIDDEN.named("larger kernel than it says")
def _larger(module: nn.Sequential, rng: Generator) -> nn.Module:
    conv = some_convolution(module, rng)
    shape = (*conv.weight.shape[:2], 5, 5)
    weight = rng.uniform(-1, 1, shape).astype(np.float32)
    conv.weight = nn.Parameter(torch.from_numpy(weight))
    return module
