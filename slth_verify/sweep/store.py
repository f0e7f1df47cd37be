"""Finished runs, a row each, in one SQLite file."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, cast, get_args

from slth_verify.errors import UnusableFileError
from slth_verify.files import as_path, has_large_integer, parse_json
from slth_verify.numbers import shown
from slth_verify.showing import OneLine
from slth_verify.sweep.answer import Answer, Outcome
from slth_verify.sweep.run import Run, versions
from slth_verify.text import printable

_PATIENCE = 60.0  # seconds to wait for another process that is writing
_TABLE = (
    "CREATE TABLE runs (key TEXT PRIMARY KEY, kind TEXT, inputs TEXT, source TEXT, "
    "outcome TEXT, reason TEXT, result TEXT, seconds REAL, versions TEXT)"
)
_COLUMNS = "key, kind, inputs, source, outcome, reason, result, seconds, versions"


@dataclass(frozen=True, slots=True, repr=False)
class Row(OneLine):
    """One finished run.

    Attributes:
        key: Hash of all that decides the result.
        kind: Name of its kind.
        inputs: By name.
        source: Name of the file that it was about; empty for none.
        outcome: How it ended.
        reason: Why it has no result.
        result: By name.
        seconds: That it took; no part of the result.
        versions: Of what decided the result, by name.
    """

    key: str
    kind: str
    inputs: dict[str, Any]
    source: str
    outcome: Outcome
    reason: str
    result: dict[str, Any]
    seconds: float
    versions: dict[str, str]

    @classmethod
    def of(cls, run: Run, answer: Answer) -> Row:
        """The row of a run and its answer."""
        return cls(
            run.key,
            run.kind,
            dict(run.inputs),
            os.path.basename(run.source),
            answer.outcome,
            answer.reason,
            answer.result,
            answer.seconds,
            dict(versions(str(run.named().get("solver", "")))),
        )


class Store:
    """Rows by the key of their run.

    One process writes. A row is there for good when `put` returns, whoever is killed
    then; after a power cut the last rows may be missing, and are run again. While a
    sweep runs others may read.

    Args:
        path: The file, a regular one.
        create: Whether it is made when missing, in a folder that exists.

    Raises:
        UnusableFileError: It is something else, or cannot be read or written.
    """

    def __init__(self, path: str | os.PathLike[str], *, create: bool = False) -> None:
        self.path = as_path(path)
        with self._told():
            if not create and not self.path.exists():
                raise OSError("there is no such file")
            if self.path.exists() and not self.path.is_file():
                raise OSError("it is no regular file")
            self._connection = sqlite3.connect(
                self.path, timeout=_PATIENCE, isolation_level=None
            )
        try:
            with self._told():
                self._settle(create)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()

    def outcomes(self) -> dict[str, Outcome]:
        """How every run ended, by its key."""
        with self._told():
            found = self._connection.execute("SELECT key, outcome FROM runs")
            return dict(found.fetchall())

    def seconds(self) -> dict[str, float]:
        """What the runs took that are done, by their key."""
        with self._told():
            found = self._connection.execute(
                "SELECT key, seconds FROM runs WHERE outcome = 'done'"
            )
            return dict(found.fetchall())

    def put(self, row: Row) -> None:
        """Keep a row, in place of an earlier one of its key.

        Raises:
            UnusableFileError: The disk is full, or the file cannot be written.
        """
        values = (
            row.key,
            row.kind,
            json.dumps(row.inputs),
            row.source,
            row.outcome,
            row.reason,
            json.dumps(row.result, allow_nan=False),
            row.seconds,
            json.dumps(row.versions),
        )
        with self._told():
            self._connection.execute(
                f"INSERT OR REPLACE INTO runs ({_COLUMNS}) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )

    def rows(self) -> Iterator[Row]:
        """All rows, by kind and inputs; in the same order for the same rows.

        Raises:
            UnusableFileError: A row is damaged.
        """
        with self._told():
            yield from map(
                _row,
                self._connection.execute(
                    f"SELECT {_COLUMNS} FROM runs ORDER BY kind, inputs, key"
                ),
            )

    def refuted(self) -> set[str]:
        """Keys of runs that found a ticket whose claim is refuted."""
        with self._told():
            found = self._connection.execute(
                "SELECT key FROM runs WHERE kind = 'prune' AND result LIKE ?",
                ('%"verdict": "REFUTED"%',),
            )
            return {key for (key,) in found}

    def _settle(self, create: bool) -> None:
        execute = self._connection.execute
        execute("PRAGMA trusted_schema = OFF")
        objects = execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL LIMIT 2"
        ).fetchall()
        if not objects and create:
            execute("PRAGMA journal_mode = WAL")
            execute(_TABLE)
        elif objects != [(_TABLE,)]:
            raise ValueError("it holds no sweep")
        execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except UnusableFileError:
            raise
        except (sqlite3.Error, OSError, ValueError, TypeError, KeyError) as error:
            raise UnusableFileError(
                f"store={shown(str(self.path))}: {printable(str(error), 400)}; a store "
                "is a file that "
                "`slth-verify sweep` wrote, or a new one in a folder that exists "
                f"(docs/sweeps.md). {_advice(error)}"
            ) from error


def _advice(error: Exception) -> str:
    """What to do about it; room on the disk mends no file that is no store."""
    if isinstance(error, sqlite3.OperationalError | OSError):
        return "Choose another path, or make room."
    return "Choose another path."


def _row(found: tuple[Any, ...]) -> Row:
    key, kind, inputs, source, outcome, reason, result, seconds, libraries = found
    if outcome not in get_args(Outcome):
        raise ValueError(f"a row has outcome={shown(outcome)}")
    return Row(
        str(key),
        str(kind),
        _object(inputs),
        str(source),
        cast(Outcome, outcome),
        str(reason),
        _object(result),
        float(seconds),
        _object(libraries),
    )


def _object(text: object) -> dict[str, Any]:
    found = parse_json(text) if isinstance(text, str) else None
    if not isinstance(found, dict) or has_large_integer(found):
        raise ValueError("a row is damaged")
    return found
