"""Small graphs of every kind of node, and a slow evaluator to compare with."""

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from slth_verify.errors import InvalidTargetError
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
    Rectifier,
    Reshape,
    Sum,
    TargetCNN,
)

F = Fraction

ENDS = [F(-2), F(-1), F(-1, 3), F(0), F(1, 4), F(1, 10), F(1), F(5, 3)]
PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))
MARGINS = st.tuples(*[st.integers(0, 2)] * 4)
MODES = st.sampled_from(["zeros", "reflect", "replicate", "circular"])


def some_weights(draw: Callable[..., Any], *shape: int) -> np.ndarray:
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    kind = draw(st.sampled_from(["eighths", "single", "double", "wild"]))
    if kind == "eighths":
        return rng.integers(-8, 9, shape).astype(np.float32) / 8
    normal = rng.standard_normal(shape)
    if kind == "wild":
        normal *= 2.0 ** rng.integers(-40, 8, shape)
    return normal.astype(np.float32 if kind == "single" else np.float64)


def an_affine(draw, shape: tuple[int, ...]) -> dict[str, Any]:
    c_out = draw(st.integers(1, 3))
    if len(shape) == 1:
        weight = some_weights(draw, c_out, shape[0])
        fields: dict[str, Any] = {"weight": weight}
    else:
        groups = draw(st.sampled_from([1, shape[0]]))
        window = draw(PAIRS)
        c_out *= groups
        fields = {
            "weight": some_weights(draw, c_out, shape[0] // groups, *window),
            "groups": groups,
            "stride": draw(PAIRS),
            "dilation": draw(PAIRS),
            "padding": draw(MARGINS),
            "padding_mode": draw(MODES),
        }
    return fields | {"bias": draw(st.sampled_from([None, some_weights(draw, c_out)]))}


def a_norm(draw, shape: tuple[int, ...]) -> dict[str, Any]:
    numbers = [some_weights(draw, shape[0]) for _ in range(4)]
    return {
        "scale": numbers[0],
        "shift": numbers[1],
        "mean": numbers[2],
        "variance": abs(numbers[3]),
        "epsilon": draw(st.sampled_from(["1e-5", F(1, 4), 1])),
    }


def a_shape(draw, shape: tuple[int, ...]) -> dict[str, Any]:
    size = int(np.prod(shape))
    first = draw(st.sampled_from([k for k in range(1, size + 1) if size % k == 0]))
    return {"shape": draw(st.sampled_from([(size,), (first, size // first, 1)]))}


def a_crop(draw, shape: tuple[int, ...]) -> dict[str, Any]:
    starts = tuple(draw(st.integers(0, size - 1)) for size in shape)
    stops = (
        draw(st.integers(low + 1, size))
        for low, size in zip(starts, shape, strict=True)
    )
    return {"starts": starts, "stops": tuple(stops)}


FIELDS: dict[type[Node], Callable[..., dict[str, Any]]] = {
    Convolution: an_affine,
    Dense: an_affine,
    BatchNorm: a_norm,
    Rectifier: lambda draw, shape: {
        "slopes": draw(st.sampled_from([(0,), (1,), (F(1, 100),)]))
        if draw(st.booleans())
        else tuple(F(k, k + 3) for k in range(shape[0]))
    },
    Clip: lambda draw, shape: {
        "low": draw(st.sampled_from([-1, F(0)])),
        "high": F(1, 3),
    },
    MaxPool: lambda draw, shape: {
        "window": draw(PAIRS),
        "stride": draw(PAIRS),
        "dilation": draw(PAIRS),
        "padding": draw(MARGINS),
    },
    AveragePool: lambda draw, shape: {
        "window": draw(PAIRS),
        "stride": draw(PAIRS),
        "padding": draw(MARGINS),
        "counts_padding": draw(st.booleans()),
    },
    Reshape: a_shape,
    Permute: lambda draw, shape: {"axes": draw(st.permutations(range(len(shape))))},
    Crop: a_crop,
    Pad: lambda draw, shape: {"padding": draw(MARGINS), "padding_mode": draw(MODES)},
}


@st.composite
def small_graphs(draw, norms: bool = True) -> TargetCNN:
    """Up to five nodes in a row, or around one; those that do not fit are left out."""
    shape = draw(
        st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 5))
        | st.tuples(st.integers(1, 6))
    )
    ends = [
        sorted(draw(st.tuples(*[st.sampled_from(ENDS)] * 2))) for _ in range(shape[0])
    ]
    low, high = zip(*ends, strict=True)
    nodes: list[Node] = [Input(name="0", shape=shape, low=low, high=high)]
    graph = TargetCNN(tuple(nodes))
    kinds = [kind for kind in FIELDS if norms or kind is not BatchNorm]
    for number in range(1, draw(st.integers(1, 5)) + 1):
        kind = draw(st.sampled_from([*kinds, Convolution, Sum, Concat]))
        source, name = graph.output.name, str(number)
        if kind in (Sum, Concat):
            side = Rectifier(name=f"{name}a", sources=(source,), slopes=(F(1, 8),))
            added = [side, kind(name=name, sources=(source, side.name))]
        else:
            fields = FIELDS[kind](draw, graph.output_shape)
            if "weight" in fields:
                kind = Convolution if fields["weight"].ndim == 4 else Dense
            added = [kind(name=name, sources=(source,), **fields)]
        try:
            graph = TargetCNN((*graph.nodes, *added))
        except InvalidTargetError:
            continue
    return graph


@pytest.fixture(scope="session")
def drawn_graphs() -> Callable[..., st.SearchStrategy[TargetCNN]]:
    """The strategy; without batch norms, if asked so."""
    return small_graphs


@pytest.fixture(scope="session")
def images_of() -> Callable[[TargetCNN, int], np.ndarray]:
    """An image in the box: a corner of it, or any of its points."""

    def image(graph: TargetCNN, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        shape = graph.input.shape
        steps = rng.integers(0, 9, shape) if seed % 2 else 8 * rng.integers(0, 2, shape)
        out = np.empty(shape, object)
        for at in np.ndindex(*shape):
            low, high = graph.input.low[at[0]], graph.input.high[at[0]]
            out[at] = low + (high - low) * F(int(steps[at]), 8)
        return out

    return image


def at_place(image: np.ndarray, at: tuple[int, int, int], mode: str) -> Any:
    """An entry of a padded image; None in padding of zeros."""
    inside = list(at)
    for axis, size in ((1, image.shape[1]), (2, image.shape[2])):
        k = at[axis]
        if 0 <= k < size:
            continue
        if mode == "zeros":
            return None
        inside[axis] = {
            "reflect": -k if k < 0 else 2 * size - 2 - k,
            "replicate": min(max(k, 0), size - 1),
            "circular": k % size,
        }[mode]
    return image[tuple(inside)]


def seen(image, channel, at, window, stride, dilation, padding, mode) -> list[Any]:
    """Entries in a window, row by row."""
    return [
        at_place(
            image,
            (
                channel,
                at[0] * stride[0] - padding[0] + i * dilation[0],
                at[1] * stride[1] - padding[2] + j * dilation[1],
            ),
            mode,
        )
        for i, j in itertools.product(range(window[0]), range(window[1]))
    ]


def slow_node(node: Node, sources: list[np.ndarray], shape: tuple[int, ...]) -> Any:
    """One node in fractions, entry by entry; roots of batch norms must be rational."""
    x = sources[0]
    out = np.empty(shape, object)
    for at in np.ndindex(*shape):
        channel = at[0]
        if isinstance(node, (Convolution, Dense)):
            bias = F(0) if node.bias is None else F(float(node.bias[channel]))
            if isinstance(node, Dense):
                terms = zip(node.weight[channel], x, strict=True)
            else:
                per = x.shape[0] // node.groups
                start = channel // (shape[0] // node.groups) * per
                how = node.stride, node.dilation, node.padding, node.padding_mode
                terms = (
                    (weight, entry)
                    for c in range(per)
                    for weight, entry in zip(
                        node.weight[channel, c].ravel(),
                        seen(x, start + c, at[1:], node.weight.shape[2:], *how),
                        strict=True,
                    )
                )
            out[at] = bias + sum(F(float(w)) * v for w, v in terms if v is not None)
        elif isinstance(node, BatchNorm):
            scale, shift, mean, variance = (
                F(float(getattr(node, name)[channel]))
                for name in ("scale", "shift", "mean", "variance")
            )
            square = variance + node.epsilon
            root = F(round(square.numerator**0.5), round(square.denominator**0.5))
            assert root**2 == square
            out[at] = (x[at] - mean) / root * scale + shift
        elif isinstance(node, Rectifier):
            slope = node.slopes[channel % len(node.slopes)]
            out[at] = x[at] if x[at] > 0 else slope * x[at]
        elif isinstance(node, Clip):
            out[at] = min(max(x[at], node.low), node.high)
        elif isinstance(node, (MaxPool, AveragePool)):
            dilation = getattr(node, "dilation", (1, 1))
            how = node.window, node.stride, dilation, node.padding, "zeros"
            entries = seen(x, channel, at[1:], *how)
            inside = [entry for entry in entries if entry is not None]
            if isinstance(node, MaxPool):
                out[at] = max(inside)
            else:
                counted = entries if node.counts_padding else inside
                out[at] = sum(inside, F(0)) / len(counted)
        elif isinstance(node, Pad):
            top, _, left, _ = node.padding
            entry = at_place(x, (channel, at[1] - top, at[2] - left), node.padding_mode)
            out[at] = F(0) if entry is None else entry
        elif isinstance(node, Sum):
            out[at] = sum(source[at] for source in sources)
        elif isinstance(node, Crop):
            out[at] = x[tuple(k + low for k, low in zip(at, node.starts, strict=True))]
        elif isinstance(node, Permute):
            out[at] = x[tuple(at[node.axes.index(axis)] for axis in range(x.ndim))]
        elif isinstance(node, Concat):
            out[at] = np.concatenate(sources)[at]
        else:
            assert isinstance(node, Reshape)
            out[at] = x.ravel()[np.ravel_multi_index(at, shape)]
    return out


@pytest.fixture(scope="session")
def slow_values() -> Callable[[TargetCNN, np.ndarray], dict[str, np.ndarray]]:
    """Every node's tensor, in fractions, by the definitions."""

    def evaluate(graph: TargetCNN, image: np.ndarray) -> dict[str, np.ndarray]:
        known: dict[str, np.ndarray] = {graph.input.name: image}
        for node in graph.nodes[1:]:
            sources = [known[name] for name in node.sources]
            known[node.name] = slow_node(node, sources, graph.shape(node.name))
        return known

    return evaluate
