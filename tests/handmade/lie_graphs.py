"""Small graphs in which lies about differences are seen."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

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


RNG = np.random.default_rng(8)


def eighths(*shape: int) -> np.ndarray:
    return RNG.integers(-8, 9, shape).astype(np.float32) / 8


def chain(*nodes: Node) -> TargetCNN:
    """A box with other ends for every channel, with zeros around, and nodes in a row.

    Zeros make places differ, so that a wrong place is seen.
    """
    image = Input(
        name="image",
        shape=(4, 2, 3),
        low=(-1, F(-1, 2), F(1, 4), 0),
        high=(1, 2, 1, F(1, 3)),
    )
    around = after("image", "box", Pad, padding=(1, 0, 0, 1))
    return TargetCNN((image, around, *nodes))


def after(source: str, name: str, kind: type[Node], **fields: Any) -> Node:
    return kind(name=name, sources=(source,), **fields)


def conv(source: str, name: str, *shape: int, **fields: Any) -> Node:
    return after(source, name, Convolution, weight=eighths(*shape), **fields)


NORM = {
    "scale": np.array([1, -2, 0.5, 3], np.float32),
    "shift": np.array([0.5, 0, -1, 1], np.float32),
    "mean": np.array([0.25, -1, 0.5, 0], np.float32),
    "variance": np.array([2, 0.5, 1, 3], np.float32),
    "epsilon": F(1, 4),
}


#: Each lie is seen on one of them.
GRAPHS = {
    "windows": chain(
        conv(
            "box",
            "conv",
            *(4, 2, 2, 2),
            bias=eighths(4),
            stride=(2, 1),
            dilation=(3, 1),
            padding=(1, 2, 1, 0),
            groups=2,
        ),
        after(
            "conv", "mean", AveragePool, window=(2, 2), stride=(1, 2), padding=(1,) * 4
        ),
        conv("mean", "last", 2, 4, 1, 2),
    ),
    "norms": chain(
        conv("box", "conv", 4, 4, 1, 1, bias=eighths(4)),
        after("conv", "norm", BatchNorm, **NORM),
        after("norm", "clip", Clip, low=F(-1), high=F(3, 2)),
        after("clip", "alone", BatchNorm, **NORM),
    ),
    "moves": chain(
        conv("box", "conv", 2, 4, 1, 1),
        Concat(name="both", sources=("conv", "box")),
        after("both", "crop", Crop, starts=(1, 0, 1), stops=(4, 3, 4)),
        after("crop", "turn", Permute, axes=(2, 0, 1)),
        after("turn", "flat", Reshape, shape=(27,)),
        after("flat", "dense", Dense, weight=eighths(2, 27)),
    ),
    "copies": chain(
        conv(
            *("box", "edge", 2, 2, 2, 2),
            groups=2,
            padding=(1, 1, 0, 0),
            padding_mode="replicate",
        ),
        after("edge", "pad", Pad, padding=(2, 1, 0, 1), padding_mode="reflect"),
        conv(
            *("pad", "ring", 1, 2, 2, 2),
            padding=(1, 0, 2, 1),
            padding_mode="circular",
        ),
    ),
    "activations": chain(
        conv("box", "conv", 3, 4, 1, 1),
        after("conv", "leaky", Rectifier, slopes=(F(1, 8), F(1, 2), 0)),
        after(
            "leaky", "pool", MaxPool, window=(2, 2), stride=(1, 1), padding=(0, 1, 1, 0)
        ),
        Sum(name="sum", sources=("pool", "pool")),
        conv("sum", "last", 1, 3, 1, 1),
    ),
}
