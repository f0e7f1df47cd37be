"""The graph that grows while a file's nodes are read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.graph import Input, TargetCNN
from slth_verify.graph.fields import checked
from slth_verify.graph.nodes import Margins, Node, Shape
from slth_verify.graph.shapes import shape_of
from slth_verify.network.onnx_graphs.layout import require_held
from slth_verify.network.onnx_graphs.refusal import Outside


@dataclass(frozen=True)
class Tensor:
    """A tensor that depends on the image.

    Attributes:
        node: The node of the graph that computes it.
        shape: As ONNX has it, without the batch; the graph has ``held(shape)``.
    """

    node: str
    shape: Shape


@dataclass(frozen=True)
class Lowered:
    """An image in margins of minus infinity, which only a MaxPool may take.

    Attributes:
        image: The image within.
        margins: Added rows and columns.
    """

    image: Tensor
    margins: Margins

    @property
    def whole(self) -> Tensor:
        """The image with its margins, by shape."""
        top, bottom, left, right = self.margins
        *others, side = self.image.shape
        if len(others) > 1:
            others[1] += top + bottom
        return Tensor(self.image.node, (*others, side + left + right))


@dataclass(frozen=True)
class Origin:
    """Which tensor of the file has the entries of a node, in the same order.

    Attributes:
        tensor: Its name.
        shape: Its shape, without the batch.
        operator: What computes it.
    """

    tensor: str
    shape: Shape
    operator: str


@dataclass(frozen=True)
class Reading:
    """What was read from a file.

    Attributes:
        graph: The network.
        origins: By node, the file's tensor with the same entries, if there is one.
        output: The file's output, which has the entries of the last node.
        constants: The file's own, by name.
        dtype: The type of its weights and images.
    """

    graph: TargetCNN
    origins: dict[str, Origin]
    output: Origin
    constants: dict[str, NDArray[Any]]
    dtype: np.dtype[Any]


#: What a name of the file stands for.
Value = Tensor | Lowered | NDArray[Any]


class Builder:
    """Nodes, shapes and origins so far.

    Args:
        image: The input.
        origin: The file's input.
        dtype: The type of all weights.
        uses: How often each tensor of the file is taken.
    """

    def __init__(
        self, image: Input, origin: Origin, dtype: np.dtype[Any], uses: Counter[str]
    ) -> None:
        self.nodes: dict[str, Node] = {image.name: image}
        self.shapes: dict[str, Shape] = {image.name: image.shape}
        self.origins: dict[str, Origin] = {image.name: origin}
        self.dtype = dtype
        self._uses = uses

    def add(
        self,
        kind: type[Node],
        name: str,
        origin: Origin,
        sources: tuple[str, ...],
        **fields: Any,
    ) -> str:
        """Add a node, and return its name: the one that is asked for, if it is free."""
        number, free = 1, name
        while free in self.nodes:
            number, free = number + 1, f"{name}#{number}"
        node = checked(kind(name=free, sources=sources, **fields))
        shape = shape_of(node, [self.shapes[source] for source in sources])
        require_held(shape)
        self.nodes[free], self.shapes[free] = node, shape
        self.origins[free] = origin
        return free

    def extend(self, name: str, origin: Origin, **fields: Any) -> None:
        """Give a node another bias or shape, and with it another origin."""
        node = checked(replace(self.nodes[name], **fields))
        shape_of(node, [self.shapes[source] for source in node.sources])
        self.nodes[name], self.origins[name] = node, origin

    def used_once(self, name: str, tensor: str) -> bool:
        """Whether that tensor is a node's own, and nothing else takes it."""
        return self.origins[name].tensor == tensor and self._uses[tensor] == 1

    def graph(self, output: str, name: str) -> TargetCNN:
        """The graph of what leads to a node."""
        needed = {output}
        for node in reversed(self.nodes.values()):
            if node.name in needed:
                needed.update(node.sources)
        kept = [node for node in self.nodes.values() if node.name in needed]
        if kept[-1].name != output or not isinstance(kept[0], Input):
            raise Outside("the output does not depend on the input")
        return TargetCNN(tuple(kept), name)
