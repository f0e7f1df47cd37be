"""The certificate by channel contains the oracle's bounds, entry by entry."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.conformance.oracles.graph_differences import difference_bounds
from slth_verify.conformance.oracles.pruned_graph import pruned_values
from slth_verify.forms import Differences, Interval
from slth_verify.graph import Convolution, Dense, Input, TargetCNN
from slth_verify.graph.box_ranges import Range
from slth_verify.graph.stages import stages_of
from slth_verify.strategies import target_graphs
from slth_verify.ticket.graphs import second_opinion
from slth_verify.ticket.graphs.values import (
    FloatPair,
    exact_pruned_values,
    float_pruned_values,
)

F = Fraction
GRAPHS = target_graphs(max_side=3) | target_graphs(min_steps=3, max_side=3)
WAYS = st.sampled_from(["near", "far", "nothing", "swapped", "one sign", "exact"])


def outside(known: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Nodes of which an entry's interval is not in its channel's."""
    assert set(known) == set(found)
    wrong = []
    for name, bounds in found.items():
        for which in ("target", "pruned", "difference"):
            range_ = getattr(bounds.bounds, which)
            lower, upper = getattr(known[name], which)
            for channel, (low, high) in enumerate(
                zip(range_.lower, range_.upper, strict=True)
            ):
                if low > np.min(lower[channel]) or high < np.max(upper[channel]):
                    wrong.append(f"{name}: {which}")
    return wrong


@given(GRAPHS, WAYS, st.integers(0, 999))
def test_bounds_contain_those_of_every_entry(
    pair_of: Any, bounds_of: Any, graph: TargetCNN, way: str, seed: int
) -> None:
    stages = pair_of(graph, way, seed)
    assert not outside(difference_bounds(graph, stages), bounds_of(graph, stages))


@given(
    target_graphs(
        min_steps=2, max_side=3, kinds={"convolution", "dense", "batch-norm", "clip"}
    )
    | target_graphs(
        min_steps=2, max_side=3, kinds={"convolution", "rectifier", "sum", "batch-norm"}
    ),
    WAYS,
    st.integers(0, 999),
)
def test_bounds_of_chains_of_stages(
    pair_of: Any, bounds_of: Any, graph: TargetCNN, way: str, seed: int
) -> None:
    stages = pair_of(graph, way, seed)
    assert not outside(difference_bounds(graph, stages), bounds_of(graph, stages))


@given(GRAPHS, WAYS, st.integers(0, 999), st.lists(st.integers(0, 999), max_size=3))
def test_values_on_images_stay_inside(
    pair_of: Any,
    image_of: Any,
    values_of: Any,
    bounds_of: Any,
    graph: TargetCNN,
    way: str,
    seed: int,
    images: list[int],
) -> None:
    stages = pair_of(graph, way, seed)
    bounds = bounds_of(graph, stages)
    for number in (0, 1, *images):
        for name, (low, high, y) in values_of(
            graph, stages, image_of(graph, number)
        ).items():
            found = bounds[name].bounds
            for (least, most), range_ in (
                ((low, high), found.target),
                ((y, y), found.pruned),
                ((y - high, y - low), found.difference),
            ):
                ends = range_.lower, range_.upper
                for channel, (lower, upper) in enumerate(zip(*ends, strict=True)):
                    assert lower <= np.min(most[channel])
                    assert np.max(least[channel]) <= upper


@given(GRAPHS, WAYS, st.integers(0, 999), st.integers(0, 999))
def test_exact_values_are_those_of_the_oracle(
    pair_of: Any,
    image_of: Any,
    sums_of: Any,
    graph: TargetCNN,
    way: str,
    seed: int,
    number: int,
) -> None:
    stages, image = pair_of(graph, way, seed), image_of(graph, number)
    found = exact_pruned_values(graph, sums_of(stages), image)
    known = pruned_values(graph, stages, image)[graph.output.name]
    assert np.array_equal(found, known)


@given(
    target_graphs(max_side=3, kinds={"convolution", "dense", "rectifier", "sum"}),
    st.integers(0, 999),
)
def test_floats_are_near_exact_values(
    pair_of: Any, image_of: Any, sums_of: Any, graph: TargetCNN, seed: int
) -> None:
    sums = sums_of(pair_of(graph, "near", seed))
    image = image_of(graph, seed)
    pairs = {stage.name: FloatPair.of(sums(stage)) for stage in stages_of(graph)}
    (found,) = float_pruned_values(graph, pairs, image[None].astype(float))
    known = exact_pruned_values(graph, sums, image).astype(float)
    assert np.allclose(found, known, rtol=1e-9, atol=1e-9 * np.abs(known).max())


@pytest.mark.parametrize("worst", range(5))
@pytest.mark.parametrize("below", [False, True])
def test_the_second_opinion_looks_at_the_worst_output(worst: int, below: bool) -> None:
    ends = [[F(-1)] * 5, [F(1)] * 5]
    ends[not below][worst] *= 2
    found = SimpleNamespace(difference=Range(tuple(ends[0]), tuple(ends[1])))
    assert sorted({0, worst, 4}) == second_opinion._chosen(found)  # type: ignore[arg-type]


@pytest.mark.parametrize("ends", [(-1.0, math.nan), (-math.inf, 1.0), (math.nan,) * 2])
def test_an_error_that_is_no_number_is_none(
    ends: tuple[float, float],
    hand_ticket: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As linear forms leave floats, in one entry, where intervals do not."""
    image = Input(name="x", shape=(2,), low=(-1,) * 2, high=(1,) * 2)
    graph = TargetCNN((image, Dense(name="y", sources=("x",), weight=np.eye(2))))
    ticket = hand_ticket(graph, 2)
    found = sv.check(ticket, graph)
    assert found.error_upper_bound is not None

    def joint_gap(self: Differences) -> Interval:
        return Interval(*(np.array([0.0, end]) for end in ends))

    monkeypatch.setattr(Differences, "joint_gap", joint_gap)
    left = sv.check(ticket, graph)
    assert left.error_upper_bound == left.error_by_intervals == found.error_by_intervals


@pytest.mark.parametrize("window", [(3, 1), (1, 3), (2, 3)])
@pytest.mark.parametrize("margin", [0, 1])
def test_mpmath_agrees_on_windows_of_any_shape(
    window: tuple[int, int], margin: int, hand_ticket: Any
) -> None:
    image = Input(name="x", shape=(1, 4, 5), low=(-1,), high=(2,))
    weight = np.arange(1, 1 + 2 * math.prod(window), dtype=np.float32)
    conv = Convolution(
        name="y",
        sources=("x",),
        weight=weight.reshape(2, 1, *window),
        padding=(margin,) * 4,
    )
    graph = TargetCNN((image, conv))
    found = sv.check(hand_ticket(graph, 1), graph).ledger[-1]
    assert found.verdict is sv.Verdict.VERIFIED
    assert found.reason == "2 outputs of 1 stage compared"


@pytest.mark.parametrize("end", ["lower", "upper"])
def test_one_end_is_enough_to_disagree(
    end: str, hand_ticket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the certificate were off by a billionth at one end of an output."""
    image = Input(name="x", shape=(2,), low=(-1,) * 2, high=(1,) * 2)
    graph = TargetCNN((image, Dense(name="y", sources=("x",), weight=np.eye(2))))
    ticket = hand_ticket(graph, 2)
    assert sv.check(ticket, graph).ledger[-1].verdict is sv.Verdict.VERIFIED
    honest = second_opinion.SecondOpinion.look

    def look(self: Any, *given: Any) -> None:
        *before, found = given
        ends = getattr(found.difference, end)
        off = replace(found.difference, **{end: [x + F(1, 10**9) for x in ends]})
        honest(self, *before, replace(found, difference=off))

    monkeypatch.setattr(second_opinion.SecondOpinion, "look", look)
    result = sv.check(ticket, graph)
    assert result.verdict is sv.Verdict.INCONCLUSIVE
    assert "one of two is wrong" in result.ledger[-1].reason
