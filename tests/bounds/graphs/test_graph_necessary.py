"""Necessary widths of graphs: the bound, its hypotheses, simulation, lies."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from slth_verify.bounds import target_widths
from slth_verify.bounds.graphs.necessary import positive_channels
from slth_verify.bounds.graphs.small_ball import hit_nats
from slth_verify.graph import (
    Clip,
    Convolution,
    Dense,
    Input,
    Rectifier,
    Sum,
    TargetCNN,
)
from slth_verify.graph.stages import staged

F = Fraction

COORDINATES = st.lists(
    st.fractions(F(-3), F(3), max_denominator=20), min_size=1, max_size=4
)


@given(COORDINATES, st.sampled_from([F(1, 100), F(1, 3)]), st.floats(0.01, 30))
def test_no_variance_hits_more_often(target, accuracy, root) -> None:
    exact = math.prod(
        norm.cdf(float(z + accuracy) / root) - norm.cdf(float(z - accuracy) / root)
        for z in target
    )
    assert exact <= math.exp(-hit_nats(target, accuracy)) * (1 + 1e-9)


def test_the_worst_variance_is_nearly_reached() -> None:
    target, accuracy = [F(1)] * 3, F(1, 1000)
    exact = (norm.cdf(1.001) - norm.cdf(0.999)) ** 3
    assert math.exp(-hit_nats(target, accuracy)) == pytest.approx(exact, rel=1e-2)
    assert hit_nats([F(1, 2000)], accuracy) == 0


def needed(graph, eps="0.01", delta="0.1"):
    return target_widths(graph, eps, delta, kind="necessary")


@pytest.mark.parametrize(
    "eps", ["0.1", pytest.param("0.003", marks=pytest.mark.nightly)]
)
def test_necessary_widths_do_not_exceed_certified_ones(line, eps) -> None:
    for graph in (
        line([[0.5, -0.25], [1, 2]]),
        line([[0.5], [3]], "0", "1", [1, -2]),
        line([[1.0]]),
    ):
        low, high = needed(graph, eps), target_widths(graph, eps, "0.1")
        assert 0 < low.widths[0] <= high.widths[0]
        assert low.filters <= high.filters


@pytest.mark.parametrize(("n", "eps"), [(1, 0.2), (2, 0.05), (3, 0.01)])
def test_no_stage_succeeds_more_often(n, eps) -> None:
    """Two outputs, one channel of one sign: exhaustive search over the filters."""
    rng, trials, hits = np.random.default_rng(n), 4000, 0
    target, masks = np.array([1.0, -0.5]), list(itertools.product((0, 1), repeat=2 * n))
    for _ in range(trials):
        first = np.maximum(rng.standard_normal(2 * n), 0)
        second = rng.standard_normal((2 * n, 2))
        sums = np.array(masks) @ (first[:, None] * second)
        hits += bool((np.abs(sums - target) <= eps).all(axis=1).any())
    nats = float(hit_nats([F(1), F(-1, 2)], F(str(eps))))
    bound = min(1.0, 1.5 ** (2 * n) * math.exp(-nats))
    assert binomtest(hits, trials, bound, alternative="greater").pvalue > 1e-6


def test_only_the_only_stage_needs_its_kernel_in_every_network(line) -> None:
    more = Dense(name="next", sources=("dense",), weight=np.ones((1, 1), np.float32))
    found = needed(line([[1.0]], "-1", "1", None, more))
    assert found.widths == (3, 1)  # der:cut-stage alone
    assert all(stage.alone.n > stage.n for stage in found.stages)
    assert found.filters >= 2 * (3 + 1)
    still = Dense(name="next", sources=("dense",), weight=np.zeros((1, 1), np.float32))
    found = needed(line([[1.0]], "-1", "1", None, still))
    assert found.widths == (None, None)
    assert found.filters == 0
    assert "no n (no two images" in found.to_text()
    clip = Clip(name="clip", sources=("dense",), low="-1", high="1/2")
    assert needed(line([[1.0]], "-1", "1", None, clip)).widths == (3,)
    shut = Clip(name="clip", sources=("dense",), low="-1", high="-1/2")
    assert needed(line([[1.0]], "0", "1", None, shut)).filters == 0


def corner(stride: int, size: int = 3) -> TargetCNN:
    """A window whose only place may see zeros alone."""
    image = Input(name="image", shape=(1, size, size), low=("-1",), high=("1",))
    conv = Convolution(
        name="conv",
        sources=("image",),
        weight=np.ones((1, 1, 3, 3), np.float32),
        stride=(stride, stride),
        padding=(3, 0, 3, 0),
    )
    return TargetCNN((image, conv))


def test_lie_kernels_that_never_meet_the_image() -> None:
    assert needed(corner(1)).widths[0] > 0
    unseen = needed(corner(7))
    assert unseen.widths == (0,)
    assert unseen.filters == 0


def test_lie_channels_that_are_constantly_zero(line) -> None:
    assert needed(line([[5.0]], "0", "0")).widths == (0,)
    assert needed(line([[5.0]], "0", "1")).widths[0] > 0


def test_lie_outputs_that_a_relu_hides(line) -> None:
    relu = Rectifier(name="relu", sources=("dense",))
    assert needed(line([[-5.0]], "0", "1", None, relu)).widths == (0,)
    assert needed(line([[5.0]], "0", "1", None, relu)).widths[0] > 0
    # with a bias, the rule for all filters is left
    hidden = needed(line([[5.0]], "0", "1", [-9.0], relu))
    assert hidden.widths == (0,)
    assert "hide" in hidden.stages[0].reason


def test_channels_that_are_never_negative() -> None:
    """Whatever the weights: a sum with a large constant may be negative."""

    def dense(name, source):
        return Dense(name=name, sources=(source,), weight=np.ones((1, 1), np.float32))

    nodes = (
        Input(name="image", shape=(1,), low=("0",), high=("1",)),
        dense("a", "image"),
        Rectifier(name="relu", sources=("a",)),
        dense("b", "relu"),
        Clip(name="high", sources=("b",), low="1000", high="2000"),
        Sum(name="sum", sources=("high", "b")),
        dense("c", "sum"),
        Clip(name="positive", sources=("c",), low="0", high="6"),
        dense("d", "positive"),
        Rectifier(name="leaky", sources=("d",), slopes=("1/2",)),
        dense("e", "leaky"),
    )
    found = positive_channels(staged(TargetCNN(nodes)))
    assert found == {
        "a": (True,),
        "b": (True,),
        "c": (False,),
        "d": (True,),
        "e": (False,),
    }
