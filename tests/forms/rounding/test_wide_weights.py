"""Weights that are only known between ends: whatever they are, bounds hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest
from handmade.forms.graphs import RELU, network, numbers
from handmade.nightly import nightly_but

from slth_verify.forms import (
    Differences,
    Interval,
    NetworkPair,
    StageEnds,
    intervals,
    pairs,
)
from slth_verify.forms.backward import substitution
from slth_verify.graph.nodes import Node
from slth_verify.graph.stages import Stage, StageKernel, staged

F = Fraction
BITS = 8
Lie = tuple[ModuleType, str, str]


class Weights(NamedTuple):
    """K, W+ and W-, b and B of one stage."""

    own: np.ndarray
    positive: np.ndarray
    negative: np.ndarray
    own_bias: np.ndarray
    bias: np.ndarray


class Case(NamedTuple):
    """Networks over a box, and exact values of f and g for some weights and images."""

    nodes: tuple[Node, ...]
    stages: dict[str, tuple[StageKernel, StageEnds]]
    box: Interval
    values: list[dict[str, tuple[np.ndarray, np.ndarray]]]


def ends_of(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    """Integers, known exactly (the same array twice) or some of them far apart."""
    middle = rng.integers(-(2**BITS), 2**BITS + 1, shape)
    if rng.random() < 0.4:
        return (exact := middle.astype(object)), exact
    width = rng.integers(0, 2**BITS, shape) * rng.integers(0, 2, shape)
    return (middle - width).astype(object), (middle + width).astype(object)


def drawn(rng: np.random.Generator, ends: Any) -> np.ndarray:
    """One of both ends for each number, in thirds of the cases the same for all."""
    which = rng.integers(0, 2, ends[0].shape if rng.random() < 2 / 3 else ())
    whole = np.where(which == 0, *ends)
    return np.vectorize(lambda x: F(int(x), 2**BITS), otypes=[object])(whole)


def applied(found: Weights, x: np.ndarray, y: np.ndarray) -> tuple[Any, Any]:
    """What a stage of f makes of x, and that of g of y."""
    zero = F(0)
    up = np.array([max(entry, zero) for entry in y], object)
    down = np.array([max(-entry, zero) for entry in y], object)
    return (
        found.own @ x + found.own_bias,
        found.positive @ up + found.negative @ down + found.bias,
    )


@cache
def case(seed: int) -> Case:
    """A dense layer, a rectifier, and a dense layer, over a small or a large box."""
    rng = np.random.default_rng(seed)
    size = 2.0 ** int(rng.choice([-8, 0, 8]))
    ones = [[1.0] * 3] * 2
    graph = network(
        numbers("image", "a", *ones), RELU, numbers("r", "b", *[[1.0] * 2] * 2),
        shape=(3,),
    )  # fmt: skip
    nodes = staged(graph)
    stages: dict[str, tuple[StageKernel, StageEnds]] = {}
    known: dict[str, list[Any]] = {}
    for node in nodes:
        if isinstance(node, Stage):
            shape = node.layer.weight.shape
            own, positive, negative = (ends_of(rng, *shape) for _ in range(3))
            own_bias, bias = ends_of(rng, shape[0]), ends_of(rng, shape[0])
            kernel = StageKernel(*own, *own_bias, BITS)
            stages[node.name] = kernel, StageEnds(positive, negative, bias, BITS)
            known[node.name] = [own, positive, negative, own_bias, bias]
    low = np.where(rng.random(3) < 0.3, 0.0, -size)
    box = Interval(low, np.full(3, size))
    values = []
    for _ in range(12):
        corner = np.where(rng.random(3) < 0.5, box.low, box.high)
        x = y = np.array([F(float(entry)) for entry in corner], object)
        found = {"image": (x, y)}
        for node in nodes[1:]:
            if isinstance(node, Stage):
                weights = Weights(*(drawn(rng, ends) for ends in known[node.name]))
                weights = Weights(
                    *(w.reshape(-1, len(x)) for w in weights[:3]), *weights[3:]
                )
                x, y = applied(weights, x, y)
            else:
                x, y = (np.array([max(e, F(0)) for e in z], object) for z in (x, y))
            found[node.name] = x, y
        values.append(found)
    return Case(nodes, stages, box, values)


def outside(part: Interval, entries: np.ndarray) -> bool:
    return any(
        not F(float(low)) <= entry <= F(float(high))
        for low, high, entry in zip(
            part.low.ravel(), part.high.ravel(), entries, strict=True
        )
    )


def wrong(number: int = 40) -> Iterator[str]:
    """What bounds say that is not so."""
    rng = np.random.default_rng(0)
    for nodes, stages, box, values in map(case, range(number)):
        made = {name: pairs.StagePair.of(*given) for name, given in stages.items()}
        pair = NetworkPair.from_stages(nodes, made)
        found = Differences.over(pair, box)
        shape = pair.shapes[pair.output.name]
        target, gap = rng.choice([-1.0, 0.0, 1.0, 3.0], (2, *shape, 4))
        bounds, ends = found.upper(target, gap), found.gap()
        joint = found.joint_upper(target, gap)
        for tensors in values:
            for name, (x, y) in tensors.items():
                parts = found.known.intervals[name]
                for part, entries in (
                    (parts.target, x),
                    (parts.pruned, y),
                    (parts.difference, y - x),
                ):
                    if outside(part, entries):
                        yield "intervals"
            x, y = tensors[pair.output.name]
            if outside(ends, y - x):
                yield "gap"
            a, d = (np.vectorize(F, otypes=[object])(rows) for rows in (target, gap))
            row = x @ a.reshape(len(x), -1) + (y - x) @ d.reshape(len(x), -1)
            for what, most in (("rows", bounds), ("joint rows", joint)):
                if any(r > F(float(b)) for r, b in zip(row, most, strict=True)):
                    yield what


@pytest.mark.parametrize("number", nightly_but([16], [16, 40]))
def test_bounds_hold_for_all_weights_between_their_ends(number: int) -> None:
    assert not list(wrong(number))


MINUS = """least = one[0] - other[1]
    exact = one[0] is one[1] and other[0] is other[1]"""
PLUS = MINUS.replace("- other[1]\n", "+ other[0]\n")
BOTH, ONE, OTHER = (
    "one[0] is one[1] and other[0] is other[1]",
    "one[0] is one[1]",
    "other[0] is other[1]",
)
LIES: dict[str, tuple[Lie, str]] = {
    "what f knows exactly is known of g": (
        (pairs, MINUS, MINUS.replace(BOTH, OTHER)),
        "intervals",
    ),
    "what g knows exactly is known of f": (
        (pairs, MINUS, MINUS.replace(BOTH, ONE)),
        "intervals",
    ),
    "sums of wide and exact numbers are exact": (
        (pairs, PLUS, PLUS.replace(BOTH, OTHER)),
        "intervals",
    ),
    "sums of exact and wide numbers are exact": (
        (pairs, PLUS, PLUS.replace(BOTH, ONE)),
        "intervals",
    ),
    "errors of weights act on small entries": (
        (
            intervals,
            "2.0 * count * weights.error * sizes.max()",
            "2.0 * count * weights.error / sizes.max()",
        ),
        "intervals",
    ),
    "errors of weights act on no entries": (
        (intervals, "2.0 * count * weights.error * sizes.max()", "0.0"),
        "intervals",
    ),
    "errors of biases taken off": (
        (intervals, "radius = radius + bias.error +", "radius = radius - bias.error +"),
        "intervals",
    ),
    "errors of weights taken off rows": (
        (substitution, "+ 2 * weights.error", "- 2 * weights.error"),
        "rows",
    ),
    "errors of biases not in rows": (
        (
            substitution,
            "self._grow(2 * bias.error * sizes_above(rows))",
            "pass",
        ),
        "rows",
    ),
}


#: One about every sort of numbers; the others run nightly.
QUICK = ("what f knows exactly is known of g", "errors of biases taken off")
QUICK += ("errors of weights taken off rows",)


@pytest.mark.parametrize("lie", nightly_but(QUICK, LIES))
def test_a_lie_is_seen(lie: str, plant_in_forms: Callable[..., None]) -> None:
    plant, what = LIES[lie]
    plant_in_forms(*plant)
    assert what in wrong()
