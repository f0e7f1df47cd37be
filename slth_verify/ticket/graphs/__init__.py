"""Tickets of target graphs: format 1, and its independent checker."""

from slth_verify.ticket.graphs.check import check_graph
from slth_verify.ticket.graphs.format import Ticket
from slth_verify.ticket.graphs.outputs import (
    OutputSpread,
    output_spread,
    read_accuracy,
)
from slth_verify.ticket.graphs.provenance import proved_filters
from slth_verify.ticket.graphs.result import CheckResult, StageBound
from slth_verify.ticket.graphs.stage_ticket import StageTicket, StoredWeights
from slth_verify.ticket.graphs.weights import with_weights
from slth_verify.ticket.graphs.witness import Witness

__all__ = [
    "CheckResult",
    "OutputSpread",
    "StageBound",
    "StageTicket",
    "StoredWeights",
    "Ticket",
    "Witness",
    "check_graph",
    "output_spread",
    "proved_filters",
    "read_accuracy",
    "with_weights",
]
