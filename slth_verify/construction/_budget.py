"""How much error each layer may make, and how wide it should be for that.

All of this only steers the search: a wrong budget costs width, never soundness. The
ticket is certified afterwards from its realised residuals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slth_verify.construction._numbers import ExactNumber, exact_number
from slth_verify.errors import InvalidParameterError
from slth_verify.network import TargetCNN

Float64Array = NDArray[np.float64]

#: What the ladder reaches: mean |residual| = LADDER_CONSTANT * m^1.5 / n [heuristic].
LADDER_CONSTANT = 0.4
#: E max(0, X, Y) / E max(0, X) for independent centred normals, rounded up.
_TWO_SIGN_FACTOR = 1.75
#: Share of eps left for second-order terms and the spread over output filters.
_MARGIN = 0.7
_MAX_WIDTH = 1 << 40


@dataclass(frozen=True, slots=True)
class LayerBudget:
    """What a layer may cost, in normalised units.

    Attributes:
        layer: From 1.
        error: Admissible one-sided error of an output filter of this layer.
        per_channel: Share of one input channel and sign, for unit inputs; the budget
            of `slth_verify.subset_sum.FilterBudget`.
        width: n at which the ladder is expected to meet it.
    """

    layer: int
    error: float
    per_channel: float
    width: int


def plan(target: TargetCNN, eps: ExactNumber) -> tuple[LayerBudget, ...]:
    """Split ``eps`` over the layers so that the expected total width is least.

    A layer of channel count c, dimension m and t signs needs width proportional to
    ``w = t m^1.5 d^2 R / E`` per channel for error E, R being the sum of its input
    ranges; the final error is the sum of G E with G the later layers' gain. Lagrange
    gives E proportional to sqrt(c w / G).

    Args:
        target: The target network.
        eps: Admissible sup error, in the target's units, positive.

    Rigor:
        Heuristic: it steers the search and enters no certificate.

    Source:
        der:accumulation; the law of the ladder is measured.
    """
    allowed = exact_number("eps", eps)
    if allowed <= 0:
        raise InvalidParameterError(
            f"eps={eps}: an admissible error must be positive (thm:structured-slth)."
        )
    budget = float(allowed / target.output_scale) * _MARGIN
    ranges, gains = _ranges(target), _gains(target)
    shape = target.architecture
    costs = []
    for layer in range(1, shape.depth + 1):
        signs = 2 if layer == 1 else 1
        window = shape.kernel_sizes[layer - 1] ** 2
        reach = max(float(ranges[layer - 1].sum()), 1e-300)
        spread = window * reach * (_TWO_SIGN_FACTOR if layer == 1 else 1.0) / 2
        unit = LADDER_CONSTANT * shape.dimension(layer) ** 1.5 * spread
        costs.append((unit, signs * shape.channels[layer - 1] * unit))
    roots = [
        math.sqrt(cost * max(gain, 1e-300))
        for (_, cost), gain in zip(costs, gains, strict=True)
    ]
    out = []
    for layer, ((unit, _), gain, root) in enumerate(
        zip(costs, gains, roots, strict=True), start=1
    ):
        error = budget * root / sum(roots) / max(gain, 1e-300)
        reach = max(float(ranges[layer - 1].sum()), 1e-300)
        share = _TWO_SIGN_FACTOR if layer == 1 else 1.0
        width = _round_up(unit / error)
        out.append(LayerBudget(layer, error, error / reach / share, width))
    return tuple(out)


def suggested_widths(target: TargetCNN, eps: ExactNumber) -> tuple[int, ...]:
    """Widths n_i at which the search is expected to succeed; heuristic.

    Args:
        target: The target network.
        eps: Admissible sup error, in the target's units, positive.

    Raises:
        InvalidParameterError: If a width would leave the generator's range.
    """
    widths = tuple(budget.width for budget in plan(target, eps))
    if max(widths) > _MAX_WIDTH:
        raise InvalidParameterError(
            f"eps={eps} needs about {max(widths):.2e} filters a channel, "
            f"more than {_MAX_WIDTH}. Ask for a larger eps."
        )
    return widths


def _ranges(target: TargetCNN) -> list[Float64Array]:
    """Bounds M of every channel's activation: before layer 1, 2, ..., l."""
    ranges = [np.ones(target.architecture.channels[0])]
    for layer in range(1, target.depth):
        kernel = target.normalised_kernel(layer)
        part = np.abs(kernel) if layer == 1 else np.maximum(kernel, 0.0)
        ranges.append(np.einsum("abko,k->o", part, ranges[-1]))
    return ranges


def _gains(target: TargetCNN) -> list[float]:
    """Largest final error that a unit error after layer 1, 2, ..., l can cause."""
    gains = [1.0]
    row = np.eye(target.architecture.channels[-1])
    for layer in range(target.depth, 1, -1):
        row = row @ np.abs(target.normalised_kernel(layer)).sum(axis=(0, 1)).T
        gains.append(float(row.sum(axis=1).max()))
    return gains[::-1]


def _round_up(width: float) -> int:
    """Two significant digits, upwards, at least 32."""
    if width <= 32:
        return 32
    unit = 10 ** (math.floor(math.log10(width)) - 1)
    return int(math.ceil(width / unit) * unit)
