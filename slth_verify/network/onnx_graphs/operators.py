"""Which operators are read, and the nearest admitted forms of those that are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from slth_verify.network.onnx_graphs import activations, layers, shaping, windows
from slth_verify.network.onnx_graphs.builder import Tensor, Value
from slth_verify.network.onnx_graphs.call import Call

#: What reads a node of the graph, by its operator.
HANDLERS: Final[dict[str, Callable[[Call], Value | Sequence[Tensor]]]] = {
    "Add": layers.add,
    "AveragePool": windows.average_pool,
    "BatchNormalization": layers.batch_norm,
    "Clip": activations.clip,
    "Concat": shaping.concat,
    "Conv": layers.conv,
    "Div": layers.divide,
    "Dropout": shaping.dropout,
    "Flatten": shaping.flatten,
    "Gemm": layers.gemm,
    "GlobalAveragePool": windows.global_average_pool,
    "GlobalMaxPool": windows.global_max_pool,
    "Identity": shaping.same,
    "LeakyRelu": activations.leaky_relu,
    "MatMul": layers.matmul,
    "MaxPool": windows.max_pool,
    "Mul": layers.multiply,
    "PRelu": activations.prelu,
    "Neg": layers.negate,
    "Pad": windows.pad,
    "ReduceMean": windows.reduce_mean,
    "Relu": activations.relu,
    "Reshape": shaping.reshape,
    "Slice": shaping.slice_,
    "Split": shaping.split,
    "Squeeze": shaping.squeeze,
    "Sub": layers.subtract,
    "Sum": layers.add,
    "Transpose": shaping.transpose,
    "Unsqueeze": shaping.unsqueeze,
}

_LEAVE_OUT: Final = "Leave it out at the end: the scores before it name the same class"

#: What to do instead of an operator that is not read.
ADVICE: Final[dict[str, str]] = {
    "ConvTranspose": "Use Conv; upsampling is not read",
    "If": "Export one branch, without control flow",
    "Loop": "Unroll it, without control flow",
    "LogSoftmax": _LEAVE_OUT,
    "QuantizeLinear": "Give the float network; quantised ones are not read",
    "DequantizeLinear": "Give the float network; quantised ones are not read",
    "QLinearConv": "Give the float network; quantised ones are not read",
    "ReduceSum": "Use ReduceMean over the image's axes and scale the next layer",
    "Resize": "Use Conv with strides; resizing is not read",
    "Scan": "Unroll it, without control flow",
    "Sigmoid": _LEAVE_OUT,
    "Softmax": _LEAVE_OUT,
    "Tanh": "Use Clip (Hardtanh)",
    "HardSwish": "Use Relu, LeakyRelu or Clip",
    "Gelu": "Use Relu, LeakyRelu or Clip",
    "Elu": "Use Relu, LeakyRelu or Clip",
}


def advice(operator: str) -> str:
    """What to do about an operator that is not read."""
    known = ", ".join(sorted(HANDLERS))
    return f"{ADVICE.get(operator, 'Use operators that are read')}. These are {known}"
