"""Nodes in float64, through torch, with a bound on the rounding of any evaluation.

If two evaluations of a
node's sources are each within E of the true values, one of them being x, then after a
linear node with moduli |K| of its weights, n terms and bias b, both are within

    |K| (E (1 + 2 g) + g |x|) + g |b| + n 2^-1021,  g = n u / (1 - n u),  u = 2^-53

of the true result. A maximum and a rectifier do not enlarge E. No tolerance is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    MaxPool,
    Pad,
    Permute,
    Rectifier,
    Reshape,
    Sum,
)
from slth_verify.graph.nodes import Node, Weights
from slth_verify.network._padding import padded

Tensor = torch.Tensor
_UNIT_ROUNDOFF = 2.0**-53
_SMALLEST = 2.0**-1021


@dataclass(frozen=True, eq=False)
class Value:
    """A node's tensor.

    Attributes:
        value: Shape ``(batch, *shape)``, float64.
        error: How far any float64 evaluation may be from the true one, same shape.
    """

    value: Tensor
    error: Tensor


def given(value: Tensor) -> Value:
    """A tensor without rounding."""
    return Value(value, torch.zeros_like(value))


def evaluated(nodes: Iterable[Node], known: Mapping[str, Value]) -> dict[str, Value]:
    """The tensors of nodes, from those that are known.

    Args:
        nodes: In order; each takes known ones or those before it.
        known: By name.

    Rigor:
        Errors are upper bounds: computed from terms that are not negative, and enlarged
        by their own relative rounding.
    """
    values = dict(known)
    for node in nodes:
        if node.name not in values:
            sources = [values[name] for name in node.sources]
            values[node.name] = _RULES[type(node)](node, sources)
    return values


def _linear(
    node: Any, source: Value, terms: int, apply: Callable[[Tensor, bool], Tensor]
) -> Value:
    """A linear map plus a bias; ``apply`` takes moduli of the weights if told so."""
    growth = _gamma(terms + 1)
    bias = getattr(node, "bias", None)
    value = apply(source.value, False)
    spread = source.error * (1 + 2 * growth) + growth * source.value.abs()
    error = apply(spread, True) + terms * _SMALLEST
    if bias is not None:
        column = _column(bias, value)
        value = value + column
        error = error + growth * column.abs()
    return Value(value, error * (1 + 2 * _gamma(terms + 8)))


def _convolution(node: Convolution, sources: list[Value]) -> Value:
    weight = _tensor(node.weight)

    def apply(x: Tensor, moduli: bool) -> Tensor:
        filled = padded(x, node.padding, node.padding_mode)
        kernel = weight.abs() if moduli else weight
        return F.conv2d(
            filled, kernel, None, node.stride, 0, node.dilation, node.groups
        )

    return _linear(node, sources[0], node.weight[0].size, apply)


def _dense(node: Dense, sources: list[Value]) -> Value:
    weight = _tensor(node.weight)
    return _linear(
        node,
        sources[0],
        node.weight.shape[1],
        lambda x, moduli: x @ (weight.abs() if moduli else weight).T,
    )


def _average_pool(node: AveragePool, sources: list[Value]) -> Value:
    def total(x: Tensor, margins: float) -> Tensor:
        filled = padded(x, node.padding, "zeros", margins)
        return F.avg_pool2d(filled, node.window, node.stride, divisor_override=1)

    ones = torch.ones_like(sources[0].value[:1])
    counts = total(ones, 1.0 if node.counts_padding else 0.0)
    terms = node.window[0] * node.window[1] + 2
    return _linear(node, sources[0], terms, lambda x, _: total(x, 0.0) / counts)


def _sum(_: Sum, sources: list[Value]) -> Value:
    growth = _gamma(len(sources))
    value, error = sources[0].value, sources[0].error
    sizes = value.abs()
    for source in sources[1:]:
        value, error = value + source.value, error + source.error
        sizes = sizes + source.value.abs()
    error = error * (1 + 2 * growth) + growth * sizes + _SMALLEST
    return Value(value, error * (1 + _gamma(8 * len(sources))))


def _batch_norm(node: BatchNorm, sources: list[Value]) -> Value:
    """Two forms are in use: of the centred value, and ``a x + b``."""
    x = sources[0]
    mean, shift = (_column(part, x.value) for part in (node.mean, node.shift))
    spread = _column(node.variance, x.value) + float(node.epsilon)
    factor = _column(node.scale, x.value) / spread.sqrt()
    size, growth = factor.abs(), _gamma(16)
    carried = size * x.error
    sizes = size * (x.value.abs() + mean.abs()) + shift.abs()
    tiny = 16 * _SMALLEST * (1 + size + x.value.abs() + mean.abs())
    error = carried * (1 + 2 * growth) + growth * sizes + tiny
    value = (x.value - mean) * factor + shift
    return Value(value, error * (1 + _gamma(32)))


def _rectifier(node: Rectifier, sources: list[Value]) -> Value:
    x = sources[0]
    slopes = _column(np.array([float(slope) for slope in node.slopes]), x.value)
    value = torch.where(x.value > 0, x.value, slopes * x.value)
    if not any(node.slopes):
        return Value(torch.relu(x.value), x.error)
    rounding = 4 * _UNIT_ROUNDOFF * (x.value.abs() + 2 * x.error) + _SMALLEST
    return Value(value, (x.error + rounding) * (1 + _gamma(8)))


def _clip(node: Clip, sources: list[Value]) -> Value:
    low, high = float(node.low), float(node.high)
    return Value(sources[0].value.clamp(low, high), sources[0].error)


def _max_pool(node: MaxPool, sources: list[Value]) -> Value:
    def largest(x: Tensor, margins: float) -> Tensor:
        filled = padded(x, node.padding, "zeros", margins)
        return F.max_pool2d(filled, node.window, node.stride, 0, node.dilation)

    return Value(largest(sources[0].value, -np.inf), largest(sources[0].error, 0.0))


def _moved(apply: Callable[[Any, Tensor], Tensor]) -> Callable[..., Value]:
    """A node that only moves entries."""
    return lambda node, sources: Value(
        apply(node, sources[0].value), apply(node, sources[0].error)
    )


def _crop(node: Crop, x: Tensor) -> Tensor:
    parts = [slice(a, b) for a, b in zip(node.starts, node.stops, strict=True)]
    return x[(slice(None), *parts)]


def _concat(_: Concat, sources: list[Value]) -> Value:
    return Value(
        torch.cat([source.value for source in sources], 1),
        torch.cat([source.error for source in sources], 1),
    )


def _tensor(weights: Weights) -> Tensor:
    return torch.from_numpy(weights.astype(np.float64))


def _column(weights: Weights, like: Tensor) -> Tensor:
    """One number for each channel, or one for all, in the shape of a tensor."""
    return _tensor(weights).reshape(1, -1, *[1] * (like.ndim - 2))


def _gamma(terms: int) -> float:
    return terms * _UNIT_ROUNDOFF / (1 - terms * _UNIT_ROUNDOFF)


_RULES: dict[type[Node], Callable[[Any, list[Value]], Value]] = {
    Convolution: _convolution,
    Dense: _dense,
    BatchNorm: _batch_norm,
    Rectifier: _rectifier,
    Clip: _clip,
    MaxPool: _max_pool,
    AveragePool: _average_pool,
    Sum: _sum,
    Concat: _concat,
    Reshape: _moved(lambda node, x: x.reshape(len(x), *node.shape)),
    Permute: _moved(lambda node, x: x.permute(0, *(axis + 1 for axis in node.axes))),
    Crop: _moved(_crop),
    Pad: _moved(lambda node, x: padded(x, node.padding, node.padding_mode)),
}
