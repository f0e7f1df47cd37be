"""Torch operations of the nodes of a graph, and a network that runs them in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from slth_verify.graph.nodes import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    MaxPool,
    Node,
    Pad,
    Permute,
    Rectifier,
    Reshape,
    Shape,
    Sum,
)
from slth_verify.graph.windows import inside_counts
from slth_verify.network._padding import padded

Tensor = torch.Tensor


class GraphNetwork(nn.Module):
    """A graph's nodes as torch operations, one after the other.

    Attributes:
        operations: Of all nodes but the input, in order.
        sources: Of each, the places of the tensors that it takes; the image has 0.
    """

    def __init__(self, nodes: Sequence[Node], operations: Sequence[nn.Module]) -> None:
        super().__init__()
        places = {node.name: place for place, node in enumerate(nodes)}
        self.sources = [[places[name] for name in node.sources] for node in nodes[1:]]
        self.operations = nn.ModuleList(operations)

    def forward(self, images: Tensor) -> Tensor:
        """Outputs of ``images``, shape ``(batch, *input shape)``."""
        tensors = [images]
        for operation, sources in zip(self.operations, self.sources, strict=True):
            tensors.append(operation(*(tensors[place] for place in sources)))
        return tensors[-1]


class PaddedConvolution(nn.Conv2d):
    """A convolution whose margins may differ from side to side.

    Args:
        weight: ``(c_out, c_in / groups, rows, columns)``; nothing is rounded here.
        bias: ``(c_out,)``, or None.
        node: Stride, dilation, groups, margins and their mode.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, node: Convolution) -> None:
        outputs, inputs, *window = weight.shape
        super().__init__(
            inputs * node.groups,
            outputs,
            (window[0], window[1]),
            node.stride,
            dilation=node.dilation,
            groups=node.groups,
            bias=bias is not None,
            device="meta",
        )
        self.weight = nn.Parameter(weight)
        if bias is not None:
            self.bias = nn.Parameter(bias)
        self.margins, self.margin_mode = node.padding, node.padding_mode

    def forward(self, input: Tensor) -> Tensor:
        """The convolution of ``input``, shape ``(batch, c_in, height, width)``."""
        return super().forward(padded(input, self.margins, self.margin_mode))


def operation_of(node: Node, source: Shape, dtype: torch.dtype) -> nn.Module:
    """A node's operation on tensors with a batch axis.

    Args:
        node: Of any kind but the input.
        source: Shape of the first tensor that it takes, without the batch.
        dtype: Of its weights, which are rounded if they have more bits.
    """
    if type(node) in _FUNCTIONS:
        return _Function(node)
    return _MODULES[type(node)](node, source, dtype)


def tensor_of(array: Any, dtype: torch.dtype) -> Tensor:
    """A copy of an array of numbers."""
    return torch.from_numpy(np.array(array, order="C")).to(dtype)


def _convolution(node: Convolution, _: Shape, dtype: torch.dtype) -> nn.Module:
    bias = None if node.bias is None else tensor_of(node.bias, dtype)
    return PaddedConvolution(tensor_of(node.weight, dtype), bias, node)


def _dense(node: Dense, _: Shape, dtype: torch.dtype) -> nn.Module:
    outputs, inputs = node.weight.shape
    layer = nn.Linear(inputs, outputs, bias=node.bias is not None, device="meta")
    layer.weight = nn.Parameter(tensor_of(node.weight, dtype))
    if node.bias is not None:
        layer.bias = nn.Parameter(tensor_of(node.bias, dtype))
    return layer


class _BatchNorm(nn.Module):
    """A batch norm in evaluation mode, whatever mode the module is in."""

    def __init__(self, node: BatchNorm, _: Shape, dtype: torch.dtype) -> None:
        super().__init__()
        for name in ("mean", "variance", "scale", "shift"):
            self.register_buffer(name, tensor_of(getattr(node, name), dtype))
        self.epsilon = float(node.epsilon)

    def forward(self, tensor: Tensor) -> Tensor:
        parts = (self.mean, self.variance, self.scale, self.shift)
        return F.batch_norm(tensor, *parts, eps=self.epsilon)  # type: ignore[arg-type]


class _Rectifier(nn.Module):
    """``max(x, 0)`` and, where slopes are not 0, their products with ``min(x, 0)``."""

    def __init__(self, node: Rectifier, _: Shape, dtype: torch.dtype) -> None:
        super().__init__()
        slopes = [float(slope) for slope in node.slopes] if any(node.slopes) else []
        self.register_buffer("slopes", tensor_of(np.array(slopes), dtype))

    def forward(self, tensor: Tensor) -> Tensor:
        slopes: Tensor = self.slopes  # type: ignore[assignment]
        return F.prelu(tensor, slopes) if len(slopes) else F.relu(tensor)


class _AveragePool(nn.Module):
    """Means of windows; their sums are divided by what counts in each."""

    def __init__(self, node: AveragePool, source: Shape, dtype: torch.dtype) -> None:
        super().__init__()
        self.node = node
        inside = np.ones(1) if node.counts_padding else inside_counts(source[1:], node)
        self.register_buffer("counts", tensor_of(inside, dtype))

    def forward(self, images: Tensor) -> Tensor:
        node = self.node
        filled = padded(images, node.padding, "zeros")
        if node.counts_padding:
            return F.avg_pool2d(filled, node.window, node.stride)
        sums = F.avg_pool2d(filled, node.window, node.stride, divisor_override=1)
        return sums / self.counts  # type: ignore[operator]


class _Function(nn.Module):
    """A node without weights."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node

    def forward(self, *tensors: Tensor) -> Tensor:
        return _FUNCTIONS[type(self.node)](self.node, *tensors)

    def extra_repr(self) -> str:
        return type(self.node).__name__


def _clip(node: Clip, tensor: Tensor) -> Tensor:
    low, high = (_held(end, tensor.dtype) for end in (node.low, node.high))
    return tensor.clamp(low, high)


def _held(number: Fraction, dtype: torch.dtype) -> float:
    """A number as a float that a tensor of the dtype holds: within its finite range."""
    most = torch.finfo(dtype).max
    return float(max(Fraction(-most), min(Fraction(most), number)))


def _max_pool(node: MaxPool, images: Tensor) -> Tensor:
    filled = padded(images, node.padding, "zeros", -math.inf)
    return F.max_pool2d(filled, node.window, node.stride, 0, node.dilation)


def _crop(node: Crop, tensor: Tensor) -> Tensor:
    parts = [slice(*ends) for ends in zip(node.starts, node.stops, strict=True)]
    return tensor[(slice(None), *parts)]


#: Nodes without weights.
_FUNCTIONS: dict[type[Node], Callable[..., Tensor]] = {
    Clip: _clip,
    MaxPool: _max_pool,
    Reshape: lambda node, tensor: tensor.reshape(-1, *node.shape),
    Permute: lambda node, tensor: tensor.permute(0, *(axis + 1 for axis in node.axes)),
    Crop: _crop,
    Pad: lambda node, tensor: padded(tensor, node.padding, node.padding_mode),
    Concat: lambda _, *tensors: torch.cat(tensors, dim=1),
    Sum: lambda _, *tensors: sum(tensors[1:], start=tensors[0]),
}

#: All others, but for the input.
_MODULES: dict[type[Node], Callable[[Any, Shape, torch.dtype], nn.Module]] = {
    Convolution: _convolution,
    Dense: _dense,
    BatchNorm: _BatchNorm,
    Rectifier: _Rectifier,
    AveragePool: _AveragePool,
}
