"""Pools and means of ONNX files; onnxruntime is the oracle.

Weights and images are small integers, and means are over powers of two: float32
rounds nothing, and values must be equal.
"""

from __future__ import annotations

import numpy as np
import pytest
from handmade.onnx_nodes import IMAGE, ROW, agrees, longs, node, one

#: Nodes, weights, options of the file.
CASES = {
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
    "max of a lowered image": (
        [
            node("Pad", ["x", "p", "v"], ["padded"]),
            node("MaxPool", ["padded"], ["y"], kernel_shape=[2, 2], pads=[0, 1, 1, 0]),
        ],
        {"p": longs(0, 0, 1, 0, 0, 0, 0, 1), "v": np.float32(-np.inf)},
        {},
    ),
    "max of a lowered image, by its shape": (
        [
            node("Pad", ["x", "p", "v"], ["padded"]),
            node("Shape", ["padded"], ["s"]),
            node("MaxPool", ["padded"], ["z"], kernel_shape=[1, 1]),
            node("Reshape", ["z", "s"], ["y"]),
        ],
        {"p": longs(0, 0, 0, 0, 0, 0, 0, 0), "v": np.float32(-np.inf)},
        {},
    ),
    "max of lowered rows": (
        [
            node("Pad", ["x", "p", "v"], ["padded"]),
            node("MaxPool", ["padded"], ["y"], kernel_shape=[3]),
        ],
        {"p": longs(0, 0, 1, 0, 0, 2), "v": np.float32(-np.inf)},
        {"sizes": ROW},
    ),
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
}


@pytest.mark.parametrize("case", CASES)
def test_pools(case: str, onnx_file) -> None:
    nodes, weights, options = CASES[case]
    agrees(onnx_file(nodes, weights, **options), options.get("sizes", IMAGE))
