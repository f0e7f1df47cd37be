"""Writing a target graph as an ONNX file: float32, batches of any size."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from slth_verify.errors import InvalidTargetError, MissingExtraError
from slth_verify.files import write_atomically
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    MaxPool,
    Node,
    Pad,
    Permute,
    Rectifier,
    Reshape,
    Sum,
    TargetCNN,
)
from slth_verify.graph.nodes import Margins, Shape
from slth_verify.limits import TENSOR_FILE_BYTES
from slth_verify.network.onnx_graphs.reading import read_graph
from slth_verify.text import reason_of

#: The first version of the operators with circular padding, and of files for it.
_OPSET, _IR_VERSION = 19, 9

_PAD_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
_LARGEST = float(np.finfo(np.float32).max)


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
    model = _Writer(onnx, graph).model()
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


class _Writer:
    """ONNX nodes and weights, in the order of the graph."""

    def __init__(self, onnx: Any, graph: TargetCNN) -> None:
        self._onnx, self._graph = onnx, graph
        self._nodes: list[Any] = []
        self._weights: list[Any] = []
        names = [node.name for node in graph.nodes]
        self._tensors = {name: f"tensor {place}" for place, name in enumerate(names)}
        self._tensors[names[0]] = "image"

    def model(self) -> Any:
        """The whole model."""
        helper, graph = self._onnx.helper, self._graph
        for node in graph.nodes[1:]:
            sources = [self._tensors[name] for name in node.sources]
            shape = graph.shape(node.sources[0])
            made = _WRITERS[type(node)](self, node, sources, shape)
            self._tensors[node.name] = made
        self.add("Identity", self._tensors[graph.output.name], output="output")
        kind = self._onnx.TensorProto.FLOAT
        ends = [
            helper.make_tensor_value_info(name, kind, ["batch", *shape])
            for name, shape in (
                ("image", graph.input.shape),
                ("output", graph.output_shape),
            )
        ]
        made = helper.make_graph(self._nodes, "graph", *([end] for end in ends))
        made.initializer.extend(self._weights)
        return helper.make_model(
            made,
            producer_name="slth-verify",
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
        )

    def add(self, operator: str, *sources: str, output: str = "", **fields: Any) -> str:
        """A node; the name of its tensor."""
        name = output or f"value {len(self._nodes)}"
        self._nodes.append(
            self._onnx.helper.make_node(operator, list(sources), [name], **fields)
        )
        return name

    def weight(self, array: Any) -> str:
        """A float32 tensor of the file; its name."""
        with np.errstate(over="ignore"):
            numbers = np.asarray(array, np.float32)
        if not np.isfinite(numbers).all():
            raise InvalidTargetError(
                f"graph {self._graph.name!r}: a weight is outside float32's range, and "
                "ONNX files are written in float32. Rescale its layers."
            )
        return self.constant(numbers)

    def constant(self, array: Any) -> str:
        """A tensor of the file in its own dtype; its name."""
        name = f"weight {len(self._weights)}"
        made = self._onnx.numpy_helper.from_array(np.asarray(array), name)
        self._weights.append(made)
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


_Sources = Sequence[str]


def _convolution(w: _Writer, node: Convolution, sources: _Sources, _: Shape) -> str:
    zeros = node.padding_mode == "zeros"
    source = sources[0]
    if not zeros:
        source = w.padded(source, node.padding, node.padding_mode)
    bias = [] if node.bias is None else [w.weight(node.bias)]
    return w.add(
        "Conv",
        source,
        w.weight(node.weight),
        *bias,
        strides=node.stride,
        dilations=node.dilation,
        group=node.groups,
        pads=_ends(node.padding) if zeros else [0] * 4,
    )


def _dense(w: _Writer, node: Dense, sources: _Sources, _: Shape) -> str:
    bias = [] if node.bias is None else [w.weight(node.bias)]
    return w.add("Gemm", sources[0], w.weight(node.weight), *bias, transB=1)


def _batch_norm(w: _Writer, node: BatchNorm, sources: _Sources, _: Shape) -> str:
    parts = (node.scale, node.shift, node.mean, node.variance)
    return w.add(
        "BatchNormalization",
        *sources,
        *map(w.weight, parts),
        epsilon=_held(node.epsilon),
    )


def _rectifier(w: _Writer, node: Rectifier, sources: _Sources, shape: Shape) -> str:
    if not any(node.slopes):
        return w.add("Relu", *sources)
    slopes = [float(slope) for slope in node.slopes]
    if len(slopes) == 1:
        return w.add("LeakyRelu", *sources, alpha=slopes[0])
    return w.add("PRelu", *sources, w.weight(np.reshape(slopes, _column(shape))))


def _clip(w: _Writer, node: Clip, sources: _Sources, _: Shape) -> str:
    return w.add("Clip", *sources, *(w.weight(_held(x)) for x in (node.low, node.high)))


def _max_pool(w: _Writer, node: MaxPool, sources: _Sources, shape: Shape) -> str:
    margins = _reached(node, node.dilation, shape)
    source, pads = sources[0], _ends(margins)
    if max(margins[:2]) >= node.window[0] or max(margins[2:]) >= node.window[1]:
        least = w.constant(np.float32(-np.inf))  # never wins
        source, pads = w.padded(source, margins, "zeros", least), [0] * 4
    return w.add(
        "MaxPool",
        source,
        kernel_shape=node.window,
        strides=node.stride,
        dilations=node.dilation,
        pads=pads,
    )


def _average_pool(
    w: _Writer, node: AveragePool, sources: _Sources, shape: Shape
) -> str:
    return w.add(
        "AveragePool",
        *sources,
        kernel_shape=node.window,
        strides=node.stride,
        pads=_ends(_reached(node, (1, 1), shape)),
        count_include_pad=int(node.counts_padding),
    )


def _reshape(w: _Writer, node: Reshape, sources: _Sources, _: Shape) -> str:
    return w.add("Reshape", *sources, w.constant(np.array([0, *node.shape])))


def _permute(w: _Writer, node: Permute, sources: _Sources, _: Shape) -> str:
    axes = [0, *(axis + 1 for axis in node.axes)]
    return w.add("Transpose", *sources, perm=axes)


def _crop(w: _Writer, node: Crop, sources: _Sources, _: Shape) -> str:
    axes = range(1, len(node.starts) + 1)
    ends = (w.constant(np.array(x)) for x in (node.starts, node.stops, axes))
    return w.add("Slice", *sources, *ends)


def _pad(w: _Writer, node: Pad, sources: _Sources, _: Shape) -> str:
    return w.padded(sources[0], node.padding, node.padding_mode)


def _ends(margins: Margins) -> list[int]:
    """Margins in ONNX's order."""
    top, bottom, left, right = margins
    return [top, left, bottom, right]


def _reached(node: Any, dilation: tuple[int, int], shape: Shape) -> Margins:
    """Margins without rows and columns at the end that no window reaches."""
    found: list[int] = []
    for axis, side in enumerate(shape[1:]):
        before, after = node.padding[2 * axis : 2 * axis + 2]
        span = dilation[axis] * (node.window[axis] - 1) + 1
        last = (side + before + after - span) // node.stride[axis] * node.stride[axis]
        found += [before, max(0, last + span - side - before)]
    top, bottom, left, right = found
    return top, bottom, left, right


def _column(shape: Shape) -> tuple[int, ...]:
    """One number a channel, stretched over its places."""
    return shape[0], *[1] * (len(shape) - 1)


def _held(number: Fraction) -> float:
    """A number within the range of float32."""
    return float(max(Fraction(-_LARGEST), min(Fraction(_LARGEST), number)))


_WRITERS: dict[type[Node], Callable[[_Writer, Any, _Sources, Shape], str]] = {
    Convolution: _convolution,
    Dense: _dense,
    BatchNorm: _batch_norm,
    Rectifier: _rectifier,
    Clip: _clip,
    MaxPool: _max_pool,
    AveragePool: _average_pool,
    Reshape: _reshape,
    Permute: _permute,
    Crop: _crop,
    Pad: _pad,
    Concat: lambda w, node, sources, _: w.add("Concat", *sources, axis=1),
    Sum: lambda w, node, sources, _: w.add("Sum", *sources),
}
