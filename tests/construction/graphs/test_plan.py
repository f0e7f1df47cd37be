"""Plans and forecasts of graphs: heuristics that must stay near the certificate."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.construction.graphs.plan import plan_graph
from slth_verify.construction.graphs.problems import StageProblems
from slth_verify.errors import (
    InvalidParameterError,
    InvalidTargetError,
    TrivialClaimWarning,
)
from slth_verify.graph import (
    BatchNorm,
    Convolution,
    Dense,
    Input,
    Rectifier,
    Sum,
    TargetCNN,
    ranges,
)
from slth_verify.graph.stages import Stage, staged
from slth_verify.graph.walk import last
from slth_verify.limits import WIDTH
from slth_verify.strategies import target_graphs
from slth_verify.ticket.graphs.difference import node_bounds
from slth_verify.ticket.graphs.sums import PairSums

F = Fraction
RNG = np.random.default_rng(5)


def floats(*shape: int) -> np.ndarray:
    return (RNG.standard_normal(shape) / 2).astype(np.float32)


def dense(name: str, source: str, weight: Any, bias: Any = None) -> Dense:
    return Dense(
        name=name,
        sources=(source,),
        weight=np.array(weight, np.float32),
        bias=None if bias is None else np.array(bias, np.float32),
    )


def norm(name: str, source: str) -> BatchNorm:
    return BatchNorm(
        name=name,
        sources=(source,),
        scale=floats(4),
        shift=floats(4),
        mean=floats(4),
        variance=floats(4) ** 2 + 1,
        epsilon=F(1, 3),
    )


GRAPH = TargetCNN(
    (
        Input(name="image", shape=(2, 3, 4), low=(-1, 0), high=(1, 1)),
        Convolution(
            name="conv",
            sources=("image",),
            weight=floats(4, 1, 2, 3),
            groups=2,
            padding=(1, 0, 1, 1),
        ),
        norm("its norm", "conv"),
        Rectifier(name="leaky", sources=("its norm",), slopes=(F(1, 8),)),
        norm("alone", "leaky"),
        Convolution(
            name="mix", sources=("alone",), weight=floats(2, 4, 1, 1), bias=floats(2)
        ),
        Sum(name="sum", sources=("mix", "image")),
    )
)


@settings(max_examples=10)
@given(st.integers(0, 999), st.sampled_from([1e-4, 1e-2, 1]))
def test_a_forecast_is_the_certificate_in_floats(seed: int, size: float) -> None:
    """With residuals of all problems; both come from the same rules."""
    plan = plan_graph(GRAPH, F(1, 2))
    problems = StageProblems(GRAPH, sv.RandomCNN(1, plan.widths), plan)
    rng = np.random.default_rng(seed)
    residuals = {
        task: size * rng.standard_normal(len(problems.column_sum(task)))
        for task in problems.tasks
    }

    def sums(stage: Stage) -> PairSums:
        part = plan.stages[stage.number - 1]
        kernel = stage.kernel()
        kernel = kernel.over(max(kernel.bits, 200))
        outputs, wide, rows, columns = stage.layer.weight.shape
        per_group = outputs // stage.layer.groups
        found = {1: kernel.least * 0, -1: kernel.least * 0}
        bias = kernel.bias_least * 0
        for task, residual in residuals.items():
            if task.layer != stage.number:
                continue
            scaled = residual * 2.0**part.exponent * 2.0**200
            whole = np.array([int(x) for x in scaled.tolist()], object)
            whole = whole << (kernel.bits - 200)
            if task.channel == stage.channels:
                bias = kernel.bias_least + whole
                continue
            group, place = divmod(task.channel, wide)
            some = slice(group * per_group, (group + 1) * per_group)
            cut = whole.reshape(rows, columns, per_group).transpose(2, 0, 1)
            found[task.sign][some, place] = task.sign * kernel.least[some, place] + cut
        return PairSums(found[1], found[-1], bias, kernel.bits)

    known = last(node_bounds(staged(GRAPH), sums)).bounds.error
    assert problems.error(residuals) == pytest.approx(float(known), rel=1e-6)


def test_promised_residuals_count_as_large_as_promised() -> None:
    plan = plan_graph(GRAPH, F(1, 2))
    problems = StageProblems(GRAPH, sv.RandomCNN(1, plan.widths), plan)
    nothing = {task: 0 * problems.column_sum(task) for task in problems.tasks}
    assert problems.error(nothing) == pytest.approx(0, abs=1e-9)
    promised = dict.fromkeys(problems.tasks, 0.001)
    doubled = dict.fromkeys(problems.tasks, 0.002)
    one, other = (problems.error(nothing, some) for some in (promised, doubled))
    assert 0 < one < other <= 2.1 * one


def test_smaller_errors_need_wider_layers() -> None:
    wide, narrow = (plan_graph(GRAPH, F(1, n)).widths for n in (100, 2))
    assert all(one > other for one, other in zip(wide, narrow, strict=True))
    assert sv.suggested_widths(GRAPH, "1/2") == narrow


def test_what_is_never_seen_is_not_searched() -> None:
    """Weights 0, inputs that are 0, a half that never occurs, biases of zeros."""
    graph = TargetCNN(
        (
            Input(name="image", shape=(4,), low=(0, -1, 0, -1), high=(0, 1, 1, 0)),
            dense("a", "image", [[1, 0, 1, 1]], [0]),
        )
    )
    (stage,) = plan_graph(graph, F(1, 10)).stages
    assert stage.signs == ((), (), (1,), (-1,), ())


def test_a_target_of_zeros_needs_no_filters() -> None:
    graph = TargetCNN(
        (
            Input(name="image", shape=(1,), low=(-1,), high=(1,)),
            dense("a", "image", [[0]]),
            dense("b", "a", [[1]], [3]),
        )
    )
    plan = plan_graph(graph, F(1, 10))
    assert plan.stages[0].signs == ((),)
    assert not plan.stages[1].signs[0]
    assert plan.stages[1].signs[1] == (1,)


def test_a_graph_without_stages_is_refused_in_words() -> None:
    image = Input(name="image", shape=(2,), low=(-1, -1), high=(1, 1))
    graph = TargetCNN((image, Rectifier(name="relu", sources=("image",))))
    network = sv.RandomCNN(1, (8,))
    for ask in (
        lambda: sv.suggested_widths(graph, "1/2"),
        lambda: sv.prune(graph, network, eps="1/2"),
    ):
        with pytest.raises(InvalidTargetError, match="no convolution, dense layer"):
            ask()


@pytest.mark.parametrize("count", [1, 3])
def test_there_is_one_width_a_stage(count: int) -> None:
    stages = len(plan_graph(GRAPH, F(1, 2)).stages)
    network = sv.RandomCNN(1, (8,) * (stages + count - 2))
    with pytest.raises(InvalidParameterError, match=f"a target of {stages} stages"):
        sv.prune(GRAPH, network, eps="1/2")


def test_constant_outputs_are_told_that_every_error_is_trivial() -> None:
    kernel = np.zeros((1, 1, 1, 1), np.float32)
    target = sv.TargetCNN.from_kernels((kernel,), (1, 2, 2))
    with pytest.warns(TrivialClaimWarning, match="Every eps is trivial"):
        sv.prune(target, sv.RandomCNN(1, (4,)), eps="1/2", workers=1)


def test_an_error_must_be_positive_and_within_reach() -> None:
    with pytest.raises(InvalidParameterError, match="eps=0"):
        plan_graph(GRAPH, F(0))
    with pytest.raises(InvalidParameterError, match=r"^eps=1e-400: .* larger eps"):
        sv.suggested_widths(GRAPH, "1e-400")


@given(target_graphs(max_side=3), st.sampled_from([F(1, 10), F(10**6)]))
def test_plans_of_drawn_graphs(graph: TargetCNN, eps: Fraction) -> None:
    try:
        plan = plan_graph(graph, eps)
    except InvalidParameterError:
        return
    if any(width > WIDTH for width in plan.widths):
        with pytest.raises(InvalidParameterError, match="larger eps"):
            sv.suggested_widths(graph, eps)
        return
    known = ranges(graph)
    for part in plan.stages:
        assert len(part.signs) == part.stage.inputs
        assert 1 <= part.width <= 1 << 48
        assert abs(part.exponent) <= 1024
        source = known[graph.node(part.stage.name).sources[0]]
        for channel, signs in enumerate(part.signs[: part.stage.channels]):
            assert (1 in signs) <= (source.upper[channel] > 0)
            assert (-1 in signs) <= (source.lower[channel] < 0)
