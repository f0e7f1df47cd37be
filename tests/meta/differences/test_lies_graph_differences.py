"""Planted lies about differences of graphs: true values leave the liar's bounds."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import ModuleType
from typing import Any

import pytest
from handmade.lie_graphs import GRAPHS

from slth_verify.conformance.oracles import (
    graph_differences,
    graph_places,
    graph_polygons,
    pruned_graph,
)

F = Fraction


#: Module, truth and lie: each must be seen on one of the graphs.
LIES: dict[str, tuple[ModuleType, str, str]] = {
    "bias dropped": (
        graph_differences,
        "[[bias - s * inner - shift] * 2",
        "[[-s * inner - shift] * 2",
    ),
    "bias of the pruned network dropped": (
        graph_differences,
        "pruned = [bias, bias]",
        "pruned = [_ZERO, _ZERO]",
    ),
    "signs swapped": (
        graph_differences,
        "plus * y if y > 0 else -minus * y",
        "minus * y if y > 0 else -plus * y",
    ),
    "sign of the negative half lost": (
        graph_differences,
        "else -minus * y",
        "else minus * y",
    ),
    "target's kernel not subtracted": (graph_differences, "y - s * x for", "y for"),
    "kink at 0 forgotten": (
        graph_differences,
        "corners_of(source.item(at), [_ZERO])",
        "corners_of(source.item(at), [])",
    ),
    "epsilon dropped": (graph_differences, "variance + stage.norm.epsilon", "variance"),
    "scale squared": (
        graph_differences,
        "(scale * roots[0], scale * roots[1])",
        "(scale**2 * roots[0], scale**2 * roots[1])",
    ),
    "mean not scaled": (
        graph_differences,
        "inner - mean, shift",
        "inner, shift - mean",
    ),
    "one end for both of an interval": (
        graph_polygons,
        "(max(x[0], y[0] - d[1])",
        "(max(x[0], y[0] - d[0])",
    ),
    "a strip of one side": (
        graph_polygons,
        "        and known.d[0] <= y - x <= known.d[1]",
        "        and known.d[0] <= y - x <= known.d[0]",
    ),
    "maximum of lower ends": (
        graph_differences,
        "max(ends[1] for ends in all_ends)",
        "max(ends[0] for ends in all_ends)",
    ),
    "winners that cannot win": (
        graph_differences,
        "if known.y[1] >= y[0]",
        "if known.y[0] >= y[0]",
    ),
    "a summand forgotten": (
        graph_differences,
        "[source.item(at) for source in sources]",
        "[source.item(at) for source in sources[1:]]",
    ),
    "threshold scaled": (
        pruned_graph,
        "min(max(value, node.low), node.high)",
        "min(max(value, node.low), 2 * node.high)",
    ),
    "one slope for all": (
        pruned_graph,
        "channel if len(node.slopes) > 1 else 0",
        "0",
    ),
    "padding not counted": (
        graph_places,
        "if node.counts_padding else",
        "if False else",
    ),
    "stride ignored": (
        graph_places,
        "at[1] * node.stride[0] - top + i * node.dilation[0]",
        "at[1] - top + i * node.dilation[0]",
    ),
    "dilation ignored": (graph_places, "i * node.dilation[0]", "i"),
    "group mixed up": (
        graph_places,
        "at[0] // (c_out",
        "(c_out - 1 - at[0]) // (c_out",
    ),
    "margins swapped": (
        graph_places,
        "top, _, left, _ = node.padding\n        for",
        "_, top, left, _ = node.padding\n        for",
    ),
    "zeros are copies": (
        graph_places,
        "        return None\n    if mode ==",
        "        mode = 'replicate'\n    if mode ==",
    ),
    "copies of the other border": (
        graph_places,
        "0 if k < 0 else side - 1",
        "side - 1 if k < 0 else 0",
    ),
    "a ring turned round": (
        graph_places,
        "k + side if k < 0 else k - side",
        "-1 - k if k < 0 else 2 * side - 1 - k",
    ),
    "border reflected with itself": (
        graph_places,
        "return -k if k < 0",
        "return -k - 1 if k < 0",
    ),
    "axes turned back": (
        graph_places,
        "places[axis] for axis",
        "at[node.axes[axis]] for axis",
    ),
    "crop from the corner": (graph_places, "k + start for k", "k for k"),
}


#: What the bounds take from other modules.
PARTS = {
    "activation",
    "corners_of",
    "counted",
    "kernel_terms",
    "moved",
    "pool_entries",
    "tight",
}


Liar = Callable[[ModuleType, str, str], ModuleType]


Refuted = Callable[[Any], bool]


@pytest.fixture(scope="module")
def refuted(pair_of: Any, image_of: Any, values_of: Any, violations: Any) -> Refuted:
    """Whether values are seen outside of somebody's bounds, or these exclude all."""
    known = []
    for graph in GRAPHS.values():
        stages = pair_of(graph, "far", 4)
        images = (image_of(graph, seed) for seed in range(12))
        values = [values_of(graph, stages, image) for image in images]
        known.append((graph, stages, values))

    def judge(bounds_of: Any) -> bool:
        for graph, stages, values in known:
            try:
                bounds = bounds_of(graph, stages)
            except ArithmeticError:
                return True
            if any(violations(bounds, one) for one in values):
                return True
        return False

    return judge


def test_the_truth_is_not_refuted(refuted: Refuted) -> None:
    assert not refuted(graph_differences.difference_bounds)


@pytest.mark.parametrize("lie", LIES)
def test_values_leave_the_bounds_of_a_lie(
    lie: str, mutant: Liar, monkeypatch: pytest.MonkeyPatch, refuted: Refuted
) -> None:
    wrong = mutant(*LIES[lie])
    bounds_of = graph_differences.difference_bounds
    if LIES[lie][0] is graph_differences:
        bounds_of = wrong.difference_bounds
    else:
        for name in PARTS & vars(wrong).keys():
            monkeypatch.setattr(graph_differences, name, getattr(wrong, name))
    assert refuted(bounds_of)
