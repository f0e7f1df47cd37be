"""Philox4x64-10, vectorised: random words as a function of a counter and a key.

J. Salmon, M. Moraes, R. Dror, D. Shaw, *Parallel random numbers: as easy as 1, 2, 3*,
SC 2011. A word depends on its 256-bit counter and the 128-bit key alone, so any weight
of a network can be generated without the others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WordArray = NDArray[np.uint64]

#: Words that one counter value yields.
LANES = 4

_MULTIPLIER_0 = np.uint64(0xD2E7470EE14C6C93)
_MULTIPLIER_1 = np.uint64(0xCA5A826395121157)
_WEYL_0 = 0x9E3779B97F4A7C15
_WEYL_1 = 0xBB67AE8584CAA73B
_ROUNDS = 10
_MASK_64 = (1 << 64) - 1
_LOW_32 = np.uint64(0xFFFFFFFF)
_SHIFT_32 = np.uint64(32)


def philox4x64(
    counter: tuple[WordArray, WordArray, WordArray, WordArray], key: tuple[int, int]
) -> WordArray:
    """Random words at many counters.

    Args:
        counter: Four arrays that broadcast to one shape; the first is the least
            significant 64-bit limb.
        key: Two integers in [0, 2^64).

    Returns:
        Words of shape ``(*shape, 4)``, equal to those of ``numpy.random.Philox``.

    Cost:
        Time and memory linear in the number of counters; about 0.1 us a word.
    """
    c0, c1, c2, c3 = np.broadcast_arrays(*counter)
    k0, k1 = key
    for _ in range(_ROUNDS):
        high_0, low_0 = _multiply(_MULTIPLIER_0, c0)
        high_1, low_1 = _multiply(_MULTIPLIER_1, c2)
        c0, c1, c2, c3 = (
            high_1 ^ c1 ^ np.uint64(k0),
            low_1,
            high_0 ^ c3 ^ np.uint64(k1),
            low_0,
        )
        k0, k1 = (k0 + _WEYL_0) & _MASK_64, (k1 + _WEYL_1) & _MASK_64
    return np.stack([c0, c1, c2, c3], axis=-1)


def sequential_words(
    start: tuple[int, int, int, int], key: tuple[int, int], count: int
) -> WordArray:
    """Words of consecutive counters from ``start`` on, by numpy's own Philox.

    Args:
        start: The first counter, least significant limb first.
        key: Two integers in [0, 2^64).
        count: Number of words; it need not be a multiple of four.

    Cost:
        About 10 ns a word.
    """
    # numpy's generator steps its counter before it makes the first block
    value = sum(limb << (64 * position) for position, limb in enumerate(start))
    before = (value - 1) % (1 << 256)
    limbs = np.array([(before >> (64 * i)) & _MASK_64 for i in range(4)], np.uint64)
    bits = np.random.Philox(counter=limbs, key=np.array(key, np.uint64))
    return np.asarray(bits.random_raw(count), dtype=np.uint64)


def _multiply(factor: np.uint64, words: WordArray) -> tuple[WordArray, WordArray]:
    """High and low 64 bits of a 128-bit product, by 32-bit halves."""
    f_low, f_high = factor & _LOW_32, factor >> _SHIFT_32
    w_low, w_high = words & _LOW_32, words >> _SHIFT_32
    low_low, high_low = f_low * w_low, f_high * w_low
    middle = (low_low >> _SHIFT_32) + (high_low & _LOW_32) + f_low * w_high
    high = f_high * w_high + (high_low >> _SHIFT_32) + (middle >> _SHIFT_32)
    return high, factor * words
