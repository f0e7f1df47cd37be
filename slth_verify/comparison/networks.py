"""Two networks with the same nodes: bounds by linear forms, and exact values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from slth_verify.comparison.matching import require_match
from slth_verify.errors import InvalidTicketError
from slth_verify.forms import NetworkPair, StageEnds
from slth_verify.graph import TargetCNN
from slth_verify.graph.dyadics import Exact
from slth_verify.graph.exact import exact_values
from slth_verify.graph.stages import Stage, stages_of
from slth_verify.ticket import Ticket
from slth_verify.ticket.graphs import proved_filters
from slth_verify.ticket.graphs.format import validated
from slth_verify.ticket.graphs.sums import PairSums, pair_sums
from slth_verify.ticket.graphs.values import exact_pruned_values
from slth_verify.verdict import Verdict

#: Lower and upper ends of a network's output for one image.
Ends = tuple[Exact, Exact]


@dataclass(frozen=True, eq=False)
class ComparedNetworks:
    """f and g.

    Attributes:
        target: f.
        pair: Both, in floats with proved errors.
        other: g: what its stages' kept filters add up to, exactly, or a graph.
    """

    target: TargetCNN
    pair: NetworkPair
    other: Mapping[str, PairSums] | TargetCNN

    @classmethod
    def of_ticket(cls, ticket: Ticket, target: TargetCNN) -> ComparedNetworks:
        """A target, and the pruned random network of its ticket.

        Raises:
            InvalidTicketError: If it cannot be proved that the ticket names kept
                filters of this target's random network.
            InvalidTargetError: If weights are beyond what floats hold.
        """
        ticket = validated(ticket)
        ledger, kept = proved_filters(ticket, target)
        for finding in ledger:
            if finding.verdict is not Verdict.VERIFIED:
                raise InvalidTicketError(
                    f"ticket: '{finding.claim}' is {finding.verdict.name} "
                    f"({finding.reason}; docs/ticket-format.md). Give the target that "
                    "it was made for."
                )
        sums = {
            stage.name: pair_sums(stage, part.exponent, filters)
            for stage, part, filters in zip(
                stages_of(target), ticket.stages, kept, strict=True
            )
        }
        return cls(target, NetworkPair.of(target, _of_sums(sums)), sums)

    @classmethod
    def of_graphs(cls, target: TargetCNN, other: TargetCNN) -> ComparedNetworks:
        """Two target graphs whose nodes match one by one.

        Raises:
            InvalidTargetError: If they do not match, saying where and why.
        """
        require_match(target, other)
        own = {
            stage.name: StageEnds.of_kernel(twin.kernel())
            for stage, twin in zip(stages_of(target), stages_of(other), strict=True)
        }
        pair = NetworkPair.of(target, lambda stage: own[stage.name])
        return cls(target, pair, other)

    def exact(self, image: object) -> tuple[Ends, Ends]:
        """Both outputs for one image; ends differ only behind irrational batch norms.

        Args:
            image: Of the input's shape: floats or fractions.

        Rigor:
            Exact, or enclosed.
        """
        f, other = exact_values(self.target, image), self.other
        if isinstance(other, TargetCNN):
            return f, exact_values(other, image)
        found = exact_pruned_values(self.target, lambda stage: other[stage.name], image)
        return f, (found, found)


def _of_sums(sums: Mapping[str, PairSums]) -> Callable[[Stage], StageEnds]:
    def ends(stage: Stage) -> StageEnds:
        found = sums[stage.name]
        return StageEnds.of_sums(found.positive, found.negative, found.bias, found.bits)

    return ends


def largest_gap(ends: tuple[Ends, Ends]) -> tuple[Exact, Exact]:
    """Ends of |g - f| for every output of one image."""
    (f_low, f_high), (g_low, g_high) = ends
    above, under = g_high - f_low, f_high - g_low
    zero = np.full(above.shape, 0 * above.ravel()[0], object)
    least = np.maximum(np.maximum(g_low - f_high, f_low - g_high), zero)
    return least, np.maximum(above, under)
