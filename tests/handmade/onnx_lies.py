"""ONNX files of an operator or two, and lies about how operators are read."""

from __future__ import annotations

import numpy as np
import pytest

from slth_verify.network.onnx_graphs import activations, layers, shaping, windows

onnx = pytest.importorskip("onnx")
node = onnx.helper.make_node

RNG = np.random.default_rng(2)


def some(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


def longs(*entries: int) -> np.ndarray:
    return np.array(entries, np.int64)


CONV = (
    [
        node(
            "Conv", ["x", "w", "b"], ["t"], strides=[2, 1], pads=[1, 0, 1, 2], group=2
        ),
        node("Relu", ["t"], ["y"]),
    ],
    {"w": some(4, 1, 2, 3), "b": some(4)},
    ("n", 2, 6, 7),
)
SQUARE = (
    [node("Conv", ["x", "w"], ["y"], pads=[0, 1, 1, 0])],
    {"w": some(4, 2, 2, 2)},
    ("n", 2, 5, 5),
)
SAME = (
    [node("Conv", ["x", "w"], ["y"], auto_pad="SAME_UPPER", strides=[2, 2])],
    {"w": some(1, 2, 3, 3)},
    ("n", 2, 6, 6),
)
GEMM = (
    [node("Gemm", ["x", "w", "b"], ["y"], alpha=0.5, beta=0.25, transB=1)],
    {"w": some(6, 6), "b": some(6)},
    ("n", 6),
)
QUOTIENT = ([node("Div", ["x", "b"], ["y"])], {"b": some(2, 1, 1)}, ("n", 2, 3, 3))
TURNED_SIGN = (
    [node("Sub", ["b", "x"], ["y"])],
    {"b": some(2, 1, 1)},
    ("n", 2, 3, 3),
)
STEPS = (
    [node("Slice", ["x", "a", "b", "c", "d"], ["y"])],
    {"a": longs(1), "b": longs(6), "c": longs(2), "d": longs(2)},
    ("n", 2, 6, 4),
)
CHANNELS = (
    [node("Pad", ["x", "p"], ["y"])],
    {"p": longs(0, 2, 0, 0, 0, 1, 0, 0)},
    ("n", 2, 3, 3),
)
NORM = (
    [node("BatchNormalization", ["x", *"sbmv"], ["y"], epsilon=1e-3)],
    {"s": some(2), "b": some(2), "m": some(2), "v": np.float32([0.1, 0.2])},
    ("n", 2, 4, 4),
)
AVERAGE = (
    [node("AveragePool", ["x"], ["y"], kernel_shape=[2, 2], pads=[1, 1, 1, 1])],
    {},
    ("n", 2, 4, 4),
)
CEIL = (
    [
        node(
            "AveragePool",
            ["x"],
            ["y"],
            kernel_shape=[2, 2],
            strides=[2, 2],
            ceil_mode=1,
            count_include_pad=1,
        )
    ],
    {},
    ("n", 2, 5, 5),
)
PAD = (
    [node("Pad", ["x", "p"], ["y"], mode="reflect")],
    {"p": longs(0, 0, 1, 1, 0, 0, 1, 1)},
    ("n", 2, 4, 4),
)
SPLIT = (
    [node("Split", ["x"], ["a", "b"], axis=1), node("Relu", ["b"], ["y"])],
    {},
    ("n", 4, 3, 3),
)
TURNED = (
    [
        node("Transpose", ["x"], ["t"], perm=[0, 2, 3, 1]),
        node("Flatten", ["t"], ["f"]),
        node("Relu", ["f"], ["y"]),
    ],
    {},
    ("n", 3, 3, 3),
)
LEAKY = ([node("LeakyRelu", ["x"], ["y"], alpha=0.3)], {}, ("n", 2, 3, 3))
BIAS = (
    [
        node("MatMul", ["x", "w"], ["t"]),
        node("Add", ["t", "b"], ["y"]),
    ],
    {"w": some(6, 6), "b": some(6)},
    ("n", 6),
)

#: A lie about an operator: where it is read, what is true, what is read instead.
LIES = {
    "stride ignored": (CONV, "Conv", layers, "stride=window.stride", "stride=(1, 1)"),
    "bias dropped": (CONV, "Conv", layers, "bias=bias,\n        stride", "stride"),
    "groups exchanged": (
        CONV,
        "Conv",
        layers,
        "weight=weight[:, :, None, :] if len(sides) == 1 else weight",
        "weight=weight[::-1]",
    ),
    "kernel turned": (
        SQUARE,
        "Conv",
        layers,
        "weight=weight[:, :, None, :] if len(sides) == 1 else weight",
        "weight=weight.swapaxes(2, 3)",
    ),
    "pads exchanged": (
        SQUARE,
        "Conv",
        layers,
        "padding=window.padding",
        "padding=window.padding[2:] + window.padding[:2]",
    ),
    "pads in pairs": (
        SQUARE,
        "Conv",
        layers,
        "padding=window.padding",
        "padding=(0, 1, 0, 1)",
    ),
    "the other same": (
        SAME,
        "Conv",
        layers,
        "padding=window.padding",
        "padding=(1, 0, 1, 0)",
    ),
    "transB ignored": (
        GEMM,
        "Gemm",
        layers,
        'if not call.flag("transB"):',
        'if call.flag("transB"):',
    ),
    "alpha dropped": (
        GEMM,
        "Gemm",
        layers,
        '_scaled(weight, alpha, "alpha")',
        "weight",
    ),
    "beta dropped": (GEMM, "Gemm", layers, 'beta, "beta"', 'None, "beta"'),
    "epsilon": (
        NORM,
        "BatchNormalization",
        layers,
        'epsilon=call.real("epsilon", 1e-5)',
        'epsilon=call.real("epsilon", 1e-5) / 100',
    ),
    "mean and shift exchanged": (
        NORM,
        "BatchNormalization",
        layers,
        "shift=call.given(2),\n        mean=call.given(3)",
        "shift=call.given(3),\n        mean=call.given(2)",
    ),
    "matrix not turned": (
        BIAS,
        "MatMul",
        layers,
        "weight=weight.T)",
        "weight=weight)",
    ),
    "added bias negative": (BIAS, "Add", layers, "bias=shift)", "bias=-shift)"),
    "padding counted": (
        AVERAGE,
        "AveragePool",
        windows,
        "counts_padding=counts",
        "counts_padding=True",
    ),
    "overhang counted": (
        CEIL,
        "AveragePool",
        windows,
        "counts, padding = False, window.overhang",
        "padding = window.overhang",
    ),
    "edges for reflections": (
        PAD,
        "Pad",
        windows,
        '"reflect": "reflect"',
        '"reflect": "replicate"',
    ),
    "parts from the start": (SPLIT, "Split", shaping, "start += size", "start += 0"),
    "axes undone": (
        TURNED,
        "Transpose",
        shaping,
        "axes = [axis - 1 for axis in order[1:]]",
        "axes = [order[1:].index(axis) for axis in (1, 2, 3)]",
    ),
    "axes left": (
        TURNED,
        "Transpose",
        shaping,
        "if order == sorted(order)",
        "if True",
    ),
    "divided by moduli": (
        QUOTIENT,
        "Div",
        layers,
        "**norm",
        "**{**norm, 'scale': abs(norm['scale'])}",
    ),
    "x - c for c - x": (
        TURNED_SIGN,
        "Sub",
        layers,
        "scale=-np.ones_like(mean)",
        "scale=np.ones_like(mean)",
    ),
    "steps from the start": (
        STEPS,
        "Slice",
        shaping,
        "first, last, _ = slice(*ends_of).indices(full[axis])",
        "first, last = 0, full[axis] - 1",
    ),
    "channels behind the image alone": (
        CHANNELS,
        "Pad",
        windows,
        "margins_of((above, below), 1)[2:]",
        "(0, above + below)",
    ),
    "slope 0.01": (
        LEAKY,
        "LeakyRelu",
        activations,
        'call.real("alpha", 0.01)',
        'call.real("alpha", 0.01) * 0 + Fraction(1, 100)',
    ),
    "slope rounded elsewhere": (
        LEAKY,
        "LeakyRelu",
        activations,
        'call.real("alpha", 0.01)',
        'call.real("alpha", 0.01) + Fraction(1, 10**6)',
    ),
}
