"""Going through a graph, node by node, keeping what is still needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from slth_verify.graph.nodes import Node

Result = TypeVar("Result")


def walk(
    nodes: Sequence[Node],
    first: Result,
    step: Callable[[Node, list[Result]], Result],
) -> Iterator[tuple[Node, Result]]:
    """Every node with what ``step`` makes of what its sources have.

    Args:
        nodes: Of a graph, in order.
        first: What the input has.
        step: Called with a node and what its sources have, in order.
    """
    users = Counter(name for node in nodes for name in node.sources)
    known: dict[str, Result] = {}
    for node in nodes:
        sources = [known[name] for name in node.sources]
        known[node.name] = step(node, sources) if node.sources else first
        yield node, known[node.name]
        for name in node.sources:
            users[name] -= 1
            if not users[name]:
                del known[name]


def last(results: Iterator[tuple[Node, Result]]) -> Result:
    """What the output has."""
    *_, (_, result) = results
    return result
