"""Fields of the nodes read from ONNX files are those of the file, exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from handmade.onnx_nodes import node, norm, one, whole

from slth_verify.errors import InvalidTargetError
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Convolution,
    Dense,
    MaxPool,
    Rectifier,
)
from slth_verify.network.onnx_graphs import graph_from_onnx


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


def test_box_name_and_symbolic_sizes(onnx_file, tmp_path) -> None:
    path = onnx_file(one("Relu"), {}, ("n", 2, "height", "width"))
    pairs = [(0, 1), ("-1/3", 0.5)]
    graph = graph_from_onnx(path, box=pairs, input_shape=(2, 3, 4))
    assert graph.name == "net"
    assert graph.input.shape == (2, 3, 4)
    assert graph.input.low == (0, Fraction(-1, 3))
    assert graph.input.high == (1, Fraction(1, 2))
    assert graph_from_onnx(path, input_shape=(2, 1, 1), name="mine").name == "mine"
    with pytest.raises(InvalidTargetError, match="no input_shape is given"):
        graph_from_onnx(path)


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
