"""Convolutions of small integers: networks without rounding."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from slth_verify.ticket.graphs.sums import KeptFilters

IntArray = NDArray[np.int64]

#: Drawn kernels and errors are multiples of 1/64.
UNIT = 64


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


def kept_filters(
    scalars: ArrayLike, kernels: ArrayLike, owner: ArrayLike
) -> KeptFilters:
    """Filters without a constant channel, numbered from 0.

    Args:
        scalars: Shape ``(kept,)``.
        kernels: Shape ``(kept, d, d, c_out)``.
        owner: Input channel of each, not decreasing, shape ``(kept,)``.
    """
    weights = np.asarray(kernels, dtype=np.float32)
    return KeptFilters(
        np.arange(len(weights)),
        np.asarray(owner, dtype=np.int64),
        np.asarray(scalars, dtype=np.float32),
        weights,
        np.empty((0, weights.shape[3]), np.float32),
    )


def apply_pair(images: IntArray, kept: KeptFilters, unit: int) -> IntArray:
    """The kept filters of two random layers, before the last ReLU.

    Args:
        images: Shape ``(batch, c_in, height, width)``.
        kept: Filters with ``u V`` in multiples of ``1 / unit``, both factors in
            multiples of ``1 / sqrt(unit)``; ``unit`` is an even power of two.
        unit: See above.

    Returns:
        Multiples of ``1 / unit``, shape ``(batch, c_out, height, width)``.
    """
    c_out = kept.kernels.shape[3]
    out = np.zeros((len(images), c_out, *images.shape[2:]), dtype=np.int64)
    for scalar, kernel, channel in _whole(kept, unit):
        hidden = np.maximum(scalar * images[:, channel : channel + 1], 0)
        out += convolve(hidden, kernel[:, None])
    return out


def pair_errors(
    kernel: NDArray[np.float32], exponent: int, kept: KeptFilters, unit: int
) -> tuple[IntArray, IntArray, IntArray]:
    """K, D+ and D- of a layer in multiples of ``1 / unit``, ``(c_out, c_in, d, d)``.

    The pair computes ``W+ * x+ + W- * x-`` where ``K * x`` is wanted: D+ is W+ - K, and
    D- is W- + K.

    Args:
        kernel: ``(c_out, c_in, d, d)``; K is ``kernel / 2^exponent``.
        exponent: e.
        kept: As for `apply_pair`.
        unit: As there.
    """
    units = np.round(kernel.astype(np.float64) * unit / 2.0**exponent).astype(np.int64)
    plus, minus = -units, units.copy()
    for scalar, weights, channel in _whole(kept, unit):
        side = plus if scalar > 0 else minus
        side[:, channel] += abs(scalar) * weights
    return units, plus, minus


def own_error(plus: IntArray, minus: IntArray) -> int:
    """Largest error of a layer for unit inputs, in the units of D+ and D-."""
    axes = (1, 2, 3)
    above = np.maximum(np.maximum(plus, minus), 0).sum(axis=axes)
    below = np.maximum(np.maximum(-plus, -minus), 0).sum(axis=axes)
    return int(max(above.max(), below.max()))


def _whole(kept: KeptFilters, unit: int) -> Iterator[tuple[int, IntArray, int]]:
    """Scalar, kernel ``(c_out, d, d)`` and channel, in multiples of the root."""
    root = round(unit**0.5)
    for scalar, weights, channel in zip(
        kept.scalars, kept.kernels, kept.owner.tolist(), strict=True
    ):
        whole = np.round(weights.astype(np.float64) * root).astype(np.int64)
        yield round(float(scalar) * root), whole.transpose(2, 0, 1), channel
