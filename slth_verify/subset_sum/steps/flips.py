"""Descent over single and double flips.

The change of the squared residual under *every* pair of flips follows from one Gram
matrix. Pairs with a small change are scored under the problem's own tolerance, and the
best of them is taken while the score falls.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum._problem import FloatArray, IndexArray

SingleArray = NDArray[np.float32]

_ENTRIES = 1 << 20  # residual coordinates computed per step, about
#: Beyond this single precision only says "large".
_LARGE = 1e30
_LARGEST = 1e13  # entry, so that products of columns stay below
_ADJUSTMENTS = 24  # attempts to bring their number into this range


class PairDescent:
    """Descents over the flips of a fixed list of columns.

    Memory: 14 bytes per pair of columns, up to 25 while candidates are listed.

    Args:
        columns: Shape ``(N, m)``, entries of order one, N >= 1.
    """

    def __init__(self, columns: FloatArray) -> None:
        self._columns = columns
        self._count = columns.shape[0]
        # pairs scored per step
        self._most = min(max(_ENTRIES // columns.shape[1], 512), 4096)
        self._norms = np.square(columns).sum(axis=1)
        # single precision chooses candidates only; their scores are exact to rounding
        single = np.clip(columns, -_LARGEST, _LARGEST).astype(np.float32)
        self._products = 2 * single @ single.T
        self._below = np.tri(self._count, dtype=np.bool_)
        self._change = np.empty_like(self._products)
        self._small = np.empty(self._products.shape, dtype=np.bool_)

    def run(
        self,
        signs: FloatArray,
        error: FloatArray,
        score: Callable[[FloatArray], FloatArray],
        out_of_time: Callable[[], bool],
    ) -> FloatArray:
        """Flips one or two columns at a time while the score falls and exceeds 1.

        Args:
            signs: +1 where a column is in, -1 where not, shape ``(N,)``.
            error: Sum minus target, shape ``(m,)``.
            score: Badness of errors, shape ``(k, m)`` to ``(k,)``.
            out_of_time: Asked once per step.

        Returns:
            Signs after the descent, shape ``(N,)``.
        """
        signs, error = signs.copy(), error.copy()
        current = float(score(error[None, :])[0])
        products = self._products * signs.astype(np.float32)[:, None]
        products *= signs.astype(np.float32)
        np.copyto(products, np.float32(np.inf), where=self._below)
        step = _Threshold(min(float(error @ error), _LARGE), self._most)
        while current > 1.0 and not out_of_time():
            single = self._norms - 2.0 * signs * (self._columns @ error)
            bounded = np.clip(single, -_LARGE, _LARGE).astype(np.float32)
            ones, twos = self._candidates(bounded, products, step)
            moved = error - self._columns[ones] * signs[ones, None]
            double = ones != twos
            second = self._columns[twos] * signs[twos, None]
            moved[double] -= second[double]
            scores = score(moved)
            best = int(np.argmin(scores))
            if not scores[best] < current:
                break
            current, error = float(scores[best]), moved[best]
            for j in {int(ones[best]), int(twos[best])}:
                signs[j] = -signs[j]
                products[j, j + 1 :] *= -1.0
                products[:j, j] *= -1.0
        return signs

    def _candidates(
        self, single: SingleArray, products: SingleArray, step: _Threshold
    ) -> tuple[IndexArray, IndexArray]:
        """Pairs with a small change of the squared residual, and all single flips."""
        np.add(products, single[:, None], out=self._change)
        self._change += single
        positions = np.empty(0, dtype=np.int64)
        for _ in range(_ADJUSTMENTS):
            np.less(self._change, step.value, out=self._small)
            positions = np.flatnonzero(self._small)
            if not step.adjust(positions.size):
                break
        if positions.size > self._most:
            changes = self._change.ravel()[positions]
            positions = positions[np.argpartition(changes, self._most)[: self._most]]
        ones, twos = np.divmod(positions, self._count)
        every = np.arange(self._count)
        return np.concatenate((ones, every)), np.concatenate((twos, every))


class _Threshold:
    """Largest change of the squared residual at which a pair is scored."""

    def __init__(self, energy: float, most: int) -> None:
        self._energy, self._most = energy, most
        self.value = 0.1 * energy

    def adjust(self, found: int) -> bool:
        """Moves towards the wanted number of pairs; whether to look again."""
        stride = 0.3 * abs(self.value) + 0.01 * self._energy
        if found < self._most // 4:
            self.value = min(self.value + stride, _LARGE)
        elif found > 4 * self._most:
            self.value -= 0.7 * stride
        else:
            return False
        return stride > 0.0
