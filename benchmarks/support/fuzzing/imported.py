"""Readers of other tools' networks: ONNX models and exported programs."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.reference
import torch
from torch import nn

from benchmarks.support.fuzzing.forms import (
    ARCHIVE,
    ONNX,
    zipped,
)
from benchmarks.support.fuzzing.judging import Reader
from benchmarks.support.fuzzing.own import files_of, finite
from slth_verify.graph import TargetCNN, values
from slth_verify.network.torch_graphs.pt2_program import module_of_file

#: One exported program in so many is recorded, and compared with torch's own reader.
_IMPORTED = 40


def _models() -> tuple[bytes, ...]:
    make = onnx.helper
    weights = {
        "w": np.linspace(-1, 1, 18, dtype=np.float32).reshape(2, 1, 3, 3),
        "b": np.array([0.5, -0.5], np.float32),
        "d": np.linspace(1, -1, 16, dtype=np.float32).reshape(2, 8),
        "s": np.array([0, -1], np.int64),
    }
    nodes = [
        make.make_node("Conv", ["x", "w", "b"], ["c"], kernel_shape=[3, 3]),
        make.make_node("LeakyRelu", ["c"], ["r"], alpha=0.25),
        make.make_node("Reshape", ["r", "s"], ["f"]),
        make.make_node("Gemm", ["f", "d"], ["y"], transB=1),
    ]
    ends = [
        make.make_tensor_value_info(name, 1, shape)
        for name, shape in (("x", ["n", 1, 4, 4]), ("y", ["n", 2]))
    ]
    listed = [
        onnx.numpy_helper.from_array(array, name) for name, array in weights.items()
    ]
    listed[1] = make.make_tensor("b", 1, [2], [0.5, -0.5])
    graph = make.make_graph(nodes, "g", ends[:1], ends[1:], listed)
    model = make.make_model(
        graph, opset_imports=[make.make_opsetid("", 17)], ir_version=8
    )
    return (model.SerializeToString(), *files_of(TargetCNN.to_onnx))


def _near(graph: TargetCNN, reference: Callable[[Any], Any]) -> bool | None:
    """Whether graph and file compute the same of an image; None if it rounds much."""
    rng = np.random.default_rng(0)
    image = rng.uniform(0, 1, (1, *graph.input.shape)).astype(np.float32)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mine = values(graph, image)
        try:
            theirs = np.asarray(reference(image), np.float64)
        except Exception:  # what another reader does not implement, or demands more of
            return None
    names = ("weight", "mean", "scale", "shift")
    sizes = [
        np.abs(getattr(node, name)).max()
        for node in graph.nodes
        for name in names
        if getattr(node, name, None) is not None
    ]
    scale = max([1.0, float(np.abs(mine).max(initial=0))])
    large = max([1.0, *map(float, sizes)])
    if not (finite(mine) and finite(theirs) and large * scale < 1e6):
        return None
    if mine.shape != theirs.shape:
        return False
    return bool(np.abs(mine - theirs).max(initial=0) <= 1e-3 * large * scale)


def _model_is_true(content: bytes, graph: TargetCNN) -> bool | None:
    """The reference implementation of the operators computes the same."""

    def computed(image: Any) -> Any:
        model = onnx.load_model_from_string(content)
        evaluator = onnx.reference.ReferenceEvaluator(model)
        name = next(
            x.name
            for x in model.graph.input
            if x.name not in {tensor.name for tensor in model.graph.initializer}
        )
        return evaluator.run(None, {name: image})[0]

    return _near(graph, computed)


@cache
def _program() -> bytes:
    logging.getLogger("torch").setLevel(logging.CRITICAL)
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
        batch = [{0: torch.export.Dim("batch", min=2)}]
        image = (torch.zeros(2, 1, 4, 4),)
        program = torch.export.export(module.eval(), image, dynamic_shapes=batch)
        stream = io.BytesIO()
        torch.export.save(program, stream)
    return stream.getvalue()


def _inside() -> str:
    return next(x for x in ARCHIVE.apart(_program()) if x.endswith("models/model.json"))


def _with_program(description: bytes) -> bytes:
    return zipped(ARCHIVE.apart(_program()) | {_inside(): description})


def _program_of(content: bytes) -> bytes:
    found: bytes = zip_record(content, _inside())
    return found


def zip_record(content: bytes, name: str) -> bytes:
    """One record of an archive."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def _read_program(path: Path) -> TargetCNN | None:
    """The module of a file; of some files, its graph."""
    module_of_file(path)
    return None if sum(path.read_bytes()) % _IMPORTED else TargetCNN.from_pt2(path)


def _program_is_true(content: bytes, graph: TargetCNN | None) -> bool | None:
    """Torch's own reader gives a module that computes the same."""
    if graph is None:
        return None

    def computed(image: Any) -> Any:
        module = torch.export.load(io.BytesIO(content)).module()
        with torch.no_grad():
            return module(torch.from_numpy(image).repeat(2, 1, 1, 1))[:1]

    return _near(graph, computed)


IMPORTED = (
    Reader(
        name="ONNX models",
        file="net.onnx",
        make=_models,
        form=ONNX,
        read=TargetCNN.from_onnx,
        is_true=_model_is_true,
    ),
    Reader(
        name="exported programs",
        file="net.pt2",
        make=lambda: (_program(),),
        form=ARCHIVE,
        read=_read_program,
        is_true=_program_is_true,
        inner=_with_program,
        outer=_program_of,
    ),
)
