"""What the plan of a search let every stage do wrong."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from slth_verify.construction.graphs.plan import plan_graph
from slth_verify.graph import TargetCNN
from slth_verify.report.model.case import TicketFigures
from slth_verify.report.model.quantity import heuristic


def budgeted(ticket: TicketFigures, target: TargetCNN, eps: Fraction) -> TicketFigures:
    """The figures of a ticket with the budget of each stage.

    Args:
        ticket: Its figures.
        target: The target.
        eps: The accuracy for which the ticket was searched, in the target's units.

    Rigor:
        Heuristic: a plan steers a search, and what was spent is certified apart from
        it. A stage may spend more than its budget if others spend less.
    """
    planned = {
        part.stage.name: heuristic(part.error, f"output of {part.stage.name}")
        for part in plan_graph(target, eps).stages
    }
    stages = tuple(
        replace(stage, budget=planned.get(stage.stage, stage.budget))
        for stage in ticket.stages
    )
    return replace(ticket, stages=stages)
