"""The ticket's error bound once more, in mpmath at high precision.

Independent code on another backend: not rigorous by itself, but it must fall inside the
enclosure of the exact evaluation, or one of the two is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray


def error_bound_mp(
    kernels: Sequence[NDArray[np.float32]],
    exponents: Sequence[int],
    scalars: Sequence[NDArray[np.float32]],
    vectors: Sequence[NDArray[np.float32]],
    owners: Sequence[NDArray[np.int64]],
    *,
    digits: int = 80,
) -> Fraction:
    """Bound on sup ||f - S g||_max by the recurrence of der:a-posteriori.

    Args:
        kernels: Target kernels, ``(c_out, c_in, d, d)`` each.
        exponents: Scale exponents e_i.
        scalars: Kept first-layer weights, ``(kept,)`` each.
        vectors: Kept second-layer kernels, ``(kept, d, d, c_out)`` each.
        owners: Input channel of each kept filter.
        digits: Decimal precision of every operation.

    Returns:
        The value, as the exact rational that the mpmath number is.

    Rigor:
        Heuristic: rounded to ``digits`` digits at every step, direction unknown.
    """
    mp = mpmath.MPContext()  # its own precision, not the process's
    mp.dps = digits
    zero = mp.mpf(0)
    errors = [zero] * kernels[0].shape[1]
    ranges = [mp.mpf(1)] * len(errors)
    for number, kernel in enumerate(kernels):
        normal = kernel.astype(np.float64)
        weights = _sums(mp, scalars[number], vectors[number], owners[number], kernel)
        new_errors, new_ranges = [], []
        for out in range(kernel.shape[0]):
            high = low = carried = top = zero
            for index in np.ndindex(kernel.shape[1:]):
                channel, row, column = index
                value = mp.ldexp(normal[(out, *index)], -exponents[number])
                plus = weights[1][channel][row, column, out] - value
                minus = weights[-1][channel][row, column, out] + value
                swing = (plus, minus) if number == 0 else (plus, zero)
                reach = ranges[channel] + errors[channel]
                high += reach * max(zero, *swing)
                low -= reach * min(zero, *swing)
                carried += abs(value) * errors[channel]
                gain = abs(value) if number == 0 else max(value, zero)
                top += gain * ranges[channel]
            new_errors.append(max(high, low) + carried)
            new_ranges.append(top)
        errors, ranges = new_errors, new_ranges
    return _as_fraction(mp, mp.ldexp(max(errors), sum(exponents)))


def _as_fraction(mp: Any, value: Any) -> Fraction:
    mantissa, exponent = mp.frexp(value)
    scaled = int(mp.ldexp(mantissa, mp.prec))
    return Fraction(scaled) * Fraction(2) ** int(exponent - mp.prec)


def _sums(
    mp: Any,
    scalars: NDArray[np.float32],
    vectors: NDArray[np.float32],
    owner: NDArray[np.int64],
    kernel: NDArray[np.float32],
) -> dict[int, list[NDArray[np.object_]]]:
    """Sums of |u| V per sign and channel; the products are exact in float64."""
    shape = vectors.shape[1:]
    entries = int(np.prod(shape))
    products = vectors.astype(np.float64).reshape(len(vectors), entries)
    products *= np.abs(scalars.astype(np.float64))[:, None]
    totals: dict[int, list[NDArray[np.object_]]] = {1: [], -1: []}
    for sign, found in totals.items():
        for channel in range(kernel.shape[1]):
            rows = products[(owner == channel) & (np.sign(scalars) == sign)]
            total = np.empty(entries, dtype=object)
            total[:] = [mp.fsum(entry) for entry in rows.T.tolist()]
            found.append(total.reshape(shape))
    return totals
