"""The certified bound on sup ||f - g||_max, in exact rational arithmetic.

Layer by layer (der:layer-error, then der:channel-certificate). Write W+ for the sum of
u V over kept filters with u > 0, W- for that of |u| V over u < 0, K for the normalised
kernel; then the pruned layer is ``W+ * x+ + W- * x-``, and with ``D+ = W+ - K``, ``D- =
W- + K`` its error is ``D+ * x+ + D- * x-``. A window at the border of the image sees
fewer terms.

First layer, every entry of x free in [-1, 1], output filter o:
    e_o = max(sum max(0, D+, D-), sum max(0, -D+, -D-)),  M_o = sum |K|.
Later layers see x in [0, M] from f and y in [0, M + e] from g, |y - x| <= e:
    e_o = max(sum (M + e) max(0, D+), sum (M + e) max(0, -D+)) + sum e |K|,
    M_o = sum M max(0, K).
ReLU is 1-Lipschitz and monotone, so both survive it. The recurrence keeps one number
per channel and is never larger than the closed form prod(L + eta) - prod(L).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import NDArray

from slth_verify.ticket._exact import exact_products, exact_sum
from slth_verify.ticket._format import TicketLayer

ZERO = Fraction(0)


@dataclass(frozen=True, eq=False)
class LayerResiduals:
    """Exact errors of one pruned layer.

    Attributes:
        kernel: Normalised target kernel K, object array of fractions, ``(entries of a
            window, c_in, c_out)``.
        positive: D+, same shape.
        negative: D-, same shape; empty object array where no input is negative.
    """

    kernel: NDArray[np.object_]
    positive: NDArray[np.object_]
    negative: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class LayerBound:
    """What is certified about one layer, in normalised units.

    Attributes:
        layer: From 1.
        kept: Number of kept filters.
        layer_error: eta_i, the layer's own sup error for inputs in the unit box.
        lipschitz: L_i = max over o of sum |K_o|.
        activation: Bound on every output of f after this layer.
        accumulated_error: Bound on |g - f| after this layer.
    """

    layer: int
    kept: int
    layer_error: Fraction
    lipschitz: Fraction
    activation: Fraction
    accumulated_error: Fraction


@dataclass(frozen=True, slots=True)
class ErrorBound:
    """Certified bound of a whole ticket.

    Attributes:
        error: Bound on sup ||f - S g||_max in the target's own units.
        closed_form: The coarser S (prod(L + eta) - prod L), same units.
        layers: One entry per target layer.
    """

    error: Fraction
    closed_form: Fraction
    layers: tuple[LayerBound, ...]


def layer_residuals(
    kernel: NDArray[np.float32],
    exponent: int,
    layer: TicketLayer,
    owner: NDArray[np.int64],
    *,
    signed_input: bool,
) -> LayerResiduals:
    """Exact D+ and D- of one layer.

    Args:
        kernel: Target kernel, ``(c_out, c_in, d, d)``.
        exponent: e with K = kernel / 2^e.
        layer: The kept filters.
        owner: Input channel of each, shape ``(kept,)``.
        signed_input: Whether inputs may be negative (first layer).

    Rigor:
        Exact.
    """
    c_out, c_in, size, _ = kernel.shape
    window = size * size
    normal = np.empty((window, c_in, c_out), dtype=object)
    scale = Fraction(2) ** -exponent
    flat = kernel.astype(np.float64).transpose(2, 3, 1, 0).reshape(normal.shape)
    for index in np.ndindex(normal.shape):
        normal[index] = Fraction(float(flat[index])) * scale
    flat_kernels = layer.kernels.reshape(len(owner), window * c_out)
    products = exact_products(layer.scalars, flat_kernels)
    signs = np.sign(layer.scalars)
    sums = [
        _channel_sums(products, owner, signs == sign, c_in, (window, c_out))
        for sign in ((1, -1) if signed_input else (1,))
    ]
    negative = sums[1] + normal if signed_input else np.empty(0, dtype=object)
    return LayerResiduals(normal, sums[0] - normal, negative)


def accumulate(
    residuals: Sequence[LayerResiduals],
    kept: Sequence[int],
    exponents: Sequence[int],
) -> ErrorBound:
    """Run the recurrence over all layers.

    Args:
        residuals: Layer by layer; only the first has negative inputs.
        kept: Number of kept filters, layer by layer, for the record.
        exponents: Scale exponents e_i.

    Rigor:
        Exact; the result is an upper bound for every input in [-1, 1].

    Source:
        der:layer-error, der:channel-certificate; closed form: der:a-posteriori.
    """
    scale = Fraction(2) ** sum(exponents)
    bounds: list[LayerBound] = []
    errors = [ZERO] * residuals[0].kernel.shape[1]
    ranges = [Fraction(1)] * len(errors)
    slopes, perturbed = Fraction(1), Fraction(1)
    for number, item in enumerate(residuals, start=1):
        filters = range(item.kernel.shape[2])
        ones, zeros = [Fraction(1)] * len(errors), [ZERO] * len(errors)
        eta = max(_filter_error(item, o, ones, zeros) for o in filters)
        slope = max(_absolute_sum(item.kernel[:, :, o]) for o in filters)
        errors, ranges = (
            [_filter_error(item, o, ranges, errors) for o in filters],
            [_filter_range(item, o, ranges, first=number == 1) for o in filters],
        )
        slopes, perturbed = slopes * slope, perturbed * (slope + eta)
        bounds.append(
            LayerBound(number, kept[number - 1], eta, slope, max(ranges), max(errors))
        )
    closed_form = scale * (perturbed - slopes)
    return ErrorBound(scale * max(errors), closed_form, tuple(bounds))


def _channel_sums(
    products: NDArray[np.float64],
    owner: NDArray[np.int64],
    chosen: NDArray[np.bool_],
    channels: int,
    shape: tuple[int, int],
) -> NDArray[np.object_]:
    window, c_out = shape
    if owner.size and not (owner.min() >= 0 and owner.max() < channels):
        raise ValueError(f"a filter belongs to none of {channels} channels")
    sums = np.empty((window, channels, c_out), dtype=object)
    for channel in range(channels):
        rows = products[chosen & (owner == channel)]
        columns = rows.T.tolist() if len(rows) else [[]] * (window * c_out)
        for position, (spot, out) in enumerate(product(range(window), range(c_out))):
            sums[spot, channel, out] = exact_sum(columns[position])
    return sums


def _filter_error(
    item: LayerResiduals,
    out: int,
    ranges: Sequence[Fraction],
    errors: Sequence[Fraction],
) -> Fraction:
    """Bound on |g - f| of one output filter before ReLU."""
    above = below = carried = ZERO
    signed = item.negative.size > 0
    for channel, (reach, error) in enumerate(zip(ranges, errors, strict=True)):
        size = reach + error
        for spot in range(item.kernel.shape[0]):
            index = (spot, channel, out)
            plus = item.positive[index]
            minus = item.negative[index] if signed else ZERO
            above += size * max(ZERO, plus, minus)
            below += size * max(ZERO, -plus, -minus)
            carried += error * abs(item.kernel[index])
    return max(above, below) + carried


def _filter_range(
    item: LayerResiduals, out: int, ranges: Sequence[Fraction], *, first: bool
) -> Fraction:
    """Bound on one output of f after ReLU."""
    total = ZERO
    for channel, reach in enumerate(ranges):
        for value in item.kernel[:, channel, out]:
            total += reach * (abs(value) if first else max(ZERO, value))
    return total


def _absolute_sum(values: NDArray[np.object_]) -> Fraction:
    return sum((abs(value) for value in values.ravel()), ZERO)
