"""A pool that remembers the columns it has generated, for the length of one search."""

from __future__ import annotations

import numpy as np

from slth_verify.subset_sum._dense import DenseColumns
from slth_verify.subset_sum._problem import ColumnSource, FloatArray, IndexArray
from slth_verify.subset_sum.steps.select import PrefixColumnSource

_BYTES = 1 << 28  # columns held, at most


class _Remembering:
    """Columns of another source, each made once while there is room.

    Rigour: the rows are those that the source gave, unchanged.
    """

    def __init__(self, source: ColumnSource) -> None:
        self._source = source
        self._known = np.empty(0, dtype=np.int64)
        self._rows = np.empty((0, source.dim))

    @property
    def size(self) -> int:
        return self._source.size

    @property
    def dim(self) -> int:
        return self._source.dim

    def scales_below(self, threshold: float) -> tuple[IndexArray, FloatArray]:
        return self._source.scales_below(threshold)

    def columns(self, indices: IndexArray) -> FloatArray:
        wanted = np.asarray(indices, dtype=np.int64)
        new = np.setdiff1d(wanted, self._known)
        if new.size:
            if 8 * self.dim * (self._known.size + new.size) > _BYTES:
                return self._source.columns(wanted)
            known = np.concatenate((self._known, new))
            rows = np.concatenate((self._rows, self._source.columns(new)))
            order = np.argsort(known, kind="stable")
            self._known, self._rows = known[order], rows[order]
        return self._rows[np.searchsorted(self._known, wanted)]


class _RememberingPrefixes(_Remembering):
    """The same for a source that can scan prefixes."""

    def __init__(self, source: PrefixColumnSource, columns: ColumnSource) -> None:
        super().__init__(columns)
        self._prefixes = source

    def scales_below_in_prefix(
        self, threshold: float, stop: int
    ) -> tuple[IndexArray, FloatArray]:
        return self._prefixes.scales_below_in_prefix(threshold, stop)


def remembering(source: ColumnSource) -> ColumnSource:
    """A source with the same columns that makes each of them once.

    Holds at most 256 MB; a pool in memory is returned as it is.
    """
    if isinstance(source, DenseColumns | _Remembering):
        return source
    if isinstance(source, PrefixColumnSource):
        return _RememberingPrefixes(source, source)
    return _Remembering(source)
