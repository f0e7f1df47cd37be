"""Widths at which the search is expected to succeed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction

from slth_verify.construction.graphs.plan import GraphPlan, plan_graph
from slth_verify.errors import InvalidParameterError
from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import require_stages, stages_of
from slth_verify.limits import WIDTH
from slth_verify.numbers import ExactNumber, rough, whole_number
from slth_verify.text import printable
from slth_verify.ticket import read_accuracy
from slth_verify.ticket.given import given_target


def suggested_widths(
    target: str | os.PathLike[str] | TargetCNN,
    eps: ExactNumber,
    *,
    budget: int | None = None,
) -> tuple[int, ...]:
    """Widths n_i at which the search is expected to succeed, by stage; heuristic.

    Args:
        target: The target network, or its file.
        eps: Admissible sup error, in the target's units, positive; or a share such as
            ``"2%"``, as `slth_verify.prune` reads it.
        budget: Half-filters that the random network may have, over all stages and
            their input channels; None for no cap.

    Raises:
        InvalidTargetError: If the target is unreadable, or none, or has no stage.
        InvalidParameterError: If a width would leave the generator's range, or all
            together the budget.
    """
    graph = given_target(target)
    require_stages(graph)
    plan = plan_graph(graph, read_accuracy(eps, graph))
    _require_admitted(plan, eps)
    channels = [stage.inputs for stage in stages_of(graph)]
    _require_within(budget, plan.widths, channels, eps)
    return plan.widths


def _require_admitted(plan: GraphPlan, eps: ExactNumber) -> None:
    for part in plan.stages:
        if part.width > WIDTH:
            raise InvalidParameterError(
                f"eps={printable(str(eps), 60)}: stage {part.stage.name!r} needs "
                f"about {part.width:.2e} filters a channel, more than the {WIDTH} "
                "of a random network (thm:structured-slth). Give a larger eps."
            )


def _require_within(
    budget: int | None, widths: Sequence[int], channels: Sequence[int], eps: ExactNumber
) -> None:
    if budget is None:
        return
    budget = whole_number(budget, "budget", least=1)
    total = sum(n * count for n, count in zip(widths, channels, strict=True))
    if total > budget:
        raise InvalidParameterError(
            f"budget={budget}: eps={printable(str(eps), 60)} is expected to take "
            f"{total} half-filters (thm:structured-slth; widths go with 1 / eps). "
            "Raise the budget, or eps by a factor of about "
            f"{rough(Fraction(total, budget))}."
        )
