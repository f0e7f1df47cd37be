"""Leaves cover the box, and no image of it is beyond their largest bound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.comparison import attacked, certify_pair, local, splitting
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.deadline import TimeIsUpError
from slth_verify.errors import InvalidParameterError
from slth_verify.forms import Differences, box_of
from slth_verify.graph import Dense, Input, Rectifier, TargetCNN, values
from slth_verify.verdict import Verdict

SPLITS = (2, 5)


@cache
def graphs(seed: int = 0) -> tuple[TargetCNN, TargetCNN]:
    """Two inputs, six hidden entries, two outputs; and a copy that is a little off."""
    rng = np.random.default_rng(seed)
    low, high = (Fraction(-1),) * 2, (Fraction(1),) * 2
    nodes: list[Any] = [Input(name="image", shape=(2,), low=low, high=high)]
    for layer, shape in enumerate(((6, 2), (6, 6), (2, 6))):
        weight, bias = rng.standard_normal(shape), rng.standard_normal(shape[0]) / 4
        nodes.append(
            Dense(
                name=f"dense {layer}",
                sources=(nodes[-1].name,),
                weight=weight.astype(np.float32),
                bias=bias.astype(np.float32),
            )
        )
        nodes.append(Rectifier(name=f"relu {layer}", sources=(nodes[-1].name,)))
    graph = TargetCNN(tuple(nodes[:-1]))
    moved = tuple(
        replace(
            node,
            weight=np.asarray(
                node.weight + 0.05 * rng.standard_normal(node.weight.shape), np.float32
            ),
        )
        if isinstance(node, Dense)
        else node
        for node in graph.nodes
    )
    return graph, TargetCNN(moved)


@cache
def case(seed: int) -> tuple[ComparedNetworks, float, Fraction]:
    """Networks, the bound of the whole box, and a difference that is attained."""
    networks = ComparedNetworks.of_graphs(*graphs(seed))
    whole = Differences.over(networks.pair, box_of(networks.target.input)).joint_gap()
    return networks, float(whole.sizes.max()), attacked(networks).difference


def bounds(module: ModuleType, seed: int) -> list[float]:
    networks, whole, _ = case(seed)
    box = box_of(networks.target.input)
    return [
        module.split_bound(
            networks.pair,
            box,
            whole,
            module.Splits(splits),
            0.0,
            module.differences_asked(networks.pair),
        )
        for splits in SPLITS
    ]


def refuted(module: ModuleType) -> bool:
    """Whether an image differs by more than a bound allows, or a bound grows."""
    for seed in range(2):
        _, whole, attained = case(seed)
        found = bounds(module, seed)
        if any(Fraction(bound) < attained for bound in found):
            return True
        if any(a < b for a, b in zip([whole, *found], found, strict=False)):
            return True
    return False


def test_bounds_hold_and_never_grow() -> None:
    assert not refuted(splitting)


LIES = {
    "a leaf forgotten": (
        "side, half in enumerate(halves)",
        "side, half in [(0, halves[0])]",
    ),
    "the other leaf forgotten": (
        "side, half in enumerate(halves)",
        "side, half in [(1, halves[1])]",
    ),
    "middles alone": (
        "Interval(box.low, high), Interval(low, box.high)",
        "Interval(low, high), Interval(low, high)",
    ),
    "the smallest bound of all": ("return -leaves[0][0]", "return -leaves[-1][0]"),
    "bounds that grow": (
        "max(height, -found[side])",
        "min(height, -found[side]) * 1.5",
    ),
    "what is asked for": (
        "if -height <= enough:\n                break",
        "return enough",
    ),
}


#: Their like is among the others.
SLOW_LIES = ("the other leaf forgotten", "bounds that grow")


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(x, marks=[pytest.mark.nightly] if x in SLOW_LIES else [])
        for x in LIES
    ],
)
def test_a_lie_is_seen(lie: str, mutant: Callable[..., ModuleType]) -> None:
    assert refuted(mutant(splitting, *LIES[lie]))


def test_splits_pay_for_few_inputs() -> None:
    f, g = graphs()
    plain, again, split = (sv.compare(f, g, splits=count) for count in (0, 4, 4))
    assert again == split  # the same leaves
    assert split.error_upper_bound is not None
    assert plain.error_upper_bound is not None
    assert split.error_upper_bound < plain.error_upper_bound * Fraction(4, 5)
    between = (split.error_upper_bound + plain.error_upper_bound) / 2
    assert sv.compare(f, g, eps=between).verdict is Verdict.INCONCLUSIVE
    assert sv.compare(f, g, eps=between, splits=4).verdict is Verdict.VERIFIED


def test_a_point_is_not_split() -> None:
    networks, _, _ = case(0)
    point = box_of(networks.target.input)
    point = replace(point, high=point.low)
    asked = splitting.differences_asked(networks.pair)
    assert (
        splitting.split_bound(
            networks.pair, point, 7.0, splitting.Splits(5), 0.0, asked
        )
        == 7.0
    )


def test_splits_are_a_count() -> None:
    with pytest.raises(InvalidParameterError, match="splits"):
        sv.compare(*graphs(), splits=-1)
    with pytest.raises(InvalidParameterError, match="splits"):
        certify_pair(*graphs(), np.zeros((1, 2)), splits=True)


def test_time_that_runs_out_leaves_a_bound() -> None:
    networks, whole, attained = case(0)
    box = box_of(networks.target.input)
    asked = splitting.differences_asked(networks.pair)
    calls = 0

    def sharp(known: Differences) -> float:
        nonlocal calls
        calls += 1
        if calls == 4:  # between the halves of a leaf
            raise TimeIsUpError
        return asked.sharp(known)

    late = replace(asked, sharp=sharp)
    found = splitting.split_bound(
        networks.pair, box, whole, splitting.Splits(9), 0.0, late
    )
    assert found == splitting.split_bound(
        networks.pair, box, whole, splitting.Splits(1), 0.0, asked
    )
    assert attained <= found < whole


def test_a_split_limit_alone_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "MOST_SPLITS", 2)  # there is time for all of them
    f, g = graphs()
    plain = sv.compare(f, g).error_upper_bound
    limited = sv.compare(f, g, split_limit=3600).error_upper_bound
    assert plain is not None
    assert limited is not None
    assert limited < plain
    assert splitting.Splits.given(None, None).most == 0
    assert splitting.Splits.given(2, 1) == splitting.Splits(2, 1.0)
    with pytest.raises(InvalidParameterError, match="split_limit"):
        sv.compare(f, g, split_limit=0)


RADIUS = Fraction(1, 4)


@cache
def open_images() -> list[np.ndarray[Any, Any]]:
    """Images around which one cut decides nothing, and the first few decide."""
    images = np.random.default_rng(4).uniform(-0.7, 0.7, (12, 2))
    found = certify_pair(*graphs(), images, RADIUS).results
    return [
        image
        for image, result in zip(images, found, strict=True)
        if result.verdict is Verdict.INCONCLUSIVE
    ]


def _wrongly_verified(module: ModuleType, patch: pytest.MonkeyPatch) -> bool:
    """Whether a ball is verified that holds an image of another class.

    No search looks for such an image, so that bounds alone decide.
    """
    networks = case(5)[0]
    patch.setattr(module, "_witness", lambda *_: None)
    grid = np.linspace(-1, 1, 41)
    offsets = np.array([(x, y) for x in grid for y in grid]) * float(RADIUS)
    for image in np.random.default_rng(5).uniform(-0.7, 0.7, (10, 2)):
        near_ones = np.clip(image + offsets, -1, 1)
        classes = {
            int(row.argmax())
            for graph in graphs(5)
            for row in values(graph, near_ones).reshape(len(near_ones), -1)
        }
        if len(classes) == 1:
            continue  # the ball may be verified
        result = module.certified_near(
            networks, image, RADIUS, splits=splitting.Splits(4)
        )
        if result.verdict is Verdict.VERIFIED:
            return True
    return False


def test_splits_decide_more_balls_and_none_wrongly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    images = np.array(open_images())
    found = certify_pair(*graphs(), images, RADIUS, splits=8).results
    verified = [x for x in found if x.verdict is Verdict.VERIFIED]
    assert len(verified) >= len(images) / 2
    assert all(x.margins and min(x.margins) > 0 for x in verified)
    assert all("every part" in x.reason for x in verified)
    assert not _wrongly_verified(local, monkeypatch)


LOCAL_LIES = {
    "any bound will do": ("        if bound < 0:\n", "        if bound < 9:\n"),
    "leaves that are not bounded": ("Leads.of(known, shape, top).worst()", "-1.0"),
}


@pytest.mark.parametrize("lie", LOCAL_LIES)
def test_a_lie_about_balls_is_seen(
    lie: str, mutant: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _wrongly_verified(mutant(local, *LOCAL_LIES[lie]), monkeypatch)
