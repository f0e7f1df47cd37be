"""What remains of a graph's random network, small and dense, once it is proved."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from fractions import Fraction

import numpy as np
from torch import nn

from slth_verify.construction.graphs.small_graphs import small_graph
from slth_verify.errors import InvalidTicketError, UnprovedTicketError
from slth_verify.graph import TargetGraph
from slth_verify.graph.nodes import Weights
from slth_verify.graph.stages import stages_of
from slth_verify.limits import WEIGHTS
from slth_verify.network import (
    Size,
    graph_module,
    graph_size,
    graph_to_onnx,
    random_graph_size,
)
from slth_verify.network.pruned_graphs.networks import DType, torch_dtype
from slth_verify.network.pruned_graphs.pairs import pair_weights
from slth_verify.text import printable
from slth_verify.ticket import GraphTicket
from slth_verify.ticket.graphs import proved_filters
from slth_verify.verdict import Finding, Verdict, overall

#: Bytes of a weight of the random network.
_BYTES = 4


@dataclass(frozen=True, eq=False)
class CollapsedGraph:
    """A graph's pruned random network without its removed filters.

    It is a target graph itself: its file is one of those, described in
    docs/target-graphs.md, and whatever reads graphs reads it.

    Attributes:
        graph: The small network; its outputs approximate the target's.
        before: Size of the whole random network, in float32.
    """

    graph: TargetGraph
    before: Size

    @property
    def output_scale(self) -> Fraction:
        """What to multiply the output with: 1, as stages have their powers of two."""
        return Fraction(1)

    @property
    def after(self) -> Size:
        """Size of ``graph``: every number that it stores, zeros included."""
        return graph_size(self.graph)

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

    def module(self) -> nn.Module:
        """The network as a torch module, in the dtype of its weights."""
        double = any(weight.dtype == np.float64 for weight in self._weights())
        dtype: DType = "float64" if double else "float32"
        module: nn.Module = graph_module(self.graph, dtype=dtype)
        return module

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a target graph's ``.safetensors`` file, atomically.

        `TargetGraph.from_file` reads it, and `network.graph_module` makes a torch
        module of it. Nothing in it proves where its weights come from: collapse the
        ticket again for that.

        Raises:
            InvalidTargetError: If the file would be too large to be read again.
            UnusableFileError: If it cannot be written.
        """
        self.graph.save(path)

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


def collapse_graph(
    ticket: GraphTicket, graph: TargetGraph, dtype: DType, *, merge: bool
) -> CollapsedGraph:
    """The small network of a graph's ticket; see `slth_verify.construction.collapse`.

    Args:
        ticket: The ticket.
        graph: The target that it was made for.
        dtype: Of the small network's weights.
        merge: Whether filters of one channel and sign are added up.
    """
    torch_dtype(dtype)
    ledger, kept = proved_filters(ticket, graph)
    require_proved(ledger)
    stages = stages_of(graph)
    if not merge:
        pairs = zip(stages, kept, strict=True)
        count = sum(pair_weights(stage, part.owner) for stage, part in pairs)
        if count > WEIGHTS:
            raise InvalidTicketError(
                f"ticket: the collapsed network would hold {count} weights, more than "
                f"{WEIGHTS}. Merge it (merge=True, --merge)."
            )
    exponents = [part.exponent for part in ticket.stages]
    widths = [part.width for part in ticket.stages]
    return CollapsedGraph(
        small_graph(graph, exponents, kept, dtype, merge=merge),
        random_graph_size(graph, widths),
    )


def require_proved(ledger: tuple[Finding, ...]) -> None:
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
