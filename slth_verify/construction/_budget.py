"""How much error each layer may make, and how wide it should be for that.

All of this only steers the search: a wrong budget costs width, never soundness. The
ticket is certified afterwards from its realised residuals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slth_verify.construction._law import (
    LADDER_CONSTANT,
    MARGIN,
    TWO_SIGN_FACTOR,
    round_up,
    within_floats,
)
from slth_verify.errors import InvalidParameterError
from slth_verify.network import TargetCNN
from slth_verify.numbers import ExactNumber
from slth_verify.ticket import read_accuracy, read_input_bound


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
    ``w = t m^1.5 d^2 R / E`` per channel for error E, R being the sum of its inputs'
    bounds; the final error is the sum of G E with G the later layers' gain. Lagrange
    gives E proportional to sqrt(c w / G).

    Args:
        target: The target network.
        eps: Admissible sup error, in the target's units, positive.

    Rigor:
        Heuristic: it steers the search and enters no certificate.

    Source:
        der:accumulation; the law of the ladder is measured.
    """
    allowed = read_accuracy(eps, target.kernels)
    if allowed <= 0:
        raise InvalidParameterError(
            f"eps={eps}: an admissible error must be positive (thm:structured-slth)."
        )
    budget = float(within_floats(allowed / target.output_scale)) * MARGIN
    layers = [
        _outlook(target, layer, reach, gain)
        for layer, (reach, gain) in enumerate(
            zip(_reaches(target), _gains(target), strict=True), start=1
        )
    ]
    roots = [math.sqrt(layer.total_cost * layer.gain) for layer in layers]
    return tuple(
        _layer_budget(number, layer, budget * root / (sum(roots) or 1.0))
        for number, (layer, root) in enumerate(zip(layers, roots, strict=True), start=1)
    )


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What a layer's error costs and causes.

    Attributes:
        reach: Sum of the bounds on its inputs, over the channels.
        gain: Largest final error that a unit error of this layer can cause.
        cost: Width per channel, times the layer's error.
        total_cost: The same for all channels and signs.
        shares: Input channels' worth of error: ``reach``, more with two signs.
    """

    reach: float
    gain: float
    cost: float
    total_cost: float
    shares: float


def _outlook(target: TargetCNN, layer: int, reach: float, gain: float) -> _Outlook:
    shape = target.architecture
    first = layer == 1
    shares = reach * (TWO_SIGN_FACTOR if first else 1.0)
    window = shape.kernel_sizes[layer - 1] ** 2
    cost = LADDER_CONSTANT * shape.dimension(layer) ** 1.5 * window * shares / 2
    total = cost * shape.channels[layer - 1] * (2 if first else 1)
    return _Outlook(reach, gain, cost, total, shares)


def _layer_budget(number: int, layer: _Outlook, caused: float) -> LayerBudget:
    """Budget of a layer that may cause a final error of ``caused``.

    A layer that the output cannot see, or that sees nothing, gets the budget 1, which
    the empty subset meets since ``||K||_1 <= 1``.
    """
    dead = not caused or not layer.gain or not layer.shares
    error = 1.0 if dead else caused / layer.gain
    per_channel = 1.0 if dead else min(1.0, error / layer.shares)
    width = round_up(0.0 if dead else layer.cost / error)
    return LayerBudget(number, error, per_channel, width)


def unit_eps(target: TargetCNN, eps: ExactNumber, input_bound: ExactNumber) -> Fraction:
    """What an error over inputs in [-B, B] means for inputs in [-1, 1]: eps / B.

    Without biases f(B x) = B f(x), and the same for the pruned network, so that their
    difference over the larger box is B times that over the unit box.

    Args:
        target: The target network.
        eps: Admissible sup error over inputs in [-B, B], or a share such as ``"2%"``.
        input_bound: B, positive.

    Raises:
        InvalidParameterError: If B is not positive, or eps no accuracy.

    Rigor:
        Exact; see `slth_verify.ticket.read_accuracy` for shares.

    Source:
        thm:structured-slth; ReLU is positively homogeneous.
    """
    accuracy = read_accuracy(eps, target.kernels, input_bound=input_bound)
    return accuracy / read_input_bound(input_bound)


def _reaches(target: TargetCNN) -> list[float]:
    """Summed bounds on the channels' activations before layer 1, 2, ..., l."""
    ranges = np.ones(target.architecture.channels[0])
    reaches = [float(ranges.sum())]
    for layer in range(1, target.depth):
        kernel = target.normalised_kernel(layer)
        part = np.abs(kernel) if layer == 1 else np.maximum(kernel, 0.0)
        ranges = np.einsum("abko,k->o", part, ranges)
        reaches.append(float(ranges.sum()))
    return reaches


def _gains(target: TargetCNN) -> list[float]:
    """Largest final error that a unit error after layer 1, 2, ..., l can cause."""
    gains = [1.0]
    row = np.eye(target.architecture.channels[-1])
    for layer in range(target.depth, 1, -1):
        row = row @ np.abs(target.normalised_kernel(layer)).sum(axis=(0, 1)).T
        gains.append(float(row.sum(axis=1).max()))
    return gains[::-1]
