"""fig:neuron-pruning: removing filters and deleting them are the same."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import hypothesis
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from slth_verify.conformance._failure import require
from slth_verify.conformance.recording.drive import run
from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import Stage, stages_of
from slth_verify.network import GENERATOR, RandomCNN
from slth_verify.strategies import seeds, target_networks
from slth_verify.ticket import StageTicket, Ticket

if TYPE_CHECKING:
    from torch import nn


_require = partial(require, statement="fig:neuron-pruning")
_MAX_WIDTH = 4

#: ``collapse(target, ticket)``: the whole random network after block mask and removal
#: of filters, and the collapsed one: for each layer of the target the 1x1 convolution
#: and the one behind it.
Collapse = Callable[
    [TargetCNN, Ticket],
    "tuple[list[tuple[nn.Conv2d, nn.Conv2d]], list[tuple[nn.Conv2d, nn.Conv2d]]]",
]


def check_neuron_pruning(
    collapse: Collapse, *, settings: hypothesis.settings | None = None
) -> None:
    """Compare a masked network and its collapsed form with the generator's weights.

    On odd layers the masked network must hold the generator's scalar where a filter
    was kept and sees its own channel, and zero elsewhere; on even layers, all weights.
    The collapsed network must hold the same rows and columns, bit for bit, and no
    others.

    Args:
        collapse: The implementation under test.
        settings: Hypothesis settings; None for the loaded profile.

    Raises:
        ConformanceFailure: At the first weight that differs.

    Source:
        fig:neuron-pruning, def:channel-blocked-mask.
    """

    def body(target: TargetCNN, seed: int, choice: int) -> None:
        ticket = _ticket(target, seed, np.random.default_rng(choice))
        stages = stages_of(target)
        masked, collapsed = collapse(target, ticket)
        _require(
            len(masked) == len(collapsed) == len(stages),
            f"{len(masked)} and {len(collapsed)} pairs for {len(stages)} layers",
        )
        for stage, *pairs in zip(stages, masked, collapsed, strict=True):
            _check_layer(ticket, stage, *pairs)

    run(
        body,
        settings,
        target=target_networks(max_depth=3),
        seed=seeds(),
        choice=st.integers(0, (1 << 32) - 1),
    )


def _ticket(target: TargetCNN, seed: int, rng: np.random.Generator) -> Ticket:
    """Some filters of every layer, at least one; no claim is meant."""
    parts = []
    for stage in stages_of(target):
        width = int(rng.integers(1, _MAX_WIDTH + 1))
        count = 2 * width * stage.channels
        chosen = np.flatnonzero(rng.random(count) < 0.5).astype(np.int64)
        kept = chosen if len(chosen) else np.array([count - 1])
        parts.append(StageTicket(stage.name, width, 0, kept))
    named = {"name": target.name, "sha256": target.sha256}
    return Ticket(named, GENERATOR, seed, tuple(parts), Fraction(1), "1")


def _check_layer(
    ticket: Ticket,
    stage: Stage,
    masked: tuple[nn.Conv2d, nn.Conv2d],
    collapsed: tuple[nn.Conv2d, nn.Conv2d],
) -> None:
    layer, part = stage.number, ticket.stages[stage.number - 1]
    network = RandomCNN(ticket.seed, tuple(item.width for item in ticket.stages))
    channels, block = stage.channels, network.block(layer)
    filters = np.arange(block * channels, dtype=np.int64)
    first = np.zeros((len(filters), channels), dtype=np.float32)
    for number in part.filters.tolist():
        owner = number // block
        row = np.array([number])
        first[number, owner] = network.scalars(layer, owner, row)[0]
    second = network.kernels(layer, filters, stage.kernel_shape(0))
    second = second.transpose(3, 0, 1, 2)
    named = f"seed {network.seed}, widths {network.widths}"
    case = f"{named}, {stage}, kept {part.filters.tolist()}"
    for name, pair, rows in (
        ("masked", masked, filters),
        ("collapsed", collapsed, part.filters),
    ):
        odd = _weights(pair[0])[:, :, 0, 0]
        _require(
            np.array_equal(odd, first[rows]),
            f"{case}: the {name} 1x1 layer is {odd.tolist()}, not "
            f"{first[rows].tolist()}",
        )
        even = _weights(pair[1])
        _require(
            np.array_equal(even, second[:, rows]),
            f"{case}: the {name} second layer does not hold columns {rows.tolist()} of "
            "the random one",
        )


def _weights(part: nn.Conv2d) -> NDArray[np.float32]:
    return np.asarray(part.weight.detach().numpy())
