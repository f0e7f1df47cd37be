"""Tickets: proof-carrying files, and their independent checker."""

from slth_verify.ticket._check import check
from slth_verify.ticket._exact import exact_sum
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
