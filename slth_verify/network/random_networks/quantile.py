"""Standard normal weights from random words, and words that give small weights.

A word w in [0, 2^64) stands for the uniform U = (w + 1/2) / 2^64; its weight is the
normal quantile of U, rounded to the nearest float32. U is never 0, 1/2 or 1, so a
weight is always finite and never zero.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfinv, ndtri

from slth_verify.enclosure import nearest_normal_quantiles
from slth_verify.network.random_networks.philox import WordArray

#: Relative error of float64 quantiles that is never reached, with a wide margin.
_DOUBT = 2.0**-42
_HALF_RANGE = np.uint64(1 << 63)


def normal_weights(words: WordArray) -> NDArray[np.float32]:
    """Weights of random words, same shape.

    Args:
        words: Random 64-bit words, any shape.

    Rigor:
        Float64 evaluation, balls where it comes near a midpoint of two float32 numbers.
        The checker decides the rounding of every stored weight anew.
    """
    signed = (words ^ _HALF_RANGE).view(np.int64)
    centred = (signed.astype(np.float64) + 0.5) * 2.0**-63
    outer = np.abs(centred) > 0.5
    inner = ~outer
    quantile = np.empty_like(centred)
    quantile[inner] = math.sqrt(2.0) * erfinv(centred[inner])
    # near 0 and 1 the distance to the end keeps the precision
    tail = np.where(signed < 0, words, ~words)[outer].astype(np.float64)
    side = np.where(signed[outer] < 0, 1.0, -1.0)
    quantile[outer] = side * ndtri((tail + 0.5) * 2.0**-64)
    weights = np.asarray(quantile, dtype=np.float32)
    unsure = _near_midpoint(quantile, weights)
    if unsure.any():
        weights[unsure] = nearest_normal_quantiles(words[unsure])
    return weights


def _near_midpoint(
    quantile: NDArray[np.float64], weights: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Where float64 errors of the quantile could change its rounding to float32."""
    offset = np.abs(quantile - weights)
    half_step = np.abs(np.spacing(weights)).astype(np.float64) / 2
    # below a power of two the step is half as large
    near = np.minimum(np.abs(offset - half_step), np.abs(offset - half_step / 2))
    return np.asarray(near <= _DOUBT * np.abs(quantile))


def small_weight_words(words: WordArray, threshold: float) -> NDArray[np.int64]:
    """Positions of the words whose weight has modulus up to about ``threshold``.

    Args:
        words: Random words, shape ``(count,)``.
        threshold: Largest modulus, positive.

    Returns:
        Increasing positions. The border is exact up to float64 rounding of the normal
        distribution function; whoever needs an exact border compares the weights.
    """
    reach = min(int(math.erf(threshold / math.sqrt(2.0)) * 2.0**63), (1 << 63) - 1)
    shifted = words - np.uint64((1 << 63) - reach)
    return np.flatnonzero(shifted < np.uint64(2 * reach)).astype(np.int64)
