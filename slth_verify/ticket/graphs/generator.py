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
    stream = _Stream(seed)
    out = np.empty(len(filters), dtype=np.uint64)
    for position, number in enumerate(filters.tolist()):
        block = stream.words((number // 4, channel, layer, 1), 4)
        out[position] = block[number % 4]
    return out


def kernel_words(
    seed: int, layer: int, filters: NDArray[np.int64], entries: int
) -> NDArray[np.uint64]:
    """Words of second-layer kernels, shape ``(len(filters), entries)``."""
    stream = _Stream(seed)
    out = np.empty((len(filters), entries), dtype=np.uint64)
    for position, number in enumerate(filters.tolist()):
        out[position] = stream.words((0, number, layer, 2), entries)
    return out


class _Stream:
    """numpy's Philox of one key, set from counter to counter."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.Philox(key=np.array([seed, _TAG], dtype=np.uint64))
        self._state = self._bits.state

    def words(self, start: tuple[int, int, int, int], count: int) -> NDArray[np.uint64]:
        """Words from the given counter on, limbs in order of significance."""
        limbs = list(start)
        # the generator counts up before it makes a block: begin one below, with borrow
        for i in range(4):
            limbs[i] -= 1
            if limbs[i] >= 0:
                break
            limbs[i] += _LIMB
        self._state["state"]["counter"][:] = limbs
        self._bits.state = self._state
        return np.asarray(self._bits.random_raw(count), dtype=np.uint64)
