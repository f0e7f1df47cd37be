"""What a check will cost, known before it is paid.

Every step is linear in what the files hold; a hostile file cannot cost more than an
honest one of its size. The search for inputs has a budget of its own.
"""

from __future__ import annotations

from slth_verify.ticket._format import Ticket
from slth_verify.ticket._target_file import TargetWeights
from slth_verify.verdict import Finding, Verdict

#: Microseconds on one core [measured]: words of a filter, a kept weight, a weight of
#: the target, each with the second opinion.
_FILTER, _KEPT, _TARGET = 20, 2, 25

#: Larger checks are made only with a time limit.
MOST_SECONDS = 60


def estimated_seconds(ticket: Ticket, target: TargetWeights) -> int:
    """About how long the exact part of a check takes on one core; heuristic."""
    filters = sum(len(layer.filters) for layer in ticket.layers)
    kept = sum(layer.kernels.size for layer in ticket.layers)
    weights = sum(kernel.size for kernel in target.kernels)
    return (_FILTER * filters + _KEPT * kept + _TARGET * weights) // 10**6


def too_costly(ticket: Ticket, target: TargetWeights) -> Finding | None:
    """A finding that ends a check which was given no time limit; None if affordable."""
    seconds = estimated_seconds(ticket, target)
    if seconds <= MOST_SECONDS:
        return None
    return Finding(
        f"the check takes at most about {MOST_SECONDS} s, or has a time limit",
        Verdict.INCONCLUSIVE,
        f"it would take about {seconds} s on one core; not begun. Give a time limit.",
    )
