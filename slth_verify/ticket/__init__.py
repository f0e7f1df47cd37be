"""Tickets: proof-carrying files, and their independent checker."""

from slth_verify.ticket._check import check
from slth_verify.ticket.graphs import (
    CheckResult,
    OutputSpread,
    StageBound,
    StageTicket,
    StoredWeights,
    Ticket,
    Witness,
    output_spread,
    read_accuracy,
    with_weights,
)
from slth_verify.ticket.graphs.exact_sums import exact_sum

__all__ = [
    "CheckResult",
    "OutputSpread",
    "StageBound",
    "StageTicket",
    "StoredWeights",
    "Ticket",
    "Witness",
    "check",
    "exact_sum",
    "output_spread",
    "read_accuracy",
    "with_weights",
]
