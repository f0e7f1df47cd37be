"""Images at which a module and its imported weights are compared."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import accumulate

import numpy as np

from slth_verify.arrays import Float32Array, Float64Array

_SEED = 20_240_229
#: Multiplications of one image, and entries of one layer's windows in it: where
#: images can be smaller without leaving a weight unused, and where they must be.
_WANTED = (1 << 26, 1 << 17)
_MOST = (1 << 32, 1 << 25)
_HIGHEST, _LOWEST = 1000, -900  # binary exponents between which values stay
_ZOOM = 100
_SINGLE_CHANNELS = 4


def probes(
    kernels: tuple[Float32Array, ...], input_shape: tuple[int, int, int]
) -> tuple[tuple[str, ...], Float64Array]:
    """Names of images, and the images, shape ``(batch, c_0, height, width)``.

    Zeros, constants, corners of the box, random ones, ramps, single pixels, single
    channels; then very large and very small ones. All are scaled by a power of two, so
    that no layer overflows or vanishes where that can be avoided.

    Args:
        kernels: Those of the target, layer by layer.
        input_shape: ``(c_0, height, width)``. Images have these sides, or smaller ones
            where a pass would cost much; as long as that is bearable, every weight is
            used.
    """
    shape = (input_shape[0], *_sides(kernels, input_shape[1:]))
    base, lowest, highest = _exponents(kernels)
    rng = np.random.default_rng(_SEED)
    named = [(name, np.ldexp(image, base)) for name, image in _unit_images(shape, rng)]
    for word, exponent in (("very large", highest), ("very small", lowest)):
        named.append((f"{word} random", np.ldexp(rng.uniform(-1, 1, shape), exponent)))
    names, images = zip(*named, strict=True)
    return names, np.stack(images)


def _unit_images(
    shape: tuple[int, int, int], rng: np.random.Generator
) -> Iterator[tuple[str, Float64Array]]:
    channels, height, width = shape
    rows, columns = np.meshgrid(
        np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij"
    )
    yield "zero", np.zeros(shape)
    yield "all ones", np.ones(shape)
    yield "all minus ones", -np.ones(shape)
    for number in range(3):
        yield f"random {number + 1}", rng.uniform(-1, 1, shape)
    for number in range(2):
        yield f"random corner {number + 1}", rng.choice([-1.0, 1.0], shape)
    yield "chequered", np.broadcast_to((-1.0) ** np.indices(shape[1:]).sum(0), shape)
    yield "vertical ramp", np.broadcast_to(rows, shape)
    yield "horizontal ramp", np.broadcast_to(columns, shape)
    for name, row, column in (
        ("a pixel in the middle", height // 2, width // 2),
        ("a pixel in the first corner", 0, 0),
        ("a pixel in the last corner", height - 1, width - 1),
    ):
        image = np.zeros(shape)
        image[:, row, column] = rng.uniform(0.5, 1, channels) * (-1) ** row
        yield name, image
    for channel in range(min(channels, _SINGLE_CHANNELS)):
        image = np.zeros(shape)
        image[channel] = rng.uniform(-1, 1, shape[1:])
        yield f"channel {channel} alone", image


def _sides(
    kernels: tuple[Float32Array, ...], sides: tuple[int, int]
) -> tuple[int, int]:
    """Height and width, at most the given ones, at which a pass is affordable."""
    # a pixel on every side of the middle one sees the whole kernel
    whole = max(kernel.shape[2] for kernel in kernels) // 2 + 1
    weights = sum(kernel.size for kernel in kernels)
    entries = max(kernel[0].size for kernel in kernels)
    for least, (multiplications, most) in ((whole, _WANTED), (1, _MOST)):
        room = max(1, min(multiplications // weights, most // entries))
        sides = _shrunk(sides, room, least)
    return sides


def _shrunk(sides: tuple[int, int], room: int, least: int) -> tuple[int, int]:
    """At most ``room`` pixels, by halving the longer side, but not below ``least``."""
    height, width = sides
    while height * width > room and max(height, width) > least:
        if height >= width:
            height = max(least, height // 2)
        else:
            width = max(least, width // 2)
    return height, width


def _exponents(kernels: tuple[Float32Array, ...]) -> tuple[int, int, int]:
    """Binary exponents of inputs: the usual one, the least and the largest.

    Activations after layer i are at most ``2^(e_1 + ... + e_i)`` for unit inputs, up to
    rounding; this only chooses images.
    """
    norms = [float(np.abs(k).sum(dtype=np.float64)) for k in kernels]
    reached = [0, *accumulate(math.frexp(norm)[1] for norm in norms)]
    low, high = min(reached), max(reached)
    most, least = _HIGHEST - high, _LOWEST - low
    base = 0 if least <= 0 <= most else (most + least) // 2
    return base, max(base - _ZOOM, min(base, least)), min(base + _ZOOM, max(base, most))
