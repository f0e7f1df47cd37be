"""Finished searches, kept on disk as soon as they are finished."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from slth_verify.errors import InvalidParameterError, UnusableFileError
from slth_verify.files import as_path, parse_json
from slth_verify.limits import DOCUMENT_BYTES, PROPOSED_ENTRIES
from slth_verify.numbers import shown
from slth_verify.subset_sum._problem import Problem, Proposal
from slth_verify.subset_sum._residual import make_proposal
from slth_verify.text import printable

_PATIENCE = 60.0  # seconds to wait for another process that is writing
_TABLE = "CREATE TABLE proposals (key TEXT PRIMARY KEY, entry TEXT)"
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY)


class Journal:
    """Proposals by the key of their problem, in one SQLite file.

    Several processes may write at once. Every entry is one transaction that is on disk
    when `put` returns: whoever is killed loses nothing that was put.

    An entry is never believed: it bears a digest, without which it is passed over, and
    the residual is recomputed. What was damaged costs a search, and changes no answer.

    Args:
        path: The file, a regular one; made when missing, in a folder that exists.
        needed: Whether an entry that cannot be written is an error. Otherwise the
            search goes on without being kept.

    Raises:
        InvalidParameterError: The path is something else than a journal.
        UnusableFileError: It cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str], *, needed: bool = True) -> None:
        self.path = as_path(path)
        self._needed = needed
        self._writable = True
        made = not self.path.exists()
        try:
            self._begin()
        except BaseException:
            with suppress(OSError, ValueError):
                if made and not self.path.stat().st_size:  # it could not be begun
                    self.discard()
            raise

    def _begin(self) -> None:
        """Make the table, or find it."""
        with self._open() as connection:
            objects = connection.execute(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL LIMIT 2"
            ).fetchall()
            if not objects:
                connection.execute(_TABLE)
            elif objects != [(_TABLE,)]:
                raise self._refusal("it is another program's database")

    def __len__(self) -> int:
        """Number of entries."""
        with self._open("BEGIN") as connection:
            row = connection.execute("SELECT COUNT(*) FROM proposals").fetchone()
        return int(row[0])

    def get(self, key: str, problem: Problem) -> Proposal | None:
        """The proposal put under this key, its residual recomputed from the columns.

        None if there is none, if it is damaged, or no subset of the problem's columns.
        """
        with self._open("BEGIN") as connection:
            row = connection.execute(
                "SELECT entry FROM proposals WHERE key = ? "
                "AND typeof(entry) = 'text' AND length(entry) <= ?",
                (key, DOCUMENT_BYTES),
            ).fetchone()
        if row is None:
            return None
        try:
            entry = parse_json(row[0])
            digest = entry.pop("digest")
            indices = np.array(entry["indices"], dtype=np.int64)
            too_many = indices.size * problem.source.dim > PROPOSED_ENTRIES
            if digest != _digest(key, entry) or too_many:
                return None
            effort = {str(k): float(v) for k, v in entry["effort"].items()}
            found = make_proposal(
                problem,
                indices,
                solver=str(entry["solver"]),
                seconds=effort.pop("seconds", 0.0),
                effort=effort,
            )
            return dataclasses.replace(found, reason=str(entry["reason"]))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return None

    def put(self, key: str, proposal: Proposal) -> None:
        """Keep a proposal; on disk when this returns.

        Raises:
            UnusableFileError: The disk is full or the file cannot be written, and the
                journal is needed.
        """
        if not self._writable:
            return
        entry = {
            "indices": proposal.indices.tolist(),
            "solver": proposal.solver,
            "effort": {**proposal.effort, "seconds": proposal.seconds},
            "reason": proposal.reason,
        }
        text = json.dumps({**entry, "digest": _digest(key, entry)})
        try:
            with self._open() as connection:
                connection.execute(
                    "INSERT OR REPLACE INTO proposals VALUES (?, ?)", (key, text)
                )
        except (InvalidParameterError, UnusableFileError):
            if self._needed:
                raise
            self._writable = False

    def discard(self) -> None:
        """Remove the file, as it is needed no more."""
        for path in (self.path, Path(f"{self.path}-journal")):
            path.unlink(missing_ok=True)

    @contextmanager
    def _open(self, begin: str = "BEGIN IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """One transaction, which may write unless it begins otherwise."""
        connection = None
        try:
            if self.path.exists() and not self.path.is_file():
                raise OSError("it is no regular file")
            connection = sqlite3.connect(self.path, timeout=_PATIENCE)
            connection.execute("PRAGMA trusted_schema = OFF")
            with connection:
                connection.execute(begin)
                yield connection
        except (sqlite3.Error, OSError, ValueError) as error:
            if isinstance(error, InvalidParameterError | UnusableFileError):
                raise
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _FULL:
                raise UnusableFileError(
                    f"journal={shown(str(self.path))} cannot be written: "
                    f"{printable(str(error), 400)}. Make room, or choose another path; "
                    "what it holds already is kept."
                ) from error
            raise self._refusal(error) from error
        finally:
            if connection is not None:
                connection.close()

    def _refusal(self, reason: object) -> InvalidParameterError:
        return InvalidParameterError(
            f"journal={shown(str(self.path))}: {printable(str(reason), 400)}; a "
            "journal is a file that earlier runs wrote, or a new one in a folder that "
            "exists (def:subset-sum-number). Choose another path."
        )


def _digest(key: str, entry: dict[str, Any]) -> str:
    """Of an entry and the problem that it belongs to."""
    text = json.dumps(entry, sort_keys=True)
    return hashlib.sha256(f"{key} {text}".encode()).hexdigest()
