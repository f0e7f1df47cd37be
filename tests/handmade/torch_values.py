"""Nodes of every kind after a batch of images, and what torch makes of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch.nn import functional as nnf

from handmade.graph_nodes import after
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    Input,
    MaxPool,
    Node,
    Pad,
    Permute,
    Rectifier,
    Reshape,
    Sum,
    TargetCNN,
)

F = Fraction
RNG = np.random.default_rng(5)


def whole(*shape: int) -> np.ndarray:
    """Small integers: sums of their products are exact in any order."""
    return RNG.integers(-9, 10, shape).astype(np.float64)


#: A batch of three images, of whole numbers.
IMAGES = whole(3, 4, 6, 7)
BOX = Input(name="image", shape=(4, 6, 7), low=(-9,) * 4, high=(9,) * 4)

TORCH_MODES = {"zeros": "constant"}


def padded(images: torch.Tensor, margins, mode="zeros", **more) -> torch.Tensor:
    top, bottom, left, right = margins
    mode = TORCH_MODES.get(mode, mode)
    return nnf.pad(images, (left, right, top, bottom), mode=mode, **more)


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.array(array, np.float64))


def convolution(weight: np.ndarray, **fields: Any):
    bias = whole(weight.shape[0])
    node = after(Convolution, weight=weight, bias=bias, **fields)

    def truth(images: torch.Tensor) -> torch.Tensor:
        return nnf.conv2d(
            padded(images, node.padding, node.padding_mode),
            tensor(weight),
            tensor(bias),
            stride=node.stride,
            dilation=node.dilation,
            groups=node.groups,
        )

    return node, truth


def max_pool(window, stride, dilation=(1, 1), padding=(0, 0, 0, 0)):
    node = after(
        MaxPool, window=window, stride=stride, dilation=dilation, padding=padding
    )

    def truth(images: torch.Tensor) -> torch.Tensor:
        filled = padded(images, padding, value=-torch.inf)
        return nnf.max_pool2d(filled, window, stride, dilation=dilation)

    return node, truth


def average_pool(window, stride, padding=(0, 0, 0, 0), counts_padding=True):
    node = after(
        AveragePool,
        window=window,
        stride=stride,
        padding=padding,
        counts_padding=counts_padding,
    )

    def truth(images: torch.Tensor) -> torch.Tensor:
        if padding == (padding[0],) * 2 + (padding[2],) * 2:
            return nnf.avg_pool2d(
                images,
                window,
                stride,
                (padding[0], padding[2]),
                count_include_pad=counts_padding,
            )
        means = nnf.avg_pool2d(padded(images, padding), window, stride)
        shares = nnf.avg_pool2d(padded(images * 0 + 1, padding), window, stride)
        return means if counts_padding else means / shares

    return node, truth


def dense():
    weight, bias = whole(5, 7), whole(5)
    node = after(Dense, "vector", weight=weight, bias=bias)
    return node, lambda x: nnf.linear(x[:, 0, 0], tensor(weight), tensor(bias))


def norm():
    numbers = [whole(4) for _ in range(3)]
    variance = abs(whole(4)) + 0.5
    layer = torch.nn.BatchNorm2d(4, eps=0.25).double().eval()
    names = "weight", "bias", "running_mean", "running_var"
    for name, value in zip(names, (*numbers, variance), strict=True):
        getattr(layer, name).data = tensor(value)
    names = "scale", "shift", "mean", "variance"
    fields = dict(zip(names, (*numbers, variance), strict=True))
    return after(BatchNorm, **fields, epsilon=F(1, 4)), lambda x: layer(x).detach()


def prelu(slopes):
    layer = torch.nn.PReLU(len(slopes)).double()
    layer.weight.data = tensor(np.array(slopes))
    node = after(Rectifier, slopes=[F(slope) for slope in slopes])
    return node, lambda x: layer(x).detach()


MODES = ["zeros", "reflect", "replicate", "circular"]
SIDES = (1, 2, 0, 3)
FIRST = Crop(name="row", sources=("image",), starts=(0, 0, 0), stops=(1, 1, 7))
VECTOR = Reshape(name="vector", sources=("row",), shape=(7,))

CASES: dict[str, tuple[Node, Callable[[torch.Tensor], torch.Tensor]]] = {
    **{f"padding {m}": convolution(whole(5, 4, 3, 3), padding=SIDES, padding_mode=m)
       for m in MODES},
    **{f"kernel {size}": convolution(whole(3, 4, *size), padding=SIDES)
       for size in ((1, 1), (2, 2), (5, 5), (3, 2), (2, 6))},
    "stride": convolution(whole(3, 4, 3, 3), stride=(2, 3), padding=SIDES),
    "dilation": convolution(whole(3, 4, 3, 2), dilation=(2, 3)),
    "stride and dilation": convolution(
        whole(3, 4, 2, 3), stride=(3, 2), dilation=(3, 2), padding=SIDES,
        padding_mode="reflect",
    ),
    "one place": convolution(whole(3, 4, 2, 2), stride=(3, 4), dilation=(5, 6)),
    "groups": convolution(whole(6, 2, 3, 3), groups=2),
    "depthwise": convolution(whole(8, 1, 2, 3), groups=4, stride=(2, 1)),
    "dense": dense(),
    "norm": norm(),
    "relu": (after(Rectifier), torch.relu),
    "leaky": (after(Rectifier, slopes=(F(1, 8),)), lambda x: nnf.leaky_relu(x, 1 / 8)),
    "prelu": prelu([0.0, 0.25, 1.0, 0.5]),
    "relu6": (after(Clip, low=0, high=6), nnf.relu6),
    "hardtanh": (after(Clip, low=-2, high=3), lambda x: nnf.hardtanh(x, -2, 3)),
    "max": max_pool((2, 3), (2, 2)),
    "max padded": max_pool((3, 2), (1, 2), padding=(1, 1, 0, 1)),
    "max dilated": max_pool((3, 2), (1, 2), dilation=(2, 3), padding=(1, 0, 2, 1)),
    **{f"mean {counts} {sides}": average_pool((3, 4), (2, 3), sides, counts)
       for counts in (True, False) for sides in ((0,) * 4, (1, 1, 2, 2), (2, 1, 0, 3))},
    "mean of all": average_pool((6, 7), (1, 1)),
    "flatten": (after(Reshape, shape=(168,)), lambda x: x.flatten(1)),
    "reshape": (after(Reshape, shape=(2, 12, 7)), lambda x: x.reshape(-1, 2, 12, 7)),
    "permute": (after(Permute, axes=(2, 0, 1)), lambda x: x.permute(0, 3, 1, 2)),
    "crop": (
        after(Crop, starts=(1, 0, 2), stops=(3, 6, 3)),
        lambda x: x[:, 1:3, 0:6, 2:3],
    ),
    **{f"pad {m}": (
        after(Pad, padding=SIDES, padding_mode=m),
        lambda x, m=m: padded(x, SIDES, m),
    ) for m in MODES},
    "concat": (after(Concat, "image", "relu"), lambda x: torch.cat([x, x.relu()], 1)),
    "sum": (
        after(Sum, "image", "relu", "image"),
        lambda x: x + x.relu() + x,
    ),
}  # fmt: skip

#: Divisions and roots round; what is left is sums of whole numbers and of eighths.
ROUNDED = [name for name in CASES if name.startswith(("mean", "norm"))]


def graph_of(node: Node) -> TargetCNN:
    before: list[Node] = []
    if "relu" in node.sources:
        before = [Rectifier(name="relu", sources=("image",))]
    elif isinstance(node, Dense):
        before = [FIRST, VECTOR]
    return TargetCNN((BOX, *before, node))
