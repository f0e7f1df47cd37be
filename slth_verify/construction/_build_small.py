"""The paper's Figure 1: what remains of the random network is small and dense."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from torch import nn

from slth_verify.construction._small_file import Origin
from slth_verify.construction._small_network import Collapsed
from slth_verify.construction.graphs.collapse import (
    CollapsedGraph,
    collapse_graph,
    require_proved,
)
from slth_verify.errors import InvalidParameterError, InvalidTicketError
from slth_verify.graph import TargetGraph
from slth_verify.limits import IMAGE_SIDE, WEIGHTS
from slth_verify.network import (
    Architecture,
    RandomCNN,
    merged_kernels,
    merged_module,
    pruned_module,
)
from slth_verify.network.pruned_graphs.networks import DType
from slth_verify.numbers import shown
from slth_verify.text import printable
from slth_verify.ticket import GraphTicket, Ticket, prove_weights
from slth_verify.ticket.graphs import is_graph_ticket

__all__ = [
    "Collapsed",
    "CollapsedGraph",
    "architecture_of",
    "collapse",
    "merged_network",
]


@overload
def collapse(
    ticket: Ticket, target: None = None, *, merge: bool = False, dtype: None = None
) -> Collapsed: ...
@overload
def collapse(
    ticket: str | os.PathLike[str] | GraphTicket,
    target: str | os.PathLike[str] | TargetGraph,
    *,
    merge: bool = False,
    dtype: DType | None = None,
) -> CollapsedGraph: ...
@overload
def collapse(
    ticket: str | os.PathLike[str] | Ticket | GraphTicket,
    target: str | os.PathLike[str] | TargetGraph | None = None,
    *,
    merge: bool = False,
    dtype: DType | None = None,
) -> Collapsed | CollapsedGraph: ...
def collapse(
    ticket: str | os.PathLike[str] | Ticket | GraphTicket,
    target: str | os.PathLike[str] | TargetGraph | None = None,
    *,
    merge: bool = False,
    dtype: DType | None = None,
) -> Collapsed | CollapsedGraph:
    """Delete all removed filters; weights come from the seed, not from the file.

    Deleting a filter deletes a row of one weight matrix and a column of the next, so
    the collapsed network computes the same sums as the masked one, without the zeros.
    With ``merge`` filters of equal channel and sign are added up as well, down to about
    the size of the target; that is exact up to one rounding per entry, to float64, or
    to ``dtype`` for a graph.

    Before anything is built, the ticket's own network is proved: its filters exist,
    each is used once, and its stored weights are those that the generator gives for
    its seed. Whether it approximates its target is for `slth_verify.check` to say.

    A graph's ticket needs its target, which says what stands between the random layers.
    Filters of the constant channel become the bias that they add up to.

    Args:
        ticket: A ticket file or a loaded ticket.
        target: For a graph's ticket, its target or the target's file; otherwise None.
        merge: Whether to merge.
        dtype: Of a graph's small network, ``"float32"`` (if None) or ``"float64"``.

    Raises:
        InvalidTicketError: If the file cannot be read as a ticket, or the network
            would have more than 2^26 weights.
        InvalidTargetError: If the target cannot be read, or the network would have
            more nodes than a graph may.
        InvalidParameterError: If the target is missing, or given where there is none;
            if the dtype is another, or does not hold a weight.
        UnprovedTicketError: If its network is not proved to be the one it names.

    Rigor:
        Integers and ball arithmetic for the weights of the kept filters.

    Source:
        fig:neuron-pruning; of graphs docs/theory/networks.md.
    """
    loaded = _loaded(ticket)
    if isinstance(loaded, GraphTicket):
        if target is None:
            raise InvalidParameterError(
                "target=None: the ticket was made for a graph, whose other nodes it "
                "does not hold (docs/ticket-format.md). Give its target too (target=, "
                "--target)."
            )
        graph = target
        if not isinstance(graph, TargetGraph):
            graph = TargetGraph.from_file(graph)
        return collapse_graph(loaded, graph, dtype or "float32", merge=merge)
    if target is not None or dtype is not None:
        raise InvalidParameterError(
            f"target={shown(target)}, dtype={shown(dtype)}: the ticket was made for no "
            "graph, and names its own layers (docs/ticket-format.md). Leave both out."
        )
    return _collapsed(loaded, merge=merge)


def _loaded(ticket: str | os.PathLike[str] | Ticket | GraphTicket) -> Any:
    if isinstance(ticket, Ticket | GraphTicket):
        return ticket
    return (GraphTicket if is_graph_ticket(ticket) else Ticket).load(Path(ticket))


def _collapsed(ticket: Ticket, *, merge: bool) -> Collapsed:
    """The small network of a ticket of the paper's class."""
    input_shape = _input_shape(ticket)
    _require_proved(ticket, input_shape[0])
    network = RandomCNN(ticket.seed, ticket.widths)
    shape = architecture_of(ticket)
    kept = [layer.filters for layer in ticket.layers]
    if merge:
        module = merged_network(network, shape, kept)
    else:
        _require_room(shape, kept)
        module = pruned_module(network, shape, kept)
    digest = str(ticket.target.get("sha256"))
    known = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
    exponent = sum(ticket.scale_exponents)
    origin = Origin(network, input_shape, digest if known else "none", exponent)
    return Collapsed(module, origin)


def architecture_of(ticket: Ticket) -> Architecture:
    """Channels and kernel sizes that a ticket speaks of."""
    outs = [layer.kernels.shape[3] for layer in ticket.layers]
    sizes = tuple(layer.kernels.shape[1] for layer in ticket.layers)
    return Architecture((_input_shape(ticket)[0], *outs), sizes)


def _require_proved(ticket: Ticket, input_channels: int) -> None:
    require_proved(prove_weights(ticket, input_channels))


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
