"""Reading a target graph off an ONNX file that nobody vouches for.

The file is bounded before it is parsed (`wire`, `file`), as are its weights
(`tensors`). Its nodes are read in their order (`reading`), each by the handler of its
operator (`operators`), which sees inputs and attributes through `call`: what it does
not ask for is refused. Then file and graph are run side by side (`agreement`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from slth_verify.graph import TargetCNN
from slth_verify.limits import IMAGE_SIDE
from slth_verify.network.onnx_graphs.agreement import require_agreement
from slth_verify.network.onnx_graphs.file import read_model
from slth_verify.network.onnx_graphs.instances import difference_graph, write_instance
from slth_verify.network.onnx_graphs.reading import read_graph
from slth_verify.network.onnx_graphs.writing import graph_to_onnx
from slth_verify.numbers import whole_numbers

__all__ = [
    "difference_graph",
    "graph_from_onnx",
    "graph_to_onnx",
    "write_instance",
]


def graph_from_onnx(
    path: str | os.PathLike[str],
    *,
    box: Any = (0, 1),
    input_shape: tuple[int, ...] | None = None,
    name: str | None = None,
) -> TargetCNN:
    """Read a target graph off an ONNX file, and compare the two.

    The file has one input, a batch of images, and one output. It is read as what it
    computes of a batch of one image; the batch must stay the first axis. Operators are
    those that nodes express: Conv, Gemm, MatMul, Add, BatchNormalization, Relu and its
    leaky and clipped kin, pooling, reshaping, slicing, padding, Concat, and arithmetic
    of sizes with constants. Weights are float32 or float64; an attribute is the exact
    rational of its float32. One-dimensional layers have images of height 1. Nothing of
    the file is executed but standard operators.

    Args:
        path: A regular file. Weights beside it are read from its own folder only.
        box: Where inputs lie: ``(low, high)`` for all, or such a pair for each channel
            (each feature). Numbers are read as everywhere: a float means its shortest
            decimal form.
        input_shape: Without the batch, where the file has symbolic sizes.
        name: A label; the file's name without its suffix if None.

    Raises:
        InvalidTargetError: Naming the first node that is not covered, its operator, and
            the nearest admitted form; or where file and graph differ.
        InvalidParameterError: If the box or the shape is none.
        MissingExtraError: If onnx or onnxruntime are not installed (extra ``onnx``).

    Rigor:
        The graph is what is certified later. That it is the file's function in real
        arithmetic rests on the reading, and on a comparison of every node with
        onnxruntime in float32, up to the rounding of that node.

    Cost:
        Some twenty passes; of large networks, four.
    """
    if input_shape is not None:
        input_shape = whole_numbers(
            input_shape, "input_shape", least=1, most=IMAGE_SIDE
        )
    model = read_model(path)
    folder = Path(os.path.abspath(os.fsdecode(path))).parent
    label = Path(os.fsdecode(path)).stem if name is None else name
    reading = read_graph(model, folder, box, input_shape, label)
    require_agreement(model, reading)
    return reading.graph
