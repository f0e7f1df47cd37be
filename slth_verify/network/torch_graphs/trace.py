"""What a module runs, recorded by torch on a copy of it in evaluation mode."""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import fx, nn
from torch.export.graph_signature import InputKind, OutputKind

from slth_verify.errors import InvalidTargetError
from slth_verify.network.torch_graphs.copies import quiet
from slth_verify.network.torch_graphs.naming import named
from slth_verify.network.torch_graphs.refusals import (
    ADVICE,
    operation_of,
    path_of,
    refuse_known,
    refused,
)
from slth_verify.network.torch_graphs.tensors import how_to_resolve, tensor_problem
from slth_verify.network.torch_graphs.wrappers import (
    WRAPPERS,
    require_no_global_hooks,
)
from slth_verify.network.torch_graphs.writes import without_writes
from slth_verify.text import reason_of

#: Images in a recorded batch; other numbers are tried when module and graph run.
BATCH = 2
DTYPES = (torch.float32, torch.float64)
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
#: Loggers of torch that print a traceback when a module cannot be recorded.
_TALKATIVE = (
    "torch.fx.experimental.symbolic_shapes",
    "torch._subclasses.fake_tensor",
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
            f"module is a {type(module).__name__}, not a torch.nn.Module. {ADVICE}"
        )
    require_no_global_hooks()
    _require_plain(module)
    with _recording():
        copied = _copied(module)
        image = torch.zeros(BATCH, *input_shape, dtype=_dtype(module), device="cpu")
        program = _exported(copied.eval(), image)
        starts = program.graph_signature.user_inputs
        refuse_known(copied, program.graph.nodes, starts[0])
        if any(part.training for part in module.modules()):
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
            "changes its own buffers while it runs"
            if any(spec.kind is OutputKind.BUFFER_MUTATION for spec in outputs)
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


@contextmanager
def _recording() -> Iterator[None]:
    """The caller's modes and torch's remarks on its own insides do not matter."""
    with torch.inference_mode(mode=False), torch.device("cpu"), quiet():
        warnings.simplefilter("ignore")  # within quiet's own filters
        yield


@contextmanager
def _silent() -> Iterator[None]:
    """What torch prints about a failure; the refusal says it in words."""
    logs = [logging.getLogger(name) for name in _TALKATIVE]
    disabled = [log.disabled for log in logs]
    try:
        for log in logs:
            log.disabled = True
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        for log, before in zip(logs, disabled, strict=True):
            log.disabled = before


def _require_plain(module: nn.Module) -> None:
    """No wrapper, no parameter without plain values."""
    for path, part in module.named_modules():
        kind = type(part).__name__
        if isinstance(part, torch.jit.ScriptModule):
            kind = "RecursiveScriptModule"
        elif ".quantized." in type(part).__module__:
            kind = "Quantised"
        if kind in WRAPPERS:
            raise refused(module, path, *WRAPPERS[kind])
        if type(part).__module__.startswith("torch.ao.nn.quantized"):
            raise refused(
                module, path, "has quantised weights", "Give the float network."
            )
        if vars(part).get("_compiled_call_impl") is not None:
            raise refused(
                module,
                path,
                "was compiled in place (module.compile()): what runs cannot be read",
                "Import the module before it is compiled.",
            )
        for parameter in part._parameters.values():
            problem = parameter is not None and tensor_problem(parameter, dtypes=DTYPES)
            if problem:
                raise refused(module, path, f"has {problem[0]}", problem[1])


def _dtype(module: nn.Module) -> torch.dtype:
    found = [p.dtype for p in module.parameters()] or [torch.float32]
    return found[0]


def _copied(module: nn.Module) -> nn.Module:
    try:
        return copy.deepcopy(module).to("cpu")
    except Exception as error:  # copying runs the module's own code
        undone = ((path, how_to_resolve(part)) for path, part in module.named_modules())
        path, undo = next((found for found in undone if found[1]), ("", None))
        raise refused(
            module,
            path,
            f"cannot be copied ({reason_of(error, 300)})",
            f"First make its weights final: {undo}."
            if undo
            else "Give a module that copy.deepcopy accepts.",
        ) from error


def _exported(copied: nn.Module, image: torch.Tensor) -> Any:
    try:
        with _silent():
            return torch.export.export(copied, (image,), strict=False)
    except Exception as error:  # recording runs the module's own code
        path = _raised_in(copied, error)
        if "data-dependent" in str(error) or "DataDependent" in type(error).__name__:
            raise refused(
                copied,
                path,
                "decides by the values of its image what it computes",
                "A graph computes the same operations for every image: write the "
                "decision as a ReLU or maximum, or give its branches apart.",
            ) from error
        if isinstance(error, TypeError) and "missing a required" in str(error):
            raise refused(
                copied,
                path,
                f"takes more than one image ({reason_of(error, 300)})",
                "A target maps one image to one tensor: write a module whose forward() "
                "takes the image alone.",
            ) from error
        raise refused(
            copied,
            path,
            f"cannot be recorded on {BATCH} images of shape {tuple(image.shape[1:])} "
            f"({reason_of(error, 300)})",
            f"Look at input_shape first. {ADVICE}",
        ) from error


def _raised_in(copied: nn.Module, error: BaseException) -> str:
    """The path of the innermost module whose code was running."""
    paths = {id(part): path for path, part in copied.named_modules()}
    found, frame = "", error.__traceback__
    while frame is not None:
        inside = frame.tb_frame.f_locals.get("self")
        found = paths.get(id(inside), found)
        frame = frame.tb_next
    return found


def _require_same_in_its_mode(
    module: nn.Module, copied: nn.Module, program: Any, image: torch.Tensor
) -> None:
    """A module in training mode is read only if that changes nothing."""
    other = _exported(_copied(module), image)
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
    raise InvalidTargetError(
        f"{named(path, part)} computes something else in training mode, which the "
        "module is in, than in evaluation mode. Call module.eval() first: a target "
        "graph is a network in evaluation mode."
    )


def _words(node: fx.Node) -> tuple[str, str, str]:
    return str(node.target), str(node.args), str(node.kwargs)
