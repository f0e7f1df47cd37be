"""Widths at which the search is expected to succeed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from slth_verify.construction._budget import plan, unit_eps
from slth_verify.construction.graphs.plan import plan_graph
from slth_verify.errors import InvalidParameterError
from slth_verify.graph import TargetGraph
from slth_verify.graph.stages import stages_of
from slth_verify.network import TargetCNN
from slth_verify.numbers import ExactNumber, exact_number, rough, shown, whole_number
from slth_verify.text import printable
from slth_verify.ticket.graphs import read_graph_accuracy

_MAX_WIDTH = 1 << 40


def suggested_widths(
    target: TargetCNN | TargetGraph,
    eps: ExactNumber,
    *,
    input_bound: ExactNumber = 1,
    budget: int | None = None,
) -> tuple[int, ...]:
    """Widths n_i at which the search is expected to succeed; heuristic.

    Args:
        target: The target network; a graph gets one width for each stage.
        eps: Admissible sup error, in the target's units, positive; or a share such as
            ``"2%"``, as `slth_verify.prune` reads it.
        input_bound: B > 0; inputs range over [-B, B]. The box of a graph is its own.
        budget: Half-filters that the random network may have, over all layers and
            their input channels; None for no cap.

    Raises:
        InvalidParameterError: If a width would leave the generator's range, or all
            together the budget.
    """
    if isinstance(target, TargetGraph):
        require_own_box(input_bound)
        widths = plan_graph(target, read_graph_accuracy(eps, target)).widths
        channels = [stage.inputs for stage in stages_of(target)]
    else:
        widths = _layer_widths(target, eps, input_bound)
        channels = list(target.architecture.channels[:-1])
    _require_within(budget, widths, channels, eps)
    return widths


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


def _layer_widths(
    target: TargetCNN, eps: ExactNumber, input_bound: ExactNumber
) -> tuple[int, ...]:
    allowed = unit_eps(target, eps, input_bound)
    widths = tuple(budget.width for budget in plan(target, allowed))
    if max(widths) > _MAX_WIDTH:
        raise InvalidParameterError(
            f"eps={eps} needs about {max(widths):.2e} filters a channel, "
            f"more than {_MAX_WIDTH}. Ask for a larger eps."
        )
    return widths


def require_own_box(input_bound: ExactNumber) -> None:
    """Refuse an input bound beside the box that a graph has.

    Raises:
        InvalidParameterError: If it is not 1.
    """
    if exact_number(input_bound, "input_bound") != 1:
        raise InvalidParameterError(
            f"input_bound={shown(input_bound)}: a graph has its own box of inputs "
            "(docs/target-graphs.md). Give the box where the graph is made."
        )
