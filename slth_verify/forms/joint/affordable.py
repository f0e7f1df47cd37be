"""How large problems of rows that are bounded jointly become."""

from __future__ import annotations

from slth_verify.forms.backward.known import Known
from slth_verify.graph.nodes import Clip, Input, MaxPool, Node, Rectifier
from slth_verify.graph.stages import Stage

#: Numbers of all maps, 256 MiB.
_MOST_NUMBERS = 1 << 25


def before(nodes: tuple[Node, ...], name: str) -> list[Node]:
    """Nodes whose tensors a tensor is made of, in order."""
    met = {name}
    found = []
    for node in reversed(nodes):
        if node.name in met:
            met.update(node.sources)
            found.append(node)
    return found[::-1]


def joint_is_affordable(known: Known, name: str, rows: int) -> bool:
    """Whether rows of a tensor and maps of all that gates take fit into memory."""
    symbols, ties = symbols_and_ties(known, name)
    most = max(symbols * ties, known.pair.widest * (rows + ties))
    return ties > 0 and most <= _MOST_NUMBERS


def symbols_and_ties(known: Known, name: str) -> tuple[int, int]:
    """How many there are for a tensor, at most."""
    pair = known.pair
    ties = symbols = 0
    for node in before(pair.nodes, name):
        entries = pair.entries(node.name)
        if isinstance(node, (Rectifier, Clip)):
            ties += 2 * entries
            symbols += 2 * entries
        elif isinstance(node, Input):
            symbols += entries
        elif isinstance(node, MaxPool):
            symbols += 2 * entries * node.window[0] * node.window[1]
        elif isinstance(node, Stage):
            y = known.intervals[node.sources[0]].pruned
            # positive parts
            if not ((y.low >= 0).all() or (y.high <= 0).all()):
                symbols += y.low.size
    return symbols, ties
