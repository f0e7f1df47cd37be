"""Targets of the paper's class: from kernels and modules, and back again."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from handmade.kernel_targets import kernel_file, kernels_of
from hypothesis import given
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph import TargetCNN, values
from slth_verify.strategies import target_networks

KERNEL = np.full((2, 1, 3, 3), 0.1, np.float32)


def _kernel(shape: tuple[int, ...], dtype: Any = np.float32) -> np.ndarray:
    return np.ones(shape, dtype=dtype)


@given(target_networks(), st.integers(0, 2**32 - 1))
def test_a_chain_of_kernels_is_what_torch_computes(
    target: TargetCNN, seed: int
) -> None:
    assert target.in_papers_class
    images = np.random.default_rng(seed).uniform(-2, 2, (2, *target.input.shape))
    x = torch.from_numpy(images)
    for kernel in kernels_of(target):
        left, right = (kernel.shape[2] - 1) // 2, kernel.shape[2] // 2
        x = torch.nn.functional.pad(x, (left, right, left, right))
        weight = torch.from_numpy(kernel.astype(np.float64))
        x = torch.nn.functional.conv2d(x, weight).relu()
    wanted = x.numpy()
    found = values(target, images)
    assert np.allclose(found, wanted, rtol=1e-9, atol=1e-9 * np.abs(wanted).max())
    with torch.no_grad():
        module = target.to_torch(dtype="float64")(torch.from_numpy(images))
    scale = 1e-9 * np.abs(wanted).max()
    assert np.allclose(module.numpy(), wanted, rtol=1e-9, atol=scale)


def test_modules_keep_their_weights_bit_by_bit() -> None:
    rng = np.random.default_rng(0)
    shapes = [(3, 2, 3, 3), (4, 3, 1, 1), (2, 4, 5, 5)]
    kernels = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
    target = TargetCNN.from_kernels(kernels, (2, 5, 6))
    parts = []
    for kernel in kernels:
        c_out, c_in, size, _ = kernel.shape
        conv = torch.nn.Conv2d(c_in, c_out, size, padding="same", bias=False)
        conv.weight = torch.nn.Parameter(torch.from_numpy(kernel))
        parts += [conv, torch.nn.ReLU()]
    again = TargetCNN.from_torch(torch.nn.Sequential(*parts), (2, 5, 6))
    assert again.in_papers_class
    made = [part.detach().numpy() for part in target.to_torch().parameters()]
    for found in (kernels_of(again), kernels_of(target), made):
        for one, other in zip(found, kernels, strict=True):
            assert one.tobytes() == other.tobytes()


def test_boxes_can_be_changed() -> None:
    target = TargetCNN.from_kernels([KERNEL], (1, 4, 4))
    other = target.with_box(("-2.83", "17/6"))
    assert other.input.low == (Fraction("-2.83"),)
    assert other.input.high == (Fraction(17, 6),)
    assert other.sha256 != target.sha256
    assert "box" in str(other.outside_papers_class)
    assert other.with_box((-1, 1)).sha256 == target.sha256
    assert TargetCNN.from_kernels([KERNEL], (1, 4, 4), box=(0, 1)).input.low == (0,)
    for box in (None, (1, -1), 3, (0, 1, 2)):
        with pytest.raises(InvalidParameterError, match="box="):
            target.with_box(box)


def test_files_of_kernels_are_targets_like_others(tmp_path: Path) -> None:
    target = TargetCNN.from_kernels([KERNEL], (1, 4, 5), name="net")
    read = TargetCNN.from_file(kernel_file(tmp_path / "old", [KERNEL], (1, 4, 5)))
    assert (read.sha256, read.name) == (target.sha256, "net")
    read.save(tmp_path / "new")
    assert TargetCNN.from_file(tmp_path / "new").sha256 == target.sha256
    network = sv.RandomCNN(1, sv.suggested_widths(read, "20%"))
    ticket = sv.prune(read, network, eps="20%")
    assert sv.check(ticket, tmp_path / "old").verdict is sv.Verdict.VERIFIED


@pytest.mark.parametrize(
    ("kernels", "word"),
    [
        (None, "kernels="),
        (3, "kernels="),
        ((None,), "numpy array"),
        ((torch.ones(2, 1, 3, 3, dtype=torch.bfloat16),), "numpy array"),
        (([[[[1.0]]]],), "numpy array"),
        ((KERNEL.astype(">f4"),), "float32"),
        ((KERNEL.astype(np.int32),), "float32"),
        ((np.ma.masked_array(KERNEL, mask=KERNEL > 0),), "mask"),
        ((np.zeros((0, 1, 3, 3), np.float32),), "shape"),
        ((np.zeros((2, 1, 0, 0), np.float32),), "shape"),
        ((np.zeros((1, 1, 1, 50), np.float32),), "square"),
        ((np.zeros((1, 1, 1, 1), np.float32),) * 501, "layers"),
        ((), "kernels"),
        (KERNEL, "shape"),
        ((_kernel((1, 1, 3, 2)),), "square"),
        ((_kernel((2, 1, 3, 3)), _kernel((1, 3, 3, 3))), "channels"),
        ((_kernel((1, 2, 3, 3)),), "channels"),
        ((np.full((1, 1, 1, 1), np.nan, np.float32),), "NaN"),
    ],
)
def test_bad_kernels_are_named(kernels: Any, word: str) -> None:
    with pytest.raises(InvalidTargetError, match=word):
        TargetCNN.from_kernels(kernels, (1, 8, 8))


@pytest.mark.parametrize(
    "shape",
    [
        *((1, 8), (1, 8, 8, 8), (1, -5, 8), (1, 0, 0), (0, 8, 8), (2, 8, 8)),
        *((1, 2.7, 3), (1, "x", 3), (1, None, 3), (1, float("nan"), 3)),
        *((1, True, 3), (1, 1 << 40, 3), (1, 10**5000, 3), (), None, 8, "8", {1: 8}),
    ],
)
def test_input_shapes_are_refused_when_made(shape: Any) -> None:
    with pytest.raises(InvalidTargetError):
        TargetCNN.from_kernels((KERNEL,), shape)


@pytest.mark.parametrize("name", [None, b"net", "x" * 1001, "\ud800"])
def test_labels_are_refused_when_made(name: Any) -> None:
    with pytest.raises(InvalidTargetError, match="name"):
        TargetCNN.from_kernels((KERNEL,), (1, 8, 8), name=name)


def test_a_target_does_not_share_memory() -> None:
    source = KERNEL.copy()
    target = TargetCNN.from_kernels((source,), (1, 8, 8))
    digest = target.sha256
    source[:] = 9
    module = target.to_torch()
    with torch.no_grad():
        for weight in module.parameters():
            weight.zero_()
    assert kernels_of(target)[0].tobytes() == KERNEL.tobytes()
    assert TargetCNN(target.nodes).sha256 == digest == target.sha256


READERS: dict[str, Callable[..., TargetCNN]] = {
    "onnx": TargetCNN.from_onnx,
    "pt2": TargetCNN.from_pt2,
}


@pytest.mark.parametrize("suffix", READERS)
def test_files_of_other_tools_have_their_methods(suffix: str, tmp_path: Path) -> None:
    target = TargetCNN.from_kernels([KERNEL], (1, 4, 4), name="net")
    path = tmp_path / f"net.{suffix}"
    if suffix == "onnx":
        target.to_onnx(path)
    else:
        dim = torch.export.Dim("batch", min=1, max=1 << 20)
        given = (torch.zeros(2, 1, 4, 4),)
        program = torch.export.export(
            target.to_torch(), given, dynamic_shapes=[{0: dim}]
        )
        torch.export.save(program, path)
    read = READERS[suffix](path, box=(0, 1))
    assert read.input.high == (1,)
    assert kernels_of(read)[0].tobytes() == KERNEL.tobytes()
    assert read.name == "net"
