"""Tickets of small networks that are named truly."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.network import GENERATOR
from slth_verify.ticket import Ticket, TicketLayer

TicketMaker = Callable[[sv.RandomCNN, tuple[int, ...], tuple[int, ...], int], Ticket]


def ticket_of(
    network: sv.RandomCNN, channels: tuple[int, ...], sizes: tuple[int, ...], seed: int
) -> Ticket:
    """A ticket that names a network truly; what it approximates is left open."""
    rng = np.random.default_rng(seed)
    layers = []
    for layer, size in enumerate(sizes, start=1):
        count = network.block(layer) * channels[layer - 1]
        kept = np.flatnonzero(rng.random(count) < 0.5).astype(np.int64)
        owner = kept // network.block(layer)
        scalars = np.empty(len(kept), np.float32)
        for channel in np.unique(owner).tolist():
            rows = owner == channel
            scalars[rows] = network.scalars(layer, channel, kept[rows])
        shape = (size, size, channels[layer])
        layers.append(TicketLayer(kept, scalars, network.kernels(layer, kept, shape)))
    return Ticket(
        target={"sha256": "ab" * 32, "input_shape": [channels[0], 5, 4]},
        generator=GENERATOR,
        seed=network.seed,
        widths=network.widths,
        scale_exponents=tuple(range(-1, len(sizes) - 1)),
        eps=Fraction(1),
        certified_error="1",
        layers=tuple(layers),
    )


@pytest.fixture(scope="session")
def true_ticket() -> TicketMaker:
    """Makes a ticket from a network, channels, kernel sizes and a choice of filters."""
    return ticket_of


@pytest.fixture(scope="session")
def ticket() -> Ticket:
    return ticket_of(sv.RandomCNN(3, (4, 3)), (2, 3, 2), (3, 1), seed=1)
