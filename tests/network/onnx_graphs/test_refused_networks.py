"""ONNX files of networks that no target graph expresses: refused in words."""

from __future__ import annotations

import numpy as np
import pytest
from handmade.onnx_nodes import CONV, ONES, RELU, longs, node, refused

from slth_verify.network.onnx_graphs.operators import HANDLERS

#: What the message says: nodes, weights, options of the file.
NETWORKS = {
    "Softmax; Leave it out": ([node("Softmax", ["x"], ["y"])], {}, {}),
    "Custom; not read": ([node("Custom", ["x"], ["y"])], {}, {}),
    "'evil.ops'; no code is": ([node("Run", ["x"], ["y"], domain="evil.ops")], {}, {}),
    "stolen; unknown": ([node("Relu", ["x"], ["y"], stolen=1)], {}, {}),
    "group is not of the type": (
        [node("Conv", ["x", "w"], ["y"], group=1.0)],
        {"w": ONES},
        {},
    ),
    "more than are read": ([node("Relu", ["x", "w"], ["y"])], {"w": ONES}, {}),
    "cycle": (
        [node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"])],
        {},
        {"output": "b"},
    ),
    "'nothing' is computed by no node": ([node("Relu", ["nothing"], ["y"])], {}, {}),
    "already taken": ([*RELU, node("Relu", ["x"], ["y"])], {}, {}),
    "several nodes": (
        [*RELU, node("Relu", ["y"], ["z"], name="relu")],
        {},
        {"output": "z"},
    ),
    "not computed from the input": (RELU, {}, {"output": "other"}),
    "float16; float32 or": (CONV, {"w": ONES.astype(np.float16)}, {}),
    "int8; weights are": (CONV, {"w": ONES.astype(np.int8)}, {}),
    "float64; weights must be": (CONV, {"w": ONES.astype(np.float64)}, {}),
    "int64; weights must be": (CONV, {"w": ONES.astype(np.int64)}, {}),
    "NaN or infinite": (CONV, {"w": ONES * np.float32(np.nan)}, {}),
    "the input 'x' is float16": (RELU, {}, {"kind": np.float16}),
    "the input 'x' is int64": (RELU, {}, {"kind": np.int64}),
    "channels": (CONV, {"w": np.ones((3, 5, 3, 3), np.float32)}, {}),
    "larger than the image": (CONV, {"w": np.ones((3, 2, 9, 9), np.float32)}, {}),
    "kernel_shape": (
        [node("Conv", ["x", "w"], ["y"], kernel_shape=[2, 2])],
        {"w": ONES},
        {},
    ),
    "not negative": (
        [node("Conv", ["x", "w"], ["y"], pads=[0, -1, 0, 0])],
        {"w": ONES},
        {},
    ),
    "must be positive": (
        [node("Conv", ["x", "w"], ["y"], strides=[0, 1])],
        {"w": ONES},
        {},
    ),
    "Keep one of them": (
        [node("Conv", ["x", "w"], ["y"], pads=[1] * 4, auto_pad="VALID")],
        {"w": ONES},
        {},
    ),
    "auto_pad='MAYBE'": (
        [node("Conv", ["x", "w"], ["y"], auto_pad="MAYBE")],
        {"w": ONES},
        {},
    ),
    "size 8; batch of 1": (RELU, {}, {"sizes": (8, 2, 3, 3)}),
    "5 axes": (RELU, {}, {"sizes": ("n", 2, 3, 3, 3)}),
    "Pass input_shape": (RELU, {}, {"sizes": ("n", 2, "h", "w")}),
    "opset versions [6]": (RELU, {}, {"opset": 6}),
    "opset versions [99]": (RELU, {}, {"opset": 99}),
    "transA": (
        [node("Gemm", ["x", "w"], ["y"], transA=1)],
        {"w": ONES},
        {"sizes": (1, 6)},
    ),
    "has to be rounded": (
        [node("Gemm", ["x", "w"], ["y"], alpha=0.1)],
        {"w": np.ones((6, 2))},
        {"sizes": (1, 6), "kind": np.float64},
    ),
    "training mode": (
        [node("Dropout", ["x", "", "t"], ["y"])],
        {"t": np.array(True)},
        {},
    ),
    "slopes from 0 to 1": ([node("LeakyRelu", ["x"], ["y"], alpha=-0.5)], {}, {}),
    "one threshold": ([node("Clip", ["x", "a"], ["y"])], {"a": np.float32(-1)}, {}),
    "low must lie below": (
        [node("Clip", ["x", "a", "a"], ["y"])],
        {"a": np.float32(1)},
        {},
    ),
    "no number for each": (
        [node("Add", ["x", "b"], ["y"])],
        {"b": np.ones((6, 7), np.float32)},
        {},
    ),
    "equal ones": (
        [node("GlobalMaxPool", ["x"], ["t"]), node("Add", ["x", "t"], ["y"])],
        {},
        {},
    ),
    "Steps of rows and columns": (
        [node("Slice", ["x", "a", "b", "c", "d"], ["y"])],
        {"a": longs(0), "b": longs(2), "c": longs(1), "d": longs(2)},
        {},
    ),
    "steps=[-1]": (
        [node("Slice", ["x", "a", "b", "c", "d"], ["y"])],
        {"a": longs(5), "b": longs(0), "c": longs(2), "d": longs(-1)},
        {},
    ),
    "must stay the first": ([node("Transpose", ["x"], ["y"])], {}, {}),
    "batch must stay": ([node("Reshape", ["x", "z"], ["y"])], {"z": longs(2, 42)}, {}),
    "Use Flatten": ([node("Squeeze", ["x"], ["y"])], {}, {"sizes": (1, 1, 3, 3)}),
    "channels, axis=1": ([node("Concat", ["x", "x"], ["y"], axis=0)], {}, {}),
    "Zeros and copies": (
        [node("Pad", ["x", "p", "v"], ["y"])],
        {"p": longs(0, 0, 1, 1, 0, 0, 1, 1), "v": np.float32(1)},
        {},
    ),
    "only MaxPool takes": (
        [node("Pad", ["x", "p", "v"], ["z"]), node("Relu", ["z"], ["y"])],
        {"p": longs(0, 0, 1, 1, 0, 0, 1, 1), "v": np.float32(-np.inf)},
        {},
    ),
    "infinite where it is padded": (
        [node("Pad", ["x", "p", "v"], ["y"])],
        {"p": longs(0, 0, 1, 1, 0, 0, 1, 1), "v": np.float32(-np.inf)},
        {},
    ),
    "channels with -inf": (
        [node("Pad", ["x", "p", "v"], ["y"])],
        {"p": longs(0, 1, 0, 0, 0, 0, 0, 0), "v": np.float32(-np.inf)},
        {},
    ),
    "one finite number": (
        [node("Pad", ["x", "p", "v"], ["y"])],
        {"p": longs(0, 0, 1, 1, 0, 0, 1, 1), "v": np.float32(np.inf)},
        {},
    ),
    "divides by 0": (
        [node("Div", ["x", "b"], ["y"])],
        {"b": np.float32(0)},
        {},
    ),
    "weights must be constants": ([node("Div", ["x", "x"], ["y"])], {}, {}),
    "pads the batch": (
        [node("Pad", ["x", "p"], ["y"])],
        {"p": longs(1, 0, 0, 0, 0, 0, 0, 0)},
        {},
    ),
    "channels by copies": (
        [node("Pad", ["x", "p"], ["y"], mode="reflect")],
        {"p": longs(0, 1, 0, 0, 0, 0, 0, 0)},
        {},
    ),
    "pads=[-1, 2]": (
        [node("Pad", ["x", "p"], ["y"])],
        {"p": longs(0, -1, 0, 0, 0, 2, 0, 0)},
        {},
    ),
    "mean over the axes": ([node("ReduceMean", ["x"], ["y"], axes=[1])], {}, {}),
    "returns indices": (
        [node("MaxPool", ["x"], ["y", "i"], kernel_shape=[2, 2])],
        {},
        {},
    ),
    "meets no entry": (
        [node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2], pads=[2, 2, 0, 0])],
        {},
        {},
    ),
    "negative variance": (
        [node("BatchNormalization", ["x", *"wwwv"], ["y"])],
        {"w": np.ones(2, np.float32), "v": -np.ones(2, np.float32)},
        {},
    ),
    "entries": (
        [node("Pad", ["x", "p"], ["y"])],
        {"p": longs(0, 0, 0, 4096, 0, 0, 4096, 4096)},
        {"sizes": (1, 9, 4096, 4096)},
    ),
    "a tensor of shape (1, 8192, 8192)": (RELU, {}, {"sizes": (1, 1, 8192, 8192)}),
    "(2097152,); channels": (RELU, {}, {"sizes": (1, 1 << 21)}),
    "entries of tensors": (
        [node("Relu", [f"t{i}" if i else "x"], [f"t{i + 1}"]) for i in range(30)],
        {},
        {"sizes": (1, 1, 4096, 2048), "output": "t30"},
    ),
    "depend on the image": ([node("Relu", ["w"], ["y"])], {"w": ONES}, {}),
    "short constant list": ([node("Reshape", ["x", "x"], ["y"])], {}, {}),
}


@pytest.mark.parametrize("words", NETWORKS)
def test_other_networks(words: str, onnx_file) -> None:
    nodes, weights, options = NETWORKS[words]
    text = refused(onnx_file(nodes, weights, **options), *words.split("; "))
    named = any(f"({part.op_type})" in text for part in nodes)
    assert named or "the ONNX graph" in text or "no ONNX network" in text


@pytest.mark.parametrize("operator", [*HANDLERS, "Shape"])
@pytest.mark.parametrize("inputs", [[], [""], ["", ""]])
def test_operators_without_inputs(operator: str, inputs: list[str], onnx_file) -> None:
    refused(onnx_file([node(operator, inputs, ["y"])], {}), f"({operator})")
