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

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from slth_verify.network._target_fields import Float32Array

Float64Array = NDArray[np.float64]

_UNIT_ROUNDOFF = 2.0**-53
_SMALLEST = 2.0**-1021


@dataclass(frozen=True, eq=False)
class Step:
    """The value after a convolution or a ReLU.

    Attributes:
        value: Shape ``(c, height, width)``.
        allowance: What two evaluations may differ by, same shape.
    """

    value: Float64Array
    allowance: Float64Array


def evaluate(kernels: tuple[Float32Array, ...], image: Float64Array) -> Iterator[Step]:
    """Values after every convolution and every ReLU, in order.

    Args:
        kernels: Layer by layer, ``(c_out, c_in, d, d)``.
        image: Shape ``(c_0, height, width)``.

    Rigor:
        The allowance is an upper bound: it is itself computed from non-negative terms
        and enlarged by its own relative rounding error.
    """
    value, error = image, np.zeros_like(image)
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


def convolve(kernel: Float64Array, image: Float64Array) -> Float64Array:
    """Stride 1, zero padding that keeps the size; more of it after than before.

    Args:
        kernel: Shape ``(c_out, c_in, d, d)``.
        image: Shape ``(c_in, height, width)``.
    """
    size = kernel.shape[2]
    before = (size - 1) // 2
    sides = (before, size - 1 - before)
    padded = np.pad(image, ((0, 0), sides, sides))
    windows = sliding_window_view(padded, (size, size), axis=(1, 2))
    return np.tensordot(kernel, windows, axes=([1, 2, 3], [0, 3, 4]))


def _gamma(terms: int) -> float:
    return terms * _UNIT_ROUNDOFF / (1 - terms * _UNIT_ROUNDOFF)
