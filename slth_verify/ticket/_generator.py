"""The checker's own words of the random network, by numpy's Philox.

Written from the definition of the generator, apart from the code that the search uses:
scalar of filter f for channel k in layer i sits in lane ``f % 4`` of counter
``(f // 4, k, i, 1)``; entry e of filter f's kernel in lane ``e % 4`` of ``(e // 4, f,
i, 2)``; the key is ``(seed, 0x736c74685f763031)``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GENERATOR = "philox4x64-10/normal-quantile/1"
_TAG = 0x736C74685F763031
_LIMB = 1 << 64


def scalar_words(
    seed: int, layer: int, channel: int, filters: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Words of first-layer scalars, shape ``(len(filters),)``."""
    out = np.empty(len(filters), dtype=np.uint64)
    for position, number in enumerate(filters.tolist()):
        block = _words(seed, number // 4, channel, layer, 1, 4)
        out[position] = block[number % 4]
    return out


def kernel_words(
    seed: int, layer: int, filters: NDArray[np.int64], entries: int
) -> NDArray[np.uint64]:
    """Words of second-layer kernels, shape ``(len(filters), entries)``."""
    out = np.empty((len(filters), entries), dtype=np.uint64)
    for position, number in enumerate(filters.tolist()):
        out[position] = _words(seed, 0, number, layer, 2, entries)
    return out


def _words(
    seed: int, first: int, second: int, third: int, fourth: int, count: int
) -> NDArray[np.uint64]:
    counter = first + second * _LIMB + third * _LIMB**2 + fourth * _LIMB**3 - 1
    limbs = [(counter >> shift) % _LIMB for shift in (0, 64, 128, 192)]
    stream = np.random.Philox(
        key=np.array([seed, _TAG], dtype=np.uint64),
        counter=np.array(limbs, dtype=np.uint64),
    )
    return np.asarray(stream.random_raw(count), dtype=np.uint64)
