"""How accurately the problems of each stage must be hit, so that all errors fit.

The shares are proposed in floating point; that the recurrence stays within eps with
them is exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from slth_verify.bounds.graphs.error_sums import ErrorSums
from slth_verify.bounds.graphs.recurrence import (
    Accuracy,
    Errors,
    Recurrence,
    moduli,
)
from slth_verify.errors import InvalidParameterError
from slth_verify.graph.dyadics import down
from slth_verify.numbers import log_of, rough

#: Bits of an accuracy; rounding down by one unit costs less than one filter.
_BITS = 30

#: An error so small that a stage passes it on as if all stages were linear.
_PROBE = Fraction(1, 1 << 200)

#: Rounds in which all accuracies are scaled towards eps, and what is near enough.
_ROUNDS, _NEAR = 30, Fraction(99, 100)
#: Natural exponents that floats hold.
_EXPONENT = 700.0
_A_LITTLE_LESS = 1 - Fraction(1, 1 << 10)

_NOTHING = Accuracy(Fraction(0), Fraction(0))


def accuracies_within(
    recurrence: Recurrence, eps: Fraction, prices: Sequence[int]
) -> tuple[tuple[Accuracy, ...], Errors]:
    """Accuracies of all stages with which the whole error is at most ``eps``.

    Args:
        recurrence: Of the graph.
        eps: Admissible error of the output, positive.
        prices: What one more unit of n costs in each stage.

    Returns:
        The accuracies, and the bounds that they give; ``whole`` is at most ``eps``.

    Rigor:
        Exact: the bounds are evaluated for what is returned.

    Source:
        A width grows like its dimension times ``log(1/r)``; for the least total the
        shares of the error are in proportion to price times dimension (Lagrange).
    """
    stages = recurrence.stages
    weights = [
        Fraction(price * _dim(known))
        for price, known in zip(prices, stages, strict=True)
    ]
    gains = [_gain(recurrence, number) for number in range(len(stages))]
    seen = [weight for weight, gain in zip(weights, gains, strict=True) if gain]
    owns = [
        eps * weight / (sum(seen) * gain) if gain else eps
        for weight, gain in zip(weights, gains, strict=True)
    ]
    start = recurrence.errors([_NOTHING] * len(stages))
    sizes = [
        [
            size if square else Fraction(0)
            for size, square in zip(moduli(source), known.squares, strict=True)
        ]
        for source, known in zip(start.sources, stages, strict=True)
    ]
    units = [
        _split(known, size, own)
        for known, size, own in zip(stages, sizes, owns, strict=True)
    ]
    return _scaled(recurrence, units, eps)


def prices_of(recurrence: Recurrence) -> list[int]:
    """Filters that one more unit of n costs in each stage."""
    return [2 * known.stage.inputs for known in recurrence.stages]


def _dim(known: ErrorSums) -> int:
    if known.stage.has_bias:
        return max(known.dim, known.bias_dim)
    return known.dim


def _gain(recurrence: Recurrence, number: int) -> Fraction:
    """The final error for each unit of a small error of a stage's outputs."""
    accuracies = [_NOTHING] * len(recurrence.stages)
    accuracies[number] = Accuracy(Fraction(0), _PROBE)
    return recurrence.errors(accuracies).whole / _PROBE


def _split(known: ErrorSums, sizes: Sequence[Fraction], own: Fraction) -> Accuracy:
    """A stage's error, shared between kernels and bias in proportion to dimensions."""
    groups = known.stage.layer.groups
    wide = len(sizes) // groups
    size = max(sum(sizes[g * wide : (g + 1) * wide]) for g in range(groups))
    terms = max(known.seen) * size
    dims = known.dim * (size > 0), known.bias_dim * (known.bias_square > 0)
    whole = max(1, sum(dims))
    return Accuracy(
        own * dims[0] / (whole * terms) if terms else own,
        own * dims[1] / whole,
    )


def _scaled(
    recurrence: Recurrence, units: Sequence[Accuracy], eps: Fraction
) -> tuple[tuple[Accuracy, ...], Errors]:
    """The units times one number, as large as it was found to be admissible."""
    scale, best = Fraction(1), None
    low: tuple[Fraction, Fraction] | None = None
    high: tuple[Fraction, Fraction] | None = None
    for _ in range(_ROUNDS):
        found = tuple(_times(unit, scale) for unit in units)
        errors = recurrence.errors(found)
        if errors.whole <= eps:
            gained = low is None or errors.whole > low[1]
            low, best = (scale, errors.whole), (found, errors)
            if not gained or not errors.whole or errors.whole >= _NEAR * eps:
                return best
        else:
            high = scale, errors.whole
        scale *= eps / errors.whole
        if low is not None and high is not None:
            scale = _between(low, high, eps)
        scale = down(scale, _BITS) * _A_LITTLE_LESS
    if best is None:
        raise InvalidParameterError(
            f"eps={rough(eps)}: no accuracies of the stages were found that keep the "
            "error within it (der:graph-slth). Ask for a larger eps."
        )
    return best


def _between(
    low: tuple[Fraction, Fraction], high: tuple[Fraction, Fraction], eps: Fraction
) -> Fraction:
    """Where a power law through two scales with their errors has the error eps."""
    steps = log_of(high[0] / low[0]), log_of(high[1] / low[1])
    share = log_of(eps / low[1]) / steps[1] if steps[1] > 0 else 0.5
    return low[0] * Fraction(
        math.exp(max(-_EXPONENT, min(_EXPONENT, steps[0] * share)))
    )


def _times(unit: Accuracy, scale: Fraction) -> Accuracy:
    return Accuracy(down(unit.entries * scale, _BITS), down(unit.bias * scale, _BITS))
