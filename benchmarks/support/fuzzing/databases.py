"""Readers of SQLite files: journals of searches, stores of sweeps."""

from __future__ import annotations

import copy
import hashlib
import json
import sqlite3
import tempfile
from contextlib import suppress
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.support.fuzzing.forms import closed, database, opened
from benchmarks.support.fuzzing.judging import Reader
from slth_verify.errors import SlthVerifyError
from slth_verify.report.page.sweeps import render_sweep
from slth_verify.subset_sum import (
    DenseColumns,
    Journal,
    MaxTolerance,
    Problem,
    Proposal,
    solve_many,
)
from slth_verify.sweep import Limits, Store, load_plan, run_sweep
from slth_verify.sweep.document import to_document
from slth_verify.sweep.run import key_of

_PLAN = """
[[runs]]
kind = "success"
dimension = 1
samples = [3, 4]
eps = "1/4"
seed = "0..1"
trials = 5

[[runs]]
kind = "width"
dimension = 1
eps = "1/4"
"""


class NoEntry(SlthVerifyError):
    """The journal has nothing for the problem."""


@cache
def _problem() -> Problem:
    rng = np.random.default_rng(7)
    rows = rng.standard_normal((16, 1)) * rng.standard_normal((16, 2))
    return Problem(DenseColumns(rows), np.array([0.4, -0.1]), MaxTolerance(0.05))


@cache
def _journal() -> tuple[bytes, str]:
    """A journal of one search, and its key."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "journal")
        solve_many([_problem()], journal=path)
        connection = sqlite3.connect(path)
        (key,) = connection.execute("SELECT key FROM proposals").fetchone()
        connection.close()
        return path.read_bytes(), key


def _sealed(tree: Any) -> Any:
    """Digests put right, where there is one."""
    tree = copy.deepcopy(tree)
    for row in tree["rows"]:
        if not isinstance(row, list) or len(row) != 2:
            continue
        text = closed(row[1])
        entry = json.loads(text) if isinstance(text, str) else None
        if isinstance(entry, dict) and isinstance(entry.pop("digest", None), str):
            written = json.dumps(entry, sort_keys=True)
            digest = hashlib.sha256(f"{row[0]} {written}".encode()).hexdigest()
            row[1] = opened(json.dumps(entry | {"digest": digest}))
    return tree


def _signed(tree: Any) -> Any:
    """Keys put right, where a row has all that they are made from."""
    tree = copy.deepcopy(tree)
    for row in tree["rows"]:
        with suppress(LookupError, TypeError, ValueError, AttributeError):
            _, kind, *texts = row
            inputs, libraries, limits = (
                json.loads(closed(texts[place])) for place in (0, 6, 7)
            )
            row[0] = key_of(kind, inputs, Limits(*limits), libraries)
    return tree


def _read_journal(path: Path) -> Proposal:
    journal = Journal(path)
    len(journal)
    found = journal.get(_journal()[1], _problem())
    if found is None:
        raise NoEntry("no proposal")
    return found


def _proposal_is_true(_: bytes, found: Proposal) -> bool:
    """Its residual is that of its subset, up to the rounding of sixteen sums."""
    indices = found.indices.tolist()
    fits = len(set(indices)) == len(indices) and all(0 <= i < 16 for i in indices)
    rows = _problem().source.columns(np.arange(16))
    sums = [
        sum((Fraction(float(rows[i, j])) for i in indices), Fraction(0))
        - Fraction(float(_problem().target[j]))
        for j in range(2)
    ]
    told = [Fraction(float(x)) for x in found.residual]
    near = all(
        abs(abs(a) - abs(b)) < Fraction(1, 10**12)
        for a, b in zip(sums, told, strict=True)
    )
    met = max(map(abs, sums)) <= Fraction(1, 20) + Fraction(1, 10**12)
    return fits and near and (met or not found.found)


@cache
def _store() -> bytes:
    """A store of some tiny runs."""
    with tempfile.TemporaryDirectory() as folder:
        plan, path = Path(folder, "plan.toml"), Path(folder, "plan.sqlite")
        plan.write_text(_PLAN)
        run_sweep(load_plan(plan), path, workers=1)
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = DELETE")
        data = connection.serialize()
        connection.close()
        return data


def _read_store(path: Path) -> Any:
    with Store(path) as store:
        rows = list(store.rows())
        for ask in (store.outcomes, store.seconds, store.refuted):
            ask()
    if sum(path.read_bytes()) % 50 == 0:
        render_sweep(to_document(path.stem, rows))
    return rows


def _rows_are_true(content: bytes, found: Any) -> bool:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(content)
    told = connection.execute(
        "SELECT * FROM runs ORDER BY kind, inputs, key"
    ).fetchall()
    connection.close()
    return len(found) == len(told) and all(
        (str(row[0]), str(row[1]), json.loads(row[2]), row[4], json.loads(row[6]))
        == (mine.key, mine.kind, mine.inputs, mine.outcome, mine.result)
        for mine, row in zip(found, told, strict=True)
    )


DATABASES = (
    Reader(
        name="journals",
        file="a.journal",
        make=lambda: (_journal()[0],),
        form=database(_sealed),
        read=_read_journal,
        is_true=_proposal_is_true,
    ),
    Reader(
        name="sweep stores",
        file="a.sqlite",
        make=lambda: (_store(),),
        form=database(_signed),
        read=_read_store,
        is_true=_rows_are_true,
    ),
)
