"""Weights, biases and norms of drawn graphs, many of them at a kink."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from slth_verify.arrays import Float64Array
from slth_verify.graph import BatchNorm, Convolution, Dense
from slth_verify.graph.nodes import Weights
from slth_verify.strategies._patterns import PATTERNS, ingredients
from slth_verify.strategies.graphs.sketch import Range, Sketch

#: Biases stay so small that eight layers of floats do not overflow.
_LARGEST = 2.0**100

#: How a layer's bias places its range: by nothing, with the least or the largest value
#: at 0, all below 0, with 0 in the middle, by zeros, or anywhere.
_PLACES = ("none", "least", "most", "below", "middle", "zeros", "anywhere")

_EPSILONS = (
    Fraction(1),
    Fraction(1, 100_000),
    Fraction(1, 1000),
    Fraction(float(np.float32(1e-5))),
)
_VARIANCES = (1.0, 0.0, 2.0**-149, 1e-12, 4.0, 1e6)
_SCALES = (1.0, -1.0, 0.0, 0.5, 2.0**20, -(2.0**20), 2.0**-40)

_dtypes = st.sampled_from((np.float32, np.float64))


@st.composite
def kernels(
    draw: st.DrawFn, shape: tuple[int, int, int, int], *, forget: bool = True
) -> Weights:
    """Weights of a convolution, some of which forget an input channel."""
    pattern = draw(st.sampled_from(PATTERNS))
    values = pattern(draw(ingredients()), shape)
    if forget and draw(st.booleans(), label="an input channel without weights"):
        values[:, draw(st.integers(0, shape[1] - 1))] = 0
    if draw(st.booleans(), label="nasty scale"):
        values = values * 2.0 ** draw(st.integers(-30, 30))
    return np.asarray(values.astype(draw(_dtypes)))


@st.composite
def biases(draw: st.DrawFn, made: Range) -> Weights | None:
    """A bias that moves a range, without one so far, to a kink; or none.

    Args:
        made: Range of the layer's output without a bias.
    """
    low, high = made
    place = draw(st.sampled_from(_PLACES), label="bias")
    if place == "none":
        return None
    if place == "anywhere":
        eighths = st.lists(st.integers(-16, 16), min_size=1, max_size=4)
        moved = np.resize(np.array(draw(eighths)) / 8.0, low.shape)
    else:
        moved = {
            "zeros": np.zeros_like(low),
            "least": -low,
            "most": -high,
            "below": -high - 1,
            "middle": -(low / 2 + high / 2),
        }[place]
    # 0 - 0 is no negative zero
    clipped: Float64Array = np.clip(moved, -_LARGEST, _LARGEST) + 0.0
    return np.asarray(clipped.astype(draw(_dtypes)))


def add_layer(
    draw: st.DrawFn,
    sketch: Sketch,
    kind: type[Convolution | Dense],
    **fields: Any,
) -> str:
    """Add a convolution or a matrix after the last node, with a drawn bias."""
    bias = draw(biases(sketch.would_make(kind, **fields)))
    return sketch.add(kind, bias=bias, **fields)


def add_norm(draw: st.DrawFn, sketch: Sketch) -> str:
    """Add a batch norm: variances down to 0, huge scales, means where values end."""
    channels = sketch.shape[0]

    def vector(*numbers: float) -> Float64Array:
        part = st.lists(st.sampled_from(numbers), min_size=1, max_size=3)
        return np.resize(np.array(draw(part)), channels)

    low, high = sketch.range
    means = [np.zeros(channels), low, high, low / 2 + high / 2]
    mean = np.clip(draw(st.sampled_from(means)), -_LARGEST, _LARGEST)
    dtype = draw(_dtypes)
    fields = {
        "scale": vector(*_SCALES),
        "shift": vector(0.0, 1.0, -1.0, -0.5),
        "mean": mean,
        "variance": vector(*_VARIANCES),
    }
    epsilon = draw(st.sampled_from(_EPSILONS))
    if draw(st.booleans(), label="constant channels"):
        fields["variance"], epsilon = np.zeros(channels), Fraction(1, 100_000)
    rounded = {name: values.astype(dtype) for name, values in fields.items()}
    return sketch.add(BatchNorm, epsilon=epsilon, **rounded)
