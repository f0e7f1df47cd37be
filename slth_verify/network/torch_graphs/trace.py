"""What a module runs, recorded by torch on a copy of it in evaluation mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import fx, nn
from torch.export.graph_signature import InputKind, OutputKind

from slth_verify.errors import InvalidTargetError
from slth_verify.network.torch_graphs.copies import require_faithful
from slth_verify.network.torch_graphs.naming import named
from slth_verify.network.torch_graphs.recording import (
    BATCH,
    copied_to_cpu,
    dtype_of,
    exported,
    recording,
    require_plain,
)
from slth_verify.network.torch_graphs.refusals import (
    ADVICE,
    operation_of,
    path_of,
    refuse_known,
    refused,
)
from slth_verify.network.torch_graphs.wrappers import (
    require_no_global_hooks,
)
from slth_verify.network.torch_graphs.writes import without_writes

#: Operations that turn weights, or copy them, as they are.
_TURNING = {
    *("view", "_unsafe_view", "reshape", "unsqueeze", "squeeze"),
    *(
        "permute",
        "transpose",
        "t",
        "clone",
        "contiguous",
        "alias",
        "detach",
        "lift_fresh_copy",
    ),
}
_EVAL = (
    "computes something else in training mode, which the module is in, than in "
    "evaluation mode"
)
_EVAL_REMEDY = (
    "Call module.eval() first: a target graph is a network in evaluation mode."
)


@dataclass(frozen=True, eq=False)
class Trace:
    """The operations of a module.

    Attributes:
        module: The copy that was recorded.
        nodes: Operations that the output depends on, in order.
        image: The input.
        output: The operation, or input, that is answered.
        tensors: Parameters, buffers and constants, by the name of their node.
    """

    module: nn.Module
    nodes: tuple[fx.Node, ...]
    image: fx.Node
    output: fx.Node
    tensors: dict[str, torch.Tensor]

    def constant(self, node: Any) -> torch.Tensor | None:
        """A tensor of weights, also where it was turned or given other axes.

        Returns:
            None for the image and for what is computed.
        """
        if not isinstance(node, fx.Node):
            return None
        if node.op != "call_function":
            return self.tensors.get(node.name)
        if operation_of(node) not in _TURNING or len(node.all_input_nodes) != 1:
            return None
        source, turned = self.constant(node.args[0]), cast("Any", node.target)
        return (
            source if source is None else turned(source, *node.args[1:], **node.kwargs)
        )


def traced(module: Any, input_shape: tuple[int, ...]) -> Trace:
    """The operations that a module runs in evaluation mode.

    Raises:
        InvalidTargetError: If it cannot be recorded, would run others in the mode it
            is in, or runs one that is known to have no node.
    """
    if not isinstance(module, nn.Module):
        raise InvalidTargetError(
            f"module=<{type(module).__name__}> is no torch.nn.Module. Give the module "
            f"itself; of a list of layers, nn.Sequential(*layers). {ADVICE}"
        )
    require_no_global_hooks()
    require_plain(module)
    with recording():
        copied = copied_to_cpu(module)
        image = torch.zeros(BATCH, *input_shape, dtype=dtype_of(module), device="cpu")
        training = any(part.training for part in module.modules())
        if training:
            copied.eval()
        program = exported(copied, image)
        starts = program.graph_signature.user_inputs
        refuse_known(copied, program.graph.nodes, starts[0])
        if training:
            require_faithful(module, copied, _EVAL, _EVAL_REMEDY)
            _require_same_in_its_mode(module, copied, program, image)
        program = without_writes(copied, program)
    return _trace(copied, program)


def _trace(copied: nn.Module, program: Any) -> Trace:
    signature = program.graph_signature
    outputs = [
        spec  # an in-place activation may overwrite the image
        for spec in signature.output_specs
        if spec.kind is not OutputKind.USER_INPUT_MUTATION
    ]
    if [spec.kind for spec in outputs] != [OutputKind.USER_OUTPUT]:
        what = (
            "changes its own buffers or weights while it runs"
            if any(spec.kind.name.endswith("_MUTATION") for spec in outputs)
            else "does not answer one tensor"
        )
        raise refused(copied, "", what, "Give a module that maps images to a tensor.")
    nodes = {node.name: node for node in program.graph.nodes}
    values = {**program.state_dict, **program.constants}
    tensors, image = {}, None
    for spec in signature.input_specs:
        if spec.kind is InputKind.USER_INPUT:
            image = nodes[spec.arg.name]
        elif spec.target is not None:
            tensors[spec.arg.name] = values[spec.target]
    output = nodes.get(getattr(outputs[0].arg, "name", ""))
    used = _needed(output) if output is not None else set()
    if image is None or output is None or image not in used:
        raise refused(
            copied,
            "",
            "answers the same whatever the image is",
            "Nothing is certified.",
        )
    kept = [n for n in program.graph.nodes if n in used and n.op == "call_function"]
    return Trace(copied, tuple(kept), image, output, tensors)


def _needed(output: fx.Node) -> set[fx.Node]:
    found: set[fx.Node] = set()
    ahead = [output]
    while ahead:
        node = ahead.pop()
        if node not in found:
            found.add(node)
            ahead += node.all_input_nodes
    return found


def _require_same_in_its_mode(
    module: nn.Module, copied: nn.Module, program: Any, image: torch.Tensor
) -> None:
    """A module in training mode is read only if that changes nothing."""
    other = exported(copied_to_cpu(module), image)
    mine, its = ([*p.graph.nodes] for p in (program, other))
    for one, two in zip(mine, its, strict=False):
        if _words(one) != _words(two):
            path = path_of(one)
            break
    else:
        if len(mine) == len(its):
            return
        path = ""
    part = copied.get_submodule(path)
    raise InvalidTargetError(f"{named(path, part)} {_EVAL}. {_EVAL_REMEDY}")


def _words(node: fx.Node) -> tuple[str, str, str]:
    return str(node.target), str(node.args), str(node.kwargs)
