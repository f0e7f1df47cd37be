"""Whether two graphs have the same nodes, up to the weights of their affine stages."""

from __future__ import annotations

from dataclasses import fields

from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN
from slth_verify.graph.nodes import Input, Node
from slth_verify.graph.stages import Stage, staged
from slth_verify.text import printable


def require_match(one: TargetCNN, other: TargetCNN) -> None:
    """Refuse graphs whose nodes do not match one by one.

    Batch norms are folded into the affine node before them, so a folded copy matches.

    Raises:
        InvalidTargetError: Naming the first nodes that do not match, and why.
    """
    first, second = staged(one), staged(other)
    names: dict[str, str] = {}
    for a, b in zip(first, second, strict=False):
        reason = _difference(a, b, names)
        if reason is not None:
            raise InvalidTargetError(
                f"node '{printable(a.name)}' and node '{printable(b.name)}' of the "
                f"other network: {reason}. Networks are compared node by node, and "
                "only weights may differ (der:difference-forms). Give two copies of "
                "one architecture, over one box of inputs."
            )
        names[a.name] = b.name
    if len(first) != len(second):
        raise InvalidTargetError(
            f"one network has {len(first)} nodes, the other {len(second)}, batch norms "
            "not counted. Networks are compared node by node (der:difference-forms). "
            "Give two copies of one architecture."
        )


def _difference(a: Node, b: Node, names: dict[str, str]) -> str | None:
    """Why two nodes do not match, or None."""
    if type(a) is not type(b):
        return f"one is a {_kind(a)}, the other a {_kind(b)}"
    if tuple(names[name] for name in a.sources) != b.sources:
        return "they take other tensors"
    if isinstance(a, Stage) and isinstance(b, Stage):
        return _other_geometry(a, b)
    if isinstance(a, Input) and isinstance(b, Input) and a.shape == b.shape:
        if (a.low, a.high) != (b.low, b.high):
            return "their inputs range over other boxes"
        return None
    for item in fields(a):
        if item.name in ("name", "sources"):
            continue
        if getattr(a, item.name) != getattr(b, item.name):
            return f"{item.name} differs"
    return None


def _other_geometry(a: Stage, b: Stage) -> str | None:
    if a.shape != b.shape:
        return f"they take tensors of shapes {a.shape} and {b.shape}"
    if a.layer.weight.shape != b.layer.weight.shape:
        return (
            f"their weights have shapes {a.layer.weight.shape} and "
            f"{b.layer.weight.shape}"
        )
    for item in fields(a.layer):
        if item.name in ("name", "sources", "weight", "bias"):
            continue
        if getattr(a.layer, item.name) != getattr(b.layer, item.name):
            return f"{item.name} differs"
    return None


def _kind(node: Node) -> str:
    return "affine stage" if isinstance(node, Stage) else type(node).__name__
