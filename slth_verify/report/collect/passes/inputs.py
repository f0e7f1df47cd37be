"""Inputs for forward passes: random, corners of the box, and awkward ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from slth_verify.arrays import Float64Array

#: Patterns taken from one layer's filters, so that wide layers stay affordable.
_MAX_PATTERNS = 12


def uniform_images(count: int, shape: tuple[int, ...], seed: int) -> Float64Array:
    """Independent entries, uniform on [-1, 1], shape ``(count, *shape)``."""
    rng = np.random.default_rng([seed, 1])
    return rng.uniform(-1.0, 1.0, (count, *shape))


def corner_images(count: int, shape: tuple[int, ...], seed: int) -> Float64Array:
    """Half with entries -1 and 1, half with entries -1, 0 and 1."""
    rng = np.random.default_rng([seed, 2])
    signs = rng.integers(0, 2, (count - count // 2, *shape)) * 2 - 1
    trits = rng.integers(-1, 2, (count // 2, *shape))
    return np.concatenate([signs, trits]).astype(np.float64)


def extreme_images(
    shape: tuple[int, int, int], patterns: Sequence[Float64Array] = ()
) -> Float64Array:
    """Constant images, chessboards, and windows repeated over the image.

    Args:
        shape: ``(channels, height, width)``.
        patterns: Kernels ``(d, d, channels, filters)``. Images that repeat the signs of
            a filter make the terms of its sum add up, at every d-th pixel.
    """
    rows, columns = np.indices(shape[1:])
    chess = ((rows + columns) % 2 * 2 - 1).astype(np.float64)
    images = [np.full(shape, value) for value in (0.0, 1.0, -1.0)]
    images += [np.broadcast_to(sign * chess, shape) for sign in (1, -1)]
    for kernel in patterns:
        for out in range(min(kernel.shape[3], _MAX_PATTERNS)):
            signs = np.sign(kernel[:, :, :, out]).transpose(2, 0, 1)
            image = _repeated(signs, shape)
            images += [image, -image, np.maximum(image, 0.0), np.minimum(image, 0.0)]
    return np.stack(images).astype(np.float64)


def _repeated(window: Float64Array, shape: tuple[int, int, int]) -> Float64Array:
    """A window tiled so that one copy is centred on an inner pixel."""
    size = window.shape[1]
    tiles = (1, -(-shape[1] // size) + 1, -(-shape[2] // size) + 1)
    shift = (1 - size // 2) % size
    rolled = np.roll(np.tile(window, tiles), (shift, shift), axis=(1, 2))
    return rolled[:, : shape[1], : shape[2]]
