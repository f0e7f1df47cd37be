"""Float64 values: those of torch, for every kind of node."""

import importlib
from fractions import Fraction

import numpy as np
import pytest
from handmade.graph_nodes import after
from handmade.torch_values import CASES, IMAGES, ROUNDED, graph_of, tensor

from slth_verify.errors import InvalidParameterError
from slth_verify.graph import (
    Clip,
    Convolution,
    Input,
    node_values,
    values,
    windows,
)
from slth_verify.graph.nodes import KINDS

F = Fraction

# the function hides the module of its name
module = importlib.import_module("slth_verify.graph.float_values")


def check(name: str, values_of=values) -> None:
    node, truth = CASES[name]
    found = values_of(graph_of(node), IMAGES)
    expected = truth(tensor(IMAGES)).numpy()
    assert found.shape == expected.shape
    slack = 2.0**-45 * abs(expected).max() if name in ROUNDED else 0.0
    assert (abs(found - expected) <= slack).all()


def test_every_kind_of_node_has_a_case() -> None:
    assert {type(node) for node, _ in CASES.values()} == {*KINDS.values()} - {Input}


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_torch(name) -> None:
    check(name)


@pytest.mark.parametrize("limit", [1, 100, 1_000])
def test_values_do_not_depend_on_the_pieces(limit, monkeypatch) -> None:
    for room in (module, windows):
        monkeypatch.setattr(room, "CHUNK", limit)
    for name in CASES:
        check(name)


def test_tensors_of_all_nodes() -> None:
    graph = graph_of(CASES["dense"][0])
    tensors = dict(node_values(graph, IMAGES))
    assert list(tensors) == ["image", "row", "vector", "node"]
    assert (tensors["image"] == IMAGES).all()
    assert (tensors["vector"] == IMAGES[:, 0, 0]).all()
    assert (tensors["node"] == values(graph, IMAGES)).all()
    assert values(graph, IMAGES[:0]).shape == (0, 5)


def test_images_that_are_none() -> None:
    graph = graph_of(CASES["relu"][0])
    for images in (IMAGES[0], IMAGES[:, :3], IMAGES * np.nan, IMAGES + np.inf, "ab", 7):
        with pytest.raises(InvalidParameterError, match="images"):
            values(graph, images)


def test_numbers_beyond_floats() -> None:
    """Infinite or NaN, without a warning."""
    large = after(Convolution, weight=np.full((1, 4, 1, 1), 1e308))
    assert not np.isfinite(values(graph_of(large), IMAGES + 20)).any()
    wide = after(Clip, low="-1e999", high="1e999")
    assert (values(graph_of(wide), IMAGES) == IMAGES).all()


LIES = {
    "bias dropped": ("if node.bias is None:", "if True:", "stride"),
    "epsilon forgotten": ("variance + _float(node.epsilon)", "variance", "norm"),
    "sign of the slope": (
        "slopes * np.minimum(sources[0], 0)",
        "slopes * np.maximum(-sources[0], 0)",
        "leaky",
    ),
    "slopes of other channels": (
        "for slope in node.slopes",
        "for slope in node.slopes[::-1]",
        "prelu",
    ),
    "clipped below only": ("_float(node.high)", "np.inf", "relu6"),
    "one summand": ("sum(sources[1:]", "sum(sources[2:]", "sum"),
}

WINDOW_LIES = {
    "groups mixed": ("matrices @ columns", "matrices[::-1] @ columns", "groups"),
    "dilation as stride": (
        ":: stride[0], :: stride[1], :: dilation[0], :: dilation[1]",
        ":: dilation[0], :: dilation[1], :: stride[0], :: stride[1]",
        "one place",
    ),
    "modes exchanged": ('"circular": "wrap"', '"circular": "edge"', "padding circular"),
    "edge twice": ('"reflect": "reflect"', '"reflect": "symmetric"', "padding reflect"),
    "top and left exchanged": (
        "top, bottom, left, right = margins",
        "left, right, top, bottom = margins",
        "padding zeros",
    ),
    "zeros win": ("zeros\", images.min()", "zeros\", 0", "max padded"),
    "padding counted": (
        "    return inside\n",
        "    return np.full_like(inside, node.window[0] * node.window[1])\n",
        "mean False (1, 1, 2, 2)",
    ),
    "padding not counted": (
        "if node.counts_padding:", "if False:", "mean True (1, 1, 2, 2)"
    ),
    "cropped from the first": (
        "slice(*ends) for", "slice(0, ends[1] - ends[0]) for", "crop"
    ),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_nodes_are_seen(lie, mutant) -> None:
    truth, changed, case = LIES[lie]
    with pytest.raises(AssertionError):
        check(case, mutant(module, truth, changed).values)


@pytest.mark.parametrize("lie", WINDOW_LIES)
def test_lies_about_windows_are_seen(lie, mutant, monkeypatch) -> None:
    truth, changed, case = WINDOW_LIES[lie]
    wrong = mutant(windows, truth, changed)
    for name in ("convolved", "largest", "window_sums", "window_sizes"):
        monkeypatch.setattr(module, name, getattr(wrong, name))
    for kind in windows.MOVES:
        monkeypatch.setitem(module._VALUES, kind, wrong.moved)
    with pytest.raises(AssertionError):
        check(case)
