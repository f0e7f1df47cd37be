"""A box, and nodes after it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from slth_verify.graph import Dense, Input, Node

F = Fraction


def box(*shape: int) -> Input:
    """A box with other ends for every channel: above, below and around 0."""
    ends = [(F(1), F(2)), (F(-3), F(-1, 2)), (F(-1), F(1, 4)), (F(0), F(1))]
    low, high = zip(*(ends[k % 4] for k in range(shape[0])), strict=True)
    return Input(name="image", shape=shape, low=low, high=high)


def after(kind: type[Node], *sources: str, **fields: Any) -> Node:
    return kind(name="node", sources=sources or ("image",), **fields)


def image(shape: tuple[int, ...], low: str = "-1", high: str = "1/2") -> Input:
    """A box with the same ends for every channel."""
    return Input(
        name="image", shape=shape, low=(low,) * shape[0], high=(high,) * shape[0]
    )


def one_dense(name: str, source: str) -> Dense:
    """A dense layer of the single weight 1."""
    return Dense(name=name, sources=(source,), weight=np.ones((1, 1), np.float32))
