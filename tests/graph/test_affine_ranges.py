"""Ranges of convolutions and dense layers: exact, and reached."""

import importlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.graph_nodes import after, box
from hypothesis import example, given
from hypothesis import strategies as st

from slth_verify.graph import (
    Convolution,
    Dense,
    Input,
    Range,
    TargetCNN,
    affine_ranges,
    exact_node_values,
    ranges,
)

F = Fraction
RNG = np.random.default_rng(11)

# the function hides the module of its name
module = importlib.import_module("slth_verify.graph.box_ranges")

Ranges = Callable[[TargetCNN], dict[str, Range]]


def ends_of_terms(graph: TargetCNN) -> tuple[list[Fraction], list[Fraction]]:
    """Least and largest sums of one convolution, place by place and term by term."""
    node, image = graph.output, graph.input
    assert isinstance(node, Convolution)
    _, height, width = graph.input.shape
    per = image.shape[0] // node.groups
    lower, upper = [], []
    for channel in range(node.weight.shape[0]):
        start = channel // (node.weight.shape[0] // node.groups) * per
        sums = []
        for place in np.ndindex(*graph.output_shape[1:]):
            low = high = F(0) if node.bias is None else F(float(node.bias[channel]))
            for c, i, j in np.ndindex(*node.weight.shape[1:]):
                row = place[0] * node.stride[0] - node.padding[0] + i * node.dilation[0]
                column = (
                    place[1] * node.stride[1] - node.padding[2] + j * node.dilation[1]
                )
                if 0 <= row < height and 0 <= column < width:
                    weight = F(float(node.weight[channel, c, i, j]))
                    box = image.low[start + c], image.high[start + c]
                    low += min(weight * end for end in box)
                    high += max(weight * end for end in box)
            sums.append((low, high))
        lower.append(min(low for low, _ in sums))
        upper.append(max(high for _, high in sums))
    return lower, upper


def eighths(*shape: int) -> np.ndarray:
    return RNG.integers(-8, 9, shape).astype(np.float32) / 8


CONVOLUTIONS: dict[str, dict[str, Any]] = {
    "plain": {"weight": eighths(3, 4, 3, 2)},
    "many bits": {"weight": eighths(3, 4, 3, 2).astype(np.float64) + 2.0**-30},
    "padded": {"weight": eighths(3, 4, 3, 3), "padding": (1, 1, 1, 1)},
    "padded aside": {"weight": eighths(3, 4, 4, 3), "padding": (0, 2, 5, 0)},
    "padded, positive": {"weight": abs(eighths(3, 4, 3, 3)), "padding": (1, 1, 1, 1)},
    "stride": {
        "weight": eighths(3, 4, 3, 3),
        "padding": (2, 1, 0, 1),
        "stride": (3, 2),
    },
    "dilation": {
        "weight": eighths(3, 4, 3, 2),
        "padding": (3, 2, 3, 1),
        "dilation": (2, 3),
        "stride": (2, 1),
    },
    "groups": {"weight": eighths(6, 2, 2, 2), "groups": 2, "padding": (0, 1, 0, 0)},
    "depthwise": {"weight": eighths(8, 1, 3, 3), "groups": 4},
    "larger than the image": {"weight": eighths(2, 4, 9, 9), "padding": (4, 4, 4, 4)},
}


def check_affine(name: str, ranges_of: Ranges = ranges) -> None:
    """With padding of zeros every place counts for itself; ends are not rounded."""
    fields = CONVOLUTIONS[name]
    for bias in (None, eighths(fields["weight"].shape[0])):
        node = after(Convolution, bias=bias, **fields)
        graph = TargetCNN((box(4, 5, 6), node))
        lower, upper = ends_of_terms(graph)
        assert ranges_of(graph)["node"] == Range(tuple(lower), tuple(upper))


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_ranges_of_one_convolution_are_exact(name, monkeypatch) -> None:
    check_affine(name)
    monkeypatch.setattr(affine_ranges, "_CHUNK", 30)
    check_affine(name)


@pytest.mark.parametrize("name", ["plain", "groups", "depthwise"])
def test_ranges_are_reached(name) -> None:
    """By an image in the box, at the first place."""
    fields = CONVOLUTIONS[name] | {"padding": (0, 0, 0, 0)}
    node = after(Convolution, bias=eighths(fields["weight"].shape[0]), **fields)
    graph = TargetCNN((box(4, 5, 6), node))
    found = ranges(graph)["node"]
    per = 4 // node.groups
    for channel, weight in enumerate(node.weight):
        first = channel // (len(node.weight) // node.groups) * per
        for ends, sign in ((found.upper, 1), (found.lower, -1)):
            image = np.zeros((4, 5, 6), object)
            for c, i, j in np.ndindex(*weight.shape):
                high = sign * weight[c, i, j] > 0
                image[first + c, i, j] = (
                    graph.input.high if high else graph.input.low
                )[first + c]
            *_, (_, lower, _) = exact_node_values(graph, image)
            assert lower[channel, 0, 0] == ends[channel]


def test_ranges_of_a_dense_layer_are_reached() -> None:
    weight, bias = eighths(5, 7), eighths(5)
    node = after(Dense, weight=weight, bias=bias)
    graph = TargetCNN((box(7), node))
    found = ranges(graph)["node"]
    low, high = np.array(graph.input.low), np.array(graph.input.high)
    for row in range(5):
        for ends, up in (
            (found.upper, weight[row] > 0),
            (found.lower, weight[row] < 0),
        ):
            _, (_, value, _) = exact_node_values(graph, np.where(up, high, low))
            assert value[row] == ends[row]


#: Weights of all sizes, whose sums no float holds.
@example([5e-324, -1.7e308, 1 / 3, 2.0**-600], 3)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=4, max_size=4),
    st.integers(1, 26),
)
def test_sums_of_pieces_are_exact(floats, bits) -> None:
    weight = np.array(floats).reshape(1, 1, 1, 2, 2)
    total = sum(
        F(x) * F(2) ** unit
        for piece, unit in affine_ranges._pieces(weight, bits)
        for x in [int(piece.ravel()[0])]
    )
    assert total == F(floats[0])
    for piece, unit in affine_ranges._pieces(weight, bits):
        assert unit > -affine_ranges._UNIT
        assert (abs(piece) < 2**bits).all()
        assert (piece == np.trunc(piece)).all()
    node = after(Convolution, weight=weight[0], padding=(1, 0, 0, 1))
    graph = TargetCNN((box(1, 3, 3), node))
    lower, upper = ends_of_terms(graph)
    found = ranges(graph)["node"]
    assert found.lower[0] <= lower[0]
    assert found.upper[0] >= upper[0]
    slack = F(1, 2**62)
    assert lower[0] - found.lower[0] <= slack * abs(lower[0])
    assert found.upper[0] - upper[0] <= slack * abs(upper[0])


@given(st.lists(st.integers(-(2**200), 2**200), max_size=6), st.integers(13, 26))
def test_digits(numbers, bits) -> None:
    listed = [*numbers, 0, -1]
    digits = affine_ranges._digits(np.array(listed, object), bits)
    assert (abs(digits) < 2**bits).all()
    powers = [2 ** (bits * k) for k in range(digits.shape[1])]
    for number, row in zip(listed, digits, strict=True):
        assert sum(int(d) * p for d, p in zip(row, powers, strict=True)) == number


def test_zeros() -> None:
    zero = np.zeros((2, 1, 1, 1))
    graph = TargetCNN((box(1, 1, 1), after(Convolution, weight=zero)))
    assert ranges(graph)["node"] == Range((F(0),) * 2, (F(0),) * 2)
    still = Input(name="image", shape=(1, 1, 1), low=(0,), high=(0,))
    graph = TargetCNN((still, after(Convolution, weight=zero + 3)))
    assert ranges(graph)["node"] == Range((F(0),) * 2, (F(0),) * 2)


def test_long_sums_are_exact() -> None:
    """Against sums of integers."""
    rng = np.random.default_rng(2)
    integers = rng.integers(-(2**24) + 1, 2**24, (2, 1 << 16))
    node = after(Dense, weight=integers.astype(np.float32))
    size = integers.shape[1]
    top = F(2**60 - 1)
    wide = Input(
        name="image", shape=(size,), low=(-top,) * size, high=(top + 1,) * size
    )
    lower, upper = affine_ranges.affine_ends(
        node, wide.low, wide.high, [np.array([[0, 1]])] * 2
    )
    for row in range(2):
        positive = int(integers[row][integers[row] > 0].sum())
        negative = int(integers[row][integers[row] < 0].sum())
        assert upper[row] == (top + 1) * positive - top * negative
        assert lower[row] == (top + 1) * negative - top * positive


AFFINE_LIES = {
    "bias dropped": (" + Fraction(float(bias))", "", "plain"),
    "groups mixed": ("ends[some], parts", "ends[:1], parts", "groups"),
    "ends not swapped": ("ends[:, :, ::-1]", "ends", "plain"),
    "rectangle without its corner": (
        "+ sums[top, left]", "+ 0 * sums[top, left]", "larger than the image"
    ),
    "first part only": ("np.minimum.reduce(sums)", "sums[0]", "padded, positive"),
    "a digit lost": ("-(-max(", "(max(", "plain"),
    "a piece lost": ("while size :=", "if size :=", "many bits"),
}  # fmt: skip


@pytest.mark.parametrize("lie", AFFINE_LIES)
def test_lies_about_affine_nodes_are_seen(lie, mutant, monkeypatch) -> None:
    truth, changed, name = AFFINE_LIES[lie]
    wrong = mutant(affine_ranges, truth, changed)
    monkeypatch.setattr(module, "affine_ends", wrong.affine_ends)
    with pytest.raises(AssertionError):
        check_affine(name)


def test_a_lie_about_margins_is_seen(mutant) -> None:
    wrong = mutant(
        module,
        "(node.padding[:2], node.padding[2:])",
        "(node.padding[2:], node.padding[:2])",
    )
    with pytest.raises(AssertionError):
        check_affine("padded aside", wrong.ranges)
