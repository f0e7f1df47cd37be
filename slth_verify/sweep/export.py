"""Rows as a table: CSV, or Parquet with the extra ``parquet``."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from typing import Any

from slth_verify.errors import InvalidParameterError, MissingExtraError
from slth_verify.files import as_path, write_atomically
from slth_verify.numbers import shown
from slth_verify.sweep.store import Row

_FIRST = ("key", "kind", "outcome", "reason", "source")
_LAST = ("seconds", "slth-verify")


def table(rows: Sequence[Row]) -> tuple[list[str], list[list[Any]]]:
    """Names of columns, and rows with None where a kind has no such column.

    A result whose name is also an input's is called ``result_NAME``.

    Args:
        rows: Of a store.
    """
    inputs = list(dict.fromkeys(name for row in rows for name in row.inputs))
    results = list(dict.fromkeys(name for row in rows for name in row.result))
    head = [f"result_{name}" if name in inputs else name for name in results]
    body = [
        [
            *(getattr(row, name) for name in _FIRST),
            *(row.inputs.get(name) for name in inputs),
            *(row.result.get(name) for name in results),
            row.seconds,
            row.versions.get("slth-verify"),
        ]
        for row in rows
    ]
    return [*_FIRST, *inputs, *head, *_LAST], body


def export(rows: Sequence[Row], path: str | os.PathLike[str]) -> None:
    """Write rows as a table, atomically.

    Args:
        rows: Of a store.
        path: Ends in ``.csv`` or ``.parquet``.

    Raises:
        InvalidParameterError: Another ending.
        MissingExtraError: Parquet without the extra ``parquet``.
        UnusableFileError: The file cannot be written.
    """
    writers = {".csv": _csv, ".parquet": _parquet}
    writer = writers.get(as_path(path).suffix.lower())
    if writer is None:
        raise InvalidParameterError(
            f"output={shown(os.fspath(path))}: a table is written as .csv or .parquet "
            "(docs/sweeps.md). Choose one of these endings."
        )
    write_atomically(path, writer(*table(rows)))


def _csv(head: list[str], body: list[list[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(body)
    return text.getvalue().encode()


def _parquet(head: list[str], body: list[list[Any]]) -> bytes:
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError(
            "a .parquet file needs pyarrow: pip install 'slth-verify[parquet]' "
            "(docs/sweeps.md), or write .csv."
        ) from error
    columns = [_alike([row[n] for row in body]) for n in range(len(head))]
    buffer = io.BytesIO()
    parquet.write_table(arrow.table(dict(zip(head, columns, strict=True))), buffer)
    return buffer.getvalue()


def _alike(column: list[Any]) -> list[Any]:
    """Values of one type that holds them: text where types are mixed or too large."""
    kinds = {type(value) for value in column if value is not None}
    numbers = kinds == {int, float}
    small = all(
        -(1 << 63) <= value < 1 << 63 for value in column if isinstance(value, int)
    )
    if (len(kinds) <= 1 or numbers) and small:
        return [float(v) if numbers and v is not None else v for v in column]
    return [None if value is None else str(value) for value in column]
