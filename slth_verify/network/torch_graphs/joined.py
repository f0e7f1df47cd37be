"""A convolution with a padding mode: torch pads first, a node does both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from slth_verify.graph import Convolution, Pad
from slth_verify.graph.nodes import Node


def joined(nodes: Iterable[Node], output: str) -> tuple[tuple[Node, ...], str]:
    """The nodes, where a layer's margins and its convolution are one.

    Args:
        nodes: In order. A convolution is joined with a Pad that the same layer made for
            it alone, named as in `Call.add`.
        output: The name of the last one.

    Returns:
        The nodes, and the name of the last one.
    """
    listed = {node.name: node for node in nodes}
    users = Counter(name for node in listed.values() for name in node.sources)
    renamed: dict[str, str] = {}
    kept: dict[str, Node] = {}
    for name, node in listed.items():
        sources = tuple(renamed.get(source, source) for source in node.sources)
        pad = listed[node.sources[0]] if node.sources else None
        if (
            isinstance(node, Convolution)
            and isinstance(pad, Pad)
            and name == f"{pad.name}#2"
            and users[pad.name] == 1
            and not any(node.padding)
        ):
            sources = kept.pop(pad.name).sources
            margins, mode = pad.padding, pad.padding_mode
            renamed[name] = name = pad.name
            node = replace(node, name=name, padding=margins, padding_mode=mode)
        kept[name] = replace(node, sources=sources)
    return tuple(kept.values()), renamed.get(output, output)
