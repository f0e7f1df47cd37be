"""Whether a graph's ticket names the random network that it must, and its weights.

The error is left to `check`. Who builds a network from a ticket needs no less.
"""

from __future__ import annotations

from slth_verify.graph.graph import TargetCNN
from slth_verify.graph.stages import stages_of
from slth_verify.ieee import IEEE, departure
from slth_verify.text import printable
from slth_verify.ticket.graphs.findings import (
    filters_exist,
    fits,
    identity,
    stored_weights,
)
from slth_verify.ticket.graphs.format import Ticket, validated
from slth_verify.ticket.graphs.sums import KeptFilters
from slth_verify.ticket.graphs.weights import drawn_filters
from slth_verify.verdict import Finding, Verdict


def proved_filters(
    ticket: Ticket, graph: TargetCNN
) -> tuple[tuple[Finding, ...], tuple[KeptFilters, ...]]:
    """The kept filters of every stage, with weights made from the seed and proved.

    Args:
        ticket: The ticket.
        graph: The target that it was made for.

    Returns:
        Findings in order, and the filters of the stages. If a finding is not VERIFIED,
        those that build on it are left out, and there are no filters.

    Raises:
        InvalidTicketError: If a field has not the type or range that it must have.

    Rigor:
        Integers, and ball arithmetic for the weights. Anything undecided is
        INCONCLUSIVE. Weights that the file carries are compared, never used.

    Source:
        def:channel-blocked-mask, docs/theory/networks.md.
    """
    changed = departure()
    if changed is not None:
        return (Finding(IEEE, Verdict.INCONCLUSIVE, changed),), ()
    stages, ticket = stages_of(graph), validated(ticket)
    ledger = [identity(ticket, graph), fits(ticket, stages)]
    if not _proved(ledger):
        return tuple(ledger), ()
    pairs = list(zip(stages, ticket.stages, strict=True))
    ledger += [filters_exist(stage, part) for stage, part in pairs]
    if not _proved(ledger):
        return tuple(ledger), ()
    drawn = []
    for stage, part in pairs:
        try:
            found = drawn_filters(ticket.seed, stage, part.width, part.filters)
        except ArithmeticError as undecided:
            claim = "weights of the random network are decided"
            reason = printable(str(undecided))
            ledger.append(Finding(claim, Verdict.INCONCLUSIVE, reason))
            return tuple(ledger), ()
        drawn.append(found)
        if part.weights is not None:
            ledger.append(stored_weights(stage, part, found))
    return tuple(ledger), tuple(drawn) if _proved(ledger) else ()


def _proved(ledger: list[Finding]) -> bool:
    return all(finding.verdict is Verdict.VERIFIED for finding in ledger)
