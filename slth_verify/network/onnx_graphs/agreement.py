"""Running a file and the graph read from it side by side, node by node.

The file runs in onnxruntime, which shares no code with the import; every tensor in it
that some node of the graph has is looked at. A node is given what onnxruntime gave the
operator, so that its value may differ by that operator's rounding alone: the errors of
a deep network do not add up, and hide nothing. If every node agrees, so do the
networks, up to the rounding of all nodes.

onnxruntime has no float64 convolution. Files of float64 networks run in
onnx.reference, in float64.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.errors import InvalidTargetError
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Convolution,
    Crop,
    Dense,
    Input,
    MaxPool,
    Rectifier,
    Reshape,
    Sum,
    TargetCNN,
)
from slth_verify.graph.float_values import values
from slth_verify.graph.nodes import Node, Shape
from slth_verify.network.onnx_graphs.builder import Origin, Reading
from slth_verify.network.onnx_graphs.images import images_of
from slth_verify.network.onnx_graphs.running import Running, named

#: Multiplications of one image that are waited for, and of all images together.
_MOST: Final = 1 << 36
_WANTED: Final = 1 << 35
_IMAGES: Final = 4

#: Entries of all tensors of one image; they are held together.
_ENTRIES: Final = 1 << 27

#: Roundings of an operator besides those of a sum of products.
_ROUNDINGS: Final = 8


def require_agreement(model: Any, reading: Reading) -> None:
    """Compare a file's tensors with those of the graph, at some twenty images.

    With u the unit roundoff of the file's float type, a node that adds n products may
    differ by ``(n + 8) u / (1 - (n + 8) u)`` times the sum of their moduli, whatever
    the order of the sum, and by n + 8 of the least positive numbers of that type where
    products underflow. A node that only chooses or moves entries may not differ.

    Args:
        model: The file's ModelProto; it is not changed.
        reading: What was read from it.

    Raises:
        InvalidTargetError: Where they differ: naming the node, the image and the
            entry; or if the file cannot be run.
    """
    graph = reading.graph
    cost = sum(_products(graph, node) for node in graph.nodes)
    entries = sum(math.prod(graph.shape(node.name)) for node in graph.nodes)
    if cost > _MOST or entries > _ENTRIES:
        raise InvalidTargetError(
            f"the ONNX graph: one image takes {cost} multiplications and {entries} "
            f"entries of tensors; at most {_MOST} and {_ENTRIES} are run and compared. "
            "Certify the network in parts."
        )
    images = list(images_of(graph.input, reading.dtype))
    count = max(_IMAGES, _WANTED // max(cost, 1))
    runner = Running(model, reading)
    checks = [_Check(graph, node, reading.dtype) for node in graph.nodes[1:]]
    for name, image in images[:count]:
        tensors = runner.run(image)
        for check in checks:
            if check.node.name in tensors:
                _require_same(check, name, tensors, reading.origins[check.node.name])
            else:
                tensors[check.node.name] = check.expected(tensors)[0]


class _Check:
    """One node as a graph of its own, and what bounds its rounding.

    The image of these graphs is one row: the entries of all its sources.
    """

    def __init__(self, graph: TargetCNN, node: Node, dtype: np.dtype[Any]) -> None:
        self.node = node
        shapes = [graph.shape(name) for name in node.sources]
        self._value = _alone(node, shapes)
        self._size = _alone(_moduli(node), shapes)
        info = np.finfo(dtype)
        terms = _terms(node)
        steps = 0 if terms is None else terms + _ROUNDINGS
        unit = float(info.eps) / 2
        self._relative = steps * unit / (1 - steps * unit)
        self._absolute = steps * float(info.smallest_subnormal)

    def expected(
        self, tensors: dict[str, Float64Array]
    ) -> tuple[Float64Array, Float64Array]:
        """The node's value, and by how much another rounding may differ from it."""
        row = np.concatenate([tensors[name].ravel() for name in self.node.sources])
        row = row.reshape(1, 1, 1, -1)
        value = values(self._value, row)[0]
        if not self._relative:
            return value, np.zeros_like(value)
        size = values(self._size, np.abs(row))[0]
        return value, np.abs(size) * self._relative + self._absolute


def _alone(node: Node, shapes: list[Shape]) -> TargetCNN:
    sizes = [math.prod(shape) for shape in shapes]
    whole = sum(sizes)
    nodes: list[Node] = [
        Input(name="row", shape=(1, 1, whole), low=(0,), high=(1,))  # type: ignore[arg-type]
    ]
    start = 0
    for number, (size, shape) in enumerate(zip(sizes, shapes, strict=True)):
        part, source = f"part {number}", f"source {number}"
        stops = (1, 1, start + size)
        nodes.append(
            Crop(name=part, sources=("row",), starts=(0, 0, start), stops=stops)
        )
        nodes.append(Reshape(name=source, sources=(part,), shape=shape))
        start += size
    sources = tuple(f"source {number}" for number in range(len(shapes)))
    return TargetCNN((*nodes, replace(node, name="node", sources=sources)))


def _moduli(node: Node) -> Node:
    """The node that adds the moduli of what the node adds, for moduli as sources."""
    if isinstance(node, (Convolution, Dense)):
        bias = None if node.bias is None else np.abs(node.bias)
        return replace(node, weight=np.abs(node.weight), bias=bias)
    if isinstance(node, BatchNorm):
        return replace(
            node,
            scale=np.abs(node.scale),
            shift=np.abs(node.shift),
            mean=-np.abs(node.mean),
        )
    return node


def _terms(node: Node) -> int | None:
    """How many products an entry adds; None if entries are only chosen or moved."""
    if isinstance(node, (Convolution, Dense)):
        return int(node.weight[0].size)
    if isinstance(node, AveragePool):
        return math.prod(node.window)
    if isinstance(node, Sum):
        return len(node.sources)
    if isinstance(node, BatchNorm):
        return 1
    return 1 if isinstance(node, Rectifier) and any(node.slopes) else None


def _products(graph: TargetCNN, node: Node) -> int:
    places = math.prod(graph.shape(node.name))
    if isinstance(node, (AveragePool, MaxPool)):
        return places * math.prod(node.window)
    return places * max(1, _terms(node) or 1)


def _require_same(
    check: _Check, image: str, tensors: dict[str, Float64Array], origin: Origin
) -> None:
    found = tensors[check.node.name]
    where = named(check.node.name, origin)
    sources = [tensors[name] for name in check.node.sources]
    if not all(np.isfinite(tensor).all() for tensor in (found, *sources)):
        raise InvalidTargetError(
            f"{where} overflows on the image '{image}', so that it cannot be compared. "
            "Rescale the layers before it."
        )
    expected, allowed = check.expected(tensors)
    gap = np.abs(found - expected)
    wrong = ~(gap <= allowed)
    if not wrong.any():
        return
    ranked = np.where(wrong, np.nan_to_num(gap - allowed, nan=np.inf), -1.0)
    place = np.unravel_index(ranked.argmax(), gap.shape)
    raise InvalidTargetError(
        f"{where} does not compute what was read from it: on the image '{image}' its "
        f"entry {tuple(map(int, place))} is {found[place]:.9g} when the file runs, and "
        f"{expected[place]:.9g} as {type(check.node).__name__}; rounding explains at "
        f"most {allowed[place]:.3g}. The file uses a corner of the operator that is "
        "not read; write it plainly."
    )
