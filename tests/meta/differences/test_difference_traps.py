"""Where a shorter rule for differences fails: small graphs, each with its true ends."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from handmade.graph_nodes import image, one_dense

from slth_verify.conformance.oracles.graph_differences import difference_bounds
from slth_verify.graph import (
    BatchNorm,
    Clip,
    Convolution,
    Dense,
    Rectifier,
    TargetCNN,
)

F = Fraction
ONE = np.ones(1, np.float32)


def test_a_difference_that_the_three_intervals_share() -> None:
    """The pruned network is 0, so it differs from f by no more than f is."""
    graph = TargetCNN(
        (
            image((1,), "0", "1"),
            one_dense("a", "image"),
            Rectifier(name="b", sources=("a",)),
            Dense(name="c", sources=("b",), weight=-np.ones((1, 1), np.float32)),
        )
    )
    nothing = (np.zeros((1, 1)), np.zeros((1, 1)), None)
    found = difference_bounds(graph, {"a": nothing, "c": nothing})["c"]
    ends = [(low.tolist(), high.tolist()) for low, high in (found.target, found.pruned)]
    assert ends == [([-1], [0]), ([0], [0])]
    assert [end.tolist() for end in found.difference] == [[0], [1]]


def test_one_slope_is_not_one_piece() -> None:
    """Below and above a clip its slope is 0, and the difference is not."""
    clip = Clip(name="clip", sources=("a",), low=0, high=6)
    graph = TargetCNN((image((1,), "-1", "-1"), one_dense("a", "image"), clip))
    found = difference_bounds(graph, {"a": ([[1]], [[7]], None)})["clip"]
    assert found.difference == ([6], [6])


def test_an_active_target_is_not_an_active_pair() -> None:
    relu = Rectifier(name="relu", sources=("a",))
    graph = TargetCNN((image((1,), "1", "1"), one_dense("a", "image"), relu))
    found = difference_bounds(graph, {"a": ([[-2]], [[0]], None)})["relu"]
    assert found.difference == ([-1], [-1])


def test_a_window_that_is_cut_loses_single_terms() -> None:
    conv = Convolution(
        name="conv",
        sources=("image",),
        weight=np.zeros((1, 1, 1, 2), np.float32),
        padding=(0, 0, 1, 1),
    )
    graph = TargetCNN((image((1, 1, 2), "1", "1"), conv))
    found = difference_bounds(graph, {"conv": ([[[[1, -1]]]], [[[[0, 0]]]], None)})
    assert found["conv"].difference[1].tolist() == [[[-1, 0, 1]]]


def test_an_irrational_kernel_meets_x_where_y_is_0() -> None:
    norm = BatchNorm(
        name="norm",
        sources=("b",),
        scale=2 * ONE,
        shift=0 * ONE,
        mean=0 * ONE,
        variance=1.5 * ONE,
        epsilon=F(1, 2),
    )
    nodes = image((1,), "1", "1"), one_dense("a", "image"), one_dense("b", "a"), norm
    stages = {"a": ([[0]], [[0]], None), "b": ([[1.414]], [[-1.414]], [0])}
    low, high = difference_bounds(TargetCNN(nodes), stages)["norm"].difference
    assert low[0] < high[0] < F("-1.4142")
    assert low[0] ** 2 > 2 > high[0] ** 2
    assert high[0] - low[0] < F(1, 1 << 198)
