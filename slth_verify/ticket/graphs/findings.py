"""The single claims of a graph's ticket, each checked on its own."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from slth_verify.graph.graph import TargetCNN
from slth_verify.graph.stages import Stage
from slth_verify.numbers import shown
from slth_verify.text import counted, printable
from slth_verify.ticket.graphs.claims import at_least, each_once, lower, upper
from slth_verify.ticket.graphs.format import Ticket
from slth_verify.ticket.graphs.generator import GENERATOR
from slth_verify.ticket.graphs.outputs import OutputSpread
from slth_verify.ticket.graphs.second_opinion import SecondOpinion
from slth_verify.ticket.graphs.stage_ticket import StageTicket
from slth_verify.ticket.graphs.sums import KeptFilters
from slth_verify.verdict import Finding, Verdict


def identity(ticket: Ticket, graph: TargetCNN) -> Finding:
    """Whether the ticket names the digest of this target."""
    claim = "the ticket was made for this target"
    stated = str(ticket.target["sha256"])
    if stated != graph.sha256:
        reason = (
            f"the ticket names sha256 {printable(stated, 64)}, the target has "
            f"{graph.sha256}"
        )
        return Finding(claim, Verdict.REFUTED, reason)
    return Finding(claim, Verdict.VERIFIED, f"sha256 {graph.sha256}")


def fits(ticket: Ticket, stages: Sequence[Stage]) -> Finding:
    """Whether generator and stages are those of the target."""
    claim = "stages and generator fit the target"
    named, wanted = ([part.name for part in parts] for parts in (ticket.stages, stages))
    if ticket.generator != GENERATOR:
        reason = f"generator='{printable(ticket.generator, 64)}' is not {GENERATOR!r}"
        return Finding(claim, Verdict.REFUTED, reason)
    if named != wanted:
        reason = f"the ticket has stages {shown(named)}, the target {shown(wanted)}"
        return Finding(claim, Verdict.REFUTED, reason)
    count = counted(len(wanted), "stage") if wanted else "neither has a stage"
    return Finding(claim, Verdict.VERIFIED, f"{count}; {GENERATOR}")


def filters_exist(stage: Stage, part: StageTicket) -> Finding:
    """Whether kept filters are filters of the random network, each once."""
    claim = f"stage {printable(stage.name)}: kept filters exist, each once, in order"
    if not part.filters.size:
        claim = f"stage {printable(stage.name)}: no filter is kept"
    return each_once(claim, part.filters, 2 * part.width * stage.inputs)


def stored_weights(stage: Stage, part: StageTicket, drawn: KeptFilters) -> Finding:
    """Whether weights that the file carries are the generator's, bit by bit."""
    claim = f"stage {printable(stage.name)}: stored weights are the generator's"
    total = 0
    for name in ("scalars", "kernels", "constants"):
        stored, made = getattr(part.weights, name), getattr(drawn, name)
        if stored.shape != made.shape:
            reason = f"{name} of shape {stored.shape}, not {made.shape}"
            return Finding(claim, Verdict.REFUTED, reason)
        bits = np.ascontiguousarray(stored).view(np.uint32)
        other = np.flatnonzero(bits != made.view(np.uint32))
        if other.size:
            at = int(other[0])
            reason = (
                f"{name}, entry {at}: stored {stored.ravel()[at]!r}, the generator "
                f"gives {made.ravel()[at]!r}"
            )
            return Finding(claim, Verdict.REFUTED, reason)
        total += made.size
    if not total:
        claim = f"stage {printable(stage.name)}: no weights are stored, none drawn"
    return Finding(claim, Verdict.VERIFIED, f"{total} correctly rounded quantiles")


def scale(found: OutputSpread, eps: Fraction) -> Finding:
    """Whether the claim says more than that the target's outputs hardly change."""
    width = upper(found.widest)
    if found.trivial(eps):
        return Finding(
            "the claim is not trivial: no constants meet it",
            Verdict.VACUOUS,
            f"TRIVIAL: no output channel of the target ranges over more than {width}, "
            f"at most twice eps = {upper(eps)}, so constants are within eps as well",
        )
    reason = (
        f"output channels range over at most {width}, {lower(found.reached)} is reached"
    )
    if found.trivial(eps) is None:
        reason += "; whether constants are within eps is undecided"
    return Finding(
        "eps is below half the certified range of the target's outputs",
        Verdict.VERIFIED,
        reason,
    )


def second_opinion(opinion: SecondOpinion) -> Finding | None:
    """Whether mpmath agrees with the exact bounds.

    Returns:
        None if there was nothing to compare, in a network without stages.
    """
    claim = "mpmath gives the same bounds at 80 digits, for some outputs of every stage"
    parts = []
    if opinion.outputs:
        where = counted(len(opinion.stages), "stage")
        parts.append(f"{counted(opinion.outputs, 'output')} of {where} compared")
    if opinion.weights:
        claim = (
            "mpmath gives the same at 80 digits: bounds for some outputs of a stage, "
            "or some sums of kept filters where an output has too many terms"
        )
        where = counted(len(opinion.larger), "large stage")
        parts.append(f"{counted(opinion.weights, 'sum')} of {where} compared")
    found = opinion.disagreement
    if found is None:
        reason = ", ".join(parts)
        return Finding(claim, Verdict.VERIFIED, reason) if parts else None
    ends = " to ".join(lower(end) for end in found.exact)
    at = "" if found.weight is None else f", channel, row and column {found.weight}"
    reason = (
        f"stage {printable(found.stage)}, output {found.output}{at}: {ends}, mpmath "
        f"{found.mpmath[0]!r} to {found.mpmath[1]!r}: one of two is wrong"
    )
    return Finding(claim, Verdict.INCONCLUSIVE, reason)


def stated_error(ticket: Ticket, error: Fraction) -> Finding:
    """Whether the ticket states the bound that is proved, or more."""
    claim = "the ticket's certified_error is at least its bound"
    return at_least(claim, ticket.certified_error, error)
