"""Finished searches, kept on disk as soon as they are finished."""

from __future__ import annotations

import dataclasses
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum._problem import Problem, Proposal
from slth_verify.subset_sum._residual import make_proposal

_PATIENCE = 60.0  # seconds to wait for another process that is writing


class Journal:
    """Proposals by the key of their problem, in one SQLite file.

    Several processes may write at once. Every entry is one transaction that is on disk
    when `put` returns: whoever is killed loses nothing that was put.

    Args:
        path: The file; made when missing, with its directory.

    Raises:
        InvalidParameterError: The path is something else than a journal.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        with self._open() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS proposals "
                "(key TEXT PRIMARY KEY, entry TEXT)"
            )

    def __len__(self) -> int:
        """Number of entries."""
        with self._open() as connection:
            row = connection.execute("SELECT COUNT(*) FROM proposals").fetchone()
        return int(row[0])

    def get(self, key: str, problem: Problem) -> Proposal | None:
        """The proposal put under this key, its residual recomputed from the columns.

        None if there is none, or if it is no subset of the problem's columns.
        """
        with self._open() as connection:
            row = connection.execute(
                "SELECT entry FROM proposals WHERE key = ?", (key,)
            ).fetchone()
        if row is None:
            return None
        try:
            entry = json.loads(row[0])
            found = make_proposal(
                problem,
                np.array(entry["indices"], dtype=np.int64),
                solver=str(entry["solver"]),
                effort={str(k): float(v) for k, v in entry["effort"].items()},
            )
            return dataclasses.replace(found, reason=str(entry["reason"]))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return None

    def put(self, key: str, proposal: Proposal) -> None:
        """Keep a proposal; on disk when this returns."""
        entry = {
            "indices": proposal.indices.tolist(),
            "solver": proposal.solver,
            "effort": proposal.effort,
            "reason": proposal.reason,
        }
        with self._open() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO proposals VALUES (?, ?)",
                (key, json.dumps(entry)),
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        connection = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=_PATIENCE)
            with connection:
                yield connection
        except (sqlite3.DatabaseError, OSError) as error:
            raise InvalidParameterError(
                f"journal={str(self.path)!r}: {error}; a journal is a file that "
                "earlier runs wrote, or a new one (def:subset-sum-number). Choose "
                "another path."
            ) from error
        finally:
            if connection is not None:
                connection.close()
