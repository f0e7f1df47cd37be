"""What the kept filters of a stage add up to, exactly.

Weights are float32, multiples of 2^-149; a product of two is a multiple of 2^-298 that
float64 holds, so whole stages are integers in one unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slth_verify.deadline import look_at_the_clock
from slth_verify.graph.dyadics import Exact
from slth_verify.graph.stages import Stage
from slth_verify.ticket.graphs.exact_sums import (
    PRODUCT_BITS,
    exact_column_sums,
    exact_products,
)


@dataclass(frozen=True, eq=False, slots=True)
class KeptFilters:
    """The kept part of a pair of random layers.

    Attributes:
        filters: Increasing indices, shape ``(kept,)``; those of the constant channel
            are the last.
        owner: Channel that each reads under the mask, ``(kept,)``.
        scalars: First-layer weights u that the mask leaves, ``(kept,)``.
        kernels: Second-layer weights V of the filters of the source's channels,
            ``(some, rows, columns, c_out / groups)``.
        constants: Those of the constant channel's filters, ``(others, c_out)``.
    """

    filters: NDArray[np.int64]
    owner: NDArray[np.int64]
    scalars: NDArray[np.float32]
    kernels: NDArray[np.float32]
    constants: NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class PairSums:
    """Integers, each times ``2^-bits``.

    Attributes:
        positive: W+, the sum of u V over filters with u > 0, in the shape of the
            stage's weights: ``(c_out, c_in / groups, rows, columns)``.
        negative: W-, the sum of |u| V over filters with u < 0.
        bias: B, the sum of u V over the constant channel's filters with u > 0.
        bits: Of the unit.
    """

    positive: Exact
    negative: Exact
    bias: Exact
    bits: int

    def over(self, bits: int) -> PairSums:
        """The same numbers in a unit that is not larger."""
        shift = bits - self.bits
        return PairSums(
            self.positive << shift, self.negative << shift, self.bias << shift, bits
        )


def pair_sums(stage: Stage, exponent: int, kept: KeptFilters) -> PairSums:
    """The exact sums of a stage, whose pair is multiplied by ``2^exponent``.

    Args:
        stage: The stage.
        exponent: e.
        kept: Filters with their weights.

    Rigor:
        Exact. A filter of the constant channel with u < 0 has ReLU(u) = 0 and adds
        nothing.
    """
    outputs, wide, rows, columns = stage.layer.weight.shape
    groups = stage.layer.groups
    plain = kept.owner < stage.channels
    parts = []
    for sign in (1, -1):
        sums = _channel_sums(
            kept.scalars[plain], kept.kernels, kept.owner[plain], sign, stage.channels
        )
        parts.append(
            sums.reshape(groups, wide, rows, columns, outputs // groups)
            .transpose(0, 4, 1, 2, 3)
            .reshape(outputs, wide, rows, columns)
        )
    constant = np.zeros(int((~plain).sum()), np.int64)
    bias = _channel_sums(kept.scalars[~plain], kept.constants, constant, 1, 1)
    # a shift to the left where the unit would be finer than there is need for
    excess = max(0, exponent - PRODUCT_BITS)
    positive, negative, bias = (part << excess for part in (*parts, bias[0]))
    return PairSums(positive, negative, bias, PRODUCT_BITS - exponent + excess)


def _channel_sums(
    scalars: NDArray[np.float32],
    vectors: NDArray[np.float32],
    owner: NDArray[np.int64],
    sign: int,
    channels: int,
) -> Exact:
    """Sums of |u| V over the filters of each channel with u of the given sign.

    Returns:
        Shape ``(channels, entries)``.
    """
    entries = int(np.prod(vectors.shape[1:]))
    rows = np.flatnonzero(np.sign(scalars) == sign)
    sums = np.zeros((channels, entries), dtype=object)
    starts = np.searchsorted(owner[rows], np.arange(channels + 1))
    for channel in np.unique(owner[rows]).tolist():
        look_at_the_clock()
        chosen = rows[starts[channel] : starts[channel + 1]]
        flat = vectors[chosen].reshape(len(chosen), entries)
        products = exact_products(scalars[chosen], flat)
        sums[channel] = exact_column_sums(products)
    return sums
