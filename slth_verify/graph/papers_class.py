"""The class of networks that the paper's statements are about."""

from __future__ import annotations

from collections.abc import Sequence

from slth_verify.graph.nodes import Convolution, Input, Node, Rectifier


def outside_papers_class(nodes: Sequence[Node]) -> str | None:
    """The first reason why nodes are no network of thm:structured-slth, or None.

    Args:
        nodes: Of a checked graph.
    """
    last = nodes[0]
    for place, node in enumerate(nodes):
        reason = _outside(node, place)
        if reason is None and place and node.sources != (last.name,):
            reason = "the graph is no chain"
        if reason is not None:
            return f"node {node.name!r}: {reason}"
        last = node
    ends = isinstance(last, Rectifier)
    return None if ends else f"node {last.name!r}: no ReLU follows"


def _outside(node: Node, place: int) -> str | None:
    """Why a node in that place of a chain is outside the paper's class."""
    if place == 0 and isinstance(node, Input):
        if len(node.shape) != 3:
            return "no image of shape (channels, height, width)"
        unit = all(x == -1 for x in node.low) and all(x == 1 for x in node.high)
        return None if unit else "the box is not [-1, 1]"
    if place % 2 == 0:
        relu = isinstance(node, Rectifier) and not any(node.slopes)
        return None if relu else f"{type(node).__name__} instead of a ReLU"
    if not isinstance(node, Convolution):
        return f"{type(node).__name__} instead of a convolution"
    rows, columns = node.weight.shape[2:]
    half = (rows - 1) // 2
    rest = rows - 1 - half
    for holds, reason in (
        (node.bias is None or not node.bias.any(), "a bias"),
        (rows == columns, "a kernel that is not square"),
        (node.stride == (1, 1), "a stride"),
        (node.dilation == (1, 1), "a dilation"),
        (node.groups == 1, "groups"),
        (node.padding_mode == "zeros", f"padding of mode {node.padding_mode!r}"),
        (node.padding == (half, rest) * 2, "padding that does not keep the size"),
    ):
        if not holds:
            return reason
    return None
