"""Target graphs: checked once, immutable afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, cast

from slth_verify.graph.fields import checked, checked_label
from slth_verify.graph.files import graph_sha256, read_graph, write_graph
from slth_verify.graph.given_input import ends_of
from slth_verify.graph.kernels import chain_of
from slth_verify.graph.listed import listed, shapes_of
from slth_verify.graph.nodes import Input, Node, Shape
from slth_verify.graph.other_formats import OtherFormats
from slth_verify.graph.papers_class import outside_papers_class
from slth_verify.showing import Card, Shown
from slth_verify.text import counted


@dataclass(frozen=True, eq=False, repr=False)
class TargetCNN(OtherFormats, Shown):
    """A network as a finite acyclic graph of tensors; the last node is its output.

    Attributes:
        nodes: In an order in which every node comes after its sources; the first is
            the only input, and every other one leads to the last.
        name: A label of at most 1,000 characters.

    Raises:
        InvalidTargetError: If nodes do not fit, naming the first that does not.

    Examples:
        >>> import numpy as np
        >>> from slth_verify.graph import Convolution, Input, Rectifier, TargetCNN
        >>> graph = TargetCNN(
        ...     (
        ...         Input(name="image", shape=(1, 8, 8), low=(0,), high=(1,)),
        ...         Convolution(
        ...             name="conv",
        ...             sources=("image",),
        ...             weight=np.ones((2, 1, 3, 3), np.float32),
        ...             stride=(2, 2),
        ...         ),
        ...         Rectifier(name="relu", sources=("conv",)),
        ...     )
        ... )
        >>> graph.output_shape
        (2, 3, 3)
        >>> graph.in_papers_class, graph.outside_papers_class
        (False, "node 'image': the box is not [-1, 1]")
    """

    nodes: tuple[Node, ...]
    name: str = "target"

    def __post_init__(self) -> None:
        nodes = tuple(checked(node) for node in listed(self.nodes))
        object.__setattr__(self, "nodes", nodes)
        object.__setattr__(self, "name", checked_label(self.name))
        object.__setattr__(self, "_shapes", shapes_of(nodes))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and unpickled graphs are made, hence checked, like any other."""
        return type(self), (self.nodes, self.name)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> TargetCNN:
        """Read a network written by `save`; neither torch nor scipy is imported.

        Files that hold the kernels of the paper's class are read as well, for images in
        [-1, 1].

        Args:
            path: A ``.safetensors`` file, which nobody needs to vouch for.

        Raises:
            InvalidTargetError: If the file is damaged or no network.
        """
        return read_graph(path, cls, cls.from_kernels)

    @classmethod
    def from_kernels(
        cls,
        kernels: Iterable[Any],
        input_shape: tuple[int, int, int],
        *,
        box: Any = (-1, 1),
        name: str = "target",
    ) -> TargetCNN:
        """The paper's network of these kernels: a ReLU after every convolution.

        Convolutions keep the size of the image, with zeros around it, and have neither
        stride nor bias. In the box [-1, 1] it is of the paper's class.

        Args:
            kernels: Layer by layer, ``(c_out, c_in, d, d)``, float32 or float64.
            input_shape: ``(channels, height, width)``.
            box: Where inputs lie: ``(low, high)`` for all, or such a pair for each
                channel.
            name: A label.

        Raises:
            InvalidTargetError: Naming the first layer that is no such kernel.
            InvalidParameterError: If the box is none.

        Source:
            thm:structured-slth.
        """
        return cls(chain_of(kernels, input_shape, box), name)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a ``.safetensors`` file, atomically; equal graphs give equal bytes.

        Raises:
            InvalidTargetError: If the file would be too large to be read again.
            UnusableFileError: If it cannot be written.
        """
        write_graph(path, self.nodes, self.name)

    def with_box(self, box: Any) -> TargetCNN:
        """The same network for images of another box.

        Args:
            box: ``(low, high)`` for all entries, or such a pair for each channel.

        Raises:
            InvalidParameterError: If the box is none.
        """
        low, high = ends_of(box, self.input.shape[0])
        return type(self)(
            (replace(self.input, low=low, high=high), *self.nodes[1:]), self.name
        )

    def node(self, name: str) -> Node:
        """The node of that name.

        Raises:
            KeyError: If there is none.
        """
        return self._by_name[name]

    def shape(self, name: str) -> Shape:
        """The shape of a node's tensor, without the batch."""
        shapes: dict[str, Shape] = self.__dict__["_shapes"]
        return shapes[name]

    @property
    def architecture(self) -> tuple[tuple[str, str, Shape], ...]:
        """Name, kind and shape of every node, in order; nothing of its weights.

        Examples:
            >>> import numpy as np
            >>> kernels = (np.ones((2, 1, 3, 3), np.float32),)
            >>> TargetCNN.from_kernels(kernels, (1, 8, 8)).architecture[1]
            ('conv1', 'Convolution', (2, 8, 8))
        """
        return tuple(
            (node.name, type(node).__name__, self.shape(node.name))
            for node in self.nodes
        )

    @property
    def input(self) -> Input:
        """The node of the image."""
        return cast(Input, self.nodes[0])

    @property
    def output(self) -> Node:
        """The last node."""
        return self.nodes[-1]

    @property
    def output_shape(self) -> Shape:
        """The shape of the output, without the batch."""
        return self.shape(self.output.name)

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal digest of all nodes, as docs/target-graphs.md defines it.

        Equal for graphs with the same nodes in the same order: kinds, names, sources,
        numbers, and weights bit by bit. The graph's own name does not count.
        """
        return graph_sha256(self.nodes)

    @property
    def in_papers_class(self) -> bool:
        """Whether it is a network of thm:structured-slth."""
        return self.outside_papers_class is None

    @cached_property
    def outside_papers_class(self) -> str | None:
        """The first reason why it is no network of the paper's class, or None.

        Source:
            thm:structured-slth: stride 1, zero padding that keeps the size, no bias,
            ReLU after every convolution, inputs in [-1, 1]. Norms are not looked at,
            as layers can be scaled.
        """
        return outside_papers_class(self.nodes)

    def _card(self) -> Card:
        parts = [getattr(node, x.name) for node in self.nodes for x in fields(node)]
        weights = sum(part.size for part in parts if hasattr(part, "size"))
        line = (
            f"{self.name}: {self.input.shape} to {self.output_shape}, "
            f"{counted(len(self.nodes), 'node')}, {counted(weights, 'weight')}"
        )
        rows = [(name, f"{kind} {shape}") for name, kind, shape in self.architecture]
        return Card(line, (("weights", weights), *rows))

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}
