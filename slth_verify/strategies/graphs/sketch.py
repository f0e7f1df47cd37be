"""A graph while it is drawn: its nodes, their shapes, and roughly their ranges."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    Input,
    Node,
    Pad,
    Permute,
    Rectifier,
    Reshape,
    Sum,
)
from slth_verify.graph.nodes import KINDS, Shape
from slth_verify.graph.shapes import shape_of

#: Smallest and largest value, by channel.
Range = tuple[Float64Array, Float64Array]

_NAMES = {kind: name for name, kind in KINDS.items()}


class Sketch:
    """Nodes that fit so far; the last added one is continued.

    Ranges are those of interval arithmetic in floats. They say where kinks are put and
    claim nothing.

    Attributes:
        nodes: In the order in which they were added.
        last: Name of the node that is continued.
        kinds: Names of the kinds that may be added.
        max_channels: Most channels (features) that a node with weights makes.
        names: Forms of names, with a place for a number.
    """

    def __init__(
        self, kinds: Collection[str], max_channels: int, names: tuple[str, ...]
    ) -> None:
        self.nodes: list[Node] = []
        self.last = ""
        self.kinds = kinds
        self.max_channels = max_channels
        self.names = names
        self._shapes: dict[str, Shape] = {}
        self._ranges: dict[str, Range] = {}

    def add(self, kind: type[Node], *sources: str, **fields: Any) -> str:
        """Add a node after the sources, or after the last node; its name."""
        number = len(self.nodes)
        name = self.names[number % len(self.names)].format(number)
        takes = () if kind is Input else sources or (self.last,)
        node = kind(name=name, sources=takes, **fields)
        self._shapes[name] = shape_of(node, [self._shapes[each] for each in takes])
        self._ranges[name] = _range(
            node,
            [self._ranges[each] for each in takes],
            self._shapes[takes[0] if takes else name],
            self._shapes[name],
        )
        self.nodes.append(node)
        self.last = name
        return name

    def may(self, kind: type[Node]) -> bool:
        """Whether nodes of a kind may be added at all."""
        return _NAMES[kind] in self.kinds

    def would_make(self, kind: type[Convolution | Dense], **fields: Any) -> Range:
        """Roughly the range of such a layer after the last node, without a bias."""
        return _affine(kind(name="", sources=(), **fields), *self.range)

    @property
    def shape(self) -> Shape:
        """The shape of the last node's tensor."""
        return self._shapes[self.last]

    @property
    def range(self) -> Range:
        """Roughly the range of the last node's tensor."""
        return self._ranges[self.last]


def _range(node: Node, sources: list[Range], before: Shape, after: Shape) -> Range:
    """The range of a node's tensor, by channel of its shape."""
    if isinstance(node, Input):
        return np.array(node.low, np.float64), np.array(node.high, np.float64)
    low, high = sources[0]
    if isinstance(node, Concat):
        ends = list(zip(*sources, strict=True))
        return np.concatenate(ends[0]), np.concatenate(ends[1])
    if isinstance(node, Sum):
        ends = list(zip(*sources, strict=True))
        return sum(ends[0], np.zeros(1)), sum(ends[1], np.zeros(1))
    if isinstance(node, (Convolution, Dense)):
        return _affine(node, low, high)
    if isinstance(node, BatchNorm):
        factor = node.scale / np.sqrt(node.variance + float(node.epsilon))
        one, other = ((end - node.mean) * factor + node.shift for end in (low, high))
        return np.minimum(one, other), np.maximum(one, other)
    if isinstance(node, Rectifier):
        slopes = np.array(node.slopes, np.float64)
        return np.where(low < 0, slopes * low, low), np.where(
            high < 0, slopes * high, high
        )
    if isinstance(node, Clip):
        least, most = float(node.low), float(node.high)
        return np.clip(low, least, most), np.clip(high, least, most)
    if isinstance(node, (AveragePool, Pad)):
        return _with_zeros(node.padding, low, high)
    if isinstance(node, Crop):
        part = slice(node.starts[0], node.stops[0])
        return low[part], high[part]
    if isinstance(node, Reshape) and len(after) == 1:
        times = math.prod(before) // before[0]
        return np.repeat(low, times), np.repeat(high, times)
    if isinstance(node, (Reshape, Permute)):
        return np.full(after[0], low.min()), np.full(after[0], high.max())
    return low, high


def _affine(node: Convolution | Dense, low: Float64Array, high: Float64Array) -> Range:
    groups = 1
    if isinstance(node, Convolution):
        low, high = _with_zeros(node.padding, low, high)
        groups = node.groups
    c_out, c_in = node.weight.shape[:2]
    weight = node.weight.astype(np.float64).reshape(groups, c_out // groups, c_in, -1)
    up, down = np.maximum(weight, 0).sum(-1), np.minimum(weight, 0).sum(-1)
    low, high = low.reshape(groups, 1, c_in), high.reshape(groups, 1, c_in)
    bias = np.zeros(c_out) if node.bias is None else node.bias.astype(np.float64)
    least = (up * low + down * high).sum(-1).ravel() + bias
    most = (up * high + down * low).sum(-1).ravel() + bias
    return least, most


def _with_zeros(padding: Any, low: Float64Array, high: Float64Array) -> Range:
    if not any(padding):
        return low, high
    return np.minimum(low, 0), np.maximum(high, 0)
