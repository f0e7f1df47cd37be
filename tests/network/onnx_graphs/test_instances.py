"""Instances for other verifiers: the difference network, and what is asserted of it."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph import (
    Convolution,
    Dense,
    Input,
    Rectifier,
    Reshape,
    TargetCNN,
    values,
)
from slth_verify.network.onnx_graphs import difference_graph, write_instance


def network(seed: int, middle: int) -> TargetCNN:
    rng = np.random.default_rng(seed)

    def weight(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    return TargetCNN(
        (
            Input(name="x", shape=(2, 3, 3), low=(0, -1), high=("1/3", 1)),
            Convolution(name="a", sources=("x",), weight=weight(middle, 2, 2, 2)),
            Rectifier(name="b", sources=("a",)),
            Reshape(name="c", sources=("b",), shape=(4 * middle,)),
            Dense(name="d", sources=("c",), weight=weight(3, 4 * middle)),
        )
    )


def test_the_difference_is_one_network() -> None:
    f, g = network(0, 2), network(1, 5)
    images = np.random.default_rng(2).random((7, 2, 3, 3))
    found = values(difference_graph(f, g), images)
    assert np.allclose(found, values(g, images) - values(f, images), atol=1e-12)


def test_the_files(tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    f, g = network(0, 2), network(1, 5)
    paths = write_instance(f, g, "1/3", tmp_path)
    assert [p.name for p in paths] == [
        "f.onnx",
        "g.onnx",
        "difference.onnx",
        "difference.vnnlib",
    ]
    images = np.random.default_rng(2).random((4, 2, 3, 3)).astype(np.float32)
    one, other, whole = (
        runtime.InferenceSession(str(path)).run(None, {"image": images})[0]
        for path in paths[:3]
    )
    assert np.allclose(whole, other - one, atol=1e-5)
    text = paths[3].read_text()
    assert text.count("declare-const X_") == 18
    assert text.count("declare-const Y_") == 3
    assert "unsat proves" in text
    # the box is rounded outward and eps down, so that unsat says no less
    assert Fraction(re.findall(r"<= X_0 ([^)]+)", text)[0]) >= Fraction(1, 3)
    assert Fraction(re.findall(r">= Y_2 ([^)]+)", text)[0]) <= Fraction(1, 3)
    assert text.count("(") == text.count(")")


def test_other_shapes_are_refused(tmp_path: Path) -> None:
    f = network(0, 2)
    with pytest.raises(InvalidTargetError, match="outputs of shapes"):
        difference_graph(f, TargetCNN(f.nodes[:2]))
    with pytest.raises(InvalidParameterError, match="eps=0"):
        write_instance(f, f, 0, tmp_path)
