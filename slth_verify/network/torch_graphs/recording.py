"""Plain modules, copied and recorded by torch.export; others refused in words."""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from slth_verify.network.torch_graphs.copies import quiet, require_faithful
from slth_verify.network.torch_graphs.refusals import (
    ADVICE,
    refused,
)
from slth_verify.network.torch_graphs.tensors import how_to_resolve, tensor_problem
from slth_verify.network.torch_graphs.wrappers import (
    WRAPPERS,
)
from slth_verify.text import reason_of

#: Images in a recorded batch; other numbers are tried when module and graph run.
BATCH = 2
DTYPES = (torch.float32, torch.float64)

#: Loggers of torch that print a traceback when a module cannot be recorded.
_TALKATIVE = (
    "torch.fx.experimental.symbolic_shapes",
    "torch._subclasses.fake_tensor",
)


@contextmanager
def recording() -> Iterator[None]:
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


def require_plain(module: nn.Module) -> None:
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


def dtype_of(module: nn.Module) -> torch.dtype:
    """Of its first parameter; float32 if it has none."""
    found = [p.dtype for p in module.parameters()] or [torch.float32]
    return found[0]


def copied_to_cpu(module: nn.Module) -> nn.Module:
    """A copy, so that nothing happens to the caller's own.

    Raises:
        InvalidTargetError: If it cannot be copied, or its copy is another network.
    """
    try:
        copied = copy.deepcopy(module).to("cpu")
    except Exception as error:  # copying runs the module's own code
        undone = ((path, how_to_resolve(part)) for path, part in module.named_modules())
        path, undo = next((found for found in undone if found[1]), ("", None))
        raise refused(
            module,
            path,
            "has a weight that is made anew from others at every call"
            if undo
            else f"cannot be copied ({reason_of(error, 300)})",
            f"First make its weights final: {undo}."
            if undo
            else "Give a module that copy.deepcopy accepts.",
        ) from error
    require_faithful(
        module,
        copied,
        "is another one in the copy that was made of it to be read",
        "Look at its __deepcopy__, __getstate__ and _apply(), or give plain layers.",
    )
    return copied


def exported(copied: nn.Module, image: torch.Tensor) -> Any:
    """What torch records of it on a batch of images: an exported program.

    Raises:
        InvalidTargetError: If it cannot be recorded.
    """
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
        if "fake tensor in the exported program" in str(error):
            raise refused(
                copied,
                path,
                "replaces or writes tensors of its own while it runs, such as a mask "
                "that is multiplied into weight.data",
                "First make its weights final: multiply the mask into them once, and "
                "give plain layers that hold them.",
            ) from error
        if isinstance(error, TypeError) and "missing a required" in str(error):
            raise refused(
                copied,
                path,
                f"takes more than one image ({reason_of(error, 300)})",
                "A target maps one image to one tensor: write a module whose forward() "
                "takes the image alone.",
            ) from error
        dtypes = _dtypes(copied.get_submodule(path))
        if len(dtypes) > 1:
            raise refused(
                copied,
                path,
                f"cannot run with parameters of several dtypes ({', '.join(dtypes)})",
                "Convert the module with module.float(): look at what that changes.",
            ) from error
        raise refused(
            copied,
            path,
            f"cannot be recorded on {BATCH} images of shape {tuple(image.shape[1:])} "
            f"({reason_of(error, 300)})",
            f"Look at input_shape first. {ADVICE}",
        ) from error


def _dtypes(part: nn.Module) -> list[str]:
    """Of the module's own parameters."""
    found = {str(p.dtype) for p in part._parameters.values() if p is not None}
    return sorted(found)


def _raised_in(copied: nn.Module, error: BaseException) -> str:
    """The path of the innermost module whose code was running."""
    paths = {id(part): path for path, part in copied.named_modules()}
    found, frame = "", error.__traceback__
    while frame is not None:
        inside = frame.tb_frame.f_locals.get("self")
        found = paths.get(id(inside), found)
        frame = frame.tb_next
    return found
