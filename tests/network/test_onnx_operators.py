"""Every operator of ONNX files, with odd attributes; onnxruntime is the oracle.

Weights and images are small integers, and means are over powers of two: float32
rounds nothing, and values must be equal.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Convolution,
    Dense,
    MaxPool,
    Rectifier,
)
from slth_verify.graph.float_values import values
from slth_verify.network import graph_from_onnx

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
node = onnx.helper.make_node

INTS = np.random.default_rng(5).integers(-3, 4, 4096).astype(np.float32)


def whole(*shape: int) -> np.ndarray:
    return INTS[: int(np.prod(shape))].reshape(shape)


def longs(*entries: int) -> np.ndarray:
    return np.array(entries, np.int64)


def norm(channels: int) -> dict[str, np.ndarray]:
    return {
        "s": whole(channels),
        "b": whole(channels) + 1,
        "m": whole(channels) - 1,
        "v": np.resize(np.float32([3.75, 0.75, 15.75]), channels),
    }


def one(operator: str, *constants: str, **attributes: object) -> list[object]:
    return [node(operator, ["x", *constants], ["y"], name="node", **attributes)]


ROW = ("n", 2, 9)
VECTOR = ("n", 12)

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
    "mul": ([node("Mul", ["b", "x"], ["y"])], {"b": whole(2, 1)}, {"sizes": ROW}),
    "relu": (one("Relu"), {}, {}),
    "leaky": (one("LeakyRelu", alpha=0.25), {}, {}),
    "prelu": (one("PRelu", "s"), {"s": np.float32([[[0.5]], [[0.25]]])}, {}),
    "prelu, one slope": (one("PRelu", "s"), {"s": np.float32([0.5])}, {}),
    "clip": (one("Clip", "a", "b"), {"a": np.float32(-1), "b": np.float32(2)}, {}),
    "clip 6": (one("Clip", min=-1.0, max=2.0), {}, {"opset": 9}),
    "clip from 0": (one("Clip", "a"), {"a": np.float32(0)}, {}),
    "max": (
        one("MaxPool", kernel_shape=[2, 3], strides=[2, 1], pads=[0, 1, 1, 2]),
        {},
        {},
    ),
    "max, dilated": (one("MaxPool", kernel_shape=[2, 3], dilations=[3, 2]), {}, {}),
    "max, ceil": (
        one("MaxPool", kernel_shape=[2, 2], strides=[3, 2], ceil_mode=1),
        {},
        {},
    ),
    "max, ceil and pads": (
        one(
            "MaxPool",
            kernel_shape=[3, 2],
            strides=[2, 3],
            ceil_mode=1,
            pads=[1, 0, 1, 1],
        ),
        {},
        {},
    ),
    "max, same": (
        one("MaxPool", kernel_shape=[2, 4], strides=[2, 3], auto_pad="SAME_LOWER"),
        {},
        {},
    ),
    "max of rows": (one("MaxPool", kernel_shape=[3], pads=[1, 0]), {}, {"sizes": ROW}),
    "average": (one("AveragePool", kernel_shape=[2, 4], strides=[1, 3]), {}, {}),
    "average, padding not counted": (
        one("AveragePool", kernel_shape=[2, 2], pads=[1, 0, 0, 1]),
        {},
        {},
    ),
    "average, padding counted": (
        one("AveragePool", kernel_shape=[2, 4], pads=[1, 2, 0, 1], count_include_pad=1),
        {},
        {},
    ),
    "average, ceil": (
        one("AveragePool", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        {},
        {},
    ),
    "average, ceil, padding counted": (
        one(
            "AveragePool",
            kernel_shape=[2, 4],
            strides=[2, 2],
            pads=[1, 1, 0, 0],
            ceil_mode=1,
            count_include_pad=1,
        ),
        {},
        {},
    ),
    "average of rows": (one("AveragePool", kernel_shape=[4]), {}, {"sizes": ROW}),
    "global average": (one("GlobalAveragePool"), {}, {"sizes": ("n", 3, 2, 4)}),
    "global max": (one("GlobalMaxPool"), {}, {}),
    "global average of rows": (one("GlobalAveragePool"), {}, {"sizes": ("n", 3, 8)}),
    "mean": (one("ReduceMean", axes=[-1, 2]), {}, {"sizes": ("n", 3, 2, 4)}),
    "mean 18": (
        one("ReduceMean", "a", keepdims=0),
        {"a": longs(2, 3)},
        {"sizes": ("n", 3, 2, 4), "opset": 18},
    ),
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
    "flatten": (one("Flatten"), {}, {}),
    "flatten, rows": (one("Flatten", axis=-2), {}, {"sizes": ROW}),
    "reshape": (one("Reshape", "z"), {"z": longs(-1, 84)}, {}),
    "reshape, 0 and -1": (one("Reshape", "z"), {"z": longs(0, 7, -1, 3)}, {}),
    "reshape to rows": (one("Reshape", "z"), {"z": longs(1, 12, -1)}, {}),
    "transpose": (one("Transpose", perm=[0, 3, 1, 2]), {}, {}),
    "transpose of rows": (one("Transpose", perm=[0, 2, 1]), {}, {"sizes": ROW}),
    "squeeze 11": (one("Squeeze", axes=[-3]), {}, {"sizes": (1, 1, 4, 4), "opset": 11}),
    "squeeze": (one("Squeeze", "a"), {"a": longs(2)}, {"sizes": ("n", 5, 1, 3)}),
    "unsqueeze": (one("Unsqueeze", "a"), {"a": longs(1, -1)}, {"sizes": VECTOR}),
    "concat": (
        [node("Relu", ["x"], ["t"]), node("Concat", ["x", "t"], ["y"], axis=-3)],
        {},
        {},
    ),
    "concat of rows": (
        [node("Relu", ["x"], ["t"]), node("Concat", ["t", "x"], ["y"], axis=1)],
        {},
        {"sizes": ROW},
    ),
    "slice": (
        one("Slice", "a", "b", "c"),
        {"a": longs(-5, 1), "b": longs(2**62, -1), "c": longs(3, -2)},
        {},
    ),
    "slice 9": (
        one("Slice", starts=[0, 1], ends=[1, 2], axes=[0, 1]),
        {},
        {"opset": 9},
    ),
    "slice of rows": (
        one("Slice", "a", "b", "c", "d"),
        {"a": longs(2), "b": longs(8), "c": longs(2), "d": longs(1)},
        {"sizes": ROW},
    ),
    "split": (
        [
            node("Split", ["x", "s"], ["a", "b"], axis=3),
            node("Flatten", ["b"], ["y"]),
        ],
        {"s": longs(3, 4)},
        {},
    ),
    "split in equal parts": (
        [node("Split", ["x"], ["a", "b"], axis=1), node("Add", ["b", "a"], ["y"])],
        {},
        {},
    ),
    "split 18": (
        [
            node("Split", ["x"], ["a", "b", "c"], axis=2, num_outputs=3),
            node("Add", ["c", "a"], ["y"]),
        ],
        {},
        {"opset": 18},
    ),
    "pad": (one("Pad", "p"), {"p": longs(0, 0, 1, 2, 0, 0, 3, 0)}, {}),
    "pad, zero given, axes": (
        one("Pad", "p", "v", "a"),
        {"p": longs(1, 2, 0, 3), "v": np.float32(0), "a": longs(3, -2)},
        {"opset": 18},
    ),
    "pad 9": (one("Pad", pads=[0, 0, 1, 2, 0, 0, 3, 0]), {}, {"opset": 9}),
    **{
        f"pad, {mode}": (
            one("Pad", "p", mode=mode),
            {"p": longs(0, 0, 1, 2, 0, 0, 3, 4)},
            {"opset": 19},
        )
        for mode in ("reflect", "edge", "wrap")
    },
    "pad of rows": (
        one("Pad", "p", mode="reflect"),
        {"p": longs(0, 0, 1, 0, 0, 4)},
        {"sizes": ROW},
    ),
    "dropout": (
        one("Dropout", "r", "t"),
        {"r": np.float32(0.5), "t": np.array(False)},
        {},
    ),
    "dropout 10": (one("Dropout", ratio=0.25), {}, {"opset": 10}),
    "identity of everything": (
        [
            node("Identity", ["x"], ["t"]),
            node("Identity", ["w"], ["v"]),
            node("Conv", ["t", "v"], ["u"]),
            node("Identity", ["u"], ["y"]),
        ],
        {"w": whole(1, 2, 2, 2)},
        {},
    ),
    "weights moved before use": (
        [
            node("Transpose", ["w"], ["t"]),
            node("Reshape", ["t", "z"], ["v"]),
            node("MatMul", ["x", "v"], ["y"]),
        ],
        {"w": whole(5, 12), "z": longs(12, -1)},
        {"sizes": VECTOR},
    ),
    "channels shuffled": (
        [
            node("Reshape", ["x", "a"], ["t"]),
            node("Transpose", ["t"], ["u"], perm=[0, 2, 1, 3, 4]),
            node("Reshape", ["u", "b"], ["y"]),
        ],
        {"a": longs(-1, 2, 3, 2, 2), "b": longs(0, -1, 2, 2)},
        {"sizes": ("n", 6, 2, 2)},
    ),
    "sizes computed": (
        [
            node("Shape", ["x"], ["s"]),
            node("Constant", [], ["zero"], value_int=0),
            node("Gather", ["s", "zero"], ["n"], axis=0),
            node("Constant", [], ["axes"], value_ints=[0]),
            node("Unsqueeze", ["n", "axes"], ["first"]),
            node("Slice", ["s", "from", "to"], ["rest"]),
            node("Gather", ["rest", "ab"], ["two"]),
            node("Cast", ["two"], ["both"], to=7),
            node("Mul", ["both", "scale"], ["some"]),
            node("Concat", ["first", "some", "minus"], ["z"], axis=0),
            node("Reshape", ["x", "z"], ["y"]),
        ],
        {
            "from": longs(1),
            "to": longs(3),
            "ab": longs(1, 0),
            "scale": longs(1, 1),
            "minus": longs(-1),
        },
        {},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_operator(case: str, onnx_file) -> None:
    nodes, weights, options = CASES[case]
    path = onnx_file(nodes, weights, **options)
    graph = graph_from_onnx(path, box=(-2, 3))
    sizes = [1, *options.get("sizes", ("n", 2, 6, 7))[1:]]
    rng = np.random.default_rng(1)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for _ in range(3):
        image = rng.integers(-8, 9, sizes).astype(np.float32)
        (found,) = session.run(None, {"x": image})
        result = values(graph, image.reshape(1, *graph.input.shape))
        np.testing.assert_array_equal(result.ravel(), found.ravel())
        assert result.size == found.size
        wanted = found.shape[1:]
        rows = (wanted[0], 1, wanted[1]) if len(wanted) == 2 else wanted
        assert graph.output_shape == (rows or (1,))


def only(path, kind: type, **options: object):
    graph = graph_from_onnx(path, **options)
    (found,) = [part for part in graph.nodes if isinstance(part, kind)]
    return found


def test_numbers_are_exact(onnx_file) -> None:
    tenth = Fraction(float(np.float32(0.1)))
    path = onnx_file(one("LeakyRelu", alpha=0.1))
    assert only(path, Rectifier).slopes == (tenth,)
    path = onnx_file(one("LeakyRelu"))
    assert only(path, Rectifier).slopes == (Fraction(float(np.float32(0.01))),)
    path = onnx_file(one("BatchNormalization", "s", "b", "m", "v"), norm(2))
    assert only(path, BatchNorm).epsilon == Fraction(float(np.float32(1e-5)))
    numbers = {"a": np.float32(-0.1), "b": np.float32(6)}
    found = only(onnx_file(one("Clip", "a", "b"), numbers), Clip)
    assert (found.low, found.high) == (-tenth, 6)
    weight = np.float32([[0.1, 3e-39], [1e30, -7]])
    path = onnx_file(one("Gemm", "w", alpha=0.1), {"w": weight}, ("n", 2))
    found = only(path, Dense).weight
    for (row, column), entry in np.ndenumerate(weight):
        exact = tenth * Fraction(float(entry))
        assert Fraction(float(found[column, row])) == exact


def test_fields_are_those_of_the_file(onnx_file) -> None:
    weights = {"w": whole(4, 1, 2, 3), "b": whole(4)}
    options = {"strides": [2, 1], "pads": [1, 2, 0, 1], "dilations": [1, 2], "group": 2}
    found = only(onnx_file(one("Conv", "w", "b", **options), weights), Convolution)
    np.testing.assert_array_equal(found.weight, weights["w"])
    np.testing.assert_array_equal(found.bias, weights["b"])
    assert found.weight.dtype == np.float32
    assert (found.stride, found.dilation, found.groups) == ((2, 1), (1, 2), 2)
    assert found.padding == (1, 0, 2, 1)
    assert found.name == "node"
    path = onnx_file(one("MaxPool", kernel_shape=[2, 3], pads=[1, 2, 0, 1]))
    found = only(path, MaxPool)
    assert (found.window, found.stride, found.padding) == ((2, 3), (1, 1), (1, 0, 2, 1))
    path = onnx_file(one("AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
    assert not only(path, AveragePool).counts_padding


def test_bias_is_merged_where_nothing_else_sees_the_sum(onnx_file) -> None:
    nodes, weights, _ = CASES["conv, add"]
    graph = graph_from_onnx(onnx_file(nodes, weights))
    assert [type(part).__name__ for part in graph.nodes] == ["Input", "Convolution"]
    nodes, weights, _ = CASES["conv, add, and the conv alone"]
    graph = graph_from_onnx(onnx_file(nodes, weights))
    kinds = [type(part).__name__ for part in graph.nodes]
    assert kinds == ["Input", "Convolution", "BatchNorm", "Sum"]


def test_box_name_and_symbolic_sizes(onnx_file, tmp_path) -> None:
    path = onnx_file(one("Relu"), {}, ("n", 2, "height", "width"))
    pairs = [(0, 1), ("-1/3", 0.5)]
    graph = graph_from_onnx(path, box=pairs, input_shape=(2, 3, 4))
    assert graph.name == "net"
    assert graph.input.shape == (2, 3, 4)
    assert graph.input.low == (0, Fraction(-1, 3))
    assert graph.input.high == (1, Fraction(1, 2))
    assert graph_from_onnx(path, input_shape=(2, 1, 1), name="mine").name == "mine"


def test_float64_networks_run_in_float64(onnx_file) -> None:
    weights = {"w": whole(3, 2, 3, 3) / np.float64(3), "b": whole(3) / np.float64(7)}
    nodes = [
        node("Conv", ["x", "w", "b"], ["t"], pads=[0, 1, 2, 1], strides=[2, 1]),
        node("LeakyRelu", ["t"], ["y"], alpha=0.1),
    ]
    graph = graph_from_onnx(onnx_file(nodes, weights, kind=np.float64))
    assert graph.nodes[1].weight.dtype == np.float64


def test_unused_nodes_are_left_out(onnx_file) -> None:
    nodes = [node("Relu", ["x"], ["t"]), node("Flatten", ["x"], ["y"])]
    graph = graph_from_onnx(onnx_file(nodes))
    assert [part.name for part in graph.nodes] == ["input", "y"]
