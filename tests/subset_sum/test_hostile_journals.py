"""Journals that nobody vouches for cost a search at most, and never an answer."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from slth_verify.errors import InvalidParameterError, UnusableFileError
from slth_verify.subset_sum import (
    DenseColumns,
    Journal,
    MaxTolerance,
    Problem,
    Proposal,
    audit,
    solve_many,
)
from slth_verify.subset_sum.batch import journal as journals

TABLE = "CREATE TABLE proposals (key TEXT PRIMARY KEY, entry TEXT)"


def _problem() -> Problem:
    rng = np.random.default_rng(7)
    rows = rng.standard_normal((16, 1)) * rng.standard_normal((16, 2))
    return Problem(DenseColumns(rows), np.array([0.4, -0.1]), MaxTolerance(0.05))


def _sql(*statements: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        connection = sqlite3.connect(path)
        with connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    return write


def _bytes(content: bytes) -> Callable[[Path], None]:
    return lambda path: void(path.write_bytes(content))


def void(_: object) -> None:
    """Nothing."""


_ENDLESS = (
    "CREATE VIEW proposals(key, entry) AS WITH RECURSIVE n(i) AS "
    "(SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i FROM n"
)
_TRIGGER = (
    "CREATE TRIGGER more AFTER INSERT ON proposals BEGIN DELETE FROM proposals; END"
)
FOREIGN: dict[str, Callable[[Path], None]] = {
    "text": _bytes(b"not a database, but long enough to be looked at as one\n" * 9),
    "header alone": _bytes(b"SQLite format 3\0" + bytes(84)),
    "noise": _bytes(np.random.default_rng(0).bytes(9000)),
    "zeros": _bytes(bytes(9000)),
    "pipe": lambda path: os.mkfifo(path),
    "folder": lambda path: path.mkdir(),
    "device": lambda path: path.symlink_to("/dev/null"),
    "link to itself": lambda path: path.symlink_to(path),
    "another table": _sql("CREATE TABLE cookies (name TEXT)"),
    "one more table": _sql(TABLE, "CREATE TABLE cookies (name TEXT)"),
    "other columns": _sql("CREATE TABLE proposals (key TEXT, entry BLOB, more TEXT)"),
    "an endless view": _sql(_ENDLESS),
    "a trigger": _sql(TABLE, _TRIGGER),
    "in no folder": lambda path: void(path),
}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_journal_is_refused_and_left_alone(
    kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "journal"
    if kind == "in no folder":
        path = tmp_path / "none" / "journal"
    FOREIGN[kind](path)
    before = path.read_bytes() if path.is_file() and not path.is_symlink() else None
    with pytest.raises(InvalidParameterError, match="journal="):
        solve_many([_problem()], journal=path)
    if before is not None:
        assert path.read_bytes() == before
    assert not (tmp_path / "none").exists()


def _entry(**changes: object) -> str:
    entry = {"indices": [0, 1], "solver": "x", "effort": {}, "reason": "", **changes}
    return json.dumps(entry)


ENTRIES: dict[str, object] = {
    "another subset, undigested": _entry(),
    "another subset, misdigested": _entry(digest="0" * 64),
    "negative index": _entry(indices=[-1]),
    "fractions": _entry(indices=[0.5]),
    "beyond 64 bits": _entry(indices=[1 << 70]),
    "nested": "[" * 100_000 + "]" * 100_000,
    "5000 digits": '{"indices": [' + "9" * 5000 + "]}",
    "infinite effort": '{"indices": [0], "effort": {"seconds": 1e999}}',
    "a key twice": '{"indices": [0], "indices": [1]}',
    "lone surrogate": r'{"indices": [0], "reason": "\ud800"}',
    "number for text": 7,
    "bytes for text": b"\xff\xfe",
    "nothing": None,
    "half": '{"indices": [0',
}


def _plant(path: Path, entry: object) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE proposals SET entry = ?", (entry,))
    connection.close()


@pytest.mark.parametrize("kind", ENTRIES)
def test_a_damaged_entry_costs_a_search_and_changes_nothing(
    kind: str, tmp_path: Path
) -> None:
    problem, path = _problem(), tmp_path / "journal"
    honest = solve_many([problem], journal=path)[0]
    _plant(path, ENTRIES[kind])
    again = solve_many([problem], journal=path)[0]
    assert audit(problem, again) == ()
    assert np.array_equal(again.indices, honest.indices)
    assert len(Journal(path)) == 1


def test_an_entry_of_another_problem_is_passed_over(tmp_path: Path) -> None:
    first, path = _problem(), tmp_path / "journal"
    other = Problem(first.source, np.array([0.1, 0.3]), first.tolerance)
    honest = solve_many([first, other], journal=path)
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT key, entry FROM proposals").fetchall()
        (one, text), (two, more) = rows
        connection.execute("UPDATE proposals SET entry=? WHERE key=?", (more, one))
        connection.execute("UPDATE proposals SET entry=? WHERE key=?", (text, two))
    connection.close()
    again = solve_many([first, other], journal=path)
    assert all(
        np.array_equal(a.indices, b.indices) for a, b in zip(again, honest, strict=True)
    )


def test_without_the_digest_an_altered_entry_would_be_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, path = _problem(), tmp_path / "journal"
    solve_many([problem], journal=path)
    monkeypatch.setattr(journals, "_digest", lambda key, entry: "believed")
    _plant(path, _entry(digest="believed"))
    again = solve_many([problem], journal=path)[0]
    assert again.indices.tolist() == [0, 1]  # the lie that the digest catches
    assert audit(problem, again) == ()  # and even then its residual is honest
    assert not again.found


def test_a_subset_too_large_to_be_summed_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, path = _problem(), tmp_path / "journal"
    found = solve_many([problem], journal=path)[0]
    key = sqlite3.connect(path).execute("SELECT key FROM proposals").fetchone()[0]
    assert Journal(path).get(key, problem) is not None
    monkeypatch.setattr(journals, "PROPOSED_ENTRIES", found.indices.size)
    assert Journal(path).get(key, problem) is None


class _Full(sqlite3.OperationalError):
    """What SQLite raises on a full disk."""

    sqlite_errorcode = sqlite3.SQLITE_FULL


@pytest.mark.parametrize("needed", [True, False])
def test_a_full_disk(
    needed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "journal", needed=needed)
    problem = _problem()

    def full(*_: object, **__: object) -> Proposal:
        raise _Full("database or disk is full")

    monkeypatch.setattr(journals.sqlite3, "connect", full)
    found = solve_many([problem])[0]
    if needed:
        with pytest.raises(UnusableFileError, match="disk is full"):
            journal.put("key", found)
    else:
        journal.put("key", found)  # the search goes on without being kept


def test_a_journal_that_cannot_be_begun_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new"
    monkeypatch.setattr(journals, "_TABLE", "CREATE NONSENSE")
    with pytest.raises(InvalidParameterError, match="NONSENSE"):
        Journal(path, needed=False)
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(b"")
    with pytest.raises(InvalidParameterError, match="NONSENSE"):
        Journal(path)
    assert list(tmp_path.iterdir()) == [path]
