"""The weights of kept filters, made again from the seed alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from slth_verify.deadline import look_at_the_clock
from slth_verify.enclosure import normal_quantiles
from slth_verify.errors import InvalidTicketError
from slth_verify.graph.graph import TargetCNN
from slth_verify.graph.stages import Stage, stages_of
from slth_verify.text import printable
from slth_verify.ticket.graphs.format import Ticket, validated
from slth_verify.ticket.graphs.generator import kernel_words, scalar_words
from slth_verify.ticket.graphs.stage_ticket import StoredWeights
from slth_verify.ticket.graphs.sums import KeptFilters

#: Words that are made at a time.
_CHUNK = 1 << 20


def drawn_filters(
    seed: int, stage: Stage, width: int, filters: NDArray[np.int64]
) -> KeptFilters:
    """Filters of a stage's pair, with the weights that the generator gives them.

    Args:
        seed: Of the random network.
        stage: Its number and channels.
        width: n; each channel has a block of 2 n filters.
        filters: Increasing indices below ``2 n stage.inputs``.

    Raises:
        ArithmeticError: If a weight cannot be decided.

    Rigor:
        Every weight is proved to be the float32 nearest to its word's normal quantile.
    """
    owner = filters // (2 * width)
    words = np.empty(len(filters), np.uint64)
    for channel in np.unique(owner).tolist():
        look_at_the_clock()
        start, end = np.searchsorted(owner, [channel, channel + 1])
        words[start:end] = scalar_words(seed, stage.number, channel, filters[start:end])
    plain = int(np.searchsorted(owner, stage.channels))
    shape = stage.kernel_shape(0)
    constant = stage.kernel_shape(stage.channels)[2:]
    return KeptFilters(
        filters,
        owner,
        normal_quantiles(words),
        _kernels(seed, stage.number, filters[:plain], shape),
        _kernels(seed, stage.number, filters[plain:], constant),
    )


def with_weights(ticket: Ticket, graph: TargetCNN) -> Ticket:
    """The same ticket with its weights, for readers without the generator.

    Args:
        ticket: Whose filters exist.
        graph: The target that it was made for.

    Raises:
        InvalidTicketError: If the ticket is not of this target, or names filters that
            do not exist.
    """
    stages, ticket = stages_of(graph), validated(ticket)
    names = [part.name for part in ticket.stages]
    if ticket.target.get("sha256") != graph.sha256 or names != [s.name for s in stages]:
        raise InvalidTicketError(
            "the ticket was made for another target (docs/ticket-format.md). Give the "
            "one that it names."
        )
    parts = []
    for stage, part in zip(stages, ticket.stages, strict=True):
        count, found = 2 * part.width * stage.inputs, part.filters
        ends = np.concatenate([[-1], found, [count]])
        if (ends[1:] <= ends[:-1]).any():
            raise InvalidTicketError(
                f"stage {printable(stage.name)}: filters must increase and lie below "
                f"{count} (docs/ticket-format.md). Check the ticket."
            )
        drawn = drawn_filters(ticket.seed, stage, part.width, part.filters)
        weights = StoredWeights(drawn.scalars, drawn.kernels, drawn.constants)
        parts.append(replace(part, weights=weights))
    return replace(ticket, stages=tuple(parts))


def _kernels(
    seed: int, number: int, filters: NDArray[np.int64], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    entries = int(np.prod(shape))
    step = max(1, _CHUNK // entries)
    out = np.empty((len(filters), entries), np.float32)
    for start in range(0, len(filters), step):
        look_at_the_clock()
        words = kernel_words(seed, number, filters[start : start + step], entries)
        out[start : start + step] = normal_quantiles(words.ravel()).reshape(words.shape)
    return out.reshape(len(filters), *shape)
