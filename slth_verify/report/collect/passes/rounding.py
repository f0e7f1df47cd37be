"""How far a float64 forward pass can be from the exact output.

A dot product of n terms in any order of summation, with or without fused operations,
errs by at most ``gamma_n sum |a_i b_i|`` with ``gamma_n = n u / (1 - n u)``, u = 2^-53
(N. Higham, *Accuracy and Stability of Numerical Algorithms*, section 3.1). Through the
layers, with A the moduli of the weights summed over windows, L the Lipschitz constants,
R the range of the inputs and E the error so far:

    E' = L E + gamma A R',   R' = R + E,   next R = L R.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from slth_verify.arrays import Float64Array
from slth_verify.network import merged_kernels

_UNIT = 2.0**-53
#: Absorbs underflow and the roundings of this estimate itself, which are far smaller.
_SAFETY = 2.0
_TINY = 2.0**-500


@dataclass(frozen=True, eq=False)
class RoundingStep:
    """What rounding does in one target layer.

    Attributes:
        absolute: Sum of moduli of products of weights, ``(c_out, c_in)``.
        lipschitz: Lipschitz constants of the exact map, ``(c_out, c_in)``.
        terms: Length of the dot products, all roundings counted.
    """

    absolute: Float64Array
    lipschitz: Float64Array
    terms: int


def rounding_bound(steps: Sequence[RoundingStep]) -> float:
    """Bound on |computed - exact| of all outputs, for inputs in [-1, 1].

    Args:
        steps: Layer by layer.

    Returns:
        An upper bound, infinite if the layers are too wide for any.

    Rigor:
        Upper bound. Evaluated in float64 with sums of non-negative terms only, and
        doubled, which covers its own roundings.
    """
    error = np.zeros(steps[0].absolute.shape[1])
    reach = np.ones(steps[0].absolute.shape[1])
    for step in steps:
        unit = step.terms * _UNIT
        if unit >= 0.5:
            return float("inf")
        gamma = unit / (1 - unit)
        local = gamma * (step.absolute @ (reach + error)) + step.terms * _TINY
        error = step.lipschitz @ error + local
        reach = step.lipschitz @ reach
    return float(_SAFETY * error.max(initial=0.0))


def target_steps(kernels: Sequence[NDArray[np.float32]]) -> list[RoundingStep]:
    """Steps of plain convolutions, kernels ``(c_out, c_in, d, d)``."""
    steps = []
    for kernel in kernels:
        moduli = np.abs(kernel.astype(np.float64)).sum(axis=(2, 3))
        steps.append(RoundingStep(moduli, moduli, kernel[0].size))
    return steps


@dataclass(frozen=True, eq=False)
class Pair:
    """The two random layers of one target layer, read off a pruned module.

    Attributes:
        scalars: First-layer weights u, ``(kept,)``, float32.
        owner: Input channel of each filter, ``(kept,)``.
        kernels: Second-layer weights, ``(kept, d, d, c_out)``, float32.
        channels: Input channels.
    """

    scalars: NDArray[np.float32]
    owner: NDArray[np.int64]
    kernels: NDArray[np.float32]
    channels: int

    def merged(self, sign: int) -> Float64Array:
        """Correctly rounded sums of |u| V, ``(d, d, channels, c_out)``."""
        sums: Float64Array = merged_kernels(
            self.scalars, self.kernels, self.owner, self.channels, sign
        )
        return sums


def pairs_of(module: nn.Sequential) -> list[Pair]:
    """The layers of a pruned random network, from its modules."""
    convolutions = [part for part in module if isinstance(part, nn.Conv2d)]
    pairs = []
    for first, second in zip(convolutions[::2], convolutions[1::2], strict=True):
        weights = first.weight.detach().numpy()[:, :, 0, 0]
        owner = np.abs(weights).argmax(axis=1).astype(np.int64)
        scalars = np.take_along_axis(weights, owner[:, None], axis=1)[:, 0]
        kernels = second.weight.detach().numpy().transpose(1, 2, 3, 0)
        pairs.append(Pair(scalars, owner, kernels, weights.shape[1]))
    return pairs


def pruned_steps(pairs: Sequence[Pair], extra_terms: int = 0) -> list[RoundingStep]:
    """Steps of a pruned random network.

    Args:
        pairs: Its layers.
        extra_terms: Further terms per dot product, of a dense network with zeros.
    """
    steps = []
    for pair in pairs:
        moduli = np.abs(pair.kernels.astype(np.float64)).sum(axis=(1, 2))
        moduli *= np.abs(pair.scalars.astype(np.float64))[:, None]
        absolute = np.zeros((moduli.shape[1], pair.channels))
        for channel in range(pair.channels):
            absolute[:, channel] = moduli[pair.owner == channel].sum(axis=0)
        lipschitz = _lipschitz(pair.merged(1), pair.merged(-1))
        terms = len(pair.scalars) * pair.kernels.shape[1] ** 2 + pair.channels
        steps.append(RoundingStep(absolute, lipschitz, terms + extra_terms))
    return steps


def merged_steps(
    positive: Sequence[Float64Array], negative_first: Float64Array
) -> list[RoundingStep]:
    """Steps of the merged network; its rounded weights count as one more rounding."""
    steps = []
    for number, kernel in enumerate(positive):
        other = negative_first if number == 0 else np.zeros_like(kernel)
        lipschitz = _lipschitz(kernel, other)
        terms = 2 * kernel[:, :, :, 0].size + 1
        steps.append(RoundingStep(lipschitz, lipschitz, terms))
    return steps


def _lipschitz(positive: Float64Array, negative: Float64Array) -> Float64Array:
    """Of ``W+ * x+ + W- * x-`` in x, per output and input channel."""
    larger = np.maximum(np.abs(positive), np.abs(negative))
    return np.ascontiguousarray(larger.sum(axis=(0, 1)).T)
