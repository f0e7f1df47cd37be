"""Weights of a ticket's seed: Philox written out, quantiles of the standard library."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import numpy as np

_TAG = 0x736C74685F763031
_LIMB = (1 << 64) - 1
#: Distance from the middle of two float32 within which a quantile is left open.
_MARGIN = 1e-14


class OpenError(ArithmeticError):
    """What an oracle of tickets cannot decide."""


def philox(counter: tuple[int, int, int, int], seed: int) -> tuple[int, ...]:
    """Four words of Philox4x64-10, with the key of tickets."""
    c0, c1, c2, c3 = counter
    k0, k1 = seed, _TAG
    for _ in range(10):
        one, other = 0xD2E7470EE14C6C93 * c0, 0xCA5A826395121157 * c2
        c0, c1, c2, c3 = (
            (other >> 64) ^ c1 ^ k0,
            other & _LIMB,
            (one >> 64) ^ c3 ^ k1,
            one & _LIMB,
        )
        k0, k1 = (k0 + 0x9E3779B97F4A7C15) & _LIMB, (k1 + 0xBB67AE8584CAA73B) & _LIMB
    return c0, c1, c2, c3


@lru_cache(maxsize=1 << 14)
def nearest_quantile(word: int) -> np.float32:
    """The float32 nearest to the normal quantile of ``(word + 1/2) / 2^64``.

    Raises:
        OpenError: If floats cannot tell it from a midpoint.
    """
    lower = word < 1 << 63
    share = (2 * (word if lower else _LIMB - word) + 1) / (1 << 65)
    quantile = NormalDist().inv_cdf(share) * (1 if lower else -1)
    near = np.float32(quantile)
    for side in (-np.inf, np.inf):
        middle = (float(near) + float(np.nextafter(near, np.float32(side)))) / 2
        if abs(quantile - middle) <= _MARGIN * (1 + abs(quantile)):
            raise OpenError(f"word={word} is too near a midpoint")
    return near
