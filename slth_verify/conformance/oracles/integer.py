"""Convolutions of small integers: networks without rounding."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from slth_verify.ticket import TicketLayer

IntArray = NDArray[np.int64]


def vertices(low: int, shape: tuple[int, int, int]) -> IntArray:
    """All images with entries ``low``, ..., 1, shape ``(count, *shape)``."""
    entries = int(np.prod(shape))
    values = list(product(range(low, 2), repeat=entries))
    return np.array(values, dtype=np.int64).reshape(-1, *shape)


def convolve(images: IntArray, kernel: IntArray) -> IntArray:
    """Size-keeping convolution with zero padding, in the order that torch has.

    Args:
        images: Shape ``(batch, c_in, height, width)``.
        kernel: Shape ``(c_out, c_in, d, d)``.

    Returns:
        Shape ``(batch, c_out, height, width)``.
    """
    size = kernel.shape[2]
    height, width = images.shape[2:]
    before, after = (size - 1) // 2, size // 2
    edges = ((0, 0), (0, 0), (before, after), (before, after))
    padded = np.pad(images, edges)
    out = np.zeros((len(images), kernel.shape[0], height, width), dtype=np.int64)
    for row, column in product(range(size), repeat=2):
        part = padded[:, :, row : row + height, column : column + width]
        out += np.einsum("bkhw,ok->bohw", part, kernel[:, :, row, column])
    return out


def apply_pair(
    images: IntArray, layer: TicketLayer, owner: IntArray, unit: int
) -> IntArray:
    """The kept filters of two random layers, before the last ReLU.

    Args:
        images: Shape ``(batch, c_in, height, width)``.
        layer: Kept filters with ``u V`` in multiples of ``1 / unit``, both factors in
            multiples of ``1 / sqrt(unit)``; ``unit`` is an even power of two.
        owner: Input channel of each filter.
        unit: See above.

    Returns:
        Multiples of ``1 / unit``, shape ``(batch, c_out, height, width)``.
    """
    root = round(unit**0.5)
    c_out = layer.kernels.shape[3]
    out = np.zeros((len(images), c_out, *images.shape[2:]), dtype=np.int64)
    for position, channel in enumerate(owner.tolist()):
        scalar = round(float(layer.scalars[position]) * root)
        hidden = np.maximum(scalar * images[:, channel : channel + 1], 0)
        values = layer.kernels[position].astype(np.float64) * root
        kernel = np.round(values).astype(np.int64).transpose(2, 0, 1)[:, None]
        out += convolve(hidden, kernel)
    return out
