"""Moved, cut, padded and copied tensors of ONNX files; onnxruntime is the oracle.

Weights and images are small integers, and means are over powers of two: float32
rounds nothing, and values must be equal.
"""

from __future__ import annotations

import numpy as np
import pytest
from handmade.onnx_nodes import IMAGE, ROW, VECTOR, agrees, longs, node, one, whole

#: Nodes, weights, options of the file.
CASES = {
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
    "slice in steps": (
        one("Slice", "a", "b", "c", "d"),
        {"a": longs(1, 0), "b": longs(6, -1), "c": longs(2, 3), "d": longs(2, 3)},
        {},
    ),
    "slice of rows in steps": (
        one("Slice", "a", "b", "c", "d"),
        {"a": longs(1), "b": longs(8), "c": longs(2), "d": longs(3)},
        {"sizes": ROW},
    ),
    "channels of zeros": (
        one("Pad", "p"),
        {"p": longs(0, 2, 1, 0, 0, 1, 0, 3)},
        {},
    ),
    "channels of zeros above rows": (
        one("Pad", "p"),
        {"p": longs(0, 1, 0, 0, 0, 0)},
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
def test_shapes(case: str, onnx_file) -> None:
    nodes, weights, options = CASES[case]
    agrees(onnx_file(nodes, weights, **options), options.get("sizes", IMAGE))
