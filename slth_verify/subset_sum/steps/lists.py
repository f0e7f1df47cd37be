"""Lists of subset sums, and the nearest entry of a list."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from slth_verify.deadline import look_at_the_clock
from slth_verify.subset_sum._problem import FloatArray, IndexArray


def subset_sums(columns: FloatArray) -> FloatArray:
    """Sums of all subsets by doubling; row b belongs to the subset of the bits of b.

    Args:
        columns: Shape ``(t, m)``; column i is bit i.

    Returns:
        Shape ``(2**t, m)``.
    """
    count, dim = columns.shape
    sums = np.zeros((1 << count, dim))
    for i in range(count):
        look_at_the_clock()
        half = 1 << i
        np.add(sums[:half], columns[i], out=sums[half : 2 * half])
    return sums


class NearestSums:
    """Nearest entries of a list: by bisection in one dimension, else by a k-d tree.

    Args:
        sums: Shape ``(L, m)``, L >= 1, finite.
        order: Norm: infinity for the largest coordinate, 1 for the sum.
    """

    def __init__(self, sums: FloatArray, order: float) -> None:
        self._sums, self._order = sums, order
        self._line: tuple[IndexArray, FloatArray] | None = None
        if sums.shape[1] == 1:
            ranks = np.argsort(sums[:, 0], kind="stable")
            self._line = (ranks, sums[ranks, 0])
        else:
            self._tree = cKDTree(sums, compact_nodes=False, copy_data=False)

    def entries(self, entries: IndexArray) -> FloatArray:
        """The sums at these places, shape ``(k, m)``."""
        return self._sums[entries]

    def query(
        self, points: FloatArray, neighbours: int, bound: float
    ) -> tuple[IndexArray, IndexArray]:
        """Pairs (point, entry) that are near; every nearest one within ``bound``.

        Args:
            points: Shape ``(B, m)``.
            neighbours: How many entries per point, at most.
            bound: Distance beyond which entries need not be returned.
        """
        if self._line is not None:
            return _bisected(*self._line, points[:, 0])
        distances, entries = self._tree.query(
            points, k=neighbours, p=self._order, distance_upper_bound=bound
        )
        shape = (points.shape[0], -1)
        rows, places = np.nonzero(np.isfinite(distances.reshape(shape)))
        return rows, entries.reshape(shape)[rows, places].astype(np.int64)


def _bisected(
    ranks: IndexArray, values: FloatArray, points: FloatArray
) -> tuple[IndexArray, IndexArray]:
    right = np.searchsorted(values, points)
    rows = np.arange(points.size)
    both = np.maximum(right - 1, 0), np.minimum(right, values.size - 1)
    return np.concatenate((rows, rows)), ranks[np.concatenate(both)]
