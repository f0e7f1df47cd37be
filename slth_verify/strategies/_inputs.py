"""Inputs of a network at the edges of the box [-1, 1]."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from slth_verify.arrays import Float64Array

ImageShape = tuple[int, int, int]
_Rng = np.random.Generator
_Input = Callable[[st.DrawFn, _Rng, ImageShape], Float64Array]
_MAX_ENTRIES = 1 << 20


def _constant(draw: st.DrawFn, rng: _Rng, shape: ImageShape) -> Float64Array:
    return np.full(shape, draw(st.sampled_from((0.0, 1.0, -1.0))))


def _checkerboard(draw: st.DrawFn, rng: _Rng, shape: ImageShape) -> Float64Array:
    steps = [draw(st.integers(0, 1)) for _ in shape]
    parity = sum(
        step * index for step, index in zip(steps, np.indices(shape), strict=True)
    )
    return np.where(np.asarray(parity) % 2 == 0, 1.0, -1.0) * np.ones(shape)


def _one_pixel(draw: st.DrawFn, rng: _Rng, shape: ImageShape) -> Float64Array:
    values = np.zeros(math.prod(shape))
    values[draw(st.integers(0, values.size - 1))] = draw(st.sampled_from((1.0, -1.0)))
    return values.reshape(shape)


def _vertex(draw: st.DrawFn, rng: _Rng, shape: ImageShape) -> Float64Array:
    return rng.integers(-1, 2, shape).astype(np.float64)


def _one_sided(draw: st.DrawFn, rng: _Rng, shape: ImageShape) -> Float64Array:
    side = draw(st.sampled_from((1.0, -1.0)))
    return np.asarray(side * rng.integers(0, 2, shape), np.float64)


def _tiny(draw: st.DrawFn, rng: _Rng, shape: ImageShape) -> Float64Array:
    return np.asarray(rng.integers(-4, 5, shape) * 2.0**-149, np.float64)


def _inside(draw: st.DrawFn, rng: _Rng, shape: ImageShape) -> Float64Array:
    return rng.uniform(-1.0, 1.0, shape)


_INPUTS: tuple[_Input, ...] = (
    _constant,
    _checkerboard,
    _one_pixel,
    _vertex,
    _one_sided,
    _tiny,
    _inside,
)


@st.composite
def extreme_inputs(draw: st.DrawFn, shape: ImageShape) -> Float64Array:
    """Images in the box [-1, 1], most of them on its boundary.

    Constant images, checkerboards, single pixels, vertices with entries -1, 0 and 1,
    images of one sign, subnormal images, and points inside.

    Args:
        shape: ``(channels, height, width)``.

    Returns:
        A strategy of float64 arrays of that shape.
    """
    whole = isinstance(shape, tuple) and all(isinstance(side, int) for side in shape)
    if (
        not whole
        or len(shape) != 3
        or min(shape) < 1
        or math.prod(shape) > _MAX_ENTRIES
    ):
        raise InvalidArgument(
            f"shape={shape!r}: (channels, height, width), all at least 1 and at most "
            f"{_MAX_ENTRIES} entries, is required. Give such a tuple."
        )
    kind = draw(st.sampled_from(_INPUTS))
    rng = np.random.default_rng(draw(st.integers(0, (1 << 32) - 1)))
    return kind(draw, rng, shape)
