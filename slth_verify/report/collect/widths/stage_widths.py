"""What every stage needs: in every network, and to do its own part."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from slth_verify.bounds import AloneWidth, StageWidth, target_widths
from slth_verify.graph import TargetCNN
from slth_verify.report.collect.widths.proved import PROBABILITY
from slth_verify.report.model.case import TicketFigures
from slth_verify.report.model.quantity import Absent, Figure, Quantity
from slth_verify.verdict import Direction, Evidence


def with_needs(
    ticket: TicketFigures, target: TargetCNN, eps: Fraction
) -> TicketFigures:
    """The figures of a ticket with the necessary widths of each stage.

    Args:
        ticket: Its figures.
        target: The target.
        eps: The accuracy for which the ticket was searched, in the target's units.

    Rigor:
        Enclosed, for the probability 1/2 and ideal normal weights. What a stage needs
        alone is necessary for this stage alone (own kernel within its share of eps);
        another construction, such as that of the ticket, could spread the error
        otherwise.
    """
    if not ticket.stages:
        return ticket
    found = target_widths(target, eps, 1 - PROBABILITY, kind="necessary")
    stages = []
    for stage, need in zip(ticket.stages, found.stages, strict=True):
        alone = need.alone
        stages.append(
            replace(
                stage,
                needed=_figure(need),
                alone=Absent("not asked") if alone is None else _figure(alone),
            )
        )
    return replace(ticket, stages=tuple(stages))


def _figure(need: StageWidth | AloneWidth) -> Figure:
    if need.n is None:
        return Absent(need.reason)
    n = str(need.n)
    return Quantity(n, n, Evidence.ENCLOSED, Direction.LOWER, "n")
