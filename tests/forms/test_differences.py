"""Bounds over boxes, against both networks in fractions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from slth_verify.errors import InvalidTargetError
from slth_verify.forms import Differences, Interval, Intervals, NetworkPair, box_of
from slth_verify.forms.relaxations.slopes import Slopes
from slth_verify.graph import Clip, Rectifier, TargetCNN
from slth_verify.strategies import target_graphs

F = Fraction

GRAPHS = target_graphs(max_side=3) | target_graphs(min_steps=3, max_side=3)
WAYS = st.sampled_from(["near", "far", "nothing", "swapped", "one sign", "exact"])
SEEDS = st.integers(0, 10**6)
HOSTILE = [0.0, 0.5, 1.0, -1.0, 2.0, 1e300, -1e300, 5e-324, np.inf, -np.inf, np.nan]


def some_box(graph: TargetCNN, seed: int) -> Interval:
    """The input's box, or a small one around one of its points, or a point."""
    box, rng = box_of(graph.input), np.random.default_rng(seed)
    if seed % 2:
        return box
    width = box.high - box.low
    centre = box.low + width * rng.random(box.low.shape)
    radius = rng.choice([0.0, 0.01, 0.1]) * width
    low, high = (
        np.maximum(box.low, centre - radius),
        np.minimum(box.high, centre + radius),
    )
    return Interval(np.minimum(low, high), high)


def proposed(pair: NetworkPair, seed: int) -> dict[str, Slopes] | None:
    """Slopes that nobody should believe."""
    rng = np.random.default_rng(seed)
    if rng.random() < 0.6:
        return None
    some = HOSTILE if rng.random() < 0.5 else HOSTILE[:5]
    return {
        node.name: Slopes(
            *(rng.choice(some, pair.shapes[node.name]) for _ in fields(Slopes))
        )
        for node in pair.nodes
        if isinstance(node, (Rectifier, Clip))
    }


def nothing_known(pair: NetworkPair, seed: int) -> dict[str, Intervals] | None:
    """Ends that say nothing: NaN and infinite ones, here and there."""
    rng = np.random.default_rng(seed)
    if rng.random() < 0.7:
        return None

    def ends(shape: tuple[int, ...]) -> Interval:
        unknown = rng.random((2, *shape)) < 0.1
        low, high = np.where(unknown, np.nan, np.inf)
        return Interval(-low, high)

    return {
        node.name: Intervals(*(ends(pair.shapes[node.name]) for _ in range(3)))
        for node in pair.nodes[1:]
    }


@pytest.fixture(scope="module")
def check(
    pair_of: Callable[..., Any],
    network_pair: Callable[..., NetworkPair],
    values_of: Callable[..., Any],
    float_image: Callable[[Interval, int], np.ndarray],
    broken: Callable[..., list[str]],
) -> Callable[[TargetCNN, str, int], None]:
    def judge(graph: TargetCNN, way: str, seed: int) -> None:
        stages = pair_of(graph, way, seed)
        pair, box = network_pair(graph, stages), some_box(graph, seed)
        found = Differences.over(
            pair,
            box,
            given=nothing_known(pair, seed),
            slopes=proposed(pair, seed),
            sharpen=bool(seed % 5),
        )
        images = (float_image(box, seed + number) for number in range(3))
        values = (values_of(graph, stages, image) for image in images)
        assert not broken(found, *values, seed=seed, joint=seed % 4 == 0)

    return judge


@settings(max_examples=settings.default.max_examples // 3)
@given(GRAPHS, WAYS, SEEDS)
def test_no_value_leaves_its_bounds(
    check: Callable[..., None], graph: TargetCNN, way: str, seed: int
) -> None:
    check(graph, way, seed)


@settings(max_examples=settings.default.max_examples // 2)
@given(GRAPHS, WAYS, SEEDS, st.sampled_from([0, 3, 100, 500]))
def test_numbers_of_all_magnitudes(
    check: Callable[..., None],
    meaner: Callable[..., TargetCNN],
    graph: TargetCNN,
    way: str,
    seed: int,
    spread: int,
) -> None:
    check_mean(check, meaner, graph, way, seed, spread)


@pytest.mark.nightly
@settings(max_examples=20 * settings.default.max_examples)
@given(GRAPHS, WAYS, SEEDS, st.sampled_from([-1, 0, 3, 100, 500, 900]))
def test_many_numbers_of_all_magnitudes(
    check: Callable[..., None],
    meaner: Callable[..., TargetCNN],
    graph: TargetCNN,
    way: str,
    seed: int,
    spread: int,
) -> None:
    check_mean(check, meaner, graph, way, seed, spread)


def check_mean(
    check: Any, meaner: Any, graph: TargetCNN, way: str, seed: int, spread: int
) -> None:
    try:
        graph = meaner(graph, seed, spread) if spread >= 0 else graph
        box_of(graph.input)
        with np.errstate(all="ignore"):
            check(graph, way, seed)
    except (OverflowError, InvalidTargetError):
        assume(False)
