"""Tickets of target graphs: format 1, and its independent checker."""

from slth_verify.ticket.graphs.format import (
    GraphTicket,
    StageTicket,
    StoredWeights,
    is_graph_ticket,
)
from slth_verify.ticket.graphs.outputs import OutputSpread, read_graph_accuracy
from slth_verify.ticket.graphs.provenance import proved_filters
from slth_verify.ticket.graphs.result import GraphCheckResult, StageBound
from slth_verify.ticket.graphs.witness import GraphWitness

__all__ = [
    "GraphCheckResult",
    "GraphTicket",
    "GraphWitness",
    "OutputSpread",
    "StageBound",
    "StageTicket",
    "StoredWeights",
    "is_graph_ticket",
    "proved_filters",
    "read_graph_accuracy",
]
