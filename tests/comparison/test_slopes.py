"""Slopes of networks are those of their values, as far as rounding lets anyone see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from handmade.running_errors import Course
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from slth_verify.attacks import gradients
from slth_verify.forms import NetworkPair, StageEnds
from slth_verify.graph import Dense, Input, Rectifier, Sum, TargetCNN
from slth_verify.graph.stages import Stage
from slth_verify.strategies import target_graphs

#: Lengths of steps in widths of the box, the longest first.
STEPS = (2.0**-6, 2.0**-14, 2.0**-24)


def drawn_stage(stage: Stage, rng: np.random.Generator) -> StageEnds:
    """Weights of g: other ones for positive than for negative entries."""

    def some(*shape: int) -> tuple[Any, Any]:
        drawn = rng.integers(-16, 17, shape).astype(object)
        return drawn, drawn

    shape = stage.layer.weight.shape
    return StageEnds(some(*shape), some(*shape), some(shape[0]), bits=3)


def misses(graph: TargetCNN, seed: int) -> Iterator[tuple[float, float, float]]:
    """Along lines in one piece: how far slopes are off, what is allowed, the move."""
    rng = np.random.default_rng(seed)
    pair = NetworkPair.of(graph, lambda stage: drawn_stage(stage, rng))
    low, high = (
        np.array([float(x) for x in ends]).reshape(
            -1, *[1] * (len(graph.input.shape) - 1)
        )
        for ends in (graph.input.low, graph.input.high)
    )
    image = low + (high - low) * rng.random(graph.input.shape)
    step = (high - low) * rng.uniform(-1, 1, image.shape)
    entry = int(rng.integers(pair.entries(pair.output.name)))
    rows = gradients.unit_rows(pair, np.array([entry]), np.ones(1))
    for pruned in (False, True):
        network = gradients.FloatNetwork(pair, pruned)
        for length in STEPS:
            course = Course.between(network, image, image + length * step)
            if course.in_one_piece():
                one, other = (
                    end[pair.output.name].ravel()[entry] for end in course.ends
                )
                ends = [end[pair.image][0] for end in course.ends]
                slopes = network.slopes(course.ends[0], rows)[..., 0]
                moved = float((slopes * (ends[1] - ends[0])).sum())
                allowed = course.errors().ravel()[entry]
                yield abs(float(other - one) - moved), float(allowed), moved
                break


def is_wrong(graph: TargetCNN, seeds: int = 3) -> bool:
    return any(
        not miss <= allowed  # NaN is a miss
        for seed in range(seeds)
        for miss, allowed, _ in misses(graph, seed)
    )


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(target_graphs(max_steps=5), st.integers(0, 2**32 - 1))
def test_slopes_are_those_of_the_values(graph: TargetCNN, seed: int) -> None:
    """Along a line inside one piece, both networks move as their slopes say."""
    for miss, allowed, _ in misses(graph, seed):
        assert miss <= allowed


def ill_scaled() -> TargetCNN:
    """``2^-60 (2^60 (x + y)) + relu(2^-40 (x - y))``, beside a branch of 2^60."""
    image = Input(name="x", shape=(2,), low=(1, 0), high=(2, 1))

    def dense(name: str, source: str, *rows: tuple[float, ...]) -> Dense:
        weight = np.array(rows, np.float32)
        return Dense(name=name, sources=(source,), weight=weight)

    return TargetCNN(
        (
            image,
            dense("large", "x", (2.0**60, 2.0**60)),
            dense("back", "large", (2.0**-60,)),
            dense("small", "x", (2.0**-40, -(2.0**-40))),
            Rectifier(name="gate", sources=("small",)),
            Sum(name="sum", sources=("back", "gate")),
        )
    )


def test_tolerances_are_small_where_scales_are_far_apart() -> None:
    """A tensor of 2^60 on the way hides less than a millionth of a slope."""
    found = [case for seed in range(20) for case in misses(ill_scaled(), seed)]
    assert len(found) > 20
    for miss, allowed, moved in found:
        assert miss <= allowed
        assert allowed < 1e-6 * abs(moved) or abs(moved) < 1e-6


#: What is true of slopes, and what is said instead.
LIES = {
    "branches not added": ("new if old is None else old + new", "new"),
    "leaks lost": ("rows * (steep + (1.0 - steep) * share)", "rows * share"),
    "clips that never close": (
        "rows * (share - _above(source, float(node.high), width))",
        "rows * share",
    ),
    "signs of negative parts": ("-other, found)", "other, found)"),
    "negative parts forgotten": ("np.where(source < 0, -other, found)", "found"),
    "a part in a million": ("-other, found)", "-other * (1 + 1e-6), found)"),
    "of another entry": ("rows[entries, np.arange", "rows[entries - 1, np.arange"),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_slopes_are_seen(
    lie: str,
    mutant: Callable[..., ModuleType],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    false: Any = mutant(gradients, *LIES[lie])
    monkeypatch.setattr(gradients, "FloatNetwork", false.FloatNetwork)
    monkeypatch.setattr(gradients, "unit_rows", false.unit_rows)
    limits = settings(
        derandomize=True, database=None, max_examples=300, phases=[Phase.generate]
    )
    try:
        find(target_graphs(max_steps=5), is_wrong, settings=limits)
    except NoSuchExample:
        pytest.fail("no lie was seen")


def test_a_millionth_of_a_slope_is_seen_beside_large_tensors(
    mutant: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_wrong(ill_scaled(), 20)
    false: Any = mutant(
        gradients, "waiting[name] = new", "waiting[name] = (1 + 1e-6) * new"
    )
    monkeypatch.setattr(gradients, "FloatNetwork", false.FloatNetwork)
    assert is_wrong(ill_scaled(), 20)
