"""Small graphs in which a single rule of linear forms decides, or rounding does."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from slth_verify.graph import (
    AveragePool,
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


def network(*nodes: Node, shape: tuple[int, ...] = (1, 3, 3)) -> TargetCNN:
    """An image of both signs, and nodes in a row."""
    low, high = (F(-1),) * shape[0], (F(1),) * shape[0]
    first = Input(name="image", shape=shape, low=low, high=high)
    return TargetCNN((first, *nodes))


def eighths(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-8, 9, shape).astype(np.float32) / 8


def conv(source: str, name: str, *shape: int, **fields: Any) -> Convolution:
    bias = eighths(shape[0], seed=1)
    weight = eighths(*shape)
    return Convolution(name=name, sources=(source,), weight=weight, bias=bias, **fields)


def last(source: str) -> tuple[Node, ...]:
    """Outputs of both signs of everything before."""
    return (conv(source, "last", 2, 2, 1, 1),)


def numbers(source: str, name: str, *rows: list[float]) -> Dense:
    return Dense(name=name, sources=(source,), weight=np.array(rows, np.float64))


FIRST = conv("image", "a", 2, 1, 2, 2, padding=(0, 1, 1, 0))
GRAPHS = {
    "relu": network(FIRST, Rectifier(name="r", sources=("a",)), *last("r")),
    "leaky": network(
        FIRST, Rectifier(name="r", sources=("a",), slopes=(F(1, 3),)), *last("r")
    ),
    "clip": network(
        FIRST, Clip(name="r", sources=("a",), low=F(-1, 3), high=F(1, 3)), *last("r")
    ),
    "linear": network(FIRST, *last("a")),
    "max": network(
        FIRST,
        MaxPool(
            name="r", sources=("a",), window=(2, 2), stride=(1, 2), padding=(1, 0, 0, 1)
        ),
        *last("r"),
    ),
    "alone": network(
        MaxPool(name="r", sources=("image",), window=(1, 3), stride=(1, 1)),
        shape=(1, 2, 4),
    ),
    "mean": network(
        FIRST,
        AveragePool(
            name="r", sources=("a",), window=(2, 2), stride=(2, 1), padding=(1, 0, 0, 1)
        ),
        *last("r"),
    ),
    "strides": network(
        FIRST, conv("a", "b", 2, 2, 2, 2, stride=(2, 1), dilation=(1, 2))
    ),
    "moved": network(
        FIRST,
        Crop(name="c", sources=("a",), starts=(0, 1, 0), stops=(2, 3, 2)),
        Permute(name="p", sources=("c",), axes=(2, 0, 1)),
        Reshape(name="f", sources=("p",), shape=(8,)),
        numbers("f", "d", [*range(-3, 5)], [*range(8)]),
    ),
    "branches": network(
        FIRST,
        Rectifier(name="r", sources=("a",)),
        Sum(name="s", sources=("a", "r")),
        Concat(name="c", sources=("r", "s")),
        conv("c", "last", 2, 4, 1, 1),
    ),
} | {
    f"{mode} {kind}": network(
        FIRST,
        *(
            [conv("a", "b", 2, 2, 3, 2, padding=(2, 1, 1, 2), padding_mode=mode)]
            if kind == "windows"
            else [
                Pad(name="b", sources=("a",), padding=(1, 2, 2, 1), padding_mode=mode),
                conv("b", "last", 2, 2, 3, 3),
            ]
        ),
    )
    for mode in ("zeros", "reflect", "replicate", "circular")
    for kind in ("windows", "pad")
}


def _deep(*gates: Node) -> TargetCNN:
    """Gates one behind the other, with layers between."""
    nodes: list[Node] = [FIRST]
    for number, gate in enumerate(gates):
        nodes += [replace(gate, sources=(nodes[-1].name,), name=f"g{number}")]
        nodes += [conv(nodes[-1].name, f"b{number}", 2, 2, 1, 2)]
    return network(*nodes[:-1], *last(nodes[-2].name), shape=(1, 2, 2))


RELU = Rectifier(name="r", sources=("a",))
LEAKY = Rectifier(name="r", sources=("a",), slopes=(F(1, 3),))
CLIP = Clip(name="r", sources=("a",), low=F(-1, 3), high=F(1, 3))
POOL = MaxPool(name="r", sources=("a",), window=(2, 1), stride=(1, 1))
#: One gate before the other.
DEEP = {
    "relu": _deep(RELU, RELU),
    "leaky": _deep(LEAKY, LEAKY),
    "clip": _deep(CLIP, CLIP),
    "pool": _deep(POOL, RELU),
    "last": network(*_deep(LEAKY, RELU).nodes[1:-1], shape=(1, 2, 2)),
}


def rounded() -> list[tuple[TargetCNN, np.ndarray, np.ndarray]]:
    """Targets in which rounding decides."""
    found = []
    rng = np.random.default_rng(0)
    for _ in range(5):
        column = rng.permutation([2.0**60, -(2.0**60), 1.0, 3.0, 2.0**59, -(2.0**59)])
        nodes = (
            numbers("image", "a", *([entry] for entry in column)),
            numbers("a", "b", [1.0] * 6),
        )
        six = rng.permutation([1.0] * 6)
        found.append((network(numbers("image", "a", column), shape=(6,)), six, six))
        one = np.ones(1)
        found += [(network(*nodes, shape=(1,)), one, one)]
        found += [(network(*nodes, shape=(1,)), -one, one)]
    copies = Concat(name="c", sources=("image",) * 3)
    found.append((network(copies, shape=(1,)), np.ones(1), np.ones(1)))
    third = 1 / 3 + rng.random((1, 40))
    point = 1 + rng.random(40)
    found.append((network(numbers("image", "a", *third), shape=(40,)), point, point))
    relu = Rectifier(name="r", sources=("image",), slopes=(F(1, 2**470),))
    small = numbers("r", "d", [-0.9 * 2.0**-605] * 4)
    low = np.full(4, -(2.0**1000))
    found.append((network(relu, small, shape=(4,)), low, low))
    pool = AveragePool(name="m", sources=("image",), window=(1, 2), stride=(1, 1))
    huge = np.full((1, 1, 2), 1e308)
    found.append((network(pool, shape=(1, 1, 2)), huge, huge))
    return found
