"""Graphs written as ONNX files: onnxruntime computes what they do, and they return."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest
from handmade.architectures import graph_of
from handmade.nightly import cases, nightly_but
from hypothesis import given
from hypothesis import strategies as st

from slth_verify import strategies as slst
from slth_verify.conformance.torch_modules.architectures import ARCHITECTURES
from slth_verify.construction import collapse
from slth_verify.errors import InvalidTargetError, MissingExtraError
from slth_verify.graph import (
    Clip,
    Dense,
    Input,
    MaxPool,
    TargetCNN,
    ranges,
    values,
)
from slth_verify.graph.given_input import held
from slth_verify.graph.nodes import KINDS, Node
from slth_verify.network.onnx_graphs import graph_from_onnx, graph_to_onnx
from slth_verify.network.onnx_graphs.writing import operators
from slth_verify.network.onnx_graphs.writing.parts import Writer

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


WRITTEN = ("ResNet with option A", "Fire", "one-dimensional", "dilated", "shuffled")


@pytest.mark.parametrize("name", nightly_but(WRITTEN, ARCHITECTURES))
def test_networks_are_written(name: str, box_images: Images, tmp_path: Path) -> None:
    graph = graph_of(name)
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


@cases(30, 100)
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
    refused = expected_refusal(small.graph)
    with (
        pytest.raises(InvalidTargetError, match="float32") if refused else nullcontext()
    ):
        small.to_onnx(path)
    if refused:
        return
    found, wanted = run(path, images), values(small.graph, images)
    size = max(
        float(max(map(abs, (*part.lower, *part.upper))))
        for part in ranges(small.graph).values()
    )
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1e-5 * (1 + size)


def expected_refusal(graph: TargetCNN) -> bool:
    clips = [node for node in graph.nodes if isinstance(node, Clip)]
    return any(
        np.float32(float(clip.low)) >= np.float32(float(clip.high)) for clip in clips
    )


@cases(20, 60)
@given(slst.target_graphs(), st.integers(0, 99))
def test_what_is_written_is_read_as_the_same_function(
    tmp_path_factory: pytest.TempPathFactory,
    box_images: Images,
    graph: TargetCNN,
    seed: int,
) -> None:
    path = tmp_path_factory.mktemp("onnx") / "net.onnx"
    refused = expected_refusal(graph)
    with (
        pytest.raises(InvalidTargetError, match="float32") if refused else nullcontext()
    ):
        graph_to_onnx(graph, path)
    if refused:
        return
    box = [*zip(graph.input.low, graph.input.high, strict=True)]
    again = graph_from_onnx(path, box=box)
    assert again.output_shape == held(graph.output_shape)
    images = box_images(graph, seed)
    size = max(
        float(max(map(abs, (*part.lower, *part.upper))))
        for part in ranges(graph).values()
    )
    wanted = values(graph, images)
    gap = values(again, images).reshape(wanted.shape) - wanted
    assert np.abs(gap).max() <= 1e-5 * (1 + size)


WIDE = MaxPool(
    name="pool",
    sources=("x",),
    window=(2, 2),
    stride=(1, 2),
    dilation=(3, 2),
    padding=(3, 1, 1, 2),
)


def wide(*more: Node) -> TargetCNN:
    image = Input(name="x", shape=(2, 4, 4), low=(-3, -2), high=(-1, -1))
    return TargetCNN((image, *more))


def test_pools_with_wide_margins_return(tmp_path: Path) -> None:
    graph, path = wide(WIDE), tmp_path / "net.onnx"
    graph_to_onnx(graph, path)
    again = graph_from_onnx(path, box=[(-3, -1), (-2, -1)])
    assert [type(node) for node in again.nodes] == [Input, MaxPool]
    assert again.nodes[1].padding[::2] == WIDE.padding[::2]
    images = np.random.default_rng(1).uniform(-3, -1, (9, 2, 4, 4)).astype(np.float32)
    wanted = values(graph, images)
    assert np.array_equal(values(again, images), wanted)
    assert np.array_equal(run(path, images), wanted)


@pytest.mark.parametrize("fill", [0.0, -operators._LARGEST])
def test_lie_margins_that_may_win(
    fill: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Writer.constant

    def lie(writer: Writer, array: np.ndarray) -> str:
        array = np.asarray(array)
        return honest(
            writer, np.where(np.isinf(array), fill, array).astype(array.dtype)
        )

    monkeypatch.setattr(Writer, "constant", lie)
    if fill:
        with pytest.raises(InvalidTargetError, match="-inf"):
            graph_to_onnx(wide(WIDE), tmp_path / "net.onnx")
        return
    graph_to_onnx(wide(WIDE), tmp_path / "net.onnx")
    again = graph_from_onnx(tmp_path / "net.onnx", box=[(-3, -1), (-2, -1)])
    images = -np.ones((1, 2, 4, 4))
    assert not np.array_equal(values(again, images), values(wide(WIDE), images))


def test_thresholds_that_float32_makes_equal_are_refused(tmp_path: Path) -> None:
    clip = Clip(name="c", sources=("x",), low=F(1), high=1 + F(1, 10**9))
    with pytest.raises(InvalidTargetError, match=r"float32.*low must lie below"):
        graph_to_onnx(wide(clip), tmp_path / "net.onnx")
    assert not (tmp_path / "net.onnx").exists()


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
    assert set(operators.WRITERS) == set(KINDS.values()) - {Input}
