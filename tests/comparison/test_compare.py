"""Two copies of one architecture: the bound contains what is attacked."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.nightly import cases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.comparison import certify_pair
from slth_verify.errors import InvalidTargetError
from slth_verify.graph import BatchNorm, Convolution, Dense, Input, TargetCNN
from slth_verify.strategies import target_graphs
from slth_verify.verdict import Verdict


def moved(graph: TargetCNN, seed: int, size: float) -> TargetCNN:
    """A copy whose weights are a little off."""
    rng = np.random.default_rng(seed)
    nodes = []
    for node in graph.nodes:
        if isinstance(node, (Convolution, Dense)):
            noise = size * rng.standard_normal(node.weight.shape)
            changed = (node.weight + noise).astype(node.weight.dtype)
            nodes.append(replace(node, weight=changed))
        else:
            nodes.append(node)
    return TargetCNN(tuple(nodes), "moved")


@settings(cases(12, 40), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    target_graphs(max_steps=4),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 2.0**-10, 0.25]),
)
def test_the_bound_is_above_the_attack(
    graph: TargetCNN, seed: int, size: float
) -> None:
    result = sv.compare(graph, moved(graph, seed, size))
    bound = result.error_upper_bound
    if bound is not None:
        assert result.attack.difference <= bound
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reason == "no eps was asked"


def test_a_copy_is_decided_from_both_sides(classifier: TargetCNN) -> None:
    other = moved(classifier, 0, 0.01)
    free = sv.compare(classifier, other)
    assert free.error_upper_bound is not None
    assert free.ratio is not None
    assert 1 <= free.ratio < 3
    above = sv.compare(classifier, other, eps=free.error_upper_bound)
    assert above.verdict is Verdict.VERIFIED
    below = sv.compare(
        classifier, other, eps=free.attack.difference * Fraction(99, 100)
    )
    assert below.verdict is Verdict.REFUTED
    between = sv.compare(
        classifier, other, eps=(free.attack.difference + free.error_upper_bound) / 2
    )
    assert between.verdict is Verdict.INCONCLUSIVE
    assert [stage.name for stage in free.per_stage] == ["conv", "dense"]


def test_a_network_and_itself(classifier: TargetCNN, images: np.ndarray) -> None:
    result = sv.compare(classifier, classifier, eps="1e-9")
    assert result.verdict is Verdict.VERIFIED
    assert result.attack.difference == 0
    report = certify_pair(classifier, classifier, images, "1/100")
    assert report.count(Verdict.REFUTED) == 0


def test_a_folded_batch_norm_matches() -> None:
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((2, 3)).astype(np.float32)
    image = Input(name="image", shape=(3,), low=(-1,) * 3, high=(1,) * 3)
    plain = Dense(name="dense", sources=("image",), weight=weight)
    norm = BatchNorm(
        name="norm",
        sources=("dense",),
        scale=np.array([1, 2], np.float32),
        shift=np.array([0.5, 0], np.float32),
        mean=np.array([0.25, -1], np.float32),
        variance=np.array([2, 3], np.float32),
        epsilon=Fraction(1, 1000),
    )
    factor = norm.scale / np.sqrt(norm.variance.astype(np.float64) + 1e-3)
    folded = Dense(
        name="folded",
        sources=("image",),
        weight=(weight * factor[:, None]).astype(np.float32),
        bias=(norm.shift - norm.mean * factor).astype(np.float32),
    )
    one, other = TargetCNN((image, plain, norm)), TargetCNN((image, folded))
    result = sv.compare(one, other, eps="1e-6")
    assert result.verdict is Verdict.VERIFIED
    assert result.attack.difference > 0  # a float32 fold is another network


def test_a_lie_about_the_copy_is_refuted(classifier: TargetCNN) -> None:
    """A channel whose sign was changed: no bound below the truth is believed."""
    conv = classifier.nodes[1]
    assert isinstance(conv, Convolution)
    weight = conv.weight.copy()
    weight[1] *= -1
    wrong = TargetCNN(
        (classifier.nodes[0], replace(conv, weight=weight), *classifier.nodes[2:])
    )
    assert sv.compare(classifier, wrong, eps="0.1").verdict is Verdict.REFUTED


def _with(graph: TargetCNN, index: int, **changes: Any) -> TargetCNN:
    nodes = list(graph.nodes)
    nodes[index] = replace(nodes[index], **changes)
    return TargetCNN(tuple(nodes))


@pytest.mark.parametrize(
    ("index", "changes", "said"),
    [
        (0, {"high": (2,)}, "other boxes"),
        (1, {"weight": np.ones((4, 1, 3, 3), np.float32), "bias": None}, "shapes"),
        (2, {"slopes": (Fraction(1, 2),)}, "slopes differs"),
    ],
)
def test_networks_that_do_not_match_are_refused(
    classifier: TargetCNN, index: int, changes: dict[str, Any], said: str
) -> None:
    if index == 1:
        nodes = (classifier.nodes[0], replace(classifier.nodes[1], **changes))
        other = TargetCNN(nodes)
    else:
        other = _with(classifier, index, **changes)
    with pytest.raises(InvalidTargetError, match=said):
        sv.compare(classifier, other)


def test_networks_of_other_lengths_are_refused(classifier: TargetCNN) -> None:
    with pytest.raises(InvalidTargetError, match="nodes"):
        sv.compare(classifier, TargetCNN(classifier.nodes[:3]))
