"""Lists of nodes that make a graph: few enough, one input first, each fits the next."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields
from itertools import islice
from typing import Any

import numpy as np

from slth_verify.errors import InvalidTargetError
from slth_verify.graph.nodes import Input, Node, Shape
from slth_verify.graph.shapes import shape_of
from slth_verify.limits import ENTRIES, LAYERS, WEIGHTS


def listed(nodes: Iterable[Any]) -> list[Any]:
    """The nodes that somebody gave.

    Raises:
        InvalidTargetError: If there are none, or too many.
    """
    try:
        found = list(islice(nodes, LAYERS + 1))
    except TypeError as error:
        raise InvalidTargetError("nodes: a sequence of nodes is required.") from error
    if not found or len(found) > LAYERS:
        raise InvalidTargetError(
            f"{len(found)} or more nodes: 1 to {LAYERS} are read. Certify the network "
            "in parts."
        )
    return found


def shapes_of(nodes: tuple[Node, ...]) -> dict[str, Shape]:
    """The shape of each node's tensor, by the node's name.

    Raises:
        InvalidTargetError: If there are too many weights or entries, or nodes do not
            fit, naming the first that does not.
    """
    _require_weights(nodes)
    _require_connected(nodes)
    shapes: dict[str, Shape] = {}
    for node in nodes:
        shape = shape_of(node, [shapes[name] for name in node.sources])
        if math.prod(shape) > ENTRIES:
            raise InvalidTargetError(
                f"node {node.name!r}: its tensor has more than {ENTRIES} entries. "
                "Certify the network in parts."
            )
        shapes[node.name] = shape
    return shapes


def _require_weights(nodes: tuple[Node, ...]) -> None:
    """Refuse nodes with too many weights."""
    arrays = (getattr(node, field.name) for node in nodes for field in fields(node))
    weights = sum(array.size for array in arrays if isinstance(array, np.ndarray))
    if weights > WEIGHTS:
        raise InvalidTargetError(
            f"{weights} weights: at most {WEIGHTS} are read. Certify the network in "
            "parts."
        )


def _require_connected(nodes: tuple[Node, ...]) -> None:
    """One input, first; sources before their users; nothing that leads nowhere."""
    known: set[str] = set()
    for node in nodes:
        what = None
        if isinstance(node, Input) is bool(known):
            what = "the first node, and no other, must be an Input"
        elif node.name in known:
            what = "there are two nodes of this name"
        elif not known.issuperset(node.sources):
            missing = [name for name in node.sources if name not in known]
            what = f"its sources {missing} do not come before it"
        if what is not None:
            raise InvalidTargetError(f"node {node.name!r}: {what}. Correct the graph.")
        known.add(node.name)
    used = {nodes[-1].name} | {name for node in nodes for name in node.sources}
    for node in nodes:
        if node.name not in used:
            raise InvalidTargetError(
                f"node {node.name!r} leads nowhere. Leave it out, or put the output "
                "last."
            )
