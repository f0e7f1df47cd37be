"""A pool of columns that lies in memory."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum._given import given_floats
from slth_verify.subset_sum._problem import FloatArray, IndexArray


class DenseColumns:
    """A `ColumnSource` over an array.

    Rigour: exact; the columns are the float64 numbers given, unchanged.

    Args:
        array: Shape ``(n, m)`` with ``m >= 1``, finite; row ``i`` is column
            ``i`` of the pool. Real numbers that float64 has, in any dtype or as lists.
        scales: Shape ``(n,)``, finite, not negative; default: the root mean square of
            each row. For columns u V give ``|u|``. Columns with scale 0 are never
            offered.

    Raises:
        InvalidParameterError: Wrong shape, no array of real numbers, or an entry that
            is no finite float64.
    """

    def __init__(self, array: FloatArray, scales: FloatArray | None = None) -> None:
        rows = np.ascontiguousarray(given_floats(array, "array"))
        if rows.ndim != 2 or rows.shape[1] < 1:
            raise InvalidParameterError(
                f"array.shape={rows.shape}: the pool must be (n, m), m >= 1 "
                "(def:subset-sum-number). Reshape it, one column of the pool per row."
            )
        if not np.isfinite(rows).all():
            raise InvalidParameterError(
                "array holds NaN or infinity: every entry of the pool must be finite "
                "(def:subset-sum-number). Drop the broken columns."
            )
        self._rows = rows
        self._scales = _row_scales(rows) if scales is None else _checked(scales, rows)
        usable = np.flatnonzero(self._scales > 0.0)
        order = np.argsort(self._scales[usable], kind="stable")
        self._by_scale = usable[order].astype(np.int64)
        self._sorted_scales = self._scales[self._by_scale]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What Hypothesis prints of a failing case, and IPython: the columns."""
        printer.text("DenseColumns(")
        printer.pretty(self._rows)
        printer.text(")")

    @property
    def size(self) -> int:
        """Number n of columns in the pool."""
        return int(self._rows.shape[0])

    @property
    def dim(self) -> int:
        """Dimension m of a column."""
        return int(self._rows.shape[1])

    def scales_below(self, threshold: float) -> tuple[IndexArray, FloatArray]:
        """Increasing indices, and scales, of the columns with scale <= threshold."""
        stop = int(np.searchsorted(self._sorted_scales, threshold, side="right"))
        indices = np.sort(self._by_scale[:stop])
        return indices, self._scales[indices]

    def columns(self, indices: IndexArray) -> FloatArray:
        """The columns with these indices, shape ``(len(indices), m)``, a copy."""
        return self._rows[np.asarray(indices, dtype=np.int64)]

    def fingerprint(self) -> str:
        """SHA-256 of shape, entries and scales."""
        digest = hashlib.sha256(str(self._rows.shape).encode())
        digest.update(self._rows.astype("<f8").tobytes())
        digest.update(self._scales.astype("<f8").tobytes())
        return digest.hexdigest()


def _row_scales(rows: FloatArray) -> FloatArray:
    """Root mean square of each row, without overflow or underflow on the way."""
    peak = np.abs(rows).max(axis=1, initial=0.0)
    unit = np.where(peak > 0.0, peak, 1.0)[:, None]
    relative = rows / unit
    mean_square = np.asarray(np.square(relative).mean(axis=1))
    return np.asarray(peak * np.sqrt(mean_square))


def _checked(scales: FloatArray, rows: FloatArray) -> FloatArray:
    values = given_floats(scales, "scales", "def:nsn-vector")
    if values.shape != (rows.shape[0],):
        raise InvalidParameterError(
            f"scales.shape={values.shape}: one scale per column is required, "
            f"({rows.shape[0]},) (def:nsn-vector). Give |u| of each column."
        )
    if not np.isfinite(values).all() or (values < 0.0).any():
        raise InvalidParameterError(
            "scales holds a negative or non-finite number: a scale is |u| >= 0 "
            "(def:nsn-vector). Give |u| of each column."
        )
    return values
