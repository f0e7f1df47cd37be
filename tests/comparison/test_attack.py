"""Attacks replay, and stay below what is certified."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.attacks.gradients import FloatNetwork, unit_rows
from slth_verify.comparison.networks import ComparedNetworks, largest_gap
from slth_verify.graph import TargetCNN
from slth_verify.strategies import target_graphs


def test_the_bracket_holds(classifier: TargetCNN, ticket: sv.Ticket) -> None:
    found = sv.attack(ticket, classifier)
    checked = sv.check(ticket, classifier)
    assert isinstance(checked, sv.CheckResult)
    assert checked.error_upper_bound is not None
    assert 0 < found.difference <= checked.error_upper_bound
    assert checked.error_by_intervals is not None
    assert checked.error_upper_bound <= checked.error_by_intervals


def test_the_image_replays(
    networks: ComparedNetworks, classifier: TargetCNN, ticket: sv.Ticket
) -> None:
    found = sv.attack(ticket, classifier, seed=3)
    assert found == sv.attack(ticket, classifier, seed=3)
    image = np.array(found.image, object).reshape(found.shape)
    least, _ = largest_gap(networks.exact(image))
    assert least[found.entry] == found.difference
    assert all(Fraction(0) <= entry <= 1 for entry in found.image)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(target_graphs(max_steps=5), st.integers(0, 2**32 - 1))
def test_slopes_are_those_of_the_values(graph: TargetCNN, seed: int) -> None:
    """Along a short line inside one piece, both networks move as their slopes say."""
    networks = ComparedNetworks.of_graphs(graph, graph)
    pair, rng = networks.pair, np.random.default_rng(seed)
    low = np.array([float(x) for x in graph.input.low])
    high = np.array([float(x) for x in graph.input.high])
    stretch = (-1, *(1,) * (len(graph.input.shape) - 1))
    image = low.reshape(stretch) + (high - low).reshape(stretch) * rng.random(
        graph.input.shape
    )
    step = 1e-7 * rng.standard_normal(image.shape)
    entry = int(rng.integers(pair.entries(pair.output.name)))
    for pruned in (False, True):
        network = FloatNetwork(pair, pruned)
        rows = unit_rows(pair, np.array([entry]), np.ones(1))
        ends = [network.tensors((image + s * step)[None]) for s in (-1.0, 1.0)]
        slopes = [network.slopes(tensors, rows)[..., 0] for tensors in ends]
        if np.array_equal(*slopes):  # else a kink lies between
            values = [t[pair.output.name].reshape(1, -1)[0, entry] for t in ends]
            moved = float((slopes[0] * step).sum()) * 2
            largest = max(float(np.abs(t).max()) for t in ends[0].values())
            size = 1e-9 * max(1.0, largest) + 1e-3 * float(
                np.abs(slopes[0] * step).sum()
            )
            assert values[1] - values[0] == pytest.approx(moved, abs=size)
