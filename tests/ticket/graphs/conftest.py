"""Bounds of the certificate, for pairs that are given; what the oracle says of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np
import pytest

from slth_verify.conformance.oracles.graph_differences import difference_bounds
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
    TargetGraph,
)
from slth_verify.graph.box_ranges import outward
from slth_verify.graph.stages import Stage, staged
from slth_verify.ticket.graphs.difference import NodeBounds, node_bounds
from slth_verify.ticket.graphs.sums import PairSums

Sums = Callable[[Stage], PairSums]


def _dyadic(values: Any, bits: int) -> np.ndarray:
    whole = np.empty(np.shape(values), object)
    for at in np.ndindex(*whole.shape):
        scaled = Fraction(np.asarray(values)[at]) * 2**bits
        assert scaled.denominator == 1
        whole[at] = int(scaled)
    return whole


def _sums_of(stages: dict[str, Any]) -> Sums:
    """Weights of pairs, in fractions, as the certificate takes them."""

    def sums(stage: Stage) -> PairSums:
        positive, negative, bias = stages[stage.name]
        shape, outputs = stage.layer.weight.shape, len(stage.layer.weight)
        bias = np.zeros(outputs) if bias is None else bias
        numbers = [*np.ravel(positive), *np.ravel(negative), *np.ravel(bias)]
        bits = max(Fraction(x).denominator.bit_length() - 1 for x in numbers)
        return PairSums(
            _dyadic(positive, bits).reshape(shape),
            _dyadic(negative, bits).reshape(shape),
            _dyadic(bias, bits),
            bits,
        )

    return sums


@dataclass
class Parts:
    """What the bounds are made with; a lie may take a part's place."""

    staged: Callable[..., Any] = staged
    node_bounds: Callable[..., Any] = node_bounds


_PARTS = Parts()


def _by_output(graph: TargetGraph, stages: dict[str, Any]) -> dict[str, NodeBounds]:
    """The certificate's bounds, by the name of the node whose tensor they are of."""
    return {
        getattr(node, "output", node.name): found
        for node, found in _PARTS.node_bounds(_PARTS.staged(graph), _sums_of(stages))
    }


@pytest.fixture(scope="session")
def sums_of() -> Callable[[dict[str, Any]], Sums]:
    return _sums_of


@pytest.fixture(scope="session")
def bounds_of() -> Callable[..., dict[str, NodeBounds]]:
    return _by_output


@pytest.fixture(scope="session")
def liars() -> Parts:
    return _PARTS


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
    "windows": TargetGraph((image(2, 3, 3), conv("image", "a", 2, 2, 3, 2, **PADDED))),
    "borders": TargetGraph(
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
    "groups": TargetGraph((image(4, 2, 2), conv("image", "a", 4, 2, 2, 2, groups=2))),
    "norm": TargetGraph(
        (
            image(2, 2, 2),
            conv("image", "a", 3, 2, 2, 1, bias=eighths(3)),
            norm("a", "b", 0, 0.75, 3.75),
        )
    ),
}
CHAINS = {
    "rectified": TargetGraph(
        (
            image(2, 2, 3),
            conv("image", "a", 4, 2, 1, 2, bias=eighths(4)),
            after("a", "b", Rectifier, slopes=(0, F(1, 4), 1, F(1, 8))),
            conv("b", "c", 2, 2, 2, 2, groups=2, padding=(1, 0, 0, 1)),
        )
    ),
    "clipped": TargetGraph(
        (
            image(3, 2, 2),
            conv("image", "a", 3, 3, 1, 1, bias=eighths(3)),
            after("a", "b", Clip, low=F(-1, 2), high=F(1, 2)),
            norm("b", "c", 1, 2, 3),
        )
    ),
    "company": TargetGraph(
        (
            image(3, 2, 2),
            conv("image", "a", 2, 3, 1, 1),
            norm("a", "b", 1, 3),
            Sum(name="c", sources=("a", "b")),
            after("c", "d", Permute, axes=(1, 0, 2)),
            norm("d", "e", 2, 0.1),
        )
    ),
    "copies": TargetGraph(
        (
            image(2, 3, 3),
            conv(
                *("image", "a", 2, 2, 2, 2), padding=(1,) * 4, padding_mode="replicate"
            ),
            conv("a", "b", 2, 2, 1, 2),
        )
    ),
}


def thin(mean: float, weight: tuple[float, float]) -> TargetGraph:
    """Two features that are 1, weighted, behind a factor of one over the root of 3."""
    return TargetGraph(
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


def points(kind: type[Node], **fields: Any) -> TargetGraph:
    """Two features that are 1 and go through a layer with weights 1 and -1."""
    return TargetGraph(
        (
            Input(name="image", shape=(1,), low=(1,), high=(1,)),
            after("image", "a", Dense, weight=np.array([[1], [-1]], np.float32)),
            after("a", "b", kind, **fields),
        )
    )


#: Points in other pieces of a map than the target's; and differences of which nothing
#: is left but the width of an enclosed root.
POINTS: dict[str, tuple[TargetGraph, dict[str, Any]]] = {
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


Refuted = Callable[[], list[str]]


@pytest.fixture(scope="module")
def refuted(pair_of: Any, bounds_of: Any) -> Refuted:
    """Cases in which the oracle's bounds are not inside, or equal for one stage."""
    cases = [
        (f"{name}, {way}", graph, pair_of(graph, way, 4))
        for name, graph in (ONE_STAGE | CHAINS).items()
        for way in ("near", "far", "swapped", "one sign")
    ]
    cases += [(name, *case) for name, case in POINTS.items()]
    known = [difference_bounds(graph, stages) for _, graph, stages in cases]

    def judge() -> list[str]:
        return [
            name
            for (name, graph, given), wanted in zip(cases, known, strict=True)
            if wrong(wanted, bounds_of(graph, given), name.split(",")[0] in ONE_STAGE)
        ]

    return judge


def wrong(known: dict[str, Any], found: dict[str, Any], one_stage: bool) -> bool:
    if set(known) != set(found):
        return True
    for name, bounds in found.items():
        for which in ("target", "pruned", "difference"):
            lower, upper = getattr(known[name], which)
            hull = [[np.min(x) for x in lower], [np.max(x) for x in upper]]
            range_ = getattr(bounds.bounds, which)
            pairs = list(zip(range_.lower, hull[0], strict=True))
            pairs += [(a, b) for b, a in zip(range_.upper, hull[1], strict=True)]
            if any(low > high for low, high in pairs):
                return True
            if one_stage and range_ != outward(*hull):
                return True
    return False
