"""Fixtures: graphs, and tickets that are made by hand and approximate nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import slth_verify as sv


@pytest.fixture(scope="session")
def hand_ticket() -> Callable[..., sv.Ticket]:
    """Makes a ticket that keeps some filters of every channel; it approximates nothing.

    Widths are 2 and 3, exponents from -2 to 2. What it claims holds of anything.
    """
    from slth_verify.graph.stages import stages_of

    def make(graph: sv.TargetCNN, seed: int = 0) -> sv.Ticket:
        rng = np.random.default_rng(seed)
        parts = []
        for stage in stages_of(graph):
            width = int(rng.integers(2, 4))
            kept = np.flatnonzero(rng.random(2 * width * stage.inputs) < 0.6)
            exponent = int(rng.integers(-2, 3))
            part = sv.ticket.StageTicket(stage.name, width, exponent, kept)
            parts.append(part)
        return sv.Ticket(
            target={"name": "hand", "sha256": graph.sha256},
            generator=sv.network.GENERATOR,
            seed=11 + seed,
            stages=tuple(parts),
            eps=Fraction(10**600),
            certified_error="1e600",
        )

    return make


@pytest.fixture(scope="session")
def box_images() -> Callable[..., np.ndarray]:
    """Draws five images of a graph's box, in float64."""

    def draw(graph: sv.TargetCNN, seed: int = 0) -> np.ndarray:
        shape = graph.input.shape
        low, high = (
            np.array([float(x) for x in ends]).reshape(-1, *[1] * (len(shape) - 1))
            for ends in (graph.input.low, graph.input.high)
        )
        share = np.random.default_rng(seed).random((5, *shape))
        return np.asarray(low + share * (high - low))

    return draw


@pytest.fixture(scope="session")
def grouped() -> sv.TargetCNN:
    """Groups, strides, margins that differ, biases, and a batch norm on its own."""
    from slth_verify import graph

    rng = np.random.default_rng(5)

    def drawn(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    return sv.TargetCNN(
        (
            graph.Input(name="x", shape=(4, 5, 6), low=(-1,) * 4, high=(1,) * 4),
            graph.Convolution(
                name="groups",
                sources=("x",),
                weight=drawn(6, 2, 3, 2),
                stride=(2, 1),
                dilation=(1, 2),
                padding=(2, 0, 1, 3),
                padding_mode="replicate",
                groups=2,
            ),
            graph.Rectifier(
                name="leaky", sources=("groups",), slopes=(Fraction(1, 4),)
            ),
            graph.BatchNorm(
                name="norm",
                sources=("leaky",),
                scale=drawn(6),
                shift=drawn(6),
                mean=drawn(6),
                variance=np.abs(drawn(6)),
                epsilon=Fraction(1, 8),
            ),
            graph.Rectifier(name="relu", sources=("norm",)),
            graph.AveragePool(
                name="mean",
                sources=("relu",),
                window=(3, 4),
                stride=(3, 4),
                padding=(0, 1, 2, 0),
                counts_padding=False,
            ),
            graph.Reshape(name="flat", sources=("mean",), shape=(12,)),
            graph.Dense(
                name="dense", sources=("flat",), weight=drawn(3, 12), bias=drawn(3)
            ),
        )
    )


def with_part(ticket: sv.Ticket, number: int, **changes: Any) -> sv.Ticket:
    """The ticket with another stage, counted from 1."""
    stages = list(ticket.stages)
    stages[number - 1] = replace(stages[number - 1], **changes)
    return replace(ticket, stages=tuple(stages))
