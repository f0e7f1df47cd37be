"""Exact errors of one pruned layer.

Write W+ for the sum of u V over kept filters with u > 0, W- for that of |u| V over u <
0, K for the normalised kernel. The pruned layer is ``W+ * x+ + W- * x-``; with ``D+ =
W+ - K`` and ``D- = W- + K`` its error is ``D+ * x+ + D- * x-``.

Weights are float32, multiples of 2^-149. So K 2^-e is a multiple of 2^-(149 + e), a
product of two weights one of 2^-298, and whole layers are integers in one unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.deadline import look_at_the_clock
from slth_verify.ieee import require_ieee
from slth_verify.ticket._exact import (
    FLOAT32_BITS,
    PRODUCT_BITS,
    exact_column_sums,
    exact_products,
)
from slth_verify.ticket._format import TicketLayer

Integers = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class LayerResiduals:
    """Exact errors of one pruned layer: integers, each times ``2^-bits``.

    Attributes:
        kernel: Normalised target kernel K, object array of Python integers,
            ``(entries of a window, c_in, c_out)``.
        positive: D+, same shape.
        negative: D-, same shape; empty where no input is negative.
        bits: The unit is ``2^-bits``.
    """

    kernel: Integers
    positive: Integers
    negative: Integers
    bits: int

    def fractions(self) -> tuple[Integers, Integers, Integers]:
        """K, D+ and D- as arrays of fractions."""
        unit = Fraction(2) ** -self.bits
        return self.kernel * unit, self.positive * unit, self.negative * unit


def layer_residuals(
    kernel: NDArray[np.float32],
    exponent: int,
    layer: TicketLayer,
    owner: NDArray[np.int64],
    *,
    signed_input: bool,
) -> LayerResiduals:
    """Exact K, D+ and D- of one layer.

    Args:
        kernel: Target kernel, ``(c_out, c_in, d, d)``.
        exponent: e with K = kernel / 2^e.
        layer: The kept filters.
        owner: Input channel of each, shape ``(kept,)``.
        signed_input: Whether inputs may be negative (first layer).

    Rigor:
        Exact.
    """
    bits = max(PRODUCT_BITS, FLOAT32_BITS + exponent)
    normal = _kernel_units(kernel) << (bits - FLOAT32_BITS - exponent)
    shift = bits - PRODUCT_BITS
    positive = (_channel_sums(layer, owner, 1, normal.shape) << shift) - normal
    negative = np.empty(0, dtype=object)
    if signed_input:
        negative = (_channel_sums(layer, owner, -1, normal.shape) << shift) + normal
    return _shortened(normal, positive, negative, bits)


def removed_residuals(
    kernels: Sequence[NDArray[np.float32]], exponents: Sequence[int]
) -> list[LayerResiduals]:
    """Those of the network without filters, which computes 0, against a target.

    Args:
        kernels: Target kernels, ``(c_out, c_in, d, d)`` each.
        exponents: e with K = kernel / 2^e, layer by layer.
    """
    found = []
    for number, (kernel, exponent) in enumerate(zip(kernels, exponents, strict=True)):
        normal = _kernel_units(kernel)
        negative = normal if number == 0 else np.empty(0, dtype=object)
        bits = FLOAT32_BITS + exponent
        found.append(_shortened(normal, -normal, negative, bits))
    return found


def _kernel_units(kernel: NDArray[np.float32]) -> Integers:
    """Entries as integers of unit 2^-149, ``(entries of a window, c_in, c_out)``."""
    require_ieee()
    c_out, c_in, size, _ = kernel.shape
    scaled = np.ldexp(kernel.astype(np.float64), FLOAT32_BITS).transpose(2, 3, 1, 0)
    return _integers([int(v) for v in scaled.ravel().tolist()]).reshape(
        size * size, c_in, c_out
    )


def _channel_sums(
    layer: TicketLayer, owner: NDArray[np.int64], sign: int, shape: tuple[int, ...]
) -> Integers:
    """Sums of |u| V over the filters of every channel with u of the given sign."""
    window, channels, c_out = shape
    if owner.size and not (owner.min() >= 0 and owner.max() < channels):
        raise ValueError(f"a filter belongs to none of {channels} channels")
    rows = np.flatnonzero(np.sign(layer.scalars) == sign)
    rows = rows[np.argsort(owner[rows], kind="stable")]
    ends = np.searchsorted(owner[rows], np.arange(channels + 1))
    sums = np.zeros((channels, window * c_out), dtype=object)
    for channel in np.unique(owner[rows]).tolist():
        look_at_the_clock()
        chosen = rows[ends[channel] : ends[channel + 1]]
        vectors = layer.kernels[chosen].reshape(len(chosen), window * c_out)
        products = exact_products(layer.scalars[chosen], vectors)
        sums[channel] = exact_column_sums(products)
    return sums.reshape(channels, window, c_out).transpose(1, 0, 2)


def _shortened(
    kernel: Integers, positive: Integers, negative: Integers, bits: int
) -> LayerResiduals:
    """The same numbers without the zero bits that all of them end with."""
    bitmap = 0
    for part in (kernel, positive, negative):
        bitmap |= int(np.bitwise_or.reduce(part, axis=None, initial=0))
    if not bitmap:
        return LayerResiduals(kernel, positive, negative, 0)
    zeros = (bitmap & -bitmap).bit_length() - 1
    return LayerResiduals(
        kernel >> zeros, positive >> zeros, negative >> zeros, bits - zeros
    )


def _integers(values: list[int]) -> Integers:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
