"""From the nodes of a file, in their order, to a target graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from slth_verify.errors import InvalidTargetError
from slth_verify.graph.given_input import input_node
from slth_verify.network.onnx_graphs.builder import (
    Builder,
    Lowered,
    Origin,
    Reading,
    Tensor,
    Value,
)
from slth_verify.network.onnx_graphs.call import Call
from slth_verify.network.onnx_graphs.file import DOMAINS, opset_of
from slth_verify.network.onnx_graphs.folding import constant_node, folded, shape
from slth_verify.network.onnx_graphs.layout import CHANNELS, require_held
from slth_verify.network.onnx_graphs.operators import HANDLERS, advice
from slth_verify.network.onnx_graphs.refusal import Outside
from slth_verify.network.onnx_graphs.tensors import (
    constant,
    element_type,
    require_few,
    shown,
)

_FLOATS: Final[dict[int, np.dtype[Any]]] = {
    1: np.dtype(np.float32),
    11: np.dtype(np.float64),
}


def read_graph(
    model: Any, folder: Path, box: Any, input_shape: Any, name: str
) -> Reading:
    """The graph of a file's model, and where its nodes' entries are in the file.

    Raises:
        InvalidTargetError: Naming the first node that is outside what is read.
        InvalidParameterError: If the box is none.
    """
    last = model.graph.output[0].name
    try:
        constants = _initialisers(model, folder)
        image = _only_input(model, constants)
        sides = _sides(image, input_shape)
        require_held(sides, CHANNELS)
        node = input_node(sides, box)
        dtype = _FLOATS[image.type.tensor_type.elem_type]
        uses = Counter(name for node in model.graph.node for name in node.input)
        origin = Origin(image.name, sides, "input")
        builder = Builder(node, origin, dtype, uses + Counter([last]))
        values: dict[str, Value] = {**constants, image.name: Tensor(node.name, sides)}
        for proto in model.graph.node:
            _step(proto, values, builder, opset_of(model))
        output = values.get(last)
        if isinstance(output, Lowered):
            raise Outside(f"its output {shown(last)} is infinite where it is padded")
        if not isinstance(output, Tensor):
            raise Outside(f"its output {shown(last)} is not computed from the input")
        graph = builder.graph(output.node, name)
    except Outside as error:
        raise InvalidTargetError(f"the ONNX graph: {error}.") from error
    result = Origin(last, output.shape, "output")
    return Reading(graph, builder.origins, result, constants, dtype)


def _step(proto: Any, values: dict[str, Value], builder: Builder, opset: int) -> None:
    """Read one node; its outputs get values."""
    try:
        inputs = [_known(name, values) for name in proto.input]
        outputs = [name for name in proto.output if name]
        if not outputs or len(outputs) != len(set(outputs)) or values.keys() & outputs:
            raise Outside(
                f"its outputs {_some(outputs)} are none, or names that are already "
                "taken. Every tensor has one name"
            )
        found = _read(Call(proto, inputs, builder, opset))
        for name, value in zip(proto.output, found, strict=False):
            values[name] = value
    except (Outside, InvalidTargetError) as error:
        name = proto.name or (proto.output[0] if proto.output else "")
        raise InvalidTargetError(
            f"node {shown(name)} ({shown(proto.op_type)[1:-1]}): {error}."
        ) from error


def _read(call: Call) -> Sequence[Value]:
    proto = call.proto
    operator = proto.op_type
    if proto.domain not in DOMAINS:
        raise Outside(
            f"the domain {shown(proto.domain)} is not ONNX's own, and no code is "
            "loaded for it. Export with standard operators"
        )
    found: Value | Sequence[Value] | None = None
    if operator == "Constant":
        found = constant_node(call)
    elif call.alone and operator in HANDLERS:
        raise Outside("it has no inputs")
    elif operator == "Shape":
        found = shape(call)
    elif call.constant:
        found = folded(call)
    if found is None and operator in HANDLERS:
        found = HANDLERS[operator](call)
    if found is None:
        raise Outside(f"the operator is not read. {advice(operator)}")
    call.require_all_read()
    return [found] if isinstance(found, (Tensor, Lowered, np.ndarray)) else found


def _known(name: str, values: dict[str, Value]) -> Value | None:
    if name and name not in values:
        raise Outside(
            f"its input {shown(name)} is computed by no node before it: it is missing, "
            "or the nodes form a cycle or are out of order. Check the file "
            "(onnx.checker)"
        )
    return values[name] if name else None


def _initialisers(model: Any, folder: Path) -> dict[str, NDArray[Any]]:
    tensors = model.graph.initializer
    require_few(tensors)
    found: dict[str, NDArray[Any]] = {}
    for tensor in tensors:
        if not tensor.name or tensor.name in found:
            raise Outside(f"there are two constants {shown(tensor.name)}, or it is ''")
        found[tensor.name] = constant(tensor, folder)
    names = [node.name for node in model.graph.node if node.name]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise Outside(f"there are several nodes {_some(twice)}. Every one has its name")
    return found


def _only_input(model: Any, constants: dict[str, Any]) -> Any:
    inputs = [entry for entry in model.graph.input if entry.name not in constants]
    if len(inputs) != 1 or not inputs[0].name:
        raise Outside(
            f"inputs {_some(entry.name for entry in inputs)}: one is required, the "
            "batch of images"
        )
    kind = inputs[0].type.tensor_type.elem_type
    if kind not in _FLOATS:
        raise Outside(
            f"the input {shown(inputs[0].name)} is {element_type(kind)}; float32 or "
            "float64 is required. Leave out what converts the images"
        )
    return inputs[0]


def _sides(image: Any, input_shape: Any) -> tuple[int, ...]:
    """Sizes of one image, from the file and for symbolic axes from the caller."""
    tensor = image.type.tensor_type
    dims = [
        dim.dim_value if dim.HasField("dim_value") else None for dim in tensor.shape.dim
    ]
    given = None if input_shape is None else [*input_shape]
    if not tensor.HasField("shape") and given is not None:
        dims = [None] * (len(given) + 1)
    if not 2 <= len(dims) <= 4:
        raise Outside(
            f"the input {shown(image.name)} has {len(dims)} axes; (batch, channels, "
            "height, width), (batch, channels, length) or (batch, features) is "
            "required. Pass input_shape if the file does not say it"
        )
    if dims[0] not in (None, 1):
        raise Outside(
            f"the input's first axis, the batch, has size {dims[0]}. Export with a "
            "batch of 1, or a symbolic one"
        )
    sizes = dims[1:] if given is None else given
    fits = len(sizes) == len(dims) - 1 and all(
        known is None or known == size
        for known, size in zip(dims[1:], sizes, strict=True)
    )
    if not fits or None in sizes:
        other = "no input_shape is given"
        if given is not None:
            other = f"input_shape={_some(given)}"
        raise Outside(
            f"the file gives the input's sizes (batch, "
            f"{', '.join(str(size or '?') for size in dims[1:])}), and {other}. Pass "
            "input_shape, without the batch"
        )
    if any(type(size) is not int or size < 1 for size in sizes):
        raise Outside(f"the input's sizes are {sizes[:9]}; positive integers are read")
    return tuple(sizes)


def _some(names: Iterable[Any]) -> str:
    listed = [str(name) for name in names]
    shown_names = ", ".join(shown(name) for name in listed[:5])
    return f"[{shown_names}{', ...' if len(listed) > 5 else ''}]"
