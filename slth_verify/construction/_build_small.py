"""The paper's Figure 1: what remains of the random network is small and dense."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from slth_verify.construction._small_file import Origin
from slth_verify.construction._small_network import Collapsed
from slth_verify.errors import InvalidTicketError, UnprovedTicketError
from slth_verify.limits import IMAGE_SIDE, WEIGHTS
from slth_verify.network import (
    Architecture,
    RandomCNN,
    merged_kernels,
    merged_module,
    pruned_module,
)
from slth_verify.text import printable
from slth_verify.ticket import Ticket, prove_weights
from slth_verify.verdict import Verdict, overall

__all__ = ["Collapsed", "architecture_of", "collapse", "merged_network"]


def collapse(
    ticket: str | os.PathLike[str] | Ticket, *, merge: bool = False
) -> Collapsed:
    """Delete all removed filters; weights come from the seed, not from the file.

    Deleting a filter deletes a row of one weight matrix and a column of the next, so
    the collapsed network computes the same sums as the masked one, without the zeros.
    With ``merge`` filters of equal channel and sign are added up as well, down to about
    the size of the target; that is exact up to one rounding to float64 per entry.

    Before anything is built, the ticket's own network is proved: its filters exist,
    each is used once, and its stored weights are those that the generator gives for
    its seed. Whether it approximates its target is for `slth_verify.check` to say.

    Args:
        ticket: A ticket file or a loaded ticket.
        merge: Whether to merge.

    Raises:
        InvalidTicketError: If the file cannot be read as a ticket, or the network
            would have more than 2^26 weights.
        UnprovedTicketError: If its network is not proved to be the one it names.

    Rigor:
        Integers and ball arithmetic for the weights of the kept filters.

    Source:
        fig:neuron-pruning.
    """
    loaded = Ticket.load(Path(ticket)) if not isinstance(ticket, Ticket) else ticket
    input_shape = _input_shape(loaded)
    _require_proved(loaded, input_shape[0])
    network = RandomCNN(loaded.seed, loaded.widths)
    shape = architecture_of(loaded)
    kept = [layer.filters for layer in loaded.layers]
    if merge:
        module = merged_network(network, shape, kept)
    else:
        _require_room(shape, kept)
        module = pruned_module(network, shape, kept)
    digest = str(loaded.target.get("sha256"))
    known = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
    exponent = sum(loaded.scale_exponents)
    origin = Origin(network, input_shape, digest if known else "none", exponent)
    return Collapsed(module, origin)


def architecture_of(ticket: Ticket) -> Architecture:
    """Channels and kernel sizes that a ticket speaks of."""
    outs = [layer.kernels.shape[3] for layer in ticket.layers]
    sizes = tuple(layer.kernels.shape[1] for layer in ticket.layers)
    return Architecture((_input_shape(ticket)[0], *outs), sizes)


def _require_proved(ticket: Ticket, input_channels: int) -> None:
    ledger = prove_weights(ticket, input_channels)
    verdict = overall(tuple(finding.verdict for finding in ledger))
    if verdict is Verdict.VERIFIED:
        return
    wrong = next(item for item in ledger if item.verdict is not Verdict.VERIFIED)
    raise UnprovedTicketError(
        f"ticket: {wrong.verdict.name}: {wrong.claim}: {printable(wrong.reason, 500)}. "
        "A network is built only from a ticket that is proved to name it "
        "(fig:neuron-pruning). Write the ticket again with `slth-verify prune`.",
        verdict,
    )


def _require_room(shape: Architecture, kept: Sequence[NDArray[np.int64]]) -> None:
    """Refuse a network that is too large to be held densely."""
    count = sum(
        len(filters) * (shape.channels[layer - 1] + shape.dimension(layer))
        for layer, filters in enumerate(kept, start=1)
    )
    if count > WEIGHTS:
        raise InvalidTicketError(
            f"ticket: the collapsed network would hold {count} weights, more than "
            f"{WEIGHTS}. Merge it (merge=True, --merge)."
        )


def _input_shape(ticket: Ticket) -> tuple[int, int, int]:
    described = isinstance(ticket.target, dict)
    shape = ticket.target.get("input_shape") if described else None
    if (
        not isinstance(shape, list)
        or len(shape) != 3
        or any(type(side) is not int or not 1 <= side <= IMAGE_SIDE for side in shape)
    ):
        raise InvalidTicketError(
            f"input_shape={printable(str(shape)[:200], 60)}: a ticket names its "
            "target's (channels, height, width) as three positive integers. Write it "
            "again with `slth-verify prune`."
        )
    channels, height, width = shape
    return channels, height, width


def merged_network(
    network: RandomCNN, shape: Architecture, kept: Sequence[NDArray[np.int64]]
) -> nn.Sequential:
    """Kept filters added up per channel and sign, float64."""
    positive = []
    negative = np.empty(0)
    for layer, filters in enumerate(kept, start=1):
        owner = filters // network.block(layer)
        scalars = network.own_scalars(layer, filters)
        kernels = network.kernels(layer, filters, shape.kernel_shape(layer))
        channels = shape.channels[layer - 1]
        positive.append(merged_kernels(scalars, kernels, owner, channels, 1))
        if layer == 1:
            negative = merged_kernels(scalars, kernels, owner, channels, -1)
    module: nn.Sequential = merged_module(positive, negative)
    return module
