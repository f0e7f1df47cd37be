"""True bounds may say nothing: what linear forms find where it is known."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.stage_graphs import ONE_STAGE

from slth_verify.errors import FloatingPointModeError, InvalidParameterError
from slth_verify.forms import Differences, Interval, NetworkPair, StageEnds, box_of
from slth_verify.forms.backward import substitution as module
from slth_verify.forms.joint import joint_rows
from slth_verify.graph import (
    AveragePool,
    Convolution,
    Dense,
    Input,
    MaxPool,
    Rectifier,
    Sum,
    TargetCNN,
)
from slth_verify.graph.stages import Stage, stages_of

F = Fraction
Ends = Callable[[Stage], StageEnds]


def image(*shape: int, low: Any = -1, high: Any = 1) -> Input:
    ends = {"low": (low,) * shape[0], "high": (high,) * shape[0]}
    return Input(name="image", shape=shape, **ends)


def dense(source: str, name: str, *rows: list[float]) -> Dense:
    return Dense(name=name, sources=(source,), weight=np.array(rows, np.float64))


def of_networks(f: TargetCNN, g: TargetCNN, **options: Any) -> Differences:
    """How far two graphs with the same nodes are apart."""
    kernels = {stage.name: stage.kernel() for stage in stages_of(g)}
    pair = NetworkPair.of(f, lambda stage: StageEnds.of_kernel(kernels[stage.name]))
    return Differences.over(pair, box_of(f.input), **options)


def near(found: Any, expected: Any) -> bool:
    return np.allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", sorted(set(ONE_STAGE) - {"norm"}))
def test_one_stage_is_bounded_exactly(
    name: str,
    pair_of: Callable[..., Any],
    network_pair: Callable[..., NetworkPair],
) -> None:
    """Entries of the image move freely, and W+ y+ + W- y- - K y is bent in 0 only."""
    graph = ONE_STAGE[name]
    stages = pair_of(graph, "far", 1)
    found = Differences.over(network_pair(graph, stages), box_of(graph.input)).gap()
    (stage,) = stages_of(graph)
    kernel = np.asarray(stage.kernel().least / 2.0 ** stage.kernel().bits, float)
    positive, negative = (
        np.asarray(part, float).reshape(kernel.shape) for part in stages[stage.name][:2]
    )
    box = box_of(graph.input)
    ends = []
    for sign in (1, -1):
        total = 0.0
        for at in np.ndindex(*box.low.shape):
            points = [box.low[at], box.high[at]]
            points += [0.0] if points[0] < 0 < points[1] else []
            values = []
            for point in points:
                unit = np.zeros((1, *box.low.shape))
                unit[(0, *at)] = abs(point)
                weight = (positive - kernel) if point > 0 else (negative + kernel)
                values.append(stage.applied(weight, unit)[0])
            total = total + (np.max if sign > 0 else np.min)(values, axis=0)
        ends.append(total)
    bias = stages[stage.name][2]
    shift = 0.0
    if bias is not None:
        own = stage.kernel().bias_least / 2.0 ** stage.kernel().bits
        shift = np.asarray(bias - own, float).reshape(-1, *(1,) * (ends[0].ndim - 1))
    assert near(found.high, ends[0] + shift)
    assert near(found.low, ends[1] + shift)


def test_a_network_does_not_differ_from_itself() -> None:
    graph = TargetCNN(
        (
            image(2),
            dense("image", "a", [1, -2], [3, 1]),
            Rectifier(name="r", sources=("a",)),
            dense("r", "b", [1, 1]),
        )
    )
    gap = of_networks(graph, graph).gap()
    assert np.abs([gap.low, gap.high]).max() < 1e-290


def test_a_rectifier_makes_something_between_zero_and_the_error() -> None:
    """Two of them are subtracted, and bounds of each do not know of the other."""

    def network(shift: float) -> TargetCNN:
        layer = Dense(
            name="a",
            sources=("image",),
            weight=np.ones((2, 1)),
            bias=np.full(2, shift),
        )
        relu = Rectifier(name="r", sources=("a",))
        return TargetCNN((image(1), layer, relu, dense("r", "b", [1.0, -1.0])))

    found = of_networks(network(0.0), network(0.5))
    assert near(found.output.difference.high, 0.5)
    gap = found.gap()
    assert near([gap.low[0], gap.high[0]], [-0.5, 0.5])


def test_errors_of_places_cancel_which_intervals_do_not_see() -> None:
    f = TargetCNN((image(1), dense("image", "a", [1], [1]), dense("a", "b", [1, -1])))
    g = TargetCNN((image(1), dense("image", "a", [2], [2]), dense("a", "b", [1, -1])))
    found = of_networks(f, g)
    assert found.output.difference.high[0] >= 2
    assert near([found.gap().low, found.gap().high], 0)


def test_rows_compare_two_outputs() -> None:
    """The classes of f: the difference of two outputs is one row."""
    f = TargetCNN((image(1, low=0), dense("image", "a", [3], [1])))
    found = of_networks(f, f)
    row = np.array([[-1.0], [1.0]])
    assert near(found.upper(row, None), 0)
    assert near(found.upper(-row, None), 2)
    assert near(found.upper(row, np.zeros((2, 1))), 0)


def test_a_max_pool_of_decided_windows_is_exact() -> None:
    def network(scale: float) -> TargetCNN:
        conv = Convolution(
            name="a",
            sources=("image",),
            weight=scale * np.ones((1, 1, 1, 1)),
            bias=None,
        )
        pool = MaxPool(
            name="pool",
            sources=("a",),
            window=(1, 2),
            stride=(1, 1),
            padding=(0, 0, 0, 1),
        )
        return TargetCNN((image(1, 1, 3, low=0), conv, pool))

    kernels = {stage.name: stage.kernel() for stage in stages_of(network(1.5))}
    pair = NetworkPair.of(
        network(1.0), lambda stage: StageEnds.of_kernel(kernels[stage.name])
    )
    ends = np.array([[[1.0, 3.0, 9.0]]])
    gap = Differences.over(pair, Interval(ends, ends + 1)).gap()
    assert near(gap.low, [[[1.5, 4.5, 4.5]]])
    assert near(gap.high, [[[2.0, 5.0, 5.0]]])


def test_rows_that_stop_early_keep_the_least_bound() -> None:
    """Linear forms lose where intervals do not: both are looked at."""
    found = []
    for relu in (True, False):
        nodes = [image(1), dense("image", "a", [1])]
        if relu:
            nodes.append(Rectifier(name="r", sources=("a",), slopes=(0,)))
        nodes.append(dense(nodes[-1].name, "b", [1.0]))
        graph = TargetCNN(tuple(nodes))
        found.append(of_networks(graph, graph).upper(np.array([[-1.0]]), None)[0])
    assert near(found, [0, 1])


def test_a_mean_of_numbers_that_add_up_to_infinity_is_not_infinite() -> None:
    pool = AveragePool(name="mean", sources=("image",), window=(1, 2), stride=(1, 2))
    graph = TargetCNN((image(1, 1, 2, low=-(10**308), high=10**308), pool))
    for end in (-1e308, 1e308):
        ends = np.full((1, 1, 2), end)
        pair = NetworkPair.of(graph, lambda stage: None)  # type: ignore[arg-type]
        found = Differences.over(pair, Interval(ends, ends))
        assert found.output.target.low <= end <= found.output.target.high
        assert near(found.upper(np.ones((1, 1, 1, 1)), None) / 1e308, end / 1e308)


def test_slopes_times_weights_that_underflow() -> None:
    """Each coefficient is less than the least float, and the entries are huge."""
    relu = Rectifier(name="r", sources=("image",), slopes=(F(1, 2**470),))
    last = dense("r", "d", [-0.9 * 2.0**-605] * 4)
    graph = TargetCNN((image(4, low=-(2**1000), high=0), relu, last))
    ends = np.full(4, -(2.0**1000))
    kernels = {stage.name: stage.kernel() for stage in stages_of(graph)}
    pair = NetworkPair.of(graph, lambda s: StageEnds.of_kernel(kernels[s.name]))
    found = Differences.over(pair, Interval(ends, ends))
    truth = 4 * F(0.9 * 2.0**-605) * F(2) ** 530
    high = found.upper(np.ones((1, 1)), None)[0]
    assert truth <= F(float(high)) <= truth * F(1001, 1000)


def test_float32_boxes_are_read_as_they_are() -> None:
    """Not computed with: sums of float32 numbers lose 2^29 times as much."""
    rng = np.random.default_rng(0)
    graph = TargetCNN((image(99), dense("image", "d", rng.standard_normal(99))))
    kernels = {stage.name: stage.kernel() for stage in stages_of(graph)}
    pair = NetworkPair.of(graph, lambda s: StageEnds.of_kernel(kernels[s.name]))
    point = rng.uniform(-1, 1, 99).astype(np.float32)
    found = Differences.over(pair, Interval(point, point)).output.target
    expected = Differences.over(pair, Interval(*[point.astype(float)] * 2))
    assert found.low == expected.output.target.low
    assert found.low.dtype == np.float64


SQUARE = TargetCNN((image(2), dense("image", "a", [1, 2], [3, 4])))
ONES = np.ones(2)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (ONES, 0 * ONES),
        (0 * ONES, np.nan * ONES),
        (-np.inf * ONES, ONES),
        (np.zeros(3), np.ones(3)),
        (np.zeros((2, 1)), np.ones((2, 1))),
        (0.0, 1.0),
        (np.zeros(2, int), np.ones(2, int)),
    ],
)
def test_boxes_that_are_none_are_refused(low: Any, high: Any) -> None:
    pair = NetworkPair.of(SQUARE, lambda s: StageEnds.of_kernel(s.kernel()))
    with pytest.raises(InvalidParameterError, match="box"):
        Differences.over(pair, Interval(low, high))


@pytest.mark.parametrize(
    "rows",
    [
        (np.ones((2, 3), np.float32), None),
        (None, np.ones((2, 3), int)),
        (np.ones(2), None),
        (np.ones((1, 2)), None),
        (np.ones((2, 1, 3)), None),
        (np.ones((2, 3)), np.ones((2, 1))),
        (None, None),
    ],
)
def test_rows_that_do_not_fit_are_refused(rows: tuple[Any, Any]) -> None:
    found = of_networks(SQUARE, SQUARE)
    with pytest.raises(InvalidParameterError, match="rows"):
        found.upper(*rows)


def test_a_thread_that_flushes_numbers_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = of_networks(SQUARE, SQUARE)

    def departs() -> None:
        raise FloatingPointModeError("flushed")

    name = found.known.pair.output.name
    gap = np.ones((*found.known.pair.shapes[name], 1))
    monkeypatch.setattr(joint_rows, "require_ieee", departs)
    with pytest.raises(FloatingPointModeError):
        joint_rows.JointRows(found.known, name, None, gap)
    monkeypatch.setattr(module, "require_ieee", departs)
    with pytest.raises(FloatingPointModeError):
        found.gap()


def test_a_tensor_that_is_added_to_itself() -> None:
    graph = TargetCNN((image(1), Sum(name="s", sources=("image",) * 3)))
    found = of_networks(graph, graph).upper(np.ones((1, 1)), None)
    assert near(found, 3)
