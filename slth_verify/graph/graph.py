"""Target graphs: checked once, immutable afterwards."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import islice
from typing import Any, cast

import numpy as np

from slth_verify.errors import InvalidTargetError
from slth_verify.graph.fields import checked, checked_label
from slth_verify.graph.files import graph_sha256, read_graph, write_graph
from slth_verify.graph.nodes import Convolution, Input, Node, Rectifier, Shape
from slth_verify.graph.shapes import shape_of
from slth_verify.limits import ENTRIES, LAYERS, WEIGHTS


@dataclass(frozen=True, eq=False)
class TargetGraph:
    """A network as a finite acyclic graph of tensors; the last node is its output.

    Attributes:
        nodes: In an order in which every node comes after its sources; the first is
            the only input, and every other one leads to the last.
        name: A label of at most 1,000 characters.

    Raises:
        InvalidTargetError: If nodes do not fit, naming the first that does not.

    Examples:
        >>> import numpy as np
        >>> from slth_verify.graph import Convolution, Input, Rectifier, TargetGraph
        >>> graph = TargetGraph(
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
        nodes = tuple(checked(node) for node in _listed(self.nodes))
        object.__setattr__(self, "nodes", nodes)
        object.__setattr__(self, "name", checked_label(self.name))
        _require_weights(nodes)
        _require_connected(nodes)
        shapes: dict[str, Shape] = {}
        for node in nodes:
            shape = shape_of(node, [shapes[name] for name in node.sources])
            if math.prod(shape) > ENTRIES:
                raise InvalidTargetError(
                    f"node {node.name!r}: its tensor has more than {ENTRIES} entries. "
                    "Certify the network in parts."
                )
            shapes[node.name] = shape
        object.__setattr__(self, "_shapes", shapes)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and unpickled graphs are made, hence checked, like any other."""
        return type(self), (self.nodes, self.name)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> TargetGraph:
        """Read a graph written by `save`; neither torch nor scipy is imported.

        Args:
            path: A ``.safetensors`` file, which nobody needs to vouch for.

        Raises:
            InvalidTargetError: If the file is damaged or no graph.
        """
        return read_graph(path, cls)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a ``.safetensors`` file, atomically; equal graphs give equal bytes.

        Raises:
            InvalidTargetError: If the file would be too large to be read again.
            UnusableFileError: If it cannot be written.
        """
        write_graph(path, self.nodes, self.name)

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
        last: Node = self.nodes[0]
        for place, node in enumerate(self.nodes):
            reason = _outside(node, place)
            if reason is None and place and node.sources != (last.name,):
                reason = "the graph is no chain"
            if reason is not None:
                return f"node {node.name!r}: {reason}"
            last = node
        ends = isinstance(last, Rectifier)
        return None if ends else f"node {last.name!r}: no ReLU follows"

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}


def _outside(node: Node, place: int) -> str | None:
    """Why a node in that place of a chain is outside the paper's class."""
    if place == 0 and isinstance(node, Input):
        if len(node.shape) != 3:
            return "no image of shape (channels, height, width)"
        unit = all(x == -1 for x in node.low) and all(x == 1 for x in node.high)
        return None if unit else "the box is not [-1, 1]"
    if place % 2 == 0:
        relu = isinstance(node, Rectifier) and not any(node.slopes)
        return None if relu else f"{type(node).__name__} instead of a ReLU"
    if not isinstance(node, Convolution):
        return f"{type(node).__name__} instead of a convolution"
    rows, columns = node.weight.shape[2:]
    half = (rows - 1) // 2
    rest = rows - 1 - half
    for holds, reason in (
        (node.bias is None or not node.bias.any(), "a bias"),
        (rows == columns, "a kernel that is not square"),
        (node.stride == (1, 1), "a stride"),
        (node.dilation == (1, 1), "a dilation"),
        (node.groups == 1, "groups"),
        (node.padding_mode == "zeros", f"padding of mode {node.padding_mode!r}"),
        (node.padding == (half, rest) * 2, "padding that does not keep the size"),
    ):
        if not holds:
            return reason
    return None


def _listed(nodes: Iterable[Any]) -> list[Any]:
    try:
        found = list(islice(nodes, LAYERS + 1))
    except TypeError as error:
        raise InvalidTargetError("nodes: a sequence of nodes is required.") from error
    if not found or len(found) > LAYERS:
        raise InvalidTargetError(
            f"{len(found)} or more nodes: 1 to {LAYERS} are read. Certify the network "
            "in parts."
        )
    return found


def _require_weights(nodes: tuple[Node, ...]) -> None:
    arrays = (getattr(node, field.name) for node in nodes for field in fields(node))
    weights = sum(array.size for array in arrays if isinstance(array, np.ndarray))
    if weights > WEIGHTS:
        raise InvalidTargetError(
            f"{weights} weights: at most {WEIGHTS} are read. Certify the network in "
            "parts."
        )


def _require_connected(nodes: tuple[Node, ...]) -> None:
    """One input, first; sources before their users; nothing that leads nowhere."""
    known: set[str] = set()
    for node in nodes:
        what = None
        if isinstance(node, Input) is bool(known):
            what = "the first node, and no other, must be an Input"
        elif node.name in known:
            what = "there are two nodes of this name"
        elif not known.issuperset(node.sources):
            missing = [name for name in node.sources if name not in known]
            what = f"its sources {missing} do not come before it"
        if what is not None:
            raise InvalidTargetError(f"node {node.name!r}: {what}. Correct the graph.")
        known.add(node.name)
    used = {nodes[-1].name} | {name for node in nodes for name in node.sources}
    for node in nodes:
        if node.name not in used:
            raise InvalidTargetError(
                f"node {node.name!r} leads nowhere. Leave it out, or put the output "
                "last."
            )
