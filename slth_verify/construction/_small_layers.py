"""The layers of a collapsed network: as a module, as JSON, as an architecture.

A pruned network is ``Conv2d 1x1, ReLU, Conv2d d x d, ReLU`` per target layer; a merged
one begins with `PositiveNegativeParts` and has ``Conv2d d x d, ReLU`` per target layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from slth_verify.limits import LAYERS
from slth_verify.network import Architecture, PositiveNegativeParts, convolution
from slth_verify.tensors import exact_keys, integer

_SIDES = ("in_channels", "out_channels", "kernel_size")

Layer = dict[str, Any]


def layers_of(module: nn.Sequential) -> list[Layer]:
    """The parts of a module as JSON objects.

    Raises:
        ValueError: If a part is none that a collapsed network has.
    """
    return [_layer(part) for part in module]


def module_of(
    layers: Sequence[Layer], kernels: Mapping[str, NDArray[Any]]
) -> nn.Sequential:
    """The module of JSON objects and tensors.

    Args:
        layers: As `layers_of` writes them.
        kernels: ``"i.weight"`` of every convolution, i its position, of the layer's
            shape.

    Raises:
        ValueError: If a tensor has another shape or is not finite.
    """
    parts: list[nn.Module] = []
    for position, layer in enumerate(layers):
        if layer["type"] == "ReLU":
            parts.append(nn.ReLU())
        elif layer["type"] == "PositiveNegativeParts":
            parts.append(PositiveNegativeParts())
        else:
            kernel = kernels[f"{position}.weight"]
            if kernel.shape != _kernel_shape(layer) or not np.isfinite(kernel).all():
                raise ValueError(f"{position}.weight has another shape, or no numbers")
            parts.append(convolution(kernel))
    return nn.Sequential(*parts)


def architecture_of_module(module: nn.Sequential) -> Architecture:
    """Channels and kernel sizes of the target that a module approximates."""
    return architecture_of_layers(layers_of(module))


def architecture_of_layers(layers: Any) -> Architecture:
    """Channels and kernel sizes of the target that layers approximate.

    Args:
        layers: A list of JSON objects, from anywhere.

    Raises:
        ValueError: If they are not the layers of a pruned or merged network.
    """
    if not isinstance(layers, list) or not 1 <= len(layers) <= 4 * LAYERS + 1:
        raise ValueError(f"modules: a list of at most {4 * LAYERS + 1} is required")
    merged = _type(layers[0]) == "PositiveNegativeParts"
    rest = layers[1:] if merged else layers
    wanted = ("Conv2d", "ReLU") * (len(rest) // 2)
    if [_type(layer) for layer in rest] != list(wanted) or not rest:
        raise ValueError("modules: convolutions and ReLUs must take turns")
    convolutions = rest[::2]
    for layer in convolutions:
        exact_keys(layer, frozenset({"type", *_SIDES}))
        if any(integer(layer[side]) < 1 for side in _SIDES):
            raise ValueError("modules: a convolution without channels or window")
    if any(a["out_channels"] != b["in_channels"] for a, b in pairwise(convolutions)):
        raise ValueError("modules: channels do not continue")
    first = convolutions[0]["in_channels"]
    if merged and first % 2:
        raise ValueError("modules: positive and negative parts are even in number")
    if not merged and (
        len(convolutions) % 2 or any(c["kernel_size"] != 1 for c in convolutions[::2])
    ):
        raise ValueError("modules: a 1x1 convolution must come before every other")
    last = convolutions if merged else convolutions[1::2]
    channels = (first // 2 if merged else first, *(c["out_channels"] for c in last))
    return Architecture(channels, tuple(c["kernel_size"] for c in last))


def tensors_of(layers: Sequence[Layer]) -> dict[str, tuple[int, int, int, int]]:
    """Names and shapes of the tensors of a module with these layers."""
    return {
        f"{position}.weight": _kernel_shape(layer)
        for position, layer in enumerate(layers)
        if layer["type"] == "Conv2d"
    }


def _layer(part: nn.Module) -> Layer:
    if type(part) in (nn.ReLU, PositiveNegativeParts):
        return {"type": type(part).__name__}
    if type(part) is not nn.Conv2d or part.bias is not None:
        raise ValueError(f"{part} is no part of a collapsed network")
    c_out, c_in, size, _ = part.weight.shape
    sides = zip(_SIDES, (c_in, c_out, size), strict=True)
    return {"type": "Conv2d", **dict(sides)}


def _type(layer: Any) -> str:
    if not isinstance(layer, dict) or not isinstance(layer.get("type"), str):
        raise ValueError("modules: each needs a type")
    if layer["type"] != "Conv2d":
        exact_keys(layer, frozenset({"type"}))
    return str(layer["type"])


def _kernel_shape(layer: Layer) -> tuple[int, int, int, int]:
    size = layer["kernel_size"]
    return layer["out_channels"], layer["in_channels"], size, size
