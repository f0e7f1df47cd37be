"""The ticket's error bound once more, in mpmath at high precision.

Independent code on another backend: not rigorous by itself, but it must fall inside the
enclosure of the exact evaluation, or one of the two is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

#: Weights of one sign, summed per channel: ``(c_in, d, d, c_out)``.
_Sums = NDArray[np.object_]


def error_bound_mp(
    kernels: Sequence[NDArray[np.float32]],
    exponents: Sequence[int],
    scalars: Sequence[NDArray[np.float32]],
    vectors: Sequence[NDArray[np.float32]],
    owners: Sequence[NDArray[np.int64]],
    *,
    digits: int = 80,
) -> tuple[Fraction, Fraction]:
    """Bounds on sup ||f - S g||_max and on the outputs of f, for inputs in [-1, 1].

    Args:
        kernels: Target kernels, ``(c_out, c_in, d, d)`` each.
        exponents: Scale exponents e_i.
        scalars: Kept first-layer weights, ``(kept,)`` each.
        vectors: Kept second-layer kernels, ``(kept, d, d, c_out)`` each.
        owners: Input channel of each kept filter.
        digits: Decimal precision of every operation.

    Returns:
        The two values, as the exact rationals that the mpmath numbers are.

    Rigor:
        Heuristic: rounded to ``digits`` digits at every step, direction unknown.

    Source:
        der:a-posteriori, der:channel-certificate.
    """
    mp = high_precision(digits)
    one, zero = mp.mpf(1), mp.mpf(0)
    # per channel: bound on f, bound on g, bound on |f - g|
    channels = [(one, one, zero)] * kernels[0].shape[1]
    for number, kernel in enumerate(kernels):
        signs = (1, -1) if number == 0 else (1,)
        sums = [
            _sums(mp, scalars[number], vectors[number], owners[number], sign, kernel)
            for sign in signs
        ]
        channels = [
            _output(mp, normal, [part[..., out] for part in sums], channels)
            for out, normal in enumerate(_normal(mp, kernel, exponents[number]))
        ]
    error = max(channel[2] for channel in channels)
    largest = max(channel[0] for channel in channels)
    total = sum(exponents)
    return _as_fraction(mp, error, total), _as_fraction(mp, largest, total)


def _output(
    mp: Any,
    kernel: NDArray[np.object_],
    sums: Sequence[_Sums],
    channels: Sequence[tuple[Any, Any, Any]],
) -> tuple[Any, Any, Any]:
    """The three bounds of one output, from those of its inputs.

    Args:
        mp: The context.
        kernel: Normalised, ``(c_in, d, d)``.
        sums: Weights for x+ and, in the first layer, x-; ``(c_in, d, d)`` each.
        channels: Bounds of the inputs.
    """
    zero = mp.mpf(0)
    high = low = carried = f_top = g_top = zero
    for index in np.ndindex(kernel.shape):
        f_in, g_in, error_in = channels[index[0]]
        value = kernel[index]
        slopes = value, -value  # of the target, for x+ and x-
        gaps = [part[index] - slopes[i] for i, part in enumerate(sums)]
        high += g_in * max(zero, *gaps)
        low -= g_in * min(zero, *gaps)
        carried += error_in * abs(value)
        f_top += f_in * max(zero, *slopes[: len(sums)])
        g_top += g_in * max(zero, *(part[index] for part in sums))
    error = min(max(high, low) + carried, max(f_top, g_top))
    return f_top, min(g_top, f_top + error), error


def _normal(mp: Any, kernel: NDArray[np.float32], exponent: int) -> NDArray[np.object_]:
    """``kernel / 2^exponent``, same shape."""
    entries = kernel.astype(np.float64).ravel().tolist()
    scaled = np.empty(len(entries), dtype=object)
    scaled[:] = [mp.ldexp(entry, -exponent) for entry in entries]
    return scaled.reshape(kernel.shape)


def _sums(
    mp: Any,
    scalars: NDArray[np.float32],
    vectors: NDArray[np.float32],
    owner: NDArray[np.int64],
    sign: int,
    kernel: NDArray[np.float32],
) -> _Sums:
    """Sums of |u| V over filters of one sign; the products are exact in float64."""
    shape = vectors.shape[1:]
    entries = int(np.prod(shape))
    total = np.full((kernel.shape[1], entries), mp.mpf(0), dtype=object)
    chosen = np.flatnonzero(np.sign(scalars) == sign)
    chosen = chosen[np.argsort(owner[chosen], kind="stable")]
    channels, starts = np.unique(owner[chosen], return_index=True)
    for channel, rows in zip(channels, np.split(chosen, starts[1:]), strict=False):
        weights = vectors[rows].astype(np.float64).reshape(len(rows), entries)
        weights *= np.abs(scalars[rows].astype(np.float64))[:, None]
        total[channel] = [_sum(mp, column.tolist()) for column in weights.T]
    return total.reshape(-1, *shape)


def _sum(mp: Any, terms: list[float]) -> Any:
    """The sum of float64 numbers: each part is what the parts before it leave."""
    parts: list[float] = []
    while rest := math.fsum((*terms, *parts)):
        if not math.isfinite(rest):
            return mp.mpf(rest)
        parts.append(-rest)
    return -mp.fsum(parts)


def _as_fraction(mp: Any, value: Any, exponent: int) -> Fraction:
    mantissa, shift = mp.frexp(value)
    scaled, bits = int(mp.ldexp(mantissa, mp.prec)), int(mp.prec)
    return Fraction(scaled) * Fraction(2) ** (int(shift) - bits + exponent)


def high_precision(digits: int) -> Any:
    """An mpmath context of its own, which leaves the process's precision alone."""
    mp = mpmath.MPContext()
    mp.dps = digits
    return mp
