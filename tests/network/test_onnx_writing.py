"""Graphs written as ONNX files: onnxruntime computes what they do, and they return."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify import strategies as slst
from slth_verify.conformance.torch_modules.architectures import ARCHITECTURES, made
from slth_verify.construction import collapse
from slth_verify.errors import InvalidTargetError, MissingExtraError
from slth_verify.graph import Dense, Input, TargetCNN, ranges, values
from slth_verify.graph.nodes import KINDS
from slth_verify.network.onnx_graphs import graph_from_onnx, graph_to_onnx, writing
from slth_verify.network.torch_graphs import graph_from_torch

pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

Images = Callable[..., np.ndarray]


def run(path: Path, images: np.ndarray) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"image": images.astype(np.float32)})[0]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_networks_are_written(name: str, box_images: Images, tmp_path: Path) -> None:
    module, shape = ARCHITECTURES[name]
    graph = graph_from_torch(made(module), shape, box=(-1, 1))
    path, images = tmp_path / "net.onnx", box_images(graph)
    graph_to_onnx(graph, path)
    wanted = values(graph, images.astype(np.float32))
    found = run(path, images)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1e-4 * np.abs(wanted).max()
    again = graph_from_onnx(path, box=(-1, 1))
    assert again.input.shape == graph.input.shape
    gap = values(again, images).reshape(wanted.shape) - values(graph, images)
    assert np.abs(gap).max() <= 1e-6 * np.abs(wanted).max()


@settings(max_examples=100)
@given(slst.target_graphs(), st.integers(0, 99), st.booleans())
def test_collapsed_drawn_graphs_are_written(
    tmp_path_factory: pytest.TempPathFactory,
    hand_ticket: Callable[..., object],
    box_images: Images,
    graph: TargetCNN,
    seed: int,
    merge: bool,
) -> None:
    small = collapse(hand_ticket(graph, seed), graph, merge=merge)
    path = tmp_path_factory.mktemp("onnx") / "net.onnx"
    images = box_images(graph, seed).astype(np.float32)
    small.to_onnx(path)
    found, wanted = run(path, images), values(small.graph, images)
    size = max(
        float(max(map(abs, (*part.lower, *part.upper))))
        for part in ranges(small.graph).values()
    )
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1e-5 * (1 + size)


def test_weights_beyond_float32_are_refused(tmp_path: Path) -> None:
    image = Input(name="x", shape=(1,), low=(0,), high=(1,))
    weight = np.array([[1e300]])
    graph = TargetCNN((image, Dense(name="d", sources=("x",), weight=weight)))
    with pytest.raises(InvalidTargetError, match="float32"):
        graph_to_onnx(graph, tmp_path / "net.onnx")
    assert not (tmp_path / "net.onnx").exists()


def test_without_onnx_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    graph = TargetCNN((Input(name="x", shape=(1,), low=(0,), high=(1,)),))
    with pytest.raises(MissingExtraError, match=r"slth-verify\[onnx\]"):
        graph_to_onnx(graph, tmp_path / "net.onnx")


def test_every_kind_of_node_is_written() -> None:
    assert set(writing._WRITERS) == set(KINDS.values()) - {Input}
