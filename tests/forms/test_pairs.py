"""Weights of both networks in floats, with errors that are proved."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.errors import InvalidTargetError
from slth_verify.forms import NetworkPair, StageEnds
from slth_verify.graph import BatchNorm, Clip, Dense, Input, TargetCNN
from slth_verify.graph.stages import stages_of
from slth_verify.strategies import target_graphs

F = Fraction
STAGES = {"convolution", "dense", "batch-norm", "rectifier"}


def near(numbers: Any, truth: np.ndarray, unit: Fraction) -> bool:
    return all(
        abs(F(float(value)) - number * unit) <= F(numbers.error)
        for value, number in zip(numbers.values.ravel(), truth.ravel(), strict=True)
    )


@given(
    target_graphs(min_steps=1, kinds={"input", *STAGES}),
    st.sampled_from(["near", "far", "swapped"]),
    st.integers(0, 99),
)
def test_all_that_a_stage_needs_is_as_near_as_it_says(
    pair_of: Callable[..., Any],
    network_pair: Callable[..., NetworkPair],
    graph: TargetCNN,
    way: str,
    seed: int,
) -> None:
    stages = pair_of(graph, way, seed)
    pair = network_pair(graph, stages)
    for stage in stages_of(graph):
        found, kernel = pair.stages[stage.name], stage.kernel()
        positive, negative, bias = (
            None if part is None else np.asarray(part) for part in stages[stage.name]
        )
        positive = positive.reshape(kernel.least.shape)
        negative = negative.reshape(kernel.least.shape)
        bias = np.full(kernel.bias_least.shape, F(0)) if bias is None else bias
        unit = F(1, 1 << kernel.bits)
        for own, own_bias in (
            (kernel.least * unit, kernel.bias_least * unit),
            (kernel.most * unit, kernel.bias_most * unit),
        ):
            for numbers, truth in (
                (found.kernel, own),
                (found.positive, positive),
                (found.negative, negative),
                (found.positive_gap, positive - own),
                (found.negative_gap, negative + own),
                (found.mixed, positive + negative),
                (found.bias, own_bias),
                (found.pruned_bias, bias),
                (found.bias_gap, bias - own_bias),
            ):
                assert near(numbers, truth, F(1))
                assert numbers.largest >= np.abs(numbers.values).max()


@given(target_graphs(min_steps=1, kinds={"input", *STAGES}))
def test_a_network_and_itself(graph: TargetCNN) -> None:
    """Where no root is irrational all differences of weights are 0."""
    kernels = {stage.name: stage.kernel() for stage in stages_of(graph)}
    pair = NetworkPair.of(graph, lambda s: StageEnds.of_kernel(kernels[s.name]))
    for name, found in pair.stages.items():
        if kernels[name].most is kernels[name].least:
            for numbers in (found.positive_gap, found.negative_gap, found.mixed):
                assert not numbers.values.any()
                assert numbers.error <= 2.0**-1021


def graph_with(*nodes: Any, features: int = 1) -> TargetCNN:
    ends = {"low": (0,) * features, "high": (1,) * features}
    return TargetCNN((Input(name="image", shape=(features,), **ends), *nodes))


def test_numbers_beyond_all_floats_are_refused() -> None:
    ones = np.ones((1, 1))
    graph = graph_with(Dense(name="d", sources=("image",), weight=ones))
    huge = np.array([[[[1 << 1100]]]], object)
    zero = np.array([0], object)
    with pytest.raises(InvalidTargetError, match=r"beyond 1\.8e308"):
        NetworkPair.of(graph, lambda s: StageEnds.of_sums(huge, huge, zero, 0))
    high = 10**400
    graph = graph_with(Clip(name="c", sources=("image",), low=0, high=high))
    with pytest.raises(InvalidTargetError, match=r"beyond 1\.8e308"):
        NetworkPair.of(graph, lambda s: StageEnds.of_sums(huge, huge, zero, 0))


def test_an_irrational_factor_is_enclosed() -> None:
    one = np.ones(1, np.float32)
    norm = BatchNorm(
        name="norm",
        sources=("image",),
        scale=one,
        shift=0 * one,
        mean=0 * one,
        variance=one,
        epsilon=F(1),
    )
    graph = graph_with(norm)
    (stage,) = stages_of(graph)
    ends = StageEnds.of_kernel(stage.kernel())
    found = NetworkPair.of(graph, lambda _: ends).stages["norm"]
    root, error = F(float(found.kernel.values.item())), F(found.kernel.error)
    assert (root - error) ** 2 < F(1, 2) < (root + error) ** 2
    assert error < F(1, 2**51)
    assert 0 < found.positive_gap.error < 2.0**-120
