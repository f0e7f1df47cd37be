"""Planted lies about linear forms: values in fractions leave the liar's bounds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from handmade import linear_forms
from handmade.stage_graphs import ONE_STAGE, POINTS

from slth_verify.forms import (
    Interval,
    adjoints,
    box_of,
    differences,
    gates,
    intervals,
    pairs,
    pools,
    rounding,
    substitution,
)
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
Lie = tuple[ModuleType, str, str]

MODULES = (
    adjoints,
    differences,
    gates,
    intervals,
    pairs,
    pools,
    rounding,
    substitution,
    linear_forms,
)

GATES: dict[str, Lie] = {
    "chord below what it should be above": (
        gates,
        "slack(4) * np.abs(lower * p)))\n    return np.maximum.reduce(above)",
        "slack(4) * np.abs(lower * p)))\n    return np.minimum.reduce(above)",
    ),
    "line above what it should be below": (
        gates,
        "    return np.maximum.reduce(above), np.minimum.reduce(under)\n\n\n_Plane",
        "    return np.maximum.reduce(above), np.maximum.reduce(under)\n\n\n_Plane",
    ),
    "plane of the wrong side": (
        gates,
        "np.maximum.reduce(above), np.minimum.reduce(under)\n\n\ndef _corners",
        "np.minimum.reduce(above), np.maximum.reduce(under)\n\n\ndef _corners",
    ),
    "kinks forgotten on the line": (
        gates,
        "x.high, *(np.clip(kink, x.low, x.high) for kink in gate.kinks))\n    above",
        "x.high)\n    above",
    ),
    "an unstable pair is stable where f is below": (
        gates,
        "high = np.maximum(source.target.high, source.pruned.high)",
        "high = source.target.high",
    ),
    "an unstable pair is stable where f is above": (
        gates,
        "low = np.minimum(source.target.low, source.pruned.low)",
        "low = source.target.low",
    ),
    "every gate is decided": (gates, "decided | inside", "decided | True"),
    "a clip rises for ever": (
        gates,
        "np.zeros_like(self.least)]\n        yield",
        "one]\n        yield",
    ),
}
POOLS: dict[str, Lie] = {
    "a comparison dropped": (
        pools,
        "for entries in order[1:]:",
        "for entries in order[2:]:",
    ),
    "margins win": (pools, "fixed(gap.target, -1.0)", "fixed(gap.target, 9.0)"),
    "the other way around": (
        pools,
        "other.target.minus(best.target)",
        "best.target.minus(other.target)",
    ),
    "multiplier of the largest before not reduced": (
        substitution,
        "rest[i] = -rows if old is None else old - rows",
        "rest[i] = rows if old is None else old",
    ),
    "differences of pools are those of f": (
        intervals,
        "largest(gaps.high[None], node)[0]",
        "largest(gaps.low[None], node)[0]",
    ),
}
ADJOINTS: dict[str, Lie] = {
    "padding forgotten": (
        adjoints,
        "return canvas[:, top : top + height, left : left + width]",
        "return canvas[:, :height, :width]",
    ),
    "copies not given back": (
        adjoints,
        "found[owners[place]] += whole[place]",
        "found[owners[place]] += 0 * whole[place]",
    ),
    "copies given to the border": (
        adjoints,
        "found[owners[place]] += whole[place]",
        "found[0 if place < margins[0] else -1] += whole[place]",
    ),
    "strides forgotten": (
        adjoints,
        "start + step * (count - 1) + 1, step)",
        "start + count)",
    ),
    "windows read from the other end": (
        adjoints,
        "+= spread[:, :, i, j]",
        "+= spread[:, :, -1 - i, -1 - j]",
    ),
    "sums for means": (
        adjoints,
        "rows / window_sizes(shape[1:], node)[None, :, :, None]",
        "rows / 1",
    ),
    "axes permuted forwards": (
        adjoints,
        "np.argsort(node.axes)",
        "np.array(node.axes)",
    ),
    "crops from the corner": (
        adjoints,
        "tuple(map(slice, node.starts, node.stops))",
        "tuple(slice(b - a) for a, b in zip(node.starts, node.stops))",
    ),
    "sources in the wrong order": (
        adjoints,
        "list(np.split(rows, ends[:-1]))",
        "list(np.split(rows, ends[:-1]))[::-1]",
    ),
}
STAGES: dict[str, Lie] = {
    "D+ and D- swapped": (
        pairs,
        "_minus(g.positive, own),\n            _plus(g.negative, own),",
        "_plus(g.negative, own),\n            _minus(g.positive, own),",
    ),
    "W- has the sign of W+": (
        substitution,
        "pair.negative, -gap",
        "pair.negative, gap",
    ),
    "D- has the sign of D+": (
        substitution,
        "pair.negative_gap, -gap",
        "pair.negative_gap, gap",
    ),
    "an inner 0 forgotten": (
        substitution,
        "np.where(across, np.maximum(most, 0.0), most)",
        "most",
    ),
    "positive parts dropped": (
        substitution,
        "if not (y.high <= 0).all():",
        "if not (y.high <= 99).all():",
    ),
    "entries of any sign taken for positive ones": (
        substitution,
        "if (y.low >= 0).all():",
        "if (y.high >= 0).all():",
    ),
    "differences of biases dropped": (
        substitution,
        "self._bias(pair.bias_gap, gap)",
        "pass",
    ),
    "K for W+": (substitution, "pair.positive, gap", "pair.kernel, gap"),
    "f's weights in g's intervals": (
        intervals,
        "zip((pair.positive, pair.negative), halves",
        "zip((pair.kernel, pair.negative), halves",
    ),
    "errors of weights forgotten": (
        pairs,
        "return least, least if exact else one[1] - other[0]",
        "return least, least",
    ),
    "halves of y swapped": (
        intervals,
        "Interval(np.maximum(-y.high, 0.0), np.maximum(-y.low, 0.0))",
        "Interval(np.maximum(y.low, 0.0), np.maximum(y.high, 0.0))",
    ),
}
SIGNS: dict[str, Lie] = {
    "multiplier of the wrong sign": (
        substitution,
        "halves = np.maximum(rows, 0.0), np.minimum(rows, 0.0)",
        "halves = np.minimum(rows, 0.0), np.maximum(rows, 0.0)",
    ),
    "the image at its other end": (
        substitution,
        "self._plus(high, np.maximum(rows, 0.0))",
        "self._plus(low, np.maximum(rows, 0.0))",
    ),
    "rows stop at the other end": (
        substitution,
        "dots_above(part.low.ravel(), np.minimum",
        "dots_above(part.high.ravel(), np.minimum",
    ),
    "one branch of a sum": (
        substitution,
        "[rows] * len(shapes)",
        "[rows] + [None] * (len(shapes) - 1)",
    ),
    "rows of f for those of the difference": (
        substitution,
        "self._sum(old[1], gap, parts.difference)",
        "self._sum(old[1], target, parts.difference)",
    ),
    "tightened with the wrong sign": (
        intervals,
        "pruned.minus(self.target)",
        "self.target.minus(pruned)",
    ),
    "clips keep differences": (
        intervals,
        "np.where(between, gap.low, np.minimum(gap.low, 0.0))",
        "gap.low",
    ),
    "an active target is an active pair": (
        intervals,
        "on = (x.low >= 0) & (y.low >= 0)",
        "on = (x.low >= 0)",
    ),
    "an inactive target is an inactive pair": (
        intervals,
        "off = (x.high <= 0) & (y.high <= 0)",
        "off = (x.high <= 0)",
    ),
}
ROUNDING: dict[str, Lie] = {
    "sums rounded inward": (
        rounding,
        "found + (slack(terms) * sizes + terms * TINY)",
        "found - (slack(terms) * sizes + terms * TINY)",
    ),
    "ends rounded inward": (
        intervals,
        "Interval(below(centre + added - radius), above(centre + added + radius))",
        "Interval(centre + added + radius, centre + added - radius)",
    ),
    "rounding of coefficients dropped": (
        substitution,
        "self._grow(whole * total_above(part.sizes))",
        "pass",
    ),
    "rounding of sums of rows dropped": (
        substitution,
        "self._grow(slack(1) * sizes_above(total) * _most(part))",
        "pass",
    ),
    "rounding of the constant dropped": (
        substitution,
        "self.constant = above(self.constant + amount)",
        "self.constant = self.constant + amount - np.abs(amount) * 2.0**-40",
    ),
    "underflow of coefficients dropped": (
        substitution,
        "lost = slack(8) * (steepest * whole) + rows[..., 0].size * TINY",
        "lost = slack(8) * (steepest * whole)",
    ),
    "errors of weights dropped": (
        substitution,
        "slack(_terms(stage)) * weights.largest + 2 * weights.error",
        "0.0",
    ),
    "infinite sums divided": (
        intervals,
        "np.where(low < np.inf,",
        "np.where(low == low,",
    ),
    "a box of another type": (
        differences,
        "end.astype(np.float64) for end in ends",
        "end.astype(np.float64).astype(np.float32) for end in ends",
    ),
}
LIES: dict[str, tuple[str, Lie]] = {
    lie: (topic, pieces)
    for topic, lies in {
        "gates": GATES,
        "pools": POOLS,
        "adjoints": ADJOINTS,
        "stages": STAGES,
        "signs": SIGNS,
        "rounding": ROUNDING,
    }.items()
    for lie, pieces in lies.items()
}


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
        Crop(name="c", sources=("a",), starts=(0, 1, 0), stops=(2, 3, 3)),
        Permute(name="p", sources=("c",), axes=(2, 0, 1)),
        Reshape(name="f", sources=("p",), shape=(12,)),
        numbers("f", "d", list(range(-5, 7)), list(range(12))),
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


TOPICS = {
    "gates": ["relu", "leaky", "clip"],
    "pools": ["max", "alone"],
    "adjoints": [*GRAPHS],
    "stages": ["linear", "strides", "relu"],
    "signs": ["linear", "relu", "leaky", "clip", "branches"],
}


@dataclass(frozen=True)
class Case:
    """Two networks over a box, and their tensors for some of its images."""

    graph: TargetCNN
    stages: dict[str, Any]
    box: Interval
    values: tuple[Any, ...]
    slopes: bool


@pytest.fixture(scope="module")
def cases(
    pair_of: Any, values_of: Any, float_image: Any
) -> Callable[[str], list[Case]]:
    """Of each topic."""

    def case(
        graph: TargetCNN, way: Any, box: Interval, images: int, slopes: bool = False
    ) -> Case:
        stages = pair_of(graph, way, 1) if isinstance(way, str) else way
        seen = {float_image(box, seed).tobytes(): seed for seed in range(images)}
        known = (
            values_of(graph, stages, float_image(box, seed)) for seed in seen.values()
        )
        return Case(graph, stages, box, tuple(known), slopes)

    @cache
    def make(topic: str) -> list[Case]:
        if topic == "rounding":
            return [case(f, "exact", Interval(*ends), 1) for f, *ends in rounded()]
        found = []
        for graph in [GRAPHS[name] for name in TOPICS[topic]]:
            box = box_of(graph.input)
            point = float_image(box, 4)
            found.append(case(graph, "far", Interval(point, point), 1))
            if topic != "adjoints":
                found += [case(graph, way, box, 4) for way in ("near", "swapped")]
            if topic == "gates":
                found.append(case(graph, "far", box, 9, slopes=True))
            if topic == "pools":
                wide = np.random.default_rng(0).random(box.low.shape)
                uneven = Interval(box.low * wide, box.high * (1.5 - wide))
                found.append(case(graph, "far", uneven, 12))
        if topic in ("gates", "stages", "signs"):
            points = POINTS.values()
            found += [case(f, stages, box_of(f.input), 1) for f, stages in points]
        if topic == "stages":
            graphs = ONE_STAGE.values()
            found += [case(f, "one sign", box_of(f.input), 2) for f in graphs]
            bent = network(numbers("image", "a", [1.0]), shape=(1,))
            found.append(
                case(bent, {"a": ([[0]], [[-2]], None)}, box_of(bent.input), 9)
            )
        return found

    return make


def half(pair: Any) -> dict[str, gates.Slopes]:
    """Slopes with which every kink of a gate decides."""
    slopes = 0.5, 0.5, 0.5, 0.5, 0.125, 0.125
    return {
        node.name: gates.Slopes(*(np.full(pair.shapes[node.name], x) for x in slopes))
        for node in pair.nodes
        if isinstance(node, (Rectifier, Clip))
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


@pytest.fixture
def refuted(
    cases: Callable[[str], list[Case]], broken: Any, network_pair: Any
) -> Callable[[str], bool]:
    """Whether a value leaves the bounds in some case of a topic."""

    def judge(topic: str) -> bool:
        for case in cases(topic):
            pair = network_pair(case.graph, case.stages)
            slopes = half(pair) if case.slopes else None
            found = differences.Differences.over(pair, case.box, slopes=slopes)
            if broken(found, *case.values):
                return True
        return False

    return judge


@pytest.fixture
def plant(
    mutant: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch
) -> Callable[[ModuleType, str, str], None]:
    """Let every module of the room use a liar's parts."""

    def use(module: ModuleType, truth: str, lie: str) -> None:
        false = vars(mutant(module, truth, lie))
        own = {
            name: thing
            for name, thing in vars(module).items()
            if getattr(thing, "__module__", None) == module.__name__
        }
        for user in MODULES:
            for name, thing in vars(user).copy().items():
                if own.get(name) is thing:
                    monkeypatch.setattr(user, name, false[name])

    return use


@pytest.mark.parametrize("topic", [*TOPICS, "rounding"])
def test_the_truth_is_not_refuted(topic: str, refuted: Callable[[str], bool]) -> None:
    assert not refuted(topic)


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(
    lie: str, plant: Callable[..., None], refuted: Callable[[str], bool]
) -> None:
    topic, pieces = LIES[lie]
    plant(*pieces)
    # where a liar's parts do not fit, nothing is claimed
    with suppress(ValueError, KeyError, IndexError):
        assert refuted(topic)
