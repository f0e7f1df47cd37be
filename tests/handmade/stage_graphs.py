"""Graphs of one stage, chains, and graphs in which a single rule decides."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np

from slth_verify.graph import (
    BatchNorm,
    Clip,
    Convolution,
    Dense,
    Input,
    Node,
    Permute,
    Rectifier,
    Sum,
    TargetCNN,
)

F = Fraction


RNG = np.random.default_rng(6)


def eighths(*shape: int) -> np.ndarray:
    return RNG.integers(-8, 9, shape).astype(np.float32) / 8


def image(*shape: int) -> Input:
    low, high = (-1, F(1, 4), -2, F(1, 2)), (1, 1, F(-1, 2), F(1, 2))
    return Input(name="image", shape=shape, low=low[: shape[0]], high=high[: shape[0]])


def after(source: str, name: str, kind: type[Node], **fields: Any) -> Node:
    return kind(name=name, sources=(source,), **fields)


def conv(source: str, name: str, *shape: int, **fields: Any) -> Node:
    return after(source, name, Convolution, weight=eighths(*shape), **fields)


def norm(source: str, name: str, *variances: float) -> Node:
    channels = len(variances)
    return after(
        source,
        name,
        BatchNorm,
        scale=np.resize(np.array([1, -2, 3], np.float32), channels),
        shift=eighths(channels),
        mean=np.full(channels, 1.5, np.float32),
        variance=np.array(variances, np.float32),
        epsilon=F(1, 4),
    )


PADDED = {"bias": eighths(2), "padding": (2, 1, 0, 1), "stride": (2, 1)}


#: Of the first kind one stage, whose bounds must be equal to the oracle's.
ONE_STAGE = {
    "windows": TargetCNN((image(2, 3, 3), conv("image", "a", 2, 2, 3, 2, **PADDED))),
    "borders": TargetCNN(
        (
            Input(name="image", shape=(1, 3, 1), low=(F(1, 2),), high=(1,)),
            after(
                "image",
                "a",
                Convolution,
                weight=np.array([[[[1], [-1]]]], np.float32),
                padding=(1, 1, 0, 0),
            ),
        )
    ),
    "groups": TargetCNN((image(4, 2, 2), conv("image", "a", 4, 2, 2, 2, groups=2))),
    "norm": TargetCNN(
        (
            image(2, 2, 2),
            conv("image", "a", 3, 2, 2, 1, bias=eighths(3)),
            norm("a", "b", 0, 0.75, 3.75),
        )
    ),
}


CHAINS = {
    "rectified": TargetCNN(
        (
            image(2, 2, 3),
            conv("image", "a", 4, 2, 1, 2, bias=eighths(4)),
            after("a", "b", Rectifier, slopes=(0, F(1, 4), 1, F(1, 8))),
            conv("b", "c", 2, 2, 2, 2, groups=2, padding=(1, 0, 0, 1)),
        )
    ),
    "clipped": TargetCNN(
        (
            image(3, 2, 2),
            conv("image", "a", 3, 3, 1, 1, bias=eighths(3)),
            after("a", "b", Clip, low=F(-1, 2), high=F(1, 2)),
            norm("b", "c", 1, 2, 3),
        )
    ),
    "company": TargetCNN(
        (
            image(3, 2, 2),
            conv("image", "a", 2, 3, 1, 1),
            norm("a", "b", 1, 3),
            Sum(name="c", sources=("a", "b")),
            after("c", "d", Permute, axes=(1, 0, 2)),
            norm("d", "e", 2, 0.1),
        )
    ),
    "copies": TargetCNN(
        (
            image(2, 3, 3),
            conv(
                *("image", "a", 2, 2, 2, 2), padding=(1,) * 4, padding_mode="replicate"
            ),
            conv("a", "b", 2, 2, 1, 2),
        )
    ),
}


def thin(mean: float, weight: tuple[float, float]) -> TargetCNN:
    """Two features that are 1, weighted, behind a factor of one over the root of 3."""
    return TargetCNN(
        (
            Input(name="image", shape=(1,), low=(1,), high=(1,)),
            after("image", "a", Dense, weight=np.ones((2, 1), np.float32)),
            after("a", "b", Dense, weight=np.array([weight], np.float32)),
            after(
                "b",
                "c",
                BatchNorm,
                scale=np.array([-1], np.float32),
                shift=np.zeros(1, np.float32),
                mean=np.array([mean], np.float32),
                variance=np.array([2], np.float32),
                epsilon=F(1),
            ),
        )
    )


def root(digits: int = 180) -> Fraction:
    """One over the root of 3, rounded down to so many bits."""
    return F(isqrt(4**digits // 3), 2**digits)


def points(kind: type[Node], **fields: Any) -> TargetCNN:
    """Two features that are 1 and go through a layer with weights 1 and -1."""
    return TargetCNN(
        (
            Input(name="image", shape=(1,), low=(1,), high=(1,)),
            after("image", "a", Dense, weight=np.array([[1], [-1]], np.float32)),
            after("a", "b", kind, **fields),
        )
    )


#: Points in other pieces of a map than the target's; and differences of which nothing
#: is left but the width of an enclosed root.
POINTS: dict[str, tuple[TargetCNN, dict[str, Any]]] = {
    "other pieces": (
        points(Rectifier),
        {"a": ([[-2], [2]], [[0], [0]], None)},
    ),
    "other slopes": (
        points(Rectifier, slopes=(0, F(1, 2))),
        {"a": ([[-2], [-2]], [[0], [0]], None)},
    ),
    "beyond a threshold": (
        points(Clip, low=-2, high=2),
        {"a": ([[5], [-5]], [[0], [0]], None)},
    ),
    "cancelling": (
        thin(0, (1, -1)),
        {
            "a": ([[0], [0]], [[0], [0]], None),
            "b": ([[0, 0]], [[0, 0]], [0]),
        },
    ),
    "right": (
        thin(1, (1, 1)),
        {
            "a": ([[1], [1]], [[-1], [-1]], None),
            "b": ([[-root(), -root()]], [[root(), root()]], [root()]),
        },
    ),
    "right from below": (
        thin(1, (1, 1)),
        {
            "a": ([[-1], [-1]], [[1], [1]], None),
            "b": ([[-root(), -root()]], [[root(), root()]], [root()]),
        },
    ),
}
