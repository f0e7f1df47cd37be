"""Tickets: proof-carrying files, and their independent checker."""

from slth_verify.ticket._bound import ErrorBound, LayerBound, accumulate
from slth_verify.ticket._check import CheckResult, check
from slth_verify.ticket._exact import exact_sum
from slth_verify.ticket._format import Ticket, TicketLayer
from slth_verify.ticket._provenance import prove_weights
from slth_verify.ticket._residuals import layer_residuals
from slth_verify.ticket._witness import Witness

__all__ = [
    "CheckResult",
    "ErrorBound",
    "LayerBound",
    "Ticket",
    "TicketLayer",
    "Witness",
    "accumulate",
    "check",
    "exact_sum",
    "layer_residuals",
    "prove_weights",
]
