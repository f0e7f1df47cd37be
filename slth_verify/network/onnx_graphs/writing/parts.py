"""The parts of an ONNX file as they are made: nodes, weights, names of tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN
from slth_verify.graph.nodes import Margins

_PAD_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


class Writer:
    """ONNX nodes and weights, in the order of the graph.

    Attributes:
        onnx: The package.
        graph: What is written.
        nodes: Made so far.
        weights: Made so far, and other constants.
        tensors: By the graph's node, the name of what was made of it.
    """

    def __init__(self, onnx: Any, graph: TargetCNN) -> None:
        self.onnx, self.graph = onnx, graph
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        names = [node.name for node in graph.nodes]
        self.tensors = {name: f"tensor {place}" for place, name in enumerate(names)}
        self.tensors[names[0]] = "image"

    def add(self, operator: str, *sources: str, output: str = "", **fields: Any) -> str:
        """A node; the name of its tensor."""
        name = output or f"value {len(self.nodes)}"
        self.nodes.append(
            self.onnx.helper.make_node(operator, list(sources), [name], **fields)
        )
        return name

    def weight(self, array: Any) -> str:
        """A float32 tensor of the file; its name."""
        with np.errstate(over="ignore"):
            numbers = np.asarray(array, np.float32)
        if not np.isfinite(numbers).all():
            raise InvalidTargetError(
                f"graph {self.graph.name!r}: a weight is outside float32's range, and "
                "ONNX files are written in float32. Rescale its layers."
            )
        return self.constant(numbers)

    def constant(self, array: Any) -> str:
        """A tensor of the file in its own dtype; its name."""
        name = f"weight {len(self.weights)}"
        made = self.onnx.numpy_helper.from_array(np.asarray(array), name)
        self.weights.append(made)
        return name

    def padded(self, source: str, margins: Margins, mode: str, *fill: str) -> str:
        """Added rows and columns of an image."""
        if not any(margins):
            return source
        top, bottom, left, right = margins
        ends = self.constant(np.array([0, 0, top, left, 0, 0, bottom, right]))
        if mode != "zeros":
            return self.add("Pad", source, ends, mode=_PAD_MODES[mode])
        return self.add("Pad", source, ends, *fill)
