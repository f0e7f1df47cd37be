"""ONNX files, made by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture
def onnx_model() -> Callable[..., Any]:
    """Make a model: nodes, weights by name, the sizes of input and output "y"."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    helper = onnx.helper

    def make(
        nodes: Sequence[Any],
        weights: Mapping[str, Any] | None = None,
        sizes: Sequence[Any] = ("n", 2, 6, 7),
        *,
        opset: int = 17,
        kind: type = np.float32,
        output: str = "y",
    ) -> Any:
        number = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
        image = helper.make_tensor_value_info("x", number, sizes)
        result = helper.make_tensor_value_info(output, number, None)
        tensors = [
            onnx.numpy_helper.from_array(np.asarray(array), name)
            for name, array in (weights or {}).items()
        ]
        graph = helper.make_graph(nodes, "net", [image], [result], tensors)
        versions = [helper.make_opsetid("", opset)]
        return helper.make_model(graph, opset_imports=versions, ir_version=8)

    return make


@pytest.fixture
def onnx_file(onnx_model: Callable[..., Any], tmp_path: Path) -> Callable[..., Path]:
    """As ``onnx_model``, written to a file."""

    def write(*arguments: Any, **options: Any) -> Path:
        path = tmp_path / "net.onnx"
        path.write_bytes(onnx_model(*arguments, **options).SerializeToString())
        return path

    return write
