"""Tickets: proof-carrying files, and their independent checker."""

from slth_verify.ticket._accuracy import read_accuracy, read_input_bound
from slth_verify.ticket._bound import ErrorBound, LayerBound, accumulate, output_bound
from slth_verify.ticket._check import check
from slth_verify.ticket._exact import exact_sum
from slth_verify.ticket._format import Ticket, TicketLayer
from slth_verify.ticket._provenance import prove_weights
from slth_verify.ticket._range import OutputRange, output_range
from slth_verify.ticket._residuals import LayerResiduals, layer_residuals
from slth_verify.ticket._result import CheckResult
from slth_verify.ticket._witness import Witness
from slth_verify.ticket.graphs import (
    GraphCheckResult,
    GraphTicket,
    GraphWitness,
    OutputSpread,
    StageBound,
    StageTicket,
    read_graph_accuracy,
)

__all__ = [
    "CheckResult",
    "ErrorBound",
    "GraphCheckResult",
    "GraphTicket",
    "GraphWitness",
    "LayerBound",
    "LayerResiduals",
    "OutputRange",
    "OutputSpread",
    "StageBound",
    "StageTicket",
    "Ticket",
    "TicketLayer",
    "Witness",
    "accumulate",
    "check",
    "exact_sum",
    "layer_residuals",
    "output_bound",
    "output_range",
    "prove_weights",
    "read_accuracy",
    "read_graph_accuracy",
    "read_input_bound",
]
