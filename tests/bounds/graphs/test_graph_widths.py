"""Widths of graphs: problems, counted; monotone; simulated; lies."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binomtest

from slth_verify.bounds import network_width, recheck, target_widths
from slth_verify.bounds.graphs.recurrence import Accuracy, Recurrence
from slth_verify.bounds.graphs.stage_plan import (
    Problems,
    StagePlan,
    bias_problem,
    kernel_problems,
)
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.errors import InvalidParameterError
from slth_verify.graph import (
    BatchNorm,
    Convolution,
    Input,
    Rectifier,
    Reshape,
    TargetCNN,
)
from slth_verify.verdict import Verdict

F = Fraction


def deep() -> TargetCNN:
    """Both signs, a batch norm, a ReLU, a depthwise convolution, biases, and zeros."""
    rng = np.random.default_rng(3)

    def drawn(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    first = drawn(3, 2, 3, 3)
    first[:, 1] = 0
    return TargetCNN(
        (
            Input(name="image", shape=(2, 3, 3), low=("-1", "-1"), high=("1", "1")),
            Convolution(
                name="conv", sources=("image",), weight=first, padding=(1, 1, 1, 1)
            ),
            BatchNorm(
                name="norm",
                sources=("conv",),
                scale=drawn(3),
                shift=drawn(3),
                mean=drawn(3),
                variance=np.array([1, 2, 3], np.float32),
                epsilon=F(1, 1000),
            ),
            Rectifier(name="relu", sources=("norm",)),
            Convolution(
                name="depthwise",
                sources=("relu",),
                weight=drawn(6, 1, 2, 3),
                bias=np.zeros(6, np.float32),
                groups=3,
            ),
        )
    )


def problems_of(graph) -> list[tuple[int, int, int, int]]:
    recurrence = Recurrence.of(graph)
    accuracies = [Accuracy(F(1, 1000), F(1, 1000)) for _ in recurrence.stages]
    sources = recurrence.errors(accuracies).sources
    found = []
    for known, one, source in zip(recurrence.stages, accuracies, sources, strict=True):
        kernels, bias = kernel_problems(known, one, source), bias_problem(known, one)
        found.append((kernels.count, kernels.dim, bias.count, bias.dim))
    return found


def test_problems_are_counted() -> None:
    """A depthwise group has as many entries as it has outputs.

    Channels of zeros ask for nothing, nor does a bias of zeros. Behind the ReLU there
    is one sign, and none in the channel that is always off.
    """
    graph = deep()
    assert Recurrence.of(graph).targets["norm"].upper[0] < 0
    assert problems_of(graph) == [(2, 27, 1, 3), (2, 12, 0, 6)]


def test_norms_are_those_of_the_folded_kernel() -> None:
    graph = deep()
    stage = Recurrence.of(graph).stages[0]
    norm = graph.node("norm")
    scale = norm.scale / np.sqrt(norm.variance.astype(float) + 1e-3)
    kernel = graph.node("conv").weight.astype(float) * scale[:, None, None, None]
    exact = [float((kernel[:, channel] ** 2).sum()) for channel in range(2)]
    assert [float(square) for square in stage.squares] == pytest.approx(exact, 1e-12)
    bias = norm.shift - norm.mean * scale
    assert float(stage.bias_square) == pytest.approx(float((bias**2).sum()), 1e-6)
    kernels = kernel_problems(stage, Accuracy(F(1), F(1)), box_of(graph))
    assert kernels.norm**2 >= stage.squares[0]


def box_of(graph):
    return Recurrence.of(graph).targets[graph.input.name]


def test_an_answer_keeps_its_promises() -> None:
    graph = deep()
    found = target_widths(graph, "5%", "0.05")
    assert found.probability.lower >= F(95, 100)
    assert found.filters == sum(stage.filters for stage in found.stages)
    assert [stage.inputs for stage in found.stages] == [3, 4]
    assert all(stage.n > 0 and stage.ledger for stage in found.stages)
    names = [item.name for item in found.hypotheses]
    assert names == [
        "target",
        "inputs",
        "scales",
        "constant-channel",
        "weights",
        "recheck",
    ]
    assert "conv: 3x3, 2 to 3 channels: n=" in found.to_text()
    assert found.to_mathml().startswith("<math")
    again = recheck(found.to_json())
    assert again.verdict is Verdict.INCONCLUSIVE
    assert "weights" in again.reason


def test_more_is_asked_for_where_less_may_fail_or_err(line) -> None:
    graph = line([[0.5, -0.25]], bias=[0.25])
    plain = target_widths(graph, "0.1", "0.1").widths[0]
    assert target_widths(graph, "0.01", "0.1").widths[0] > plain
    assert target_widths(graph, "0.1", "0.001").widths[0] > plain
    loose = target_widths(graph, 10, "0.1")
    assert loose.widths == (0,)
    assert loose.filters == 0
    assert loose.probability.lower == 1


def test_one_sign_needs_fewer_than_two(line) -> None:
    one, two = (line([[1.0]], low, "1") for low in ("0", "-1"))
    found = [target_widths(graph, "0.1", "0.1") for graph in (one, two)]
    assert [dict(x.stages[0].details)["kernel_problems"] for x in found] == [1, 2]
    assert found[0].widths[0] < found[1].widths[0]


def test_a_layer_of_the_papers_class_is_what_the_paper_has() -> None:
    kernel = np.full((2, 1, 3, 3), 1 / 32, np.float32)
    target = TargetCNN.from_kernels((kernel,), (1, 5, 5))
    assert target.in_papers_class
    found = target_widths(target, "0.1", "0.1")
    # one layer: the same accuracy, a norm below 1, and no fewer problems
    stage = dict(found.stages[0].details)
    paper = network_width((3,), (1, 2), "0.1", "0.1")
    assert stage["kernel_problems"] == paper.layers[0].shape.problems
    assert F(stage["kernel_accuracy"]) == pytest.approx(
        float(paper.layers[0].accuracy), rel=1e-3
    )
    assert F(stage["kernel_norm"]) < 1


def test_graphs_without_stages_need_nothing() -> None:
    image = Input(name="image", shape=(2,), low=("0", "0"), high=("1", "1"))
    graph = TargetCNN((image, Reshape(name="same", sources=("image",), shape=(2,))))
    assert target_widths(graph, 1, "0.1").filters == 0
    assert target_widths(graph, 1, "0.1", kind="necessary").filters == 0


@pytest.mark.parametrize("delta", ["0", "1", "-1"])
def test_impossible_questions_are_refused(line, delta) -> None:
    with pytest.raises(InvalidParameterError, match="delta"):
        target_widths(line([[1.0]]), "0.1", delta)
    with pytest.raises(InvalidParameterError, match="eps"):
        target_widths(line([[1.0]]), "0", "0.1")


def hit_rate(graph, result, n, trials, signs) -> int:
    """How often subsets of drawn filters solve all problems of one dense entry.

    Subsets are looked for among those of few filters: a failure to find one counts
    against the certified probability, so the test is on the safe side.
    """
    values = dict(result.stages[0].details)
    scale = F(2) ** values["exponent"]
    target = float(F(float(graph.node("dense").weight[0, 0])) / scale)
    close = float(F(values["kernel_accuracy"]) / scale)
    rng, hits = np.random.default_rng(0), 0
    for _ in range(trials):
        first, second = rng.standard_normal((2, 2 * n))
        hits += all(
            subset_near(
                np.abs(first[first * sign > 0]) * second[first * sign > 0],
                sign * target,
                close,
            )
            for sign in signs
        )
    return hits


def subset_near(vectors, target, close) -> bool:
    """Whether some subset sum is near: halves are listed, sorted and merged."""
    vectors = vectors[:20]
    halves = []
    for part in (vectors[::2], vectors[1::2]):
        masks = (np.arange(2 ** len(part))[:, None] >> np.arange(len(part))) & 1
        halves.append(np.sort(masks @ part))
    place = np.searchsorted(halves[1], target - close - halves[0])
    inside = place < len(halves[1])
    return bool((halves[1][place[inside]] + halves[0][inside] <= target + close).any())


def test_drawn_filters_succeed_as_often_as_certified(line) -> None:
    graph = line([[0.75]])
    found = target_widths(graph, "0.25", "0.4")
    hits = hit_rate(graph, found, found.widths[0], 2000, (1, -1))
    least = float(found.probability.lower)
    assert least >= 0.6
    assert binomtest(hits, 2000, least, alternative="less").pvalue > 1e-6


def plan_of(counts: tuple[int, int], n: int = 4, missed: str = "1/10") -> StagePlan:
    known = Recurrence.of(deep()).stages[0]
    found = FoundWidth(n=n, failure=F(missed), derivation=())
    problems = [Problems(count, 3, F(1), F(1, 10)) for count in counts]
    return StagePlan(
        known,
        Accuracy(F(1, 10), F(1, 10)),
        0,
        (problems[0], problems[1]),
        (found, found if counts[1] else None),
    )


def simulated(problems: int, n: int, trials: int = 4000) -> int:
    """Stages of independent problems that are missed exactly as often as certified."""
    rng = np.random.default_rng(7)
    signs = rng.binomial(2 * n, 0.5, (trials, problems))
    missed = (signs < 4) | (rng.random((trials, problems)) < 0.1)
    return int(missed.any(axis=1).sum())


def test_failures_of_all_problems_add_up() -> None:
    failures = simulated(4, 8)
    bound = float(plan_of((3, 1)).failure(8))
    assert binomtest(failures, 4000, bound, alternative="greater").pvalue > 1e-6
    lies = {
        "union bound dropped": plan_of((1, 0)),
        "bias forgotten": plan_of((2, 0)),
        "sign forgotten": plan_of((1, 1)),
        "signs for nothing": replace(
            plan_of((3, 1)),
            found=(FoundWidth(n=1, failure=F(1, 50), derivation=()),) * 2,
        ),
    }
    for name, lie in lies.items():
        wrong = float(lie.failure(8))
        p = binomtest(failures, 4000, wrong, alternative="greater").pvalue
        assert p < 1e-6, name


def test_lie_a_norm_that_is_too_small() -> None:
    """Two filters of one dimension: a target farther away is hit less often."""
    rng = np.random.default_rng(11)
    first, second = rng.standard_normal((2, 20_000, 4))
    masks = ((np.arange(16)[:, None] >> np.arange(4)) & 1) == 1
    sums = (np.abs(first) * second) @ masks.T
    rates = [(np.abs(sums - norm) < 0.05).any(axis=1).mean() for norm in (0.1, 2, 8)]
    assert rates == sorted(rates, reverse=True)
    known = Recurrence.of(deep()).stages[0]
    exact = math.sqrt(max(known.squares))
    given = kernel_problems(known, Accuracy(F(1), F(1)), box_of(deep())).norm
    assert exact <= given <= exact * (1 + 1 / 64)
