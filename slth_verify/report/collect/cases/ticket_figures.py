"""A checked ticket as figures: what is certified, stage by stage."""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction
from pathlib import Path

from slth_verify.graph import BatchNorm, Convolution, TargetCNN
from slth_verify.graph.stages import Stage, stages_of
from slth_verify.report.model.case import (
    StageFigures,
    TicketFigures,
    WitnessSummary,
)
from slth_verify.report.model.quantity import (
    OUTPUT,
    Absent,
    Figure,
    Quantity,
    enclosed,
    exact,
)
from slth_verify.ticket import (
    CheckResult,
    StageBound,
    StageTicket,
    Ticket,
)
from slth_verify.verdict import Direction, Verdict

_NOTHING = "the checker did not accept the ticket: see the findings"


def ticket_figures(
    path: tuple[str, Path],
    graph: TargetCNN,
    ticket: Ticket,
    result: CheckResult,
    largest: Figure,
) -> TicketFigures:
    """The certified figures of a ticket.

    Args:
        path: The ticket's, relative to the report, and where it lies.
        graph: The target.
        ticket: As read from there.
        result: What the checker said; figures that it does not certify are absent.
        largest: The target's largest output seen.
    """
    bound = certified_bound(result)
    stages = zip(stages_of(graph), ticket.stages, result.per_stage, strict=False)
    share = result.share_of_range
    return TicketFigures(
        file=path[0],
        sha256=hashlib.sha256(path[1].read_bytes()).hexdigest(),
        certified_error=Absent(_NOTHING)
        if bound is None
        else enclosed(bound, bound, Direction.UPPER, OUTPUT),
        share_of_range=Absent(_NOTHING)
        if bound is None or share is None
        else enclosed(share, share, Direction.UPPER),
        relative_error=_relative(bound, largest),
        stages=tuple(_stage(graph, *parts) for parts in stages if bound is not None),
    )


def certified_bound(result: CheckResult) -> Fraction | None:
    """The checker's bound, if it is one on the network that the ticket names.

    Returns:
        None if any finding failed but the comparison with eps: the bound then belongs
        to other weights than the seed's, or the two evaluations of it disagree.
    """
    bound = result.error_upper_bound
    if bound is None or result.eps is None:
        return None
    # a trivial claim is proved all the same, and so is its bound
    fine = (Verdict.VERIFIED, Verdict.VACUOUS)
    failed = sum(item.verdict not in fine for item in result.ledger)
    return bound if failed == int(bound > result.eps) else None


def witness_summary(result: CheckResult) -> WitnessSummary | None:
    """The checker's witness, if it found one."""
    found = result.witness
    if found is None:
        return None
    gap = found.difference
    return WitnessSummary(
        tuple(map(str, found.image)),
        found.shape,
        found.entry,
        enclosed(gap, gap, Direction.BOTH, OUTPUT),
    )


def _relative(bound: Fraction | None, largest: Figure) -> Figure:
    if bound is None:
        return Absent(_NOTHING)
    if isinstance(largest, Absent) or Fraction(largest.lower) <= 0:
        return Absent("the target's output is zero on all test inputs")
    low, high = Fraction(largest.lower), Fraction(largest.upper)
    return enclosed(bound / high, bound / low, Direction.UPPER)


def _stage(
    graph: TargetCNN, stage: Stage, part: StageTicket, found: StageBound
) -> StageFigures:
    def at_most(error: Fraction) -> Quantity:
        return enclosed(error, error, Direction.UPPER, f"output of {found.name}")

    return StageFigures(
        stage=found.name,
        layer=layer_words(graph, stage),
        width=exact(part.width, "n"),
        exponent=part.exponent,
        filters=exact(2 * part.width * stage.inputs, "filters"),
        kept=exact(found.kept, "filters"),
        budget=Absent("not planned"),
        own_error=at_most(found.own_error),
        carried_error=at_most(found.carried_error),
        error=at_most(found.error),
        output=enclosed(
            found.lower, found.upper, Direction.BOTH, f"output of {found.name}"
        ),
        needed=Absent("not asked"),
        alone=Absent("not asked"),
    )


def layer_words(graph: TargetCNN, stage: Stage) -> str:
    """What a stage is, such as ``"3x3 convolution, 6 to 12, with biases"``."""
    node, layer = graph.node(stage.name), stage.layer
    outputs = len(layer.weight)
    if isinstance(node, BatchNorm):
        return f"batch norm of {outputs} channels"
    words = [f"dense, {stage.channels} to {outputs}"]
    if isinstance(node, Convolution):
        rows, columns = layer.weight.shape[2:]
        words = [f"{rows}x{columns} convolution, {stage.channels} to {outputs}"]
        if math.prod(layer.stride) > 1:
            words.append(f"stride {layer.stride[0]}x{layer.stride[1]}")
        if layer.groups > 1:
            words.append(f"{layer.groups} groups")
    if layer.bias is not None:
        words.append("with biases")
    if stage.norm is not None:
        words.append("batch norm folded in")
    return ", ".join(words)
