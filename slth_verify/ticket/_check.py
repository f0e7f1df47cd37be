"""The independent checker: proves a ticket for every input, or says why not."""

from __future__ import annotations

import os
from typing import Any

from slth_verify.deadline import seconds_of
from slth_verify.graph import TargetCNN
from slth_verify.numbers import ExactNumber, whole_number
from slth_verify.processes.bounded import LimitReachedError, run_bounded
from slth_verify.ticket.given import given_target, given_ticket
from slth_verify.ticket.graphs import CheckResult, Ticket, read_accuracy
from slth_verify.ticket.graphs.check import check_graph, stopped
from slth_verify.verdict import Finding, Verdict

_Path = str | os.PathLike[str]
#: No machine has more, and no kernel takes a larger limit.
_BYTES = 1 << 62


def check(
    ticket: _Path | Ticket,
    target: _Path | TargetCNN,
    *,
    eps: ExactNumber | None = None,
    box: Any = None,
    cross_check: bool = True,
    time_limit: float | None = None,
    memory_limit: int | None = None,
) -> CheckResult:
    """Check a ticket against its target, for every image of a box.

    Args:
        ticket: A file or a loaded ticket.
        target: A target or its file.
        eps: Bound to check instead of the ticket's own claim, in the target's units and
            exact (``"1/100"``), or a share of the certified range of the target's
            outputs (``"2%"``). None for the ticket's own.
        box: Where images lie: ``(low, high)``, or such a pair for each channel, as in
            ``(-0.4243, 2.8216)`` for pixels that were normalised. None for the
            target's own box, the only one that the ticket itself speaks of.
        cross_check: Also evaluate some outputs of every stage in mpmath; a disagreement
            makes the result INCONCLUSIVE. Costs little.
        time_limit: Seconds, positive; the check then runs in a process of its own, and
            is INCONCLUSIVE if it is not done. Without a limit, a check that would take
            minutes is not begun; infinity lets it take as long as it needs.
        memory_limit: Bytes, in the same way.

    Raises:
        slth_verify.errors.InvalidTicketError: If the ticket cannot be read as a ticket;
            files of the format before format 1 are among these.
        InvalidTargetError: If the target is unreadable or not covered.
        InvalidParameterError: If ``eps`` is no exact number, a limit not positive, or
            the box none of the target's channels.

    Rigor:
        Exact rational arithmetic for the error bound, ball arithmetic for the weights.
        Safe side: anything undecided is not VERIFIED. Several threads may check.

    Source:
        docs/theory/networks.md, "Differences".
    """
    if time_limit is None and memory_limit is None:
        return _checked(ticket, target, eps, box, cross_check, limited=False)
    seconds = seconds_of(time_limit, source="a check takes time")
    if memory_limit is not None:
        size = whole_number(memory_limit, "memory_limit", least=1)
        memory_limit = min(size, _BYTES)
    try:
        return run_bounded(
            _checked,
            ticket,
            target,
            eps,
            box,
            cross_check,
            limited=time_limit is not None,
            seconds=seconds,
            memory=memory_limit,
        )
    except LimitReachedError as reached:
        claim = "the check is done within its limits of time and memory"
        return stopped(None, [Finding(claim, Verdict.INCONCLUSIVE, str(reached))])


def _checked(
    ticket: _Path | Ticket,
    target: _Path | TargetCNN,
    eps: ExactNumber | None,
    box: Any,
    cross_check: bool,
    *,
    limited: bool,
) -> CheckResult:
    loaded, graph = given_ticket(ticket), given_target(target)
    seen = graph if box is None else graph.with_box(box)
    asked = None if eps is None else read_accuracy(eps, seen)
    return check_graph(
        loaded, graph, asked, seen=seen, cross_check=cross_check, limited=limited
    )
