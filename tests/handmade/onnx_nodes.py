"""Nodes and weights of ONNX files, and onnxruntime to run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from slth_verify.errors import InvalidTargetError
from slth_verify.graph import values
from slth_verify.network.onnx_graphs import graph_from_onnx

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
IMAGE = ("n", 2, 6, 7)
ONES = np.ones((3, 2, 3, 3), np.float32)
CONV = [node("Conv", ["x", "w"], ["y"], name="conv")]
RELU = [node("Relu", ["x"], ["y"], name="relu")]


def agrees(path: Path, sizes: Any) -> None:
    """Graph and onnxruntime give equal values at images of small integers."""
    graph = graph_from_onnx(path, box=(-2, 3))
    rng = np.random.default_rng(1)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for _ in range(3):
        image = rng.integers(-8, 9, [1, *sizes[1:]]).astype(np.float32)
        (found,) = session.run(None, {"x": image})
        result = values(graph, image.reshape(1, *graph.input.shape))
        np.testing.assert_array_equal(result.ravel(), found.ravel())
        assert result.size == found.size
        wanted = found.shape[1:]
        rows = (wanted[0], 1, wanted[1]) if len(wanted) == 2 else wanted
        assert graph.output_shape == (rows or (1,))


def refused(path: object, *words: str, **options: object) -> str:
    with pytest.raises(InvalidTargetError) as raised:
        graph_from_onnx(path, **options)
    text = str(raised.value)
    assert text.isprintable()
    for word in words:
        assert word in text
    return text
