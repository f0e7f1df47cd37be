"""The independent checker: proves a ticket for every input, or says why not."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import NoReturn, TypedDict, Unpack, overload

from slth_verify.bounded import LimitReachedError, run_bounded
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph import TargetGraph
from slth_verify.numbers import ExactNumber, shown
from slth_verify.ticket._accuracy import read_input_bound
from slth_verify.ticket._check_layers import check_layers, stopped
from slth_verify.ticket._format import Ticket
from slth_verify.ticket._result import CheckResult
from slth_verify.ticket._target_file import HasKernels
from slth_verify.ticket.graphs import (
    GraphCheckResult,
    GraphTicket,
    is_graph_ticket,
    read_graph_accuracy,
)
from slth_verify.ticket.graphs.check import check_graph
from slth_verify.ticket.graphs.check import stopped as stopped_graph
from slth_verify.ticket.graphs.format import validated as validated_graph
from slth_verify.verdict import Finding, Verdict

_Path = str | os.PathLike[str]


class CheckOptions(TypedDict, total=False):
    """Arguments of `check`, for its overloads."""

    eps: ExactNumber | None
    input_bound: ExactNumber
    cross_check: bool
    time_limit: float | None
    memory_limit: int | None


@overload
def check(
    ticket: GraphTicket,
    target: _Path | TargetGraph,
    **options: Unpack[CheckOptions],
) -> GraphCheckResult: ...
@overload
def check(
    ticket: _Path, target: TargetGraph, **options: Unpack[CheckOptions]
) -> GraphCheckResult: ...
@overload
def check(
    ticket: _Path | Ticket, target: HasKernels, **options: Unpack[CheckOptions]
) -> CheckResult: ...
@overload
def check(
    ticket: Ticket, target: _Path, **options: Unpack[CheckOptions]
) -> CheckResult: ...
@overload
def check(
    ticket: _Path, target: _Path, **options: Unpack[CheckOptions]
) -> CheckResult | GraphCheckResult: ...
def check(
    ticket: _Path | Ticket | GraphTicket,
    target: _Path | HasKernels | TargetGraph,
    *,
    eps: ExactNumber | None = None,
    input_bound: ExactNumber = 1,
    cross_check: bool = True,
    time_limit: float | None = None,
    memory_limit: int | None = None,
) -> CheckResult | GraphCheckResult:
    """Check a ticket against its target.

    A ticket of a graph (`slth_verify.GraphTicket`) speaks of the graph's own box. For
    the paper's class: without biases both networks are positively homogeneous, ``f(BX)
    = B f(X)``, since convolution is linear and ``relu(Bz) = B relu(z)`` for B > 0. So
    the supremum of the error over the inputs in [-B, B] is exactly B times that over
    [-1, 1].

    Args:
        ticket: A file or a loaded ticket.
        target: A target file or a target; a graph, or its file, for a graph's ticket.
        eps: Bound to check for inputs in [-B, B] instead of the ticket's own claim, in
            the target's units and exact (``"1/100"``), or a share of the certified
            range of the target's outputs (``"2%"``). None for the ticket's own, which
            speaks of [-1, 1] and is multiplied by B.
        input_bound: B, positive and exact; not for graphs.
        cross_check: Also evaluate the bound in mpmath; a disagreement makes the result
            INCONCLUSIVE. Costs about as much as the rest;
            of graphs, some outputs of every stage are evaluated, which costs little.
        time_limit: Seconds; the check then runs in a process of its own, and is
            INCONCLUSIVE if it is not done. Without a limit, a check that would take
            minutes is not begun.
        memory_limit: Bytes, in the same way.

    Raises:
        InvalidTicketError: If the ticket cannot be read as a ticket.
        InvalidTargetError: If the target is unreadable or not covered.
        InvalidParameterError: If ``eps`` or ``input_bound`` is no exact number.

    Rigor:
        Exact rational arithmetic for the error bound, ball arithmetic for the weights.
        Safe side: anything undecided is not VERIFIED. Several threads may check.

    Source:
        der:a-posteriori, der:channel-certificate; of graphs docs/theory/networks.md,
        "Differences".
    """
    box = read_input_bound(input_bound)
    graphs = _speaks_of_a_graph(ticket)
    if graphs is not isinstance(target, TargetGraph) and not _is_path(target):
        _refuse_mixed(graphs)
    arguments = (ticket, target, eps, box, cross_check)
    if time_limit is None and memory_limit is None:
        return _checked(*arguments, graphs=graphs, limited=False)
    try:
        return run_bounded(
            _checked,
            *arguments,
            graphs=graphs,
            limited=time_limit is not None,
            seconds=time_limit,
            memory=memory_limit,
        )
    except LimitReachedError as reached:
        claim = "the check is done within its limits of time and memory"
        finding = Finding(claim, Verdict.INCONCLUSIVE, str(reached))
        return (
            stopped_graph(None, [finding]) if graphs else stopped(None, box, [finding])
        )


def _is_path(value: object) -> bool:
    return isinstance(value, str | os.PathLike)


def _speaks_of_a_graph(ticket: _Path | Ticket | GraphTicket) -> bool:
    """Whether it is a ticket of a graph, by its class or its file's metadata."""
    if isinstance(ticket, Ticket):
        return False
    return isinstance(ticket, GraphTicket) or is_graph_ticket(ticket)


def _refuse_mixed(graphs: bool) -> NoReturn:
    made_for, given = ("a graph", "none") if graphs else ("no graph", "one")
    raise InvalidTargetError(
        f"the ticket was made for {made_for}, and the target is {given} "
        "(docs/ticket-format.md). Give the target that it was made for."
    )


def _checked(
    ticket: _Path | Ticket | GraphTicket,
    target: _Path | HasKernels | TargetGraph,
    eps: ExactNumber | None,
    box: Fraction,
    cross_check: bool,
    *,
    graphs: bool,
    limited: bool,
) -> CheckResult | GraphCheckResult:
    if not graphs:
        return check_layers(ticket, target, eps, box, cross_check, limited=limited)  # type: ignore[arg-type]
    if box != 1:
        raise InvalidParameterError(
            f"input_bound={shown(box)}: a graph has its own box of inputs "
            "(docs/target-graphs.md). Leave it out."
        )
    loaded = GraphTicket.load(ticket) if _is_path(ticket) else validated_graph(ticket)  # type: ignore[arg-type]
    graph = TargetGraph.from_file(target) if _is_path(target) else target  # type: ignore[arg-type]
    asked = None if eps is None else read_graph_accuracy(eps, graph)  # type: ignore[arg-type]
    return check_graph(loaded, graph, asked, cross_check=cross_check, limited=limited)  # type: ignore[arg-type]
