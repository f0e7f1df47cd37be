"""Ranges: no value leaves them, and each kind of node has its rule."""

import importlib
import itertools
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.graph_nodes import after, box
from hypothesis import given
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
    TargetCNN,
    dyadics,
    exact_node_values,
    ranges,
)
from slth_verify.graph.nodes import KINDS

F = Fraction

# the function hides the module of its name
module = importlib.import_module("slth_verify.graph.box_ranges")

THIRDS, BESIDE = (F(-1, 3), F(1, 3)), (F(1, 2), F(2, 3))
Ranges = Callable[[TargetCNN], dict[str, Range]]


def check_contains(graph: TargetCNN, image: np.ndarray, found) -> None:
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
    assert ranges_of(TargetCNN(nodes))["node"] == Range(tuple(lower), tuple(upper))


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
        graph = TargetCNN((image, node))
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
