"""Recorded programs without writes in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import fx, nn
from torch.export.graph_signature import OutputKind

from slth_verify.network.torch_graphs.refusals import class_of, operation_of, refused
from slth_verify.network.torch_graphs.tensors import how_to_resolve
from slth_verify.text import reason_of

#: Operations that torch leaves as they are where nothing is written in place.
_KEPT = frozenset(
    (
        *("conv1d", "conv2d", "linear", "relu", "leaky_relu", "prelu", "hardtanh"),
        *("max_pool1d", "max_pool2d", "avg_pool1d", "avg_pool2d", "mean", "amax"),
        *("adaptive_avg_pool1d", "adaptive_avg_pool2d", "add", "cat", "pad"),
        *("view", "permute", "transpose", "slice"),
    )
)
#: Where these two have their flag of the training mode.
_MODES = {"dropout": 2, "batch_norm": 5}


def without_writes(copied: nn.Module, program: Any) -> Any:
    """The same program without writes in place.

    Torch goes through all its operations to rewrite a program, so one that it would
    only repeat, in words that are read alike, is taken as it is.

    Raises:
        InvalidTargetError: If torch cannot rewrite it.
    """
    if _writes_nothing(program):
        return program
    try:
        return program.run_decompositions({})
    except Exception as error:  # torch may stumble over weights that hide others
        undo = next(filter(None, map(how_to_resolve, copied.modules())), None)
        raise refused(
            copied,
            "",
            f"holds weights that torch cannot follow ({reason_of(error)})",
            f"Make its weights final: {undo}."
            if undo
            else "Give layers whose parameters hold the weights in use.",
        ) from error


def _writes_nothing(program: Any) -> bool:
    """Whether it holds functions only, each of which is read as it stands."""
    outputs = program.graph_signature.output_specs
    calls = [node for node in program.graph.nodes if node.op == "call_function"]
    return all(spec.kind is OutputKind.USER_OUTPUT for spec in outputs) and all(
        _is_kept(node, calls) for node in calls
    )


def _is_kept(node: fx.Node, calls: Sequence[fx.Node]) -> bool:
    schema, operation = getattr(node.target, "_schema", None), operation_of(node)
    if schema is None or schema.is_mutable:
        return False
    if operation in _MODES:
        mode = _MODES[operation]
        return node.args[mode : mode + 1] == (False,)
    if operation == "flatten":  # becomes a view, which takes part in naming views
        views = any(operation_of(other) == "view" for other in calls)
        return class_of(node).startswith("torch.nn.modules.") and not views
    return operation in _KEPT
