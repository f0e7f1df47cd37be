"""A small classifier with a ticket, and networks beside it."""

from __future__ import annotations

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.graph import (
    Convolution,
    Dense,
    Input,
    MaxPool,
    Rectifier,
    Reshape,
    TargetCNN,
)


@pytest.fixture(scope="session")
def classifier() -> TargetCNN:
    rng = np.random.default_rng(5)
    return TargetCNN(
        (
            Input(name="image", shape=(1, 6, 6), low=(0,), high=(1,)),
            Convolution(
                name="conv",
                sources=("image",),
                weight=rng.standard_normal((3, 1, 3, 3)).astype(np.float32),
                bias=np.array([0.5, -0.25, 0.125], np.float32),
            ),
            Rectifier(name="relu", sources=("conv",)),
            MaxPool(name="pool", sources=("relu",), window=(2, 2), stride=(2, 2)),
            Reshape(name="flat", sources=("pool",), shape=(12,)),
            Dense(
                name="dense",
                sources=("flat",),
                weight=rng.standard_normal((3, 12)).astype(np.float32),
            ),
        ),
        "classifier",
    )


@pytest.fixture(scope="session")
def ticket(classifier: TargetCNN) -> sv.Ticket:
    widths = sv.suggested_widths(classifier, "10%")
    found = sv.prune(classifier, sv.RandomCNN(3, widths), eps="10%")
    assert isinstance(found, sv.Ticket)
    return found


@pytest.fixture(scope="session")
def images() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 17, (12, 1, 6, 6)) / 16


@pytest.fixture(scope="session")
def networks(classifier: TargetCNN, ticket: sv.Ticket) -> ComparedNetworks:
    return ComparedNetworks.of_ticket(ticket, classifier)
