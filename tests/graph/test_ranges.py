"""Ranges: no value leaves them, and those of one affine node are reached."""

import importlib
import itertools
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    Input,
    MaxPool,
    Node,
    Pad,
    Permute,
    Range,
    Rectifier,
    Reshape,
    Sum,
    TargetGraph,
    affine_ranges,
    dyadics,
    exact_node_values,
    ranges,
)
from slth_verify.graph.nodes import KINDS

F = Fraction
RNG = np.random.default_rng(11)

# the function hides the module of its name
module = importlib.import_module("slth_verify.graph.box_ranges")

THIRDS, BESIDE = (F(-1, 3), F(1, 3)), (F(1, 2), F(2, 3))

Ranges = Callable[[TargetGraph], dict[str, Range]]


def check_contains(graph: TargetGraph, image: np.ndarray, found) -> None:
    for name, lower, upper in exact_node_values(graph, image):
        bounds = zip(found[name].lower, found[name].upper, lower, upper, strict=True)
        for low, high, least, most in bounds:
            assert low <= np.min(least)
            assert np.max(most) <= high


@given(data=st.data())
def test_values_stay_in_their_ranges(data, drawn_graphs, images_of) -> None:
    graph = data.draw(drawn_graphs())
    found = ranges(graph)
    assert list(found) == [node.name for node in graph.nodes]
    for seed in data.draw(st.lists(st.integers(0, 999), min_size=4, max_size=4)):
        check_contains(graph, images_of(graph, seed), found)
    for end in itertools.chain(*((r.lower + r.upper) for r in found.values())):
        assert end.denominator & (end.denominator - 1) == 0
        assert (
            end.numerator // (end.numerator & -end.numerator or 1)
        ).bit_length() < 66


def ends_of_terms(graph: TargetGraph) -> tuple[list[Fraction], list[Fraction]]:
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


def box(*shape: int) -> Input:
    """A box with other ends for every channel: above, below and around 0."""
    ends = [(F(1), F(2)), (F(-3), F(-1, 2)), (F(-1), F(1, 4)), (F(0), F(1))]
    low, high = zip(*(ends[k % 4] for k in range(shape[0])), strict=True)
    return Input(name="image", shape=shape, low=low, high=high)


def eighths(*shape: int) -> np.ndarray:
    return RNG.integers(-8, 9, shape).astype(np.float32) / 8


def after(kind: type[Node], *sources: str, **fields: Any) -> Node:
    return kind(name="node", sources=sources or ("image",), **fields)


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
        graph = TargetGraph((box(4, 5, 6), node))
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
    graph = TargetGraph((box(4, 5, 6), node))
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
    graph = TargetGraph((box(7), node))
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
    graph = TargetGraph((box(1, 3, 3), node))
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
    graph = TargetGraph((box(1, 1, 1), after(Convolution, weight=zero)))
    assert ranges(graph)["node"] == Range((F(0),) * 2, (F(0),) * 2)
    still = Input(name="image", shape=(1, 1, 1), low=(0,), high=(0,))
    graph = TargetGraph((still, after(Convolution, weight=zero + 3)))
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


def norm(scale: float) -> Node:
    return after(
        BatchNorm,
        scale=np.full(4, float(scale)),
        shift=np.full(4, 0.5),
        mean=np.full(4, 0.25),
        variance=np.zeros(4),
        epsilon=F(1, 4),
    )


def pool(**fields: Any) -> Node:
    return after(AveragePool, window=(2, 2), stride=(1, 1), **fields)


def single(**fields: Any) -> Node:
    return after(Convolution, weight=np.ones((4, 1, 2, 2)), groups=4, **fields)


#: Nodes after `box`, and their ranges: ends of channels 0 to 3.
RULES: dict[str, tuple[Node, list[Any], list[Any]]] = {
    "norm": (norm(3), [5, -19, -7, -1], [11, -4, F(1, 2), 5]),
    "norm turned": (norm(-3), [-10, 5, F(1, 2), -4], [-4, 20, 8, 2]),
    "relu": (after(Rectifier), [1, 0, 0, 0], [2, 0, F(1, 4), 1]),
    "prelu": (
        after(Rectifier, slopes=(F(1, 2), F(1, 4), F(1, 8), 1)),
        [1, F(-3, 4), F(-1, 8), 0],
        [2, F(-1, 8), F(1, 4), 1],
    ),
    "clip": (after(Clip, low=-2, high=F(1, 8)), [F(1, 8), -2, -1, 0],
             [F(1, 8), F(-1, 2), F(1, 8), F(1, 8)]),
    "max": (
        after(MaxPool, window=(2, 2), stride=(1, 1), padding=(1, 1, 1, 1)),
        [1, -3, -1, 0],
        [2, F(-1, 2), F(1, 4), 1],
    ),
    "mean": (pool(), [1, -3, -1, 0], [2, F(-1, 2), F(1, 4), 1]),
    "mean, padding counted": (
        pool(padding=(1, 0, 0, 1)), [F(1, 4), -3, -1, 0], [2, F(-1, 8), F(1, 4), 1]
    ),
    "mean, padding not counted": (
        pool(padding=(1, 0, 0, 1), counts_padding=False),
        [1, -3, -1, 0],
        [2, F(-1, 2), F(1, 4), 1],
    ),
    "pad": (
        after(Pad, padding=(0, 1, 0, 0)), [0, -3, -1, 0], [2, 0, F(1, 4), 1]
    ),
    "reflect": (
        after(Pad, padding=(0, 1, 0, 0), padding_mode="reflect"),
        [1, -3, -1, 0],
        [2, F(-1, 2), F(1, 4), 1],
    ),
    "flatten": (
        after(Reshape, shape=(16,)),
        [1] * 4 + [-3] * 4 + [-1] * 4 + [0] * 4,
        [2] * 4 + [F(-1, 2)] * 4 + [F(1, 4)] * 4 + [1] * 4,
    ),
    "reshape": (
        after(Reshape, shape=(2, 1, 8)), [-3, -1], [2, 1]
    ),
    "permute": (after(Permute, axes=(0, 2, 1)), [1, -3, -1, 0],
                [2, F(-1, 2), F(1, 4), 1]),
    "permute channels": (after(Permute, axes=(1, 0, 2)), [-3, -3], [2, 2]),
    "crop": (after(Crop, starts=(1, 0, 0), stops=(3, 2, 2)), [-3, -1],
             [F(-1, 2), F(1, 4)]),
    "concat": (after(Concat, "image", "image"), [1, -3, -1, 0] * 2,
               [2, F(-1, 2), F(1, 4), 1] * 2),
    "sum": (after(Sum, "image", "image"), [2, -6, -2, 0], [4, -1, F(1, 2), 2]),
    "window": (single(), [4, -12, -4, 0], [8, -2, 1, 4]),
    "window, padded": (single(padding=(1, 0, 0, 1)), [1, -12, -4, 0],
                       [8, F(-1, 2), 1, 4]),
    "window, replicated": (
        single(padding=(1, 0, 0, 1), padding_mode="replicate"),
        [4, -12, -4, 0],
        [8, -2, 1, 4],
    ),
    "dense": (after(Dense, "flat", weight=np.ones((1, 16))), [-12], [11]),
}  # fmt: skip


def check_rule(name: str, ranges_of: Ranges = ranges) -> None:
    node, lower, upper = RULES[name]
    flat = Reshape(name="flat", sources=("image",), shape=(16,))
    nodes = (box(4, 2, 2), flat, node) if name == "dense" else (box(4, 2, 2), node)
    assert ranges_of(TargetGraph(nodes))["node"] == Range(tuple(lower), tuple(upper))


@pytest.mark.parametrize("name", RULES)
def test_rules(name) -> None:
    check_rule(name)


def test_every_kind_of_node_has_a_rule_that_is_tried() -> None:
    assert {type(node) for node, *_ in RULES.values()} == {*KINDS.values()} - {Input}


def check_rounding(ranges_of: Ranges = ranges) -> None:
    """Thirds and irrational roots, at corners of boxes around and beside the mean."""
    for scale, ends in itertools.product((1.0, -1.0), (THIRDS, BESIDE)):
        low, high = ends
        image = Input(name="image", shape=(4, 1, 1), low=(low,) * 4, high=(high,) * 4)
        node = replace(norm(scale), variance=np.full(4, 2.0), epsilon=F(1, 10**5))
        graph = TargetGraph((image, node))
        for corner in ends:
            check_contains(graph, np.full((4, 1, 1), corner, object), ranges_of(graph))


def test_ends_are_rounded_outward() -> None:
    check_rounding()


LIES: dict[str, tuple[str, str, Callable[[Ranges], None]]] = {
    "padding forgotten": (
        'if node.padding_mode == "zeros":',
        "if False:",
        lambda wrong: check_rule("window, padded", wrong),
    ),
    "margins exchanged": (
        "(node.padding[:2], node.padding[2:])",
        "(node.padding[2:], node.padding[:2])",
        lambda wrong: check_affine("padded aside", wrong),
    ),
    "added zeros forgotten": (
        'if node.padding_mode != "zeros" or not any(node.padding):',
        "if True:",
        lambda wrong: check_rule("pad", wrong),
    ),
    "counted zeros forgotten": (
        "if not node.counts_padding:",
        "if True:",
        lambda wrong: check_rule("mean, padding counted", wrong),
    ),
    "epsilon forgotten": ("variance + node.epsilon", "variance + 1",
                          lambda wrong: check_rule("norm", wrong)),
    "sign of the scale forgotten": ("append(max(found))", "append(found[-1])",
                                    lambda wrong: check_rule("norm turned", wrong)),
    "sign of the slope": ("x * slopes[", "-x * slopes[",
                          lambda wrong: check_rule("prelu", wrong)),
    "slope of another channel": ("slopes[channel %", "slopes[(channel + 1) %",
                                 lambda wrong: check_rule("prelu", wrong)),
    "threshold forgotten": ("max(x, node.low)", "x",
                            lambda wrong: check_rule("clip", wrong)),
    "channels not merged": ("if node.axes[0] == 0:", "if True:",
                            lambda wrong: check_rule("permute channels", wrong)),
    "run of channels cut": ("((first + 1) * new - 1) // old + 1",
                            "first * new // old + 1",
                            lambda wrong: check_rule("reshape", wrong)),
    "channels cropped from the first": ("slice(node.starts[0], node.stops[0])",
                                        "slice(node.stops[0] - node.starts[0])",
                                        lambda wrong: check_rule("crop", wrong)),
    "lower ends rounded inward": ("tuple(down(end)", "tuple(up(end)", check_rounding),
    "upper ends rounded inward": ("tuple(up(end)", "tuple(down(end)", check_rounding),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_ranges_are_seen(lie, mutant) -> None:
    truth, changed, check = LIES[lie]
    wrong = mutant(module, truth, changed)
    with pytest.raises(AssertionError):
        check(wrong.ranges)


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


def test_both_ends_of_a_root_count(mutant) -> None:
    """Seen with a root of few bits; else rounding would hide the lie."""

    def with_rough_roots(room) -> Ranges:
        room.inverse_root = lambda number: dyadics.inverse_root(number, 8)
        return room.ranges

    check_rounding(
        with_rough_roots(mutant(module, "for root in roots", "for root in roots "))
    )
    for lie in ("for root in roots[:1]", "for root in roots[1:]"):
        with pytest.raises(AssertionError):
            check_rounding(with_rough_roots(mutant(module, "for root in roots", lie)))
