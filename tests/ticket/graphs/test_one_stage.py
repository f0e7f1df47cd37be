"""Bounds of one stage: equal to the oracle's, and as narrow as enclosed roots allow."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from slth_verify.conformance.oracles.graph_differences import difference_bounds
from slth_verify.graph import BatchNorm, Convolution, Dense, Input, Node, TargetCNN
from slth_verify.graph.box_ranges import outward

F = Fraction
RNG = np.random.default_rng(11)


def eighths(*shape: int) -> np.ndarray:
    return RNG.integers(-8, 9, shape).astype(np.float32) / 8


def graph_of(shape: tuple[int, ...], *nodes: Node) -> TargetCNN:
    """Boxes of both signs, of one sign, and one that is a point."""
    low, high = (-1, F(1, 4), -2, F(1, 2)), (1, 1, F(-1, 2), F(1, 2))
    ends = {"low": low[: shape[0]], "high": high[: shape[0]]}
    return TargetCNN((Input(name="image", shape=shape, **ends), *nodes))


def conv(*weight: int, **fields: Any) -> Convolution:
    return Convolution(
        name="conv", sources=("image",), weight=eighths(*weight), **fields
    )


def norm(source: str, variance: list[float]) -> BatchNorm:
    """With epsilon the roots are those of the variance and a quarter."""
    channels = len(variance)
    return BatchNorm(
        name="norm",
        sources=(source,),
        scale=np.resize(np.array([1, -2, 3], np.float32), channels),
        shift=eighths(channels),
        mean=eighths(channels),
        variance=np.array(variance, np.float32),
        epsilon=F(1, 4),
    )


#: Exactly known stages: no root, or one of a square.
EXACT = {
    "vector": graph_of(
        (4,), Dense(name="dense", sources=("image",), weight=eighths(3, 4))
    ),
    "bias": graph_of((2, 3, 3), conv(2, 2, 2, 2, bias=eighths(2))),
    "zeros around": graph_of(
        (2, 2, 3), conv(2, 2, 3, 2, bias=eighths(2), padding=(2, 1, 0, 1))
    ),
    "windows of padding only": graph_of((1, 2, 2), conv(2, 1, 2, 2, padding=(3,) * 4)),
    "steps beyond the window": graph_of(
        (2, 5, 4), conv(2, 2, 1, 2, stride=(3, 3), padding=(1, 0, 1, 1))
    ),
    "holes": graph_of(
        (1, 4, 4), conv(1, 1, 3, 2, dilation=(2, 3), padding=(1, 1, 2, 2))
    ),
    "groups": graph_of(
        (4, 3, 3), conv(4, 2, 2, 2, groups=2, bias=eighths(4), padding=(1, 0, 0, 1))
    ),
    "a group for each channel": graph_of(
        (4, 2, 2), conv(8, 1, 2, 1, groups=4, padding=(1, 1, 0, 0))
    ),
    "batch norm with roots": graph_of(
        (2, 3, 3),
        conv(3, 2, 2, 2, bias=eighths(3), padding=(1, 0, 0, 0)),
        norm("conv", [0, 0.75, 3.75]),
    ),
    "batch norm alone": graph_of((3, 2, 2), norm("image", [0, 0.75, 3.75])),
    "batch norm of a vector": graph_of((2,), norm("image", [0.75, 0])),
}
#: Stages with irrational factors.
ROOTS = {
    "batch norm": graph_of(
        (4, 2, 2), conv(3, 4, 2, 2, padding=(1, 1, 0, 0)), norm("conv", [1, 2, 0.1])
    ),
    "dense with batch norm": graph_of(
        (3,),
        Dense(name="dense", sources=("image",), weight=eighths(2, 3), bias=eighths(2)),
        norm("dense", [1, 5]),
    ),
    "batch norm alone": graph_of((3, 2, 2), norm("image", [3, 0.3, 1])),
}


@pytest.mark.parametrize("way", ["near", "far", "swapped", "one sign", "nothing"])
@pytest.mark.parametrize("name", EXACT)
def test_one_stage_is_enclosed_exactly(
    pair_of: Any, bounds_of: Any, name: str, way: str
) -> None:
    """Up to the outward rounding of hulls over all places."""
    graph = EXACT[name]
    stages = pair_of(graph, way, 5)
    known = difference_bounds(graph, stages)[graph.output.name]
    found = bounds_of(graph, stages)[graph.output.name].bounds
    for which in ("target", "pruned", "difference"):
        lower, upper = getattr(known, which)
        hull = [[np.min(x) for x in lower], [np.max(x) for x in upper]]
        assert getattr(found, which) == outward(*hull), which


@pytest.mark.parametrize("way", ["near", "far", "swapped", "one sign", "nothing"])
@pytest.mark.parametrize("name", ROOTS)
def test_enclosed_roots_cost_next_to_nothing(
    pair_of: Any, bounds_of: Any, name: str, way: str
) -> None:
    graph = ROOTS[name]
    stages = pair_of(graph, way, 5)
    known = difference_bounds(graph, stages)[graph.output.name]
    found = bounds_of(graph, stages)[graph.output.name].bounds
    for which in ("target", "pruned", "difference"):
        lower, upper = getattr(known, which)
        range_ = getattr(found, which)
        for channel in range(len(lower)):
            low, high = np.min(lower[channel]), np.max(upper[channel])
            slack = F(1, 2**60) * max(abs(low), abs(high), F(1))
            assert low - slack <= range_.lower[channel] <= low
            assert high <= range_.upper[channel] <= high + slack


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_copies_are_entries_of_their_own(
    pair_of: Any, bounds_of: Any, mode: str
) -> None:
    """The oracle adds up an entry's weights first, so it may be sharper; f is not."""
    graph = graph_of((2, 3, 3), conv(2, 2, 2, 2, padding=(1,) * 4, padding_mode=mode))
    stages = pair_of(graph, "far", 5)
    known = difference_bounds(graph, stages)["conv"]
    found = bounds_of(graph, stages)["conv"].bounds
    lower, upper = known.target
    hull = outward([np.min(x) for x in lower], [np.max(x) for x in upper])
    assert found.target == hull  # a window in the middle meets no copies
    lower, upper = known.difference
    for channel in range(2):
        assert found.difference.lower[channel] <= np.min(lower[channel])
        assert np.max(upper[channel]) <= found.difference.upper[channel]
