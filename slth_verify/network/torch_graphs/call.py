"""One recorded operation, and the nodes that are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
import torch
from torch import fx

from slth_verify.errors import InvalidTargetError
from slth_verify.graph.nodes import Node, Weights
from slth_verify.network.torch_graphs.recording import BATCH, DTYPES
from slth_verify.network.torch_graphs.refusals import (
    class_of,
    operation_of,
    path_of,
    refused,
)
from slth_verify.network.torch_graphs.tensors import (
    how_to_resolve,
    tensor_problem,
    values_of,
)
from slth_verify.network.torch_graphs.trace import Trace

#: Names of nodes: one tensor, or a tuple of them.
Result = str | tuple[str, ...]


@dataclass(eq=False)
class Book:
    """What was translated so far.

    Attributes:
        trace: What is translated.
        nodes: By name, in order.
        results: The nodes that hold what an operation gives.
    """

    trace: Trace
    nodes: dict[str, Node]
    results: dict[fx.Node, Result] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Call:
    """An operation with its arguments.

    Attributes:
        node: The operation.
        arguments: By their names in ATen, with defaults.
        book: Where nodes are added.
    """

    node: fx.Node
    arguments: dict[str, Any]
    book: Book

    def __getitem__(self, name: str) -> Any:
        """An argument as torch has it."""
        return self.arguments[name]

    @property
    def shape(self) -> tuple[int, ...]:
        """The result's shape in torch, without the batch."""
        return self.shape_of(self.node)

    @property
    def source_shape(self) -> tuple[int, ...]:
        """The shape in torch of the argument ``self`` or ``input``."""
        return self.shape_of(self.arguments.get("self", self.arguments.get("input")))

    @property
    def parts(self) -> list[tuple[int, ...]]:
        """The shapes in torch of a tuple of results, without the batch."""
        return [self._without_batch(part.shape) for part in self.node.meta["val"]]

    @property
    def source(self) -> str:
        """The node of the argument ``self`` or ``input``."""
        return self.tensor(self.arguments.get("self", self.arguments.get("input")))

    def tensor(self, argument: Any) -> str:
        """The node of an argument that depends on the image."""
        found = self.book.results.get(argument)
        if isinstance(found, str):
            return found
        raise self.refused(
            "joins the image with numbers that are no layer's weights",
            "Hold them in a layer, as its weight or bias.",
        )

    def weights(self, name: str) -> Weights | None:
        """The values of an argument that is a parameter, buffer or constant."""
        argument = self.arguments.get(name)
        if argument is None:
            return None
        tensor = self.book.trace.constant(argument)
        if tensor is None:
            raise self._computed_weights(name)
        return self._values(tensor)

    def numbers(self, argument: Any) -> Weights | None:
        """A number, or the values of a tensor that does not depend on the image.

        Returns:
            An array without axes for a number; None for the image, and for what is
            computed from weights.
        """
        if isinstance(argument, (int, float)) and not isinstance(argument, bool):
            return np.array(float(argument))
        tensor = self.book.trace.constant(argument)
        return None if tensor is None else self._values(tensor)

    def _values(self, tensor: torch.Tensor) -> Weights:
        problem = tensor_problem(tensor, dtypes=DTYPES, kinds=(type(tensor),))
        if problem is not None:
            raise self.refused(f"has {problem[0]}", problem[1])
        return values_of(tensor)

    def required(self, name: str) -> Weights:
        """The values of an argument that must be there."""
        found = self.weights(name)
        if found is None:
            raise self.refused(f"has no {name}", "Give plain layers.")
        return found

    def add(self, kind: type[Node], *sources: str, **fields: Any) -> str:
        """A new node, named after the module that runs the operation."""
        path = path_of(self.node)
        ran = self.node.name.replace("_native_batch_norm_legit_no_training", _NORM)
        layer = path and class_of(self.node).startswith("torch.nn.modules.")
        base = path if layer else ".".join(filter(None, (path, ran)))
        names = (base if i == 1 else f"{base}#{i}" for i in count(1))
        name = next(name for name in names if name not in self.book.nodes)
        self.book.nodes[name] = kind(name=name, sources=sources, **fields)
        return name

    def refused(self, why: str, remedy: str) -> InvalidTargetError:
        """The error that names the module that runs this operation."""
        root, path = self.book.trace.module, path_of(self.node)
        return refused(root, path, why, remedy, operation_of(self.node))

    def axes(self, values: int | Sequence[int], rank: int) -> list[int]:
        """Axes counted from 0 without the batch.

        Raises:
            InvalidTargetError: If the batch is among them.
        """
        listed = [values] if isinstance(values, int) else values
        found = [value % (rank + 1) - 1 for value in listed]
        if -1 in found:
            raise self.refused("mixes the images of a batch", _BATCH_STAYS)
        return found

    def shape_of(self, node: Any) -> tuple[int, ...]:
        """The shape in torch of a result, without the batch."""
        return self._without_batch(node.meta["val"].shape)

    def _without_batch(self, shape: Sequence[Any]) -> tuple[int, ...]:
        if not shape or shape[0] != BATCH:
            raise self.refused("mixes the images of a batch", _BATCH_STAYS)
        return tuple(int(side) for side in shape[1:])

    def _computed_weights(self, name: str) -> InvalidTargetError:
        part = self.book.trace.module.get_submodule(path_of(self.node))
        undo = how_to_resolve(part)
        return self.refused(
            f"has a {name} that is computed anew at every call",
            f"First make its weights final: {undo}."
            if undo
            else "Give a layer whose parameter holds the weights in use.",
        )


def exact(value: float) -> Fraction:
    """A Python number as the rational that it is, not its shortest decimal form."""
    return Fraction(value)


_NORM = "batch_norm"
_BATCH_STAYS = "The first axis must stay the batch; flatten with torch.flatten(x, 1)."
