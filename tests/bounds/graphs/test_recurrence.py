"""The recurrence of errors, against pruned networks computed entry by entry."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.bounds.graphs.accuracies import accuracies_within
from slth_verify.bounds.graphs.recurrence import Accuracy, Recurrence
from slth_verify.bounds.network.budget import equal_shares
from slth_verify.conformance.oracles.pruned_graph import pruned_values
from slth_verify.graph import Clip, Dense, Input, Rectifier, TargetCNN, exact_values
from slth_verify.strategies import target_graphs

F = Fraction
GRAPHS = target_graphs(max_side=3) | target_graphs(min_steps=3, max_side=3)


def largest_error(graph, weights, seed) -> Fraction:
    """Over some images of the box, most of them corners."""
    rng, node = np.random.default_rng(seed), graph.input
    worst = F(0)
    for _ in range(6):
        image = np.empty(node.shape, object)
        for at in np.ndindex(*node.shape):
            low, high = node.low[at[0]], node.high[at[0]]
            image[at] = low + (high - low) * F(int(rng.choice([0, 1, 1, 2])), 2)
        pruned = pruned_values(graph, weights, image)[graph.output.name]
        low, high = exact_values(graph, image)
        worst = max(worst, *(pruned - high).ravel(), *(low - pruned).ravel())
    return worst


def accuracy_of(graph, seed) -> tuple[Recurrence, list[Accuracy]]:
    rng, recurrence = np.random.default_rng(seed), Recurrence.of(graph)
    sizes = [F(1, 10**6), F(1, 10), F(1), F(7)]
    return recurrence, [
        Accuracy(
            sizes[rng.integers(4)],
            sizes[rng.integers(4)] if known.bias_square else F(0),
        )
        for known in recurrence.stages
    ]


@given(GRAPHS, st.integers(0, 999))
def test_no_pair_that_hits_its_problems_errs_more(hitting, graph, seed) -> None:
    recurrence, accuracies = accuracy_of(graph, seed)
    bound = recurrence.errors(accuracies).whole
    weights = hitting(recurrence, accuracies, seed)
    assert largest_error(graph, weights, seed) <= bound


def test_one_dense_stage_reaches_its_bound(line) -> None:
    graph = line([[1, -1], [0.5, 2]], bias=[1, -1])
    recurrence = Recurrence.of(graph)
    accuracy = Accuracy(F(1, 10), F(1, 5))
    assert recurrence.errors([accuracy]).whole == pytest.approx(0.4, abs=1e-15)
    weights = np.array([[F(11, 10), F(-9, 10)], [F(6, 10), F(21, 10)]])
    given = {"dense": (weights, -weights, np.array([F(6, 5), F(-4, 5)]))}
    image = np.array([1, 1])
    error = pruned_values(graph, given, image)["dense"] - exact_values(graph, image)[0]
    assert max(error) == F(2, 5)


def test_lie_sign_forgotten(line, hitting) -> None:
    graph = line([[1.0]])
    recurrence, accuracies = Recurrence.of(graph), [Accuracy(F(1, 10), F(0))]
    bound = recurrence.errors(accuracies).whole
    for seed in range(20):
        both = hitting(recurrence, accuracies, seed)
        assert largest_error(graph, both, seed) <= bound
    ones = [hitting(recurrence, accuracies, seed, needed=(1,)) for seed in range(20)]
    assert any(largest_error(graph, one, 2) > bound for one in ones)


def test_lie_bias_forgotten(line, hitting) -> None:
    graph = line([[1.0]], "0", "1", [3.0])
    recurrence, accuracies = Recurrence.of(graph), [Accuracy(F(1, 10), F(1, 10))]
    bound = recurrence.errors(accuracies).whole
    assert largest_error(graph, hitting(recurrence, accuracies, 1), 1) <= bound
    lie = hitting(recurrence, accuracies, 1, bias=False)
    assert largest_error(graph, lie, 1) > bound


@given(GRAPHS, st.sampled_from([F(1, 1000), F(1, 10), F(3)]))
def test_accuracies_keep_the_error_within_eps(graph, eps) -> None:
    recurrence = Recurrence.of(graph)
    prices = [2 * known.stage.inputs for known in recurrence.stages]
    accuracies, errors = accuracies_within(recurrence, eps, prices)
    assert errors.whole <= eps
    assert recurrence.errors(accuracies).whole == errors.whole
    # clips, and rectifiers that are off, keep errors small whatever the accuracies
    hiding = any(isinstance(node, (Clip, Rectifier)) for node in graph.nodes)
    if errors.whole and not hiding:
        assert errors.whole >= eps / 2


def test_accuracies_use_up_eps_behind_rectifiers_that_are_on() -> None:
    graph = chain([[0.5], [-0.5]], [[0.5, 0.25], [0.25, 0]])
    recurrence = Recurrence.of(graph)
    for eps in (F(1, 1000), F(1, 10)):
        errors = accuracies_within(recurrence, eps, [4, 8])[1]
        assert eps / 2 <= errors.whole <= eps


def test_a_clip_needs_nothing_beyond_its_range() -> None:
    clip = Clip(name="clip", sources=("d0",), low="1", high="2")
    graph = TargetCNN((*chain([[1.0]]).nodes[:2], clip))
    recurrence = Recurrence.of(graph)
    for eps in (F(3), F(10) ** 90):
        assert accuracies_within(recurrence, eps, [2])[1].whole <= 1


def chain(*kernels) -> TargetCNN:
    nodes = [Input(name="image", shape=(1,), low=("-1",), high=("1",))]
    for number, kernel in enumerate(kernels):
        weight = np.array(kernel, np.float32)
        nodes.append(Dense(name=f"d{number}", sources=(nodes[-1].name,), weight=weight))
        nodes.append(Rectifier(name=f"r{number}", sources=(nodes[-1].name,)))
    return TargetCNN(tuple(nodes))


def test_the_papers_shares_are_within_eps_as_well() -> None:
    """For kernels of 1-norm 1 the recurrence is no worse than der:accumulation."""
    eps = F(1, 10)
    graph = chain([[0.5], [-0.5]], [[0.5, 0.25], [0.25, 0]], [[0.75, -0.25]])
    recurrence = Recurrence.of(graph)
    accuracies = [
        Accuracy(share / known.stage.channels, F(0))
        for share, known in zip(equal_shares(3, eps), recurrence.stages, strict=True)
    ]
    assert recurrence.errors(accuracies).whole <= eps
    # and a share that is larger is not
    wide = [Accuracy(3 * one.entries, F(0)) for one in accuracies]
    assert recurrence.errors(wide).whole > eps / 2
