"""Tickets and targets as somebody gives them: files, or what was made of them."""

from __future__ import annotations

import os
from typing import Any

from slth_verify.errors import InvalidTargetError, InvalidTicketError
from slth_verify.graph.graph import TargetCNN
from slth_verify.numbers import shown
from slth_verify.ticket.graphs.format import Ticket, validated

Path = str | os.PathLike[str]


def given_ticket(ticket: Any) -> Ticket:
    """A ticket in plain values, from its file or from memory.

    Raises:
        InvalidTicketError: If it is neither, or none of its format.
    """
    if isinstance(ticket, Ticket):
        return validated(ticket)
    if isinstance(ticket, str | os.PathLike):
        return Ticket.load(ticket)
    raise InvalidTicketError(
        f"ticket={shown(ticket)}: a Ticket or the path of its file is required "
        "(docs/ticket-format.md). Give the ticket first, then its target."
    )


def given_target(target: Any) -> TargetCNN:
    """A target, from its file or from memory.

    One of a subclass, which may answer as it likes, is made again of its nodes.

    Raises:
        InvalidTargetError: If it is neither, or not covered.
    """
    if isinstance(target, TargetCNN):
        plain = type(target) is TargetCNN
        return target if plain else TargetCNN(target.nodes, target.name)
    if isinstance(target, str | os.PathLike):
        return TargetCNN.from_file(target)
    if hasattr(target, "state_dict"):
        remedy = "Import the module: TargetCNN.from_torch(module, input_shape, box=...)"
    else:
        remedy = "Give the target that the ticket was, or is to be, made for"
    raise InvalidTargetError(
        f"target={shown(target)}: a TargetCNN or the path of its file is required "
        f"(docs/target-graphs.md). {remedy}."
    )
