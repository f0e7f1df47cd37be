"""Shapes, boxes, kernels and fields that are refused, each with what it lacks."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph import (
    AveragePool,
    Convolution,
    Input,
    Rectifier,
    TargetCNN,
    listed,
)
from slth_verify.graph.given_input import ends_of, input_node, same_entries
from slth_verify.graph.kernels import _expected
from slth_verify.graph.papers_class import outside_papers_class

F = Fraction
_ONE = np.ones((1, 1, 1, 1), np.float32)
_IMAGE = Input(name="x", shape=(1, 2, 2), low=(-1,), high=(1,))


@pytest.mark.parametrize(
    ("given", "shape", "same"),
    [
        ((8, 8), (1, 8, 8), True),
        ((8, 1, 8), (1, 8, 8), True),
        ((192,), (3, 8, 8), True),
        ((8, 8, 3), (3, 8, 8), False),
        ((191,), (3, 8, 8), False),
    ],
)
def test_arrays_that_are_images_of_a_shape(given, shape, same) -> None:
    assert same_entries(given, shape) is same


@pytest.mark.parametrize("shape", [(2, 2), (2,), (1, 1, 2, 2), ()])
def test_shapes_that_are_none_of_the_papers_class(shape) -> None:
    with pytest.raises(InvalidTargetError, match="three positive integers"):
        TargetCNN.from_kernels([_ONE], shape)


@pytest.mark.parametrize("shape", [(), (1, 2, 3, 4), (0, 2, 2)])
def test_shapes_of_no_input(shape) -> None:
    with pytest.raises(InvalidParameterError, match="input_shape"):
        input_node(shape, (0, 1))


@pytest.mark.parametrize(
    ("shape", "kept"), [((5,), (5,)), ((2, 7), (2, 1, 7)), ((1, 2, 3), (1, 2, 3))]
)
def test_shapes_of_inputs(shape, kept) -> None:
    assert input_node(shape, (0, 1)).shape == kept


def test_boxes() -> None:
    assert ends_of((0, "1/2"), 2) == ((F(0), F(0)), (F(1, 2), F(1, 2)))
    assert ends_of([(0, 1), [2, 2]], 2) == ((F(0), F(2)), (F(1), F(2)))
    assert ends_of(((0, 1),), 1) == ((F(0),), (F(1),))


@pytest.mark.parametrize(
    "box",
    [(1, 0), [(0, 1), (2, 1)], (0,), (0, 1, 2), "01", 3, [(0, 1)] * 3, [(0, 1), 2]],
)
def test_what_is_no_box(box) -> None:
    with pytest.raises(InvalidParameterError, match="box="):
        ends_of(box, 2)


def test_the_same_network_on_another_box() -> None:
    graph = TargetCNN((_IMAGE, Convolution(name="y", sources=("x",), weight=_ONE)))
    moved = graph.with_box((2, 3))
    assert (moved.input.low, moved.input.high) == ((F(2),), (F(3),))
    assert moved.with_box((-1, 1)).sha256 == graph.sha256
    assert moved.sha256 != graph.sha256
    with pytest.raises(InvalidParameterError, match=r"^box=\(3, 1/2\): low <= high"):
        graph.with_box(("3", F(1, 2)))


@pytest.mark.parametrize(
    ("kernels", "message"),
    [
        (3, "a sequence of arrays"),
        ((), "^kernels: none, but 1 to"),
        ([_ONE[0]], r"square windows.* \(kernel,\) for one layer"),
        (_ONE, r"square windows.* \(kernel,\) for one layer"),
        (["axbb"], "square windows"),
        ([_ONE.tolist()], r"square windows.* numpy.asarray\(kernel"),
        ([_ONE[0, 0]], "Add the axes"),
        ([np.ones((1, 1, 1, 2), np.float32)], "square windows"),
    ],
)
def test_kernels_that_are_none(kernels, message) -> None:
    with pytest.raises(InvalidTargetError, match=message):
        TargetCNN.from_kernels(kernels, (1, 2, 2))


@pytest.mark.parametrize("shape", [7, (1, 2), (1, 2, 2, 2), (1, 0, 2), (1, "a", 2)])
def test_shapes_of_no_image(shape) -> None:
    with pytest.raises(InvalidTargetError, match="three positive integers"):
        TargetCNN.from_kernels([_ONE], shape)


def test_more_kernels_than_are_read() -> None:
    with pytest.raises(InvalidTargetError, match=r"^kernels: more than"):
        TargetCNN.from_kernels((_ONE for _ in range(10**9)), (1, 2, 2))


def test_headers_of_kernels() -> None:
    header: dict[str, Any] = {
        "schema_version": 1, "name": "n", "input_shape": [1, 2, 2],
        "readout": "identity",
    }  # fmt: skip
    for readout in ("", "softmax\x1b", 3, None):
        with pytest.raises(ValueError, match="unknown"):
            _expected(header | {"readout": readout}, 1)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sources": "x"}, "a tuple of names"),
        ({"sources": ("x",) * (1 << 20)}, "sources"),
        ({"weight": np.ma.masked_array(_ONE, mask=[[[[True]]]])}, "under its mask"),
        ({"weight": _ONE.astype(np.float16)}, "float32 or float64"),
        ({"weight": _ONE[0]}, "4 axes"),
        ({"weight": _ONE * np.float32("nan")}, "NaN"),
    ],
)
def test_fields_of_a_convolution(fields, message) -> None:
    whole = {"name": "y", "sources": ("x",), "weight": _ONE} | fields
    nodes = _IMAGE, Convolution(**whole)
    with pytest.raises(InvalidTargetError, match=message):
        TargetCNN(nodes)


@pytest.mark.parametrize("value", [1, "yes", None])
def test_fields_that_are_true_or_false(value) -> None:
    pool = AveragePool(
        name="y", sources=("x",), window=(2, 2), stride=(1, 1), counts_padding=value
    )
    with pytest.raises(InvalidTargetError, match="True or False"):
        TargetCNN((_IMAGE, pool))


@pytest.mark.parametrize("nodes", [3, None])
def test_nodes_that_are_no_sequence(nodes) -> None:
    with pytest.raises(InvalidTargetError, match="a sequence of nodes"):
        TargetCNN(nodes)


def test_more_weights_than_are_read(monkeypatch) -> None:
    layers = (
        _IMAGE,
        Convolution(name="y", sources=("x",), weight=_ONE),
        Convolution(name="z", sources=("y",), weight=_ONE),
    )
    monkeypatch.setattr(listed, "WEIGHTS", 2)
    TargetCNN(layers)
    monkeypatch.setattr(listed, "WEIGHTS", 1)
    with pytest.raises(InvalidTargetError, match="2 weights: at most 1"):
        TargetCNN(layers)


def test_graphs_outside_the_papers_class() -> None:
    inside = TargetCNN.from_kernels([_ONE, _ONE], (1, 2, 2))
    assert outside_papers_class(inside.nodes) is None
    flat = Input(name="x", shape=(1,), low=(-1,), high=(1,))
    reason = outside_papers_class((flat, Rectifier(name="y", sources=("x",))))
    assert reason is not None
    assert "no image of shape" in reason
    first, conv, relu, *_ = inside.nodes
    again = Convolution(name="late", sources=(first.name,), weight=_ONE)
    last = Rectifier(name="last", sources=("late",))
    reason = outside_papers_class((first, conv, relu, again, last))
    assert reason is not None
    assert "no chain" in reason


def test_boxes_in_arrays() -> None:
    ends = np.array([[-0.4, 2.8], [0.0, 1.0]], np.float32)
    assert ends_of(ends, 2) == ((F(-2, 5), F(0)), (F(14, 5), F(1)))
    assert ends_of(ends[1], 3) == ((0, 0, 0), (1, 1, 1))
    for wrong in (ends.T[:1], ends[:, :1], ends[None], ends * np.nan, ends[:, ::-1]):
        with pytest.raises(InvalidParameterError, match="box="):
            ends_of(wrong, 2)


@pytest.mark.parametrize("shape", ["144", {1, 4}, {1: 0, 4: 0, 5: 0}, b"\1\4\4"])
def test_shapes_that_are_no_list_of_integers(shape: object) -> None:
    with pytest.raises(InvalidTargetError, match="input_shape="):
        TargetCNN.from_kernels((np.ones((1, 1, 1, 1), np.float32),), shape)


def test_kernels_are_no_nodes() -> None:
    kernels = (np.ones((2, 1, 3, 3), np.float32),)
    with pytest.raises(InvalidTargetError, match="from_kernels"):
        TargetCNN(kernels, (1, 8, 8))


def test_an_architecture_says_nothing_of_weights() -> None:
    kernel = np.ones((2, 1, 3, 3), np.float32)
    one, other, wider = (
        TargetCNN.from_kernels((part,), (1, 8, 8)).architecture
        for part in (kernel, 2 * kernel, kernel.repeat(2, 0))
    )
    assert one == other != wider
    assert one == (
        ("input", "Input", (1, 8, 8)),
        ("conv1", "Convolution", (2, 8, 8)),
        ("relu1", "Rectifier", (2, 8, 8)),
    )
