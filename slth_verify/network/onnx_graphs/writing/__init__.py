"""Writing a target graph as an ONNX file: float32, batches of any size."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from slth_verify.errors import InvalidTargetError, MissingExtraError
from slth_verify.files import write_atomically
from slth_verify.graph import TargetCNN
from slth_verify.limits import TENSOR_FILE_BYTES
from slth_verify.network.onnx_graphs.reading import read_graph
from slth_verify.network.onnx_graphs.writing.operators import WRITERS
from slth_verify.network.onnx_graphs.writing.parts import Writer
from slth_verify.text import reason_of

__all__ = ["graph_to_onnx"]

#: The first version of the operators with circular padding, and of files for it.
_OPSET, _IR_VERSION = 19, 9


def graph_to_onnx(graph: TargetCNN, path: str | os.PathLike[str]) -> None:
    """Write a graph as an ONNX file, atomically.

    Its input ``image`` and output ``output`` have the batch as their first axis, of
    any size. Weights, slopes and thresholds are rounded to float32.

    Args:
        graph: The network.
        path: The file.

    Raises:
        InvalidTargetError: If the file would be too large, a weight leaves float32's
            range, or rounding leaves no network, such as one with equal thresholds.
        MissingExtraError: If onnx is not installed (extra ``onnx``).
        UnusableFileError: If the file cannot be written.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError(
            f"writing ONNX files needs the package onnx ({reason_of(error)}). "
            "pip install 'slth-verify[onnx]'"
        ) from error
    model = _model(onnx, graph)
    _require_read_again(model, graph)
    data = model.SerializeToString()
    if len(data) > TENSOR_FILE_BYTES:
        raise InvalidTargetError(
            f"graph {graph.name!r}: its ONNX file would have {len(data)} bytes; at "
            f"most {TENSOR_FILE_BYTES} are read. Write the network in parts."
        )
    write_atomically(path, data)


def _require_read_again(model: Any, graph: TargetCNN) -> None:
    """Refuse what rounding to float32 made no network, or another one."""
    box = [*zip(graph.input.low, graph.input.high, strict=True)]
    try:
        read_graph(model, Path(), box, graph.input.shape, graph.name)
    except InvalidTargetError as error:
        raise InvalidTargetError(
            f"graph {graph.name!r}: once its numbers are float32, it could not be read "
            f"again ({error}) Rescale its layers, or move its thresholds."
        ) from error


def _model(onnx: Any, graph: TargetCNN) -> Any:
    """The whole file."""
    helper, writer = onnx.helper, Writer(onnx, graph)
    for node in graph.nodes[1:]:
        sources = [writer.tensors[name] for name in node.sources]
        shape = graph.shape(node.sources[0])
        made = WRITERS[type(node)](writer, node, sources, shape)
        writer.tensors[node.name] = made
    writer.add("Identity", writer.tensors[graph.output.name], output="output")
    kind = onnx.TensorProto.FLOAT
    ends = [
        helper.make_tensor_value_info(name, kind, ["batch", *shape])
        for name, shape in (
            ("image", graph.input.shape),
            ("output", graph.output_shape),
        )
    ]
    made = helper.make_graph(writer.nodes, "graph", *([end] for end in ends))
    made.initializer.extend(writer.weights)
    return helper.make_model(
        made,
        producer_name="slth-verify",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
    )
