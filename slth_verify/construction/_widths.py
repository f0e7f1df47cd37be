"""Widths at which the search is expected to succeed."""

from __future__ import annotations

from slth_verify.construction._budget import plan, unit_eps
from slth_verify.construction.graphs.plan import plan_graph
from slth_verify.errors import InvalidParameterError
from slth_verify.graph import TargetGraph
from slth_verify.network import TargetCNN
from slth_verify.numbers import ExactNumber, exact_number, shown
from slth_verify.ticket.graphs import read_graph_accuracy

_MAX_WIDTH = 1 << 40


def suggested_widths(
    target: TargetCNN | TargetGraph,
    eps: ExactNumber,
    *,
    input_bound: ExactNumber = 1,
) -> tuple[int, ...]:
    """Widths n_i at which the search is expected to succeed; heuristic.

    Args:
        target: The target network; a graph gets one width for each stage.
        eps: Admissible sup error, in the target's units, positive; or a share such as
            ``"2%"``, as `slth_verify.prune` reads it.
        input_bound: B > 0; inputs range over [-B, B]. The box of a graph is its own.

    Raises:
        InvalidParameterError: If a width would leave the generator's range.
    """
    if isinstance(target, TargetGraph):
        require_own_box(input_bound)
        return plan_graph(target, read_graph_accuracy(eps, target)).widths
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
