"""The certified bound on sup ||f - g||_max, in exact rational arithmetic.

Layer by layer, with D+ and D- of `LayerResiduals` and one number per channel for each
of three things: the target's entries lie in [0, M], the pruned network's in [0, Y], and
they differ by at most e. First layer, every entry of x free in [-1, 1], output o:

    M_o = sum |K|,   Y_o = sum max(0, W+, W-),
    e_o = max(sum max(0, D+, D-), sum max(0, -D+, -D-)).

Later layers see x in [0, M] from f and y in [0, Y] from g, |y - x| <= e:

    M_o = sum M max(0, K),   Y_o = sum Y max(0, W+),
    e_o = max(sum Y max(0, D+), sum Y max(0, -D+)) + sum e |K|.

A window at the border of the image sees fewer terms, none of which is negative. ReLU is
1-Lipschitz and monotone, so all of these survive it; and since both networks' outputs
are then at least 0, they differ by at most max(M_o, Y_o), while y <= x + e <= M_o +
e_o. So after each layer (der:layer-error, der:channel-certificate, and "What the ranges
give" in docs/theory/layers.md)

    e_o <- min(e_o, max(M_o, Y_o)),   Y_o <- min(Y_o, M_o + e_o).

The result is never larger than the closed form prod(L + eta) - prod(L).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.ticket._residuals import (
    Integers,
    LayerResiduals,
    removed_residuals,
)

#: Figures of channels are rounded up to so many bits, so that depth costs no more than
#: its layers.
_BITS = 1024


@dataclass(frozen=True, slots=True)
class LayerBound:
    """What is certified about one layer, in normalised units, for inputs in [-1, 1].

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
    """Certified bound of a whole ticket, for inputs in [-1, 1].

    Attributes:
        error: Bound on sup ||f - S g||_max in the target's own units.
        closed_form: The coarser S (prod(L + eta) - prod L), same units.
        largest_output: No output of f exceeds it, same units.
        layers: One entry per target layer.
    """

    error: Fraction
    closed_form: Fraction
    largest_output: Fraction
    layers: tuple[LayerBound, ...]


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
        An upper bound for every input in [-1, 1]; exact but for rounding up to 1024
        bits after each layer, which few layers need.

    Source:
        der:layer-error, der:channel-certificate; closed form: der:a-posteriori.
    """
    scale = Fraction(2) ** sum(exponents)
    ones = np.ones(residuals[0].kernel.shape[1], dtype=object)
    channels = _Channels(ones, ones, 0 * ones, 0)
    closed = _ClosedForm(1, 1, 0)
    bounds: list[LayerBound] = []
    for number, item in enumerate(residuals, start=1):
        layer = _Layer.of(item)
        channels = channels.through(layer)
        eta, slope = layer.own_error(), layer.lipschitz()
        closed = closed.through(slope, eta, layer.bits)
        bounds.append(
            LayerBound(
                number,
                kept[number - 1],
                _dyadic(eta, layer.bits),
                _dyadic(slope, layer.bits),
                _dyadic(max(channels.target), channels.bits),
                _dyadic(max(channels.error), channels.bits),
            )
        )
    return ErrorBound(
        scale * bounds[-1].accumulated_error,
        scale * _dyadic(closed.perturbed - closed.exact, closed.bits),
        scale * bounds[-1].activation,
        tuple(bounds),
    )


def output_bound(kernels: Sequence[NDArray[np.float32]]) -> Fraction:
    """No output of the target exceeds it, for inputs in [-1, 1].

    Args:
        kernels: Layer by layer, ``(c_out, c_in, d, d)``.

    Source:
        der:channel-certificate.
    """
    zeros = [0] * len(kernels)
    return accumulate(removed_residuals(kernels, zeros), zeros, zeros).largest_output


@dataclass(frozen=True, slots=True)
class _Layer:
    """Sums over the window, ``(c_in, c_out)`` each: integers times ``2^-bits``.

    Attributes:
        above: Of max(0, D+, D-), how far g may exceed f for equal unit inputs.
        below: Of max(0, -D+, -D-), how far it may fall short.
        slope: Of |K|.
        target: Largest output of f for unit inputs, before it is summed over c_in.
        pruned: The same for g.
    """

    above: Integers
    below: Integers
    slope: Integers
    target: Integers
    pruned: Integers
    bits: int

    @classmethod
    def of(cls, item: LayerResiduals) -> _Layer:
        k, plus = item.kernel, item.positive
        signed = item.negative.size > 0
        minus = item.negative if signed else 0 * plus
        removed = minus - k if signed else 0 * plus  # W-; W+ is plus + k
        return cls(
            np.maximum(np.maximum(plus, minus), 0).sum(axis=0),
            np.maximum(np.maximum(-plus, -minus), 0).sum(axis=0),
            np.abs(k).sum(axis=0),
            (np.abs(k) if signed else np.maximum(k, 0)).sum(axis=0),
            np.maximum(np.maximum(plus + k, removed), 0).sum(axis=0),
            item.bits,
        )

    def own_error(self) -> int:
        """The layer's sup error for inputs in the unit box, in the layer's unit."""
        return int(max(self.above.sum(axis=0).max(), self.below.sum(axis=0).max()))

    def lipschitz(self) -> int:
        """Its Lipschitz constant, in the layer's unit."""
        return int(self.slope.sum(axis=0).max())


@dataclass(frozen=True, slots=True)
class _Channels:
    """Bounds M, Y and e of every channel: integers times ``2^-bits``."""

    target: Integers
    pruned: Integers
    error: Integers
    bits: int

    def through(self, layer: _Layer) -> _Channels:
        """The bounds after one more layer and its ReLU."""
        target = self.target @ layer.target
        pruned = self.pruned @ layer.pruned
        own = np.maximum(self.pruned @ layer.above, self.pruned @ layer.below)
        error = own + self.error @ layer.slope
        error = np.minimum(error, np.maximum(target, pruned))
        pruned = np.minimum(pruned, target + error)
        bits = self.bits + layer.bits
        excess = _excess(max(target.max(), pruned.max()))
        return _Channels(
            -(-target >> excess),
            -(-pruned >> excess),
            -(-error >> excess),
            bits - excess,
        )


@dataclass(frozen=True, slots=True)
class _ClosedForm:
    """prod(L + eta), rounded up, and prod L, rounded down: integers, ``2^-bits``."""

    perturbed: int
    exact: int
    bits: int

    def through(self, slope: int, eta: int, bits: int) -> _ClosedForm:
        perturbed, exact = self.perturbed * (slope + eta), self.exact * slope
        excess = _excess(perturbed)
        return _ClosedForm(
            -(-perturbed >> excess), exact >> excess, self.bits + bits - excess
        )


def _excess(value: int) -> int:
    return max(0, value.bit_length() - _BITS)


def _dyadic(value: int, bits: int) -> Fraction:
    return Fraction(value, 1 << bits) if bits > 0 else Fraction(value << -bits)
