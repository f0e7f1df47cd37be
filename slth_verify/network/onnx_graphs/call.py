"""One node of a file, as its handler sees it: inputs and attributes, read strictly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.graph import Reshape
from slth_verify.graph.given_input import held
from slth_verify.graph.nodes import Node, Shape
from slth_verify.network.onnx_graphs.builder import (
    Builder,
    Lowered,
    Origin,
    Tensor,
    Value,
)
from slth_verify.network.onnx_graphs.layout import axis_of
from slth_verify.network.onnx_graphs.refusal import Outside
from slth_verify.network.onnx_graphs.tensors import shown

#: Entries of one list of sizes or axes.
_FEW = 64

_FLOAT, _INT, _TEXT, _TENSOR, _FLOATS, _INTS = 1, 2, 3, 4, 6, 7
_FIELDS = {_FLOAT: "f", _INT: "i", _TEXT: "s", _TENSOR: "t", _FLOATS: "floats"}
_FIELDS[_INTS] = "ints"


class Call:
    """A node with its inputs; whatever it has that is never asked for is refused.

    Args:
        proto: The NodeProto.
        inputs: What its inputs' names stand for; None where one is left out.
        builder: Takes the new nodes.
        opset: Version of ONNX's operators.
    """

    def __init__(
        self, proto: Any, inputs: Sequence[Value | None], builder: Builder, opset: int
    ) -> None:
        self.proto, self.builder, self.opset = proto, builder, opset
        self._inputs = list(inputs)
        self._asked = 0
        self._read: set[str] = set()
        self._attributes = {entry.name: entry for entry in proto.attribute}
        if len(self._attributes) != len(proto.attribute):
            raise Outside("an attribute is given twice")

    @property
    def count(self) -> int:
        """How many inputs there are."""
        self._asked = len(self._inputs)
        return len(self._inputs)

    @property
    def alone(self) -> bool:
        """Whether it has no inputs."""
        return not self._inputs

    @property
    def constant(self) -> bool:
        """Whether it has inputs, and none depends on the image."""
        return bool(self._inputs) and not any(
            isinstance(value, (Tensor, Lowered)) for value in self._inputs
        )

    def value(self, index: int) -> Value | None:
        """An input, or None where it is left out."""
        self._asked = max(self._asked, index + 1)
        return self._inputs[index] if index < len(self._inputs) else None

    def tensor(self, index: int = 0, rank: int | None = None) -> Tensor:
        """An input that depends on the image; the rank is without the batch."""
        value = self.value(index)
        if isinstance(value, Lowered):
            raise Outside(
                f"input {index} is padded with -inf, which only MaxPool takes. Pad it "
                "with zeros or copies"
            )
        if not isinstance(value, Tensor):
            raise Outside(
                f"input {index} must depend on the image, and is "
                f"{'a constant' if value is not None else 'missing'}. Fold constants "
                "before (onnxsim, or the exporter's constant folding)"
            )
        if rank is not None and len(value.shape) != rank:
            raise Outside(
                f"input {index} has shape (batch, {_listed(value.shape)}), and "
                f"{rank + 1} axes are required"
            )
        return value

    def image(self) -> Tensor:
        """Input 0, which must be an image of one or two dimensions."""
        value = self.tensor()
        if len(value.shape) not in (2, 3):
            raise Outside(
                f"input 0 has shape (batch, {_listed(value.shape)}), and is no image "
                "(batch, channels, height, width) or (batch, channels, length)"
            )
        return value

    def weights(self, index: int, *, optional: bool = False) -> NDArray[Any] | None:
        """An input that is constant, of the network's float type."""
        value = self.value(index)
        if value is None and optional:
            return None
        if not isinstance(value, np.ndarray) or value.dtype != self.builder.dtype:
            kind = value.dtype if isinstance(value, np.ndarray) else "no constant"
            raise Outside(
                f"input {index} is {kind}; weights must be constants of type "
                f"{self.builder.dtype}, as the input is"
            )
        return value

    def given(self, index: int) -> NDArray[Any]:
        """As `weights`, and there must be some."""
        found = self.weights(index)
        if found is None:
            raise Outside(f"input {index} is missing")
        return found

    def number(self, index: int) -> Fraction | None:
        """An input that is one constant number, exactly; None where it is left out."""
        value = self.weights(index, optional=True)
        if value is None:
            return None
        if value.size != 1 or not np.isfinite(value).all():
            raise Outside(f"input {index} must be one finite number")
        return Fraction(float(value.reshape(-1)[0]))

    def sizes(self, index: int) -> list[int] | None:
        """An input that is a list of constant integers; None where it is left out."""
        value = self.value(index)
        if value is None:
            return None
        if (
            not isinstance(value, np.ndarray)
            or value.dtype not in (np.int64, np.int32)
            or value.ndim > 1
            or value.size > _FEW
        ):
            raise Outside(
                f"input {index} must be a short constant list of integers. Export with "
                "fixed sizes of all axes but the batch"
            )
        return [int(entry) for entry in value.reshape(-1)]

    def ints(self, name: str, default: Sequence[int] | None = None) -> list[int] | None:
        """An attribute that is a list of integers."""
        found = self._attribute(name, _INTS)
        if found is None:
            return None if default is None else list(default)
        if len(found) > _FEW:
            raise Outside(f"{name} has {len(found)} entries, more than {_FEW}")
        return [int(entry) for entry in found]

    def integer(self, name: str, default: int) -> int:
        """An attribute that is an integer."""
        found = self._attribute(name, _INT)
        return default if found is None else int(found)

    def flag(self, name: str, default: int = 0) -> bool:
        """An attribute that is 0 or 1."""
        found = self.integer(name, default)
        if found not in (0, 1):
            raise Outside(f"{name}={found}: 0 or 1 is required")
        return found == 1

    def real(self, name: str, default: float | None = None) -> Fraction | None:
        """An attribute that is a float32, exactly; defaults are rounded to float32."""
        found = self._attribute(name, _FLOAT)
        if found is None and default is None:
            return None
        value = float(np.float32(default if found is None else found))
        if not isfinite(value):
            raise Outside(f"{name}={value}: a finite number is required")
        return Fraction(value)

    def text(self, name: str, default: str) -> str:
        """An attribute that is a text."""
        found = self._attribute(name, _TEXT)
        return default if found is None else bytes(found).decode("utf-8", "replace")

    def attribute(self, name: str, kind: int) -> Any:
        """An attribute of a type that only constants have."""
        return self._attribute(name, kind)

    def has(self, name: str) -> bool:
        """Whether an attribute is given."""
        return name in self._attributes

    def axes(self, rank: int) -> list[int] | None:
        """Axes as attribute or, in later versions, as input 1; from the front."""
        found = self.ints("axes") if self.has("axes") else self.sizes(1)
        if found is None:
            return None
        axes = [axis_of(axis, rank) for axis in found]
        if len(set(axes)) != len(axes):
            raise Outside(f"axes={found}: an axis occurs twice")
        return axes

    def add(
        self,
        kind: type[Node],
        *sources: Tensor,
        onnx_shape: Sequence[int] | None = None,
        output: int = 0,
        **fields: Any,
    ) -> Tensor:
        """Add a node that has the entries of an output.

        Args:
            kind: Its class.
            sources: What it takes.
            onnx_shape: Of the output without the batch; None if it is that of the node,
                but for the height of one-dimensional images.
            output: Which output of this node of the file.
            fields: The node's own.
        """
        target = self.proto.output[output]
        name = self.proto.name if len(self.proto.output) == 1 else target
        origin = Origin(target, (), self.proto.op_type)
        node = self.builder.add(
            kind, name or target, origin, tuple(part.node for part in sources), **fields
        )
        full = found = self.builder.shapes[node]
        if onnx_shape is not None:
            full = tuple(onnx_shape)
        elif len(sources[0].shape) == 2 and len(found) == 3:
            full = found[0], found[2]
        self.builder.origins[node] = Origin(target, full, self.proto.op_type)
        return Tensor(node, full)

    def reshaped(self, source: Tensor, shape: Sequence[int]) -> Tensor:
        """The entries of a tensor under another shape; a node only where it matters."""
        if self.builder.shapes[source.node] == held(shape):
            return Tensor(source.node, tuple(shape))
        return self.add(Reshape, source, shape=held(shape), onnx_shape=shape)

    def require_all_read(self) -> None:
        """Refuse inputs, outputs and attributes that nobody asked for."""
        left = sorted(set(self._attributes) - self._read)
        if left:
            raise Outside(
                f"the attribute {shown(left[0])} is unknown, or not of this version "
                f"({self.opset}) of the operator. Leave it out"
            )
        extra = [value for value in self._inputs[self._asked :] if value is not None]
        if extra:
            raise Outside(f"it has {len(self._inputs)} inputs, more than are read")

    def _attribute(self, name: str, kind: int) -> Any:
        self._read.add(name)
        entry = self._attributes.get(name)
        if entry is None:
            return None
        if entry.type != kind or entry.ref_attr_name:
            raise Outside(f"the attribute {name} is not of the type that it must have")
        return getattr(entry, _FIELDS[kind])


def _listed(shape: Shape) -> str:
    return ", ".join(map(str, shape))
