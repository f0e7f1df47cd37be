"""Nodes read backwards are transposed matrices, entry by entry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.forms.adjoints import of_average, of_moves, of_stage, taps
from slth_verify.graph import (
    AveragePool,
    Concat,
    Convolution,
    Crop,
    Dense,
    Input,
    MaxPool,
    Node,
    Pad,
    Permute,
    Rectifier,
    Reshape,
    TargetCNN,
)
from slth_verify.graph.float_values import value_of
from slth_verify.graph.stages import stages_of
from slth_verify.strategies import target_graphs

KINDS = (
    {"convolution": Convolution, "dense": Dense, "average-pool": AveragePool}
    | {"reshape": Reshape, "permute": Permute, "crop": Crop, "pad": Pad}
    | {"concat": Concat}
)


def matrices(
    node: Node, shapes: list[tuple[int, ...]], unit: float
) -> list[np.ndarray]:
    """What a linear node does to every unit tensor of every source."""
    zeros = [np.zeros((1, *shape)) for shape in shapes]
    found = []
    for number, shape in enumerate(shapes):
        columns = []
        for entry in range(int(np.prod(shape))):
            sources = [zero.copy() for zero in zeros]
            sources[number].flat[entry] = unit
            columns.append(value_of(node, sources).ravel())
        found.append(np.stack(columns, axis=1))
    return found


def backwards(graph: TargetCNN, node: Any, rows: np.ndarray) -> list[np.ndarray]:
    shapes = [graph.shape(name) for name in node.sources]
    if isinstance(node, (Convolution, Dense)):
        (stage,) = (s for s in stages_of(graph) if s.name == node.name)
        weight = np.asarray(node.weight, np.float64).reshape(stage.layer.weight.shape)
        return [of_stage(stage, weight, rows)]
    if isinstance(node, AveragePool):
        return [of_average(node, shapes[0], rows)]
    return of_moves(node, shapes, rows)


def check(graph: TargetCNN) -> None:
    """Every linear node, by small integers, which floats add exactly."""
    rng = np.random.default_rng(0)
    for node in graph.nodes:
        if not isinstance(node, tuple(KINDS.values())):
            continue
        weights = {"weight", "bias"} & set(vars(type(node)))
        if weights:
            shape = node.weight.shape
            object.__setattr__(node, "weight", rng.integers(-8, 9, shape).astype(float))
            object.__setattr__(node, "bias", None)
        shape = graph.shape(node.name)
        rows = rng.integers(-8, 9, (*shape, 3)).astype(float)
        # divisible by every window's size
        unit = 720720.0 if isinstance(node, AveragePool) else 1.0
        shapes = [graph.shape(name) for name in node.sources]
        with np.errstate(all="ignore"):
            known = matrices(node, shapes, unit)
        for matrix, found in zip(
            known, backwards(graph, node, unit * rows), strict=True
        ):
            expected = matrix.T @ rows.reshape(-1, 3)
            assert np.array_equal(found.reshape(-1, 3), expected)


@given(target_graphs(min_steps=2, kinds={"input", *KINDS}))
def test_every_linear_node_is_transposed(graph: TargetCNN) -> None:
    check(graph)


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("groups", [1, 2])
def test_windows_of_all_geometries(mode: Any, groups: int) -> None:
    """Copies are given back to the entries that they are copies of."""
    image = Input(name="image", shape=(2, 4, 3), low=(0, 0), high=(1, 1))
    for stride, dilation in (((1, 1), (1, 1)), ((2, 1), (1, 2)), ((3, 2), (2, 1))):
        conv = Convolution(
            name="conv",
            sources=("image",),
            weight=np.ones((4, 2 // groups, 3, 2)),
            groups=groups,
            stride=stride,
            dilation=dilation,
            padding=(2, 3, 1, 2),
            padding_mode=mode,
        )
        check(TargetCNN((image, conv)))
        pad = Pad(
            name="pad", sources=("image",), padding=(3, 1, 2, 2), padding_mode=mode
        )
        check(TargetCNN((image, pad)))


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2), st.integers(0, 1))
def test_taps_are_what_a_pool_sees(
    rows: int, columns: int, stride: int, margin: int
) -> None:
    pool = MaxPool(
        name="pool",
        sources=("image",),
        window=(rows, columns),
        stride=(stride, 1),
        padding=(min(margin, rows - 1), 0, 0, min(margin, columns - 1)),
    )
    shape = (2, 4, 4)
    image = np.random.default_rng(rows).permutation(32.0 * np.ones(32).cumsum())
    seen = taps(pool, shape)
    found = np.where(seen >= 0, image[seen], -np.inf).max(axis=0)
    assert np.array_equal(found, value_of(pool, [image.reshape(1, *shape)])[0])


def test_other_nodes_are_refused() -> None:
    with pytest.raises(TypeError, match="no rule reads it backwards"):
        of_moves(Rectifier(name="a", sources=("b",)), [(1,)], np.zeros((1, 1)))
