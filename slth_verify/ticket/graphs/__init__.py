"""Tickets of target graphs: format 1, and its independent checker."""

from slth_verify.ticket.graphs.format import (
    GraphTicket,
    StageTicket,
    StoredWeights,
    is_graph_ticket,
)
from slth_verify.ticket.graphs.outputs import (
    OutputSpread,
    output_spread,
    read_graph_accuracy,
)
from slth_verify.ticket.graphs.provenance import proved_filters
from slth_verify.ticket.graphs.result import GraphCheckResult, StageBound
from slth_verify.ticket.graphs.weights import with_weights
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
    "output_spread",
    "proved_filters",
    "read_graph_accuracy",
    "with_weights",
]
