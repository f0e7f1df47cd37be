"""Networks that people have, from torch to a proved ticket file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import slth_verify as sv
from slth_verify.conformance.torch_modules.architectures import ARCHITECTURES, made
from slth_verify.graph import TargetCNN, values
from slth_verify.graph.stages import stages_of
from slth_verify.network.torch_graphs import graph_from_torch
from slth_verify.ticket.graphs.sums import pair_sums
from slth_verify.ticket.graphs.values import FloatPair, float_pruned_values
from slth_verify.ticket.graphs.weights import drawn_filters
from slth_verify.verdict import Verdict

#: Their tickets or their checks take many seconds; kinds of nodes are those of others.
SLOW = ("DCGAN", "LeNet-5", "MNIST example", "ResNet with option A", "VGG block")
#: Images that are smaller than usual, where checks of many outputs take long.
SMALL = {"dilated": (1, 4, 5), "reflecting": (1, 3, 3)}


def images_of(graph: TargetCNN) -> np.ndarray:
    """Points and corners of the unit box."""
    rng = np.random.default_rng(3)
    shape = (12, *graph.input.shape)
    corners = rng.integers(0, 2, shape).astype(float)
    return np.concatenate(
        [np.stack([0 * corners[0], 0 * corners[0] + 1]), corners, rng.random(shape)]
    )


def proved(
    name: str, eps: str, folder: Path, sizes: dict[str, Any] | None = None
) -> None:
    maker, shape = ARCHITECTURES[name]
    shape = (sizes or {}).get(name, shape)
    module = made(maker)
    graph = graph_from_torch(module, input_shape=tuple(shape))
    network = sv.RandomCNN(seed=1, widths=sv.suggested_widths(graph, eps))
    ticket = sv.prune(graph, network, eps=eps, workers=1)
    ticket.save(folder / "ticket")
    graph.save(folder / "target")
    result = sv.check(folder / "ticket", folder / "target")
    assert result.verdict is Verdict.VERIFIED, result.ledger
    assert isinstance(result, sv.CheckResult)
    assert result.error_upper_bound is not None
    assert result.error_upper_bound <= Fraction(ticket.certified_error) <= ticket.eps
    images = images_of(graph)
    found = values(graph, images)
    with torch.no_grad():
        given = torch.tensor(images.reshape(len(images), *shape))
        outputs = module.double()(given).numpy()
    assert np.allclose(found.ravel(), outputs.ravel(), rtol=1e-9, atol=1e-9)
    difference = np.abs(pruned_by(graph, ticket, images) - found).max()
    assert 0 < difference <= float(result.error_upper_bound)


def pruned_by(graph: TargetCNN, ticket: Any, images: np.ndarray) -> np.ndarray:
    pairs = {}
    for stage, part in zip(stages_of(graph), ticket.stages, strict=True):
        kept = drawn_filters(ticket.seed, stage, part.width, part.filters)
        pairs[stage.name] = FloatPair.of(pair_sums(stage, part.exponent, kept))
    return float_pruned_values(graph, pairs, images)


@pytest.mark.parametrize("name", sorted(ARCHITECTURES.keys() - set(SLOW)))
def test_a_network_is_proved(name: str, tmp_path: Path) -> None:
    proved(name, "30%", tmp_path, SMALL)


@pytest.mark.nightly
@pytest.mark.parametrize("name", SLOW)
def test_a_larger_network_is_proved(name: str, tmp_path: Path) -> None:
    proved(name, "45%", tmp_path)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_network_is_proved_more_accurately(name: str, tmp_path: Path) -> None:
    proved(name, "10%", tmp_path)
