"""Layers, sums and activations of ONNX files; onnxruntime is the oracle.

Weights and images are small integers, and means are over powers of two: float32
rounds nothing, and values must be equal.
"""

from __future__ import annotations

import numpy as np
import pytest
from handmade.onnx_nodes import IMAGE, ROW, VECTOR, agrees, node, norm, one, whole

from slth_verify.network.onnx_graphs import graph_from_onnx

#: Nodes, weights, options of the file.
CASES = {
    "conv": (one("Conv", "w"), {"w": whole(3, 2, 3, 2)}, {}),
    "conv, bias, stride, dilation, pads": (
        one("Conv", "w", "b", strides=[2, 1], dilations=[1, 2], pads=[0, 1, 2, 3]),
        {"w": whole(3, 2, 2, 3), "b": whole(3)},
        {},
    ),
    "conv, groups": (one("Conv", "w", group=2), {"w": whole(6, 1, 3, 3)}, {}),
    "conv, kernel_shape": (
        one("Conv", "w", kernel_shape=[1, 4]),
        {"w": whole(1, 2, 1, 4)},
        {},
    ),
    **{
        f"conv, auto_pad {mode}": (
            one("Conv", "w", auto_pad=mode, strides=[3, 2]),
            {"w": whole(3, 2, 4, 3)},
            {},
        )
        for mode in ("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET")
    },
    "conv of rows": (
        one("Conv", "w", "b", strides=[2], pads=[0, 3], dilations=[2]),
        {"w": whole(3, 2, 3), "b": whole(3)},
        {"sizes": ROW},
    ),
    "conv of rows, groups, same": (
        one("Conv", "w", auto_pad="SAME_LOWER", group=2),
        {"w": whole(4, 1, 4)},
        {"sizes": ROW},
    ),
    "gemm": (one("Gemm", "w"), {"w": whole(12, 5)}, {"sizes": VECTOR}),
    "gemm, transB, alpha, beta": (
        one("Gemm", "w", "b", transB=1, alpha=0.5, beta=-2.0),
        {"w": whole(5, 12), "b": whole(1, 5)},
        {"sizes": VECTOR},
    ),
    "gemm, one bias": (
        one("Gemm", "w", "b", transB=1),
        {"w": whole(5, 12), "b": np.float32(3)},
        {"sizes": VECTOR},
    ),
    "matmul, add": (
        [node("MatMul", ["x", "w"], ["t"]), node("Add", ["b", "t"], ["y"])],
        {"w": whole(12, 5), "b": whole(5)},
        {"sizes": VECTOR},
    ),
    "conv, add": (
        [node("Conv", ["x", "w"], ["t"]), node("Add", ["t", "b"], ["y"])],
        {"w": whole(3, 2, 3, 3), "b": whole(3, 1, 1)},
        {},
    ),
    "conv, add, and the conv alone": (
        [
            node("Conv", ["x", "w"], ["t"]),
            node("Add", ["t", "b"], ["u"]),
            node("Add", ["t", "u"], ["y"]),
        ],
        {"w": whole(3, 2, 3, 3), "b": whole(3, 1, 1)},
        {},
    ),
    "twice itself": ([node("Add", ["x", "x"], ["y"])], {}, {}),
    "sum of three": ([node("Sum", ["x", "x", "x"], ["y"])], {}, {}),
    "add by channel": (one("Add", "b"), {"b": whole(1, 2, 1, 1)}, {}),
    "add, vector": (one("Add", "b"), {"b": whole(12)}, {"sizes": VECTOR}),
    "sub": (one("Sub", "b"), {"b": whole(2, 1, 1)}, {}),
    "sub from": ([node("Sub", ["b", "x"], ["y"])], {"b": whole(2, 1, 1)}, {}),
    "neg": (one("Neg"), {}, {}),
    "div": (one("Div", "b"), {"b": np.float32([[[0.5]], [[-4]]])}, {}),
    "mul": ([node("Mul", ["b", "x"], ["y"])], {"b": whole(2, 1)}, {"sizes": ROW}),
    "relu": (one("Relu"), {}, {}),
    "leaky": (one("LeakyRelu", alpha=0.25), {}, {}),
    "prelu": (one("PRelu", "s"), {"s": np.float32([[[0.5]], [[0.25]]])}, {}),
    "prelu, one slope": (one("PRelu", "s"), {"s": np.float32([0.5])}, {}),
    "clip": (one("Clip", "a", "b"), {"a": np.float32(-1), "b": np.float32(2)}, {}),
    "clip 6": (one("Clip", min=-1.0, max=2.0), {}, {"opset": 9}),
    "clip from 0": (one("Clip", "a"), {"a": np.float32(0)}, {}),
    "batch norm": (
        one("BatchNormalization", "s", "b", "m", "v", epsilon=0.25),
        norm(2),
        {},
    ),
    "batch norm of features": (
        one("BatchNormalization", "s", "b", "m", "v", epsilon=0.25),
        norm(12),
        {"sizes": VECTOR},
    ),
    "batch norm of rows": (
        one("BatchNormalization", "s", "b", "m", "v", epsilon=0.25, momentum=0.5),
        norm(2),
        {"sizes": ROW},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_layers(case: str, onnx_file) -> None:
    nodes, weights, options = CASES[case]
    agrees(onnx_file(nodes, weights, **options), options.get("sizes", IMAGE))


def test_bias_is_merged_where_nothing_else_sees_the_sum(onnx_file) -> None:
    nodes, weights, _ = CASES["conv, add"]
    graph = graph_from_onnx(onnx_file(nodes, weights))
    assert [type(part).__name__ for part in graph.nodes] == ["Input", "Convolution"]
    nodes, weights, _ = CASES["conv, add, and the conv alone"]
    graph = graph_from_onnx(onnx_file(nodes, weights))
    kinds = [type(part).__name__ for part in graph.nodes]
    assert kinds == ["Input", "Convolution", "BatchNorm", "Sum"]
