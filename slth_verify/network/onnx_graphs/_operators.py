"""Which operators are read, and the nearest admitted forms of those that are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from slth_verify.network.onnx_graphs import _activations, _layers, _shaping, _windows
from slth_verify.network.onnx_graphs._builder import Tensor, Value
from slth_verify.network.onnx_graphs._call import Call

#: What reads a node of the graph, by its operator.
HANDLERS: Final[dict[str, Callable[[Call], Value | Sequence[Tensor]]]] = {
    "Add": _layers.add,
    "AveragePool": _windows.average_pool,
    "BatchNormalization": _layers.batch_norm,
    "Clip": _activations.clip,
    "Concat": _shaping.concat,
    "Conv": _layers.conv,
    "Div": _layers.divide,
    "Dropout": _shaping.dropout,
    "Flatten": _shaping.flatten,
    "Gemm": _layers.gemm,
    "GlobalAveragePool": _windows.global_average_pool,
    "GlobalMaxPool": _windows.global_max_pool,
    "Identity": _shaping.same,
    "LeakyRelu": _activations.leaky_relu,
    "MatMul": _layers.matmul,
    "MaxPool": _windows.max_pool,
    "Mul": _layers.multiply,
    "PRelu": _activations.prelu,
    "Neg": _layers.negate,
    "Pad": _windows.pad,
    "ReduceMean": _windows.reduce_mean,
    "Relu": _activations.relu,
    "Reshape": _shaping.reshape,
    "Slice": _shaping.slice_,
    "Split": _shaping.split,
    "Squeeze": _shaping.squeeze,
    "Sub": _layers.subtract,
    "Sum": _layers.add,
    "Transpose": _shaping.transpose,
    "Unsqueeze": _shaping.unsqueeze,
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
