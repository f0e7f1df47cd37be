"""The imported network in float64, with a bound on the rounding of any evaluation.

Let u = 2^-53. A sum of n products, evaluated in any order, with or without fused
operations, differs from the true one by at most ``g sum |terms|``, g = n u / (1 - n u),
plus n 2^-1021 for results that leave the normal range (each operation then loses less
than 2^-1022, even where such numbers are flushed to zero). ReLU is exact and
1-Lipschitz. So if two evaluations are each within E of the true input of a layer, one
of them being x, both are within

    E' = |K| * E + g |K| * (|x| + 2 E) + n 2^-1021

of its true output, and within 2 E' of each other. No tolerance is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from slth_verify.arrays import Float32Array, Float64Array

_UNIT_ROUNDOFF = 2.0**-53
_SMALLEST = 2.0**-1021


@dataclass(frozen=True, eq=False)
class Step:
    """The value after a convolution or a ReLU.

    Attributes:
        value: Shape ``(batch, c, height, width)``.
        allowance: What two evaluations may differ by, same shape.
    """

    value: Float64Array
    allowance: Float64Array


def evaluate(kernels: tuple[Float32Array, ...], images: Float64Array) -> Iterator[Step]:
    """Values after every convolution and every ReLU, in order.

    Args:
        kernels: Layer by layer, ``(c_out, c_in, d, d)``.
        images: Shape ``(batch, c_0, height, width)``.

    Rigor:
        The allowance is an upper bound: it is itself computed from non-negative terms
        and enlarged by its own relative rounding error.
    """
    value, error = images, np.zeros_like(images)
    with np.errstate(all="ignore"):  # what overflows is refused by the caller
        for kernel in kernels:
            weights = kernel.astype(np.float64)
            moduli = np.abs(weights)
            terms = kernel[0].size
            growth = _gamma(terms)
            carried = convolve(moduli, error)
            sizes = convolve(moduli, np.abs(value))
            error = carried + growth * (sizes + 2 * carried) + terms * _SMALLEST
            error *= 1 + 2 * _gamma(terms + 8)
            value = convolve(weights, value)
            yield Step(value, 2 * error)
            value = np.maximum(value, 0.0)
            yield Step(value, 2 * error)


def convolve(kernel: Float64Array, images: Float64Array) -> Float64Array:
    """Stride 1, zero padding that keeps the size; more of it after than before.

    Args:
        kernel: Shape ``(c_out, c_in, d, d)``.
        images: Shape ``(batch, c_in, height, width)``.
    """
    c_out, c_in, size, _ = kernel.shape
    batch, _, height, width = images.shape
    before = (size - 1) // 2
    sides = (before, size - 1 - before)
    padded = np.pad(images.swapaxes(0, 1), ((0, 0), (0, 0), sides, sides))
    taps = np.ascontiguousarray(kernel.transpose(2, 3, 0, 1))
    sums = np.zeros((c_out, batch * height * width))
    # where a tap meets no pixel it adds zeros only
    rows = range(max(0, before - height + 1), min(size, before + height))
    columns = range(max(0, before - width + 1), min(size, before + width))
    for row, column in product(rows, columns):
        part = padded[:, :, row : row + height, column : column + width]
        sums += taps[row, column] @ part.reshape(c_in, -1)
    return sums.reshape(c_out, batch, height, width).swapaxes(0, 1)


def _gamma(terms: int) -> float:
    return terms * _UNIT_ROUNDOFF / (1 - terms * _UNIT_ROUNDOFF)
