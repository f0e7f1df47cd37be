"""Fixtures: pruned networks near a target, or far from it, and what both compute."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest

from slth_verify.graph import TargetCNN, exact_node_values

if TYPE_CHECKING:
    from slth_verify.conformance.oracles.graph_differences import Bounds
    from slth_verify.conformance.oracles.graph_places import Entries
    from slth_verify.conformance.oracles.pruned_graph import StageWeights

    #: By node: ends of f's tensor, and g's tensor.
    Values = dict[str, tuple[Entries, Entries, Entries]]


def _oracle() -> ModuleType:
    """Loaded when somebody asks: its room loads torch."""
    from slth_verify.conformance.oracles import pruned_graph

    return pruned_graph


def _noise(rng: np.random.Generator, size: Fraction) -> Fraction:
    return size * Fraction(int(rng.integers(-64, 65)), 4096)


def _pair(graph: TargetCNN, way: str, seed: int) -> dict[str, StageWeights]:
    """Weights of a pruned network near a target, or far from it.

    Args:
        graph: The target.
        way: ``"near"`` adds small noise to the stages' kernels, ``"far"`` as much as
            they are; ``"swapped"`` exchanges the signs' kernels, ``"one sign"`` leaves
            that of negative entries away, and ``"nothing"`` both.
        seed: Of the noise.
    """
    oracle = _oracle()
    rng = np.random.default_rng(seed)
    found = {}
    for stage in oracle.stages_of(graph):
        channels = graph.shape(stage.output)[0]
        norm, layer = stage.norm, stage.layer
        kernel = oracle.exact_array(getattr(layer, "weight", np.ones(channels)))
        bias = getattr(layer, "bias", None)
        bias = (
            None
            if bias is None and norm is None
            else oracle.exact_array(np.zeros(channels) if bias is None else bias)
        )
        if norm is not None:
            roots = np.sqrt(norm.variance.astype(float) + float(norm.epsilon))
            factor = oracle.exact_array(norm.scale / roots)
            kernel = (kernel.T * factor).T
            bias = (bias - oracle.exact_array(norm.mean)) * factor + oracle.exact_array(
                norm.shift
            )
        noise = {"near": Fraction(1, 16), "far": Fraction(64)}.get(way, Fraction(0))
        size = max(map(abs, kernel.ravel()))
        positive, negative = kernel.copy(), -kernel
        for part in (
            (positive, negative) if bias is None else (positive, negative, bias)
        ):
            for at in np.ndindex(*part.shape):
                part[at] += _noise(rng, noise * size)
        if way == "swapped":
            positive, negative = negative, positive
        if way == "one sign":
            negative = negative * 0
        if way == "nothing":
            positive, negative = positive * 0, negative * 0
        found[layer.name] = positive, negative, bias
    return found


def _image(graph: TargetCNN, seed: int) -> Entries:
    """An image in the box: one of its corners, or any point, or one with some zeros."""
    rng = np.random.default_rng(seed)
    found = np.empty(graph.input.shape, object)
    for at in np.ndindex(*found.shape):
        low, high = graph.input.low[at[0]], graph.input.high[at[0]]
        step = int(rng.integers(0, 9) if seed % 2 else 8 * rng.integers(0, 2))
        found[at] = low + (high - low) * Fraction(step, 8)
    return found


def _values(
    graph: TargetCNN, stages: dict[str, StageWeights], image: Entries
) -> Values:
    """Both networks for one image."""
    pruned = _oracle().pruned_values(graph, stages, image)
    return {
        name: (low, high, pruned[name])
        for name, low, high in exact_node_values(graph, image)
        if name in pruned
    }


def _violations(bounds: dict[str, Bounds], values: Values) -> list[str]:
    """Nodes at which values are not in the bounds, entry by entry.

    Behind a batch norm the target's values are known up to 2^-128 of their size.
    """
    assert set(values) == set(bounds)
    found = []
    for name, (low, high, y) in values.items():
        ends = bounds[name]
        for (least, most), (lower, upper) in (
            ((low, high), ends.target),
            ((y, y), ends.pruned),
            ((y - high, y - low), ends.difference),
        ):
            if (most < lower).any() or (upper < least).any():
                found.append(name)
    return found


@pytest.fixture(scope="session")
def pair_of() -> Callable[..., dict[str, StageWeights]]:
    return _pair


@pytest.fixture(scope="session")
def image_of() -> Callable[[TargetCNN, int], Entries]:
    return _image


@pytest.fixture(scope="session")
def values_of() -> Callable[..., Values]:
    return _values


@pytest.fixture(scope="session")
def violations() -> Callable[..., list[str]]:
    return _violations
