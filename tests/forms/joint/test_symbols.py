"""Symbols as they are at an image: rows, ties and bounds hold with them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from handmade.forms.graphs import DEEP, RELU, conv, network, numbers
from handmade.forms.true_symbols import JudgedRows, TrueSymbols

from slth_verify.forms import Interval, box_of, differences
from slth_verify.forms.joint import affordable, joint_rows, symbols, ties
from slth_verify.graph import Convolution, Reshape, Sum, TargetCNN

Lie = tuple[ModuleType, str, str]
#: Graph, the other network's weights, a box, and tensors of both for images.
Case = tuple[TargetCNN, Any, Interval, list[dict[str, Any]]]


def copied() -> TargetCNN:
    """Nothing but the image."""
    return network(Reshape(name="r", sources=("image",), shape=(3,)), shape=(3,))


def cancelling(rng: np.random.Generator, size: float, gate: bool) -> TargetCNN:
    """Rows that are nearly equal, of whose differences gates take a multiple."""
    third = rng.random(3) / 3
    rows = [(third * (1 + rng.random(3) * 2.0**-20)).tolist() for _ in range(3)]
    first = numbers("image", "a", *rows)
    second = numbers("a", "b", [size, -size, 1.0], [-size, 1.0, size])
    if not gate:
        return network(first, second, shape=(3,))
    behind = replace(RELU, sources=("b",))
    last = numbers("r", "last", [1.0, -1 / 3])
    return network(first, second, behind, last, shape=(3,))


def modulus() -> TargetCNN:
    """The image's symbol is in no row, but in maps of both errors."""
    first, last = numbers("image", "a", [1.0], [-1.0]), numbers("r", "b", [1.0, 1.0])
    return network(first, RELU, last, shape=(1,))


def branches() -> TargetCNN:
    """Positive parts of the same tensor twice, of different weights."""
    first = conv("image", "a", 2, 1, 1, 2)
    sides = [conv("a", name, 2, 2, 1, 1) for name in ("b", "c")]
    both = Sum(name="s", sources=("b", "c"))
    return network(first, *sides, both, shape=(1, 1, 3))


def thirds(graph: TargetCNN) -> TargetCNN:
    """Weights that are not exact."""
    nodes = [
        Convolution(
            name=node.name,
            sources=node.sources,
            weight=node.weight.astype(float) / 3,
            bias=node.bias,
            padding=node.padding,
        )
        if isinstance(node, Convolution)
        else node
        for node in graph.nodes
    ]
    return TargetCNN(tuple(nodes))


@pytest.fixture(scope="session")
def symbol_cases(
    pair_of: Any, values_of: Any, float_image: Any
) -> Callable[[int], list[Case]]:
    """Small networks in which rounding decides, at corners and inside."""

    def case(graph: TargetCNN, way: str, radius: float, count: int) -> Case:
        whole = box_of(graph.input)
        box = Interval(whole.low * radius, whole.high * radius)
        stages = pair_of(graph, way, 1)
        images = [float_image(box, seed) for seed in range(count)]
        if box.low.size <= 3:
            for signs in itertools.product((0, 1), repeat=box.low.size):
                images.append(np.where(np.reshape(signs, box.low.shape), *ends(box)))
        seen = {image.tobytes(): image for image in images}
        exactly = np.vectorize(Fraction, otypes=[object])
        tensors = [values_of(graph, stages, exactly(image)) for image in seen.values()]
        return graph, stages, box, tensors

    @cache
    def make(count: int) -> list[Case]:
        rng = np.random.default_rng(0)
        found = [
            case(copied(), "near", 0.1, 1),
            case(modulus(), "near", 0.3, 1),
            case(branches(), "far", 0.3, 1),
        ]
        for size, gate in itertools.product((2.0**20, 1e60), (False, True)):
            graphs = [cancelling(rng, size, gate) for _ in range(count)]
            found += [case(graph, "near", 0.7, 1) for graph in graphs]
        for graph in DEEP.values():
            found.append(case(thirds(graph), "far", 0.9, count))
        return found

    return make


def ends(box: Interval) -> tuple[np.ndarray, np.ndarray]:
    return box.high, box.low


@pytest.fixture
def wrong(
    symbol_cases: Callable[[int], list[Case]],
    network_pair: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Iterator[str]]:
    """What is not so, case by case."""

    def of(case: Case) -> Iterator[str]:
        graph, stages, box, images = case
        known = differences.Differences.over(network_pair(graph, stages), box).known
        name = known.pair.output.name
        made: list[Any] = []
        with monkeypatch.context() as patch:
            first = symbols.ParallelBounds.__init__

            def noted(self: Any, *given: Any) -> None:
                made.append(self)
                first(self, *given)

            patch.setattr(symbols.ParallelBounds, "__init__", noted)
            target, gap = coefficients(known.pair.shapes[name])
            rows = JudgedRows(
                joint_rows.JointRows(known, name, target, gap), target, gap
            )
        problem = rows.rows.problem
        counts = affordable.symbols_and_ties(known, name)
        if len(problem.linear) > counts[0] or len(problem.tied) > counts[1]:
            yield "counts"
        for values in images:
            tensors = {
                node.name: (values[output][0], values[output][2])
                for node in known.pair.nodes
                for output in [getattr(node, "output", node.name)]
            }
            yield from rows.wrong(TrueSymbols(made[0], tensors), tensors[name])

    def judge(count: int = 2) -> Iterator[str]:
        for case in symbol_cases(count):
            yield from of(case)

    return judge


def coefficients(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of f, of g - f, and of both."""
    rng = np.random.default_rng(0)
    target, gap = rng.choice([-1.0, 1 / 3, 0.1], (2, *shape, 3))
    target[..., 1] = gap[..., 0] = 0.0
    return target, gap


def test_symbols_rows_ties_and_bounds_hold(wrong: Callable[..., Iterator[str]]) -> None:
    assert not list(wrong())


@pytest.mark.nightly
def test_they_hold_in_many_cases(wrong: Callable[..., Iterator[str]]) -> None:
    assert not list(wrong(30))


LIES: dict[str, tuple[Lie, str]] = {
    "radii of symbols rounded": (
        (
            symbols,
            "self._grow(slack(2) * sizes_above(found) + radii.size * TINY)",
            "pass",
        ),
        "rows",
    ),
    "rows exact": ((symbols, "self.lost = above(self.lost + amount)", "pass"), "rows"),
    "radii one percent too small": (
        (
            symbols,
            "np.maximum(above(ends.high - middle), above(middle - ends.low))",
            "np.maximum(above(ends.high - middle), above(middle - ends.low)) * 0.99",
        ),
        "symbols",
    ),
    "positive parts of no weight": (
        (symbols, "self._bent(source, rows, self.bounds.half(source))", "pass"),
        "rows",
    ),
    "rows off by nothing": (
        (joint_rows, "np.asarray(found + lost)", "np.asarray(found)"),
        "bounds",
    ),
    "maps off by nothing": (
        (joint_rows, "lost = tie.shares * tie.forms.lost", "lost = 0 * tie.forms.lost"),
        "ties",
    ),
    "ties exact": (
        (joint_rows, "lost = above(lost + map_.shape[1] * TINY)", "lost = 0 * lost"),
        "ties",
    ),
    "only symbols of the row": (
        (
            joint_rows,
            "used |= (problem.maps[block, 1:][some] != 0).any(axis=0)",
            "pass",
        ),
        "reached",
    ),
    "values tied as differences": (
        (
            ties,
            "bent, relaxation.lower, relaxation.upper)",
            "bent, relaxation.gap_lower, relaxation.gap_upper)",
        ),
        "ties",
    ),
    "positive parts not counted": (
        (affordable, "symbols += y.low.size", "pass"),
        "counts",
    ),
    "ties counted once": (
        (affordable, "ties += 2 * entries", "ties += entries"),
        "counts",
    ),
    "the first entries tied": (
        (joint_rows, "+ tie.entries\n", "+ np.arange(len(tie.entries))\n"),
        "ties",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(
    lie: str, plant_in_forms: Callable[..., None], wrong: Callable[..., Iterator[str]]
) -> None:
    plant, what = LIES[lie]
    plant_in_forms(*plant)
    assert what in wrong()
