"""ONNX files that nobody vouches for: of bounded cost, and of one plain graph."""

from __future__ import annotations

import os
from typing import Any, Final

from slth_verify.errors import InvalidTargetError, MissingExtraError, UnusableFileError
from slth_verify.files import read_regular
from slth_verify.limits import LAYERS, TENSOR_FILE_BYTES
from slth_verify.network.onnx_graphs.runtime import onnx_runtime
from slth_verify.network.onnx_graphs.wire import require_small
from slth_verify.text import printable, reason_of

#: Versions of the operators whose definitions the import follows.
OPSETS: Final = range(7, 26)

#: Nodes of one file, those of constants and shapes among them.
NODES: Final = 10 * LAYERS

#: Names of the domain of ONNX's own operators.
DOMAINS: Final = ("", "ai.onnx")


def read_model(path: str | os.PathLike[str]) -> Any:
    """The model of a file, as onnx parses it: one graph of standard operators.

    Args:
        path: A regular file.

    Raises:
        InvalidTargetError: If it is unreadable, too large, damaged, or more than that.
        MissingExtraError: If onnx or onnxruntime are not installed.
    """
    onnx, decode_error = _onnx()
    try:
        data = read_regular(path, TENSOR_FILE_BYTES)
        require_small(data)
        model = onnx.load_model_from_string(data)
    except UnusableFileError as error:
        raise InvalidTargetError(str(error)) from error
    except (ValueError, decode_error) as error:
        raise _unreadable(path, reason_of(error, 400)) from error
    reason = _outside(model)
    if reason is not None:
        raise _unreadable(path, reason)
    return model


def opset_of(model: Any) -> int:
    """The version of ONNX's own operators that the model asks for."""
    return _versions(model)[0]


def _onnx() -> tuple[Any, type[Exception]]:
    try:
        import onnx
        from google.protobuf.message import DecodeError

        onnx_runtime()  # the import is compared with it
    except ImportError as error:
        raise MissingExtraError(
            f"reading ONNX files needs the packages onnx and onnxruntime "
            f"({reason_of(error)}). pip install 'slth-verify[onnx]'"
        ) from error
    return onnx, DecodeError


def _outside(model: Any) -> str | None:
    """Why a parsed model is none that is read, or None."""
    graph = model.graph
    versions = _versions(model)
    if not graph.node or not graph.output:
        return "it holds no graph with nodes and an output: no ONNX model, or damaged"
    if len(versions) != 1 or versions[0] not in OPSETS:
        return (
            f"opset versions {versions[:5]}: one from {OPSETS[0]} to {OPSETS[-1]} is "
            "read; export it with another opset_version, or use onnx.version_converter"
        )
    for holds, what in (
        (len(graph.node) <= NODES, f"more than {NODES} nodes"),
        (not model.functions, "functions of its own; inline them (onnx.inliner)"),
        (not model.training_info, "a training graph; export in evaluation mode"),
        (not graph.sparse_initializer, "sparse weights; store them densely"),
        (len(graph.output) == 1, f"{len(graph.output)} outputs; keep one"),
    ):
        if not holds:
            return f"it has {what}"
    return None


def _versions(model: Any) -> list[int]:
    return [entry.version for entry in model.opset_import if entry.domain in DOMAINS]


def _unreadable(path: Any, reason: str) -> InvalidTargetError:
    try:
        shown = printable(os.fsdecode(path), 300)
    except TypeError:
        shown = f"<{type(path).__name__}>"
    return InvalidTargetError(
        f"path='{shown}' is no ONNX network that is read: {reason}. Give a regular "
        f".onnx file of at most {TENSOR_FILE_BYTES} bytes with one graph of standard "
        "operators."
    )
