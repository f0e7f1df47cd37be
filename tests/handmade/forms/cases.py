"""Fixtures: what planted lies about linear forms are judged by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest

from handmade.forms import linear_forms
from handmade.forms.graphs import DEEP, GRAPHS, RELU, network, numbers, rounded
from handmade.stage_graphs import ONE_STAGE, POINTS
from slth_verify.forms import (
    Interval,
    adjoints,
    box_of,
    differences,
    intervals,
    pairs,
    rounding,
)
from slth_verify.forms.backward import carried, substitution
from slth_verify.forms.joint import affordable, joint_rows, symbols, ties
from slth_verify.forms.quadratic import floors, squares
from slth_verify.forms.relaxations import gates, piecewise_linear, pools, slopes
from slth_verify.graph import Clip, Convolution, Rectifier, TargetCNN

MODULES = (
    adjoints,
    affordable,
    carried,
    differences,
    floors,
    gates,
    intervals,
    joint_rows,
    pairs,
    piecewise_linear,
    pools,
    rounding,
    slopes,
    squares,
    substitution,
    symbols,
    ties,
    linear_forms,
)

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


@pytest.fixture(scope="session")
def form_cases(
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
        if topic == "joint":
            uneven = Interval(np.full(1, -0.25), np.ones(1))
            boxes = [Interval(-np.ones(1), np.ones(1)), uneven]
            found = [case(f, g, box, 4) for f, g in one_number() for box in boxes]
            for graph in DEEP.values():
                found.append(case(graph, moved(graph), box_of(graph.input), 8))
            return found
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


def moved(graph: TargetCNN) -> dict[str, Any]:
    """Stages of another network, whose weights are some eighths off."""
    rng = np.random.default_rng(0)
    found = {}
    for node in graph.nodes:
        if isinstance(node, Convolution):
            off = rng.integers(-3, 4, node.weight.shape) / 8
            kernel = np.vectorize(Fraction, [object])(node.weight.astype(float) + off)
            found[node.name] = kernel, -kernel, [*map(Fraction, node.bias.tolist())]
    return found


def one_number() -> list[tuple[TargetCNN, dict[str, Any]]]:
    """One number, where a modulus and nothing else decides."""
    found = []
    away = Clip(name="r", sources=("a",), low=Fraction(1, 4), high=Fraction(1))
    for gate, factor in ((RELU, 1.0), (RELU, -1.0), (away, 1.0)):
        first = numbers("image", "a", [1.0])
        graph = network(first, gate, numbers("r", "b", [factor]), shape=(1,))
        for other, shift in ((0, 0), (3, 0), (Fraction(3, 2), Fraction(1, 4))):
            stages = {
                "a": ([[other]], [[-other]], [shift]),
                "b": ([[factor]], [[-factor]], None),
            }
            found.append((graph, stages))
    return found


def half(pair: Any) -> dict[str, gates.Slopes]:
    """Slopes with which every kink of a gate decides."""
    slopes = 0.5, 0.5, 0.5, 0.5, 0.125, 0.125
    return {
        node.name: gates.Slopes(*(np.full(pair.shapes[node.name], x) for x in slopes))
        for node in pair.nodes
        if isinstance(node, (Rectifier, Clip))
    }


@pytest.fixture
def form_refuted(
    form_cases: Callable[[str], list[Case]], broken: Any, network_pair: Any
) -> Callable[[str], bool]:
    """Whether a value leaves the bounds in some case of a topic."""

    def judge(topic: str) -> bool:
        for case in form_cases(topic):
            pair = network_pair(case.graph, case.stages)
            slopes = half(pair) if case.slopes else None
            found = differences.Differences.over(pair, case.box, slopes=slopes)
            if broken(found, *case.values, joint=topic == "joint"):
                return True
        return False

    return judge


@pytest.fixture
def plant_in_forms(
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
        for name, thing in own.items():
            for method, body in vars(thing).items() if isinstance(thing, type) else ():
                if isinstance(body, FunctionType):  # a base of another module's class
                    monkeypatch.setattr(thing, method, vars(false[name])[method])

    return use
