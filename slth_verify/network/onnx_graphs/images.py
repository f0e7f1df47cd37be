"""Images at which a file and the graph read from it are compared."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array
from slth_verify.graph import Input

_SEED: Final = 20_240_229
_FAR: Final = Fraction(2**40)
_CHANNELS: Final = 4


def images_of(node: Input, dtype: np.dtype[Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Names of images, and the images, the most telling first.

    Random ones in a wider box and in the box, random corners, the least and the
    largest, ramps, chequers, single pixels, single channels.

    Args:
        node: The input; its box is cut to [-2^40, 2^40].
        dtype: The type of the images.
    """
    rng = np.random.default_rng(_SEED)
    shape = node.shape
    column = (-1, *(1 for _ in shape[1:]))
    low, high = (
        np.array([float(min(max(x, -_FAR), _FAR)) for x in side]).reshape(column)
        for side in (node.low, node.high)
    )
    for name, unit in _units(shape, rng):
        yield name, np.asarray(low + (high - low) * unit, dtype)


def _units(
    shape: tuple[int, ...], rng: np.random.Generator
) -> Iterator[tuple[str, Float64Array]]:
    """Images in the unit box, but for the wide ones."""
    yield "random, wide 1", rng.uniform(-3, 4, shape)
    yield "random 1", rng.uniform(0, 1, shape)
    yield "random corner 1", rng.integers(0, 2, shape).astype(float)
    yield "random, wide 2", rng.uniform(-3, 4, shape)
    yield "random 2", rng.uniform(0, 1, shape)
    yield "random corner 2", rng.integers(0, 2, shape).astype(float)
    yield "least", np.zeros(shape)
    yield "largest", np.ones(shape)
    for axis, name in enumerate(("channels", "rows", "columns")[: len(shape)]):
        ramp = np.linspace(0, 1, shape[axis])
        sides = [1] * len(shape)
        sides[axis] = -1
        yield f"ramp over the {name}", np.broadcast_to(ramp.reshape(sides), shape)
    yield "chequered", np.indices(shape).sum(0) % 2.0
    pixels = math.prod(shape[1:])
    for name, place in (("middle", pixels // 2), ("start", 0), ("end", pixels - 1)):
        flat = np.zeros((shape[0], pixels))
        flat[:, place] = rng.uniform(0.5, 1, shape[0])
        yield f"a pixel in the {name}", flat.reshape(shape)
    for channel in range(min(shape[0], _CHANNELS)):
        image = np.zeros(shape)
        image[channel] = rng.uniform(0, 1, shape[1:])
        yield f"channel {channel} alone", image
