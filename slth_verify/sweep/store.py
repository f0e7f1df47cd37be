"""Finished runs, a row each, in one SQLite file."""

from __future__ import annotations

import json
import math
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, cast, get_args

from slth_verify.errors import UnusableFileError
from slth_verify.files import as_path, has_large_integer, parse_json
from slth_verify.numbers import shown
from slth_verify.showing import OneLine
from slth_verify.sweep.answer import Answer, Outcome
from slth_verify.sweep.results import refuted
from slth_verify.sweep.run import Limits, Run, key_of, versions
from slth_verify.text import printable

_PATIENCE = 60.0  # seconds to wait for another process that is writing
_TABLE = (
    "CREATE TABLE runs (key TEXT PRIMARY KEY, kind TEXT, inputs TEXT, source TEXT, "
    "outcome TEXT, reason TEXT, result TEXT, seconds REAL, versions TEXT, limits TEXT)"
)
_COLUMNS = (
    "key, kind, inputs, source, outcome, reason, result, seconds, versions, limits"
)
#: A store of before limits were kept; another sweep into it adds their column.
_OLD_TABLE = _TABLE.replace(", limits TEXT", "")


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
        limits: What the run was allowed to take.
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
    limits: Limits = field(default_factory=Limits)

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
            run.limits,
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
        self._columns = _COLUMNS
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
        return {row.key: row.outcome for row in self.rows()}

    def seconds(self) -> dict[str, float]:
        """What the runs took that are done, by their key."""
        return {row.key: row.seconds for row in self.rows() if row.outcome == "done"}

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
            json.dumps([row.limits.seconds, row.limits.memory]),
        )
        with self._told():
            self._connection.execute(
                f"INSERT OR REPLACE INTO runs ({_COLUMNS}) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )

    def rows(self) -> Iterator[Row]:
        """All rows, by kind and inputs; in the same order for the same rows.

        Raises:
            UnusableFileError: A row is damaged: it cannot be read, or its key is not
                that of its kind, inputs, limits and versions.
        """
        with self._told():
            yield from map(
                _row,
                self._connection.execute(
                    f"SELECT {self._columns} FROM runs ORDER BY kind, inputs, key"
                ),
            )

    def refuted(self) -> set[str]:
        """Keys of runs that found a ticket whose claim is refuted, as rows say."""
        return {
            row.key
            for row in self.rows()
            if row.outcome == "done" and refuted(row.kind, row.result)
        }

    def _settle(self, create: bool) -> None:
        execute = self._connection.execute
        execute("PRAGMA trusted_schema = OFF")
        objects = execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL LIMIT 2"
        ).fetchall()
        if not objects and create:
            execute("PRAGMA journal_mode = WAL")
            execute(_TABLE)
        elif objects == [(_OLD_TABLE,)] and create:
            execute("ALTER TABLE runs ADD COLUMN limits TEXT")
        elif objects == [(_OLD_TABLE,)]:
            self._columns = _COLUMNS.replace("limits", "NULL")
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


class _DamagedRowError(ValueError):
    """A row is not as a sweep wrote it."""


def _advice(error: Exception) -> str:
    """What to do about it; room on the disk mends no file that is no store."""
    if isinstance(error, _DamagedRowError):
        return "Delete that row, and the next sweep runs it again, or choose another."
    if isinstance(error, sqlite3.OperationalError | OSError):
        return "Choose another path, or make room."
    return "Choose another path."


def _row(found: tuple[Any, ...]) -> Row:
    """A row as it was written.

    Raises:
        _DamagedRowError: It is damaged.
    """
    try:
        row = _read(*found)
        fits = row.key == key_of(row.kind, row.inputs, row.limits, row.versions)
    except (ValueError, TypeError) as error:
        raise _DamagedRowError(
            f"the row key={shown(found[0])} is damaged: {printable(str(error), 200)}"
        ) from error
    if not fits:
        raise _DamagedRowError(
            f"the row key={shown(row.key)} is damaged: its key is not that of "
            f"kind={shown(row.kind)}, inputs={shown(row.inputs)}, "
            f"limits={shown((row.limits.seconds, row.limits.memory))} and "
            f"versions={shown(row.versions)} that stand beside it"
        )
    return row


def _read(
    key: Any,
    kind: Any,
    inputs: Any,
    source: Any,
    outcome: Any,
    reason: Any,
    result: Any,
    seconds: Any,
    libraries: Any,
    limits: Any,
) -> Row:
    if outcome not in get_args(Outcome):
        raise ValueError(f"outcome={shown(outcome)}")
    if not 0 <= float(seconds) < math.inf:
        raise ValueError(f"seconds={shown(seconds)}")
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
        _limits(limits),
    )


def _limits(text: object) -> Limits:
    """Limits of a run; none where a store of before they were kept says nothing."""
    if text is None:
        return Limits()
    found = parse_json(text) if isinstance(text, str) else None
    if not isinstance(found, list) or has_large_integer(found):
        raise ValueError("limits: no list of two numbers")
    seconds, memory = found
    return Limits(seconds, memory)


def _object(text: object) -> dict[str, Any]:
    found = parse_json(text) if isinstance(text, str) else None
    if not isinstance(found, dict) or has_large_integer(found):
        raise ValueError("a JSON object of ordinary numbers was required")
    return found
