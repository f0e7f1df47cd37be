"""What remains of a graph's random network, small and dense, once it is proved."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from torch import nn

from slth_verify.construction.graphs.small_graphs import small_graph
from slth_verify.errors import (
    InvalidTargetError,
    InvalidTicketError,
    UnprovedTicketError,
)
from slth_verify.graph import TargetCNN
from slth_verify.graph.nodes import Weights
from slth_verify.graph.stages import stages_of
from slth_verify.limits import WEIGHTS
from slth_verify.network import Size, random_network_size, target_size
from slth_verify.network.onnx_graphs import graph_to_onnx
from slth_verify.network.pruned_graphs import target_module
from slth_verify.network.pruned_graphs.networks import DType, torch_dtype
from slth_verify.network.pruned_graphs.pairs import pair_weights
from slth_verify.showing import OneLine
from slth_verify.text import printable
from slth_verify.ticket import Ticket
from slth_verify.ticket.given import given_target, given_ticket
from slth_verify.ticket.graphs import check_graph, proved_filters
from slth_verify.verdict import Finding, Verdict, overall

#: Bytes of a weight of the random network.
_BYTES = 4


@dataclass(frozen=True, eq=False, repr=False)
class Collapsed(OneLine):
    """A graph's pruned random network without its removed filters.

    It is a target graph itself: its file is one of those, described in
    docs/target-graphs.md, and whatever reads graphs reads it.

    Attributes:
        graph: The small network; its outputs approximate the target's.
        before: Size of the whole random network, in float32.
    """

    graph: TargetCNN
    before: Size

    @property
    def after(self) -> Size:
        """Size of ``graph``: every number that it stores, zeros included."""
        return target_size(self.graph)

    @property
    def zeros(self) -> int:
        """How many stored weights are zero, as the block mask leaves them."""
        return sum(int((weight == 0).sum()) for weight in self._weights())

    @property
    def bytes_before(self) -> int:
        """Of the weights of the whole random network."""
        return int(_BYTES * self.before.parameters)

    @property
    def bytes_after(self) -> int:
        """Of the weights of ``graph``."""
        return sum(int(weight.nbytes) for weight in self._weights())

    @cached_property
    def module(self) -> nn.Module:
        """The network as a torch module, in the dtype of its weights; made once."""
        double = any(weight.dtype == np.float64 for weight in self._weights())
        dtype: DType = "float64" if double else "float32"
        module: nn.Module = target_module(self.graph, dtype=dtype)
        return module

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a target graph's ``.safetensors`` file, atomically.

        `TargetCNN.from_file` reads it, and `TargetCNN.to_torch` makes a torch module of
        it. Nothing in it proves where its weights come from: collapse the
        ticket again for that.

        Raises:
            InvalidTargetError: If the file would be too large to be read again.
            UnusableFileError: If it cannot be written.
        """
        self.graph.save(path)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> TargetCNN:
        """The network of a file that `save` wrote, which is a target graph.

        Raises:
            InvalidTargetError: If the file is damaged or no network.
        """
        return TargetCNN.from_file(path)

    def to_onnx(self, path: str | os.PathLike[str]) -> None:
        """Write an ONNX file; see `network.graph_to_onnx`."""
        graph_to_onnx(self.graph, path)

    def _weights(self) -> list[Weights]:
        arrays = (
            getattr(node, field.name)
            for node in self.graph.nodes
            for field in fields(node)
        )
        return [array for array in arrays if isinstance(array, np.ndarray)]


def collapse(
    ticket: str | os.PathLike[str] | Ticket,
    target: str | os.PathLike[str] | TargetCNN | None = None,
    *,
    merge: bool = False,
    dtype: DType = "float32",
) -> Collapsed:
    """Delete all removed filters; weights come from the seed, not from the file.

    Deleting a filter deletes a row of one weight matrix and a column of the next, so
    the collapsed network computes the same sums as the masked one, without the zeros.
    With ``merge`` filters of equal channel and sign are added up as well, down to about
    the size of the target; that is exact up to one rounding per entry, to ``dtype``.
    Filters of the constant channel become the bias that they add up to.

    Before anything is built, the ticket's own network is proved: its filters exist,
    each is used once, and weights that it stores are those that the generator gives
    for its seed. A ticket that stores none is known by its claims alone: they are
    checked as `slth_verify.check` does, which takes as long, since another seed gives
    another network. Store weights (`slth_verify.ticket.with_weights`) to go without.

    Args:
        ticket: A ticket file or a loaded ticket.
        target: Its target or the target's file, which says what stands between the
            random layers. None for the one that `slth_verify.prune` made the ticket
            for; tickets from files do not hold theirs.
        merge: Whether to merge.
        dtype: Of the small network's weights, ``"float32"`` or ``"float64"``.

    Raises:
        InvalidTicketError: If the file cannot be read as a ticket, or the network
            would have more than 2^26 weights.
        InvalidTargetError: If the target is missing or cannot be read, or the network
            would have more nodes than a target may.
        InvalidParameterError: If the dtype is another, or does not hold a weight.
        UnprovedTicketError: If its network is not proved to be the one it names, or
            what the ticket says of it is refuted or undecided.

    Rigor:
        Integers and ball arithmetic for the weights of the kept filters.

    Source:
        fig:neuron-pruning, docs/theory/networks.md.
    """
    torch_dtype(dtype)
    loaded, graph = given_ticket(ticket), _target_of(ticket, target)
    ledger, kept = proved_filters(loaded, graph)
    _require_proved(ledger)
    stages = stages_of(graph)
    if not merge:
        pairs = zip(stages, kept, strict=True)
        count = sum(pair_weights(stage, part.owner) for stage, part in pairs)
        if count > WEIGHTS:
            raise InvalidTicketError(
                f"ticket: the collapsed network would hold {count} weights, more than "
                f"{WEIGHTS}. Merge it (merge=True, --merge)."
            )
    if any(part.weights is None for part in loaded.stages):
        known = check_graph(
            loaded, graph, None, cross_check=False, limited=True, sharp=False
        )
        claims = (x for x in known.ledger if x.verdict is not Verdict.VACUOUS)
        _require_proved(tuple(claims))
    return Collapsed(
        small_graph(
            graph, [part.exponent for part in loaded.stages], kept, dtype, merge=merge
        ),
        random_network_size(graph, [part.width for part in loaded.stages]),
    )


def _target_of(ticket: Any, target: Any) -> TargetCNN:
    """The target, given or remembered; whether it is the ticket's is proved later.

    Raises:
        InvalidTargetError: If there is none.
    """
    if target is None and isinstance(ticket, Ticket):
        target = ticket.made_for
    if target is None:
        raise InvalidTargetError(
            "target is missing: a ticket's file names its target by digest alone "
            "(docs/ticket-format.md). Give the target or its file: "
            "collapse(ticket, target)."
        )
    return given_target(target)


def _require_proved(ledger: tuple[Finding, ...]) -> None:
    """Refuse a ticket that is not proved to name its network.

    Raises:
        UnprovedTicketError: Naming the first claim that is not proved.
    """
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
