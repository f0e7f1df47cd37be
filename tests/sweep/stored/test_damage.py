"""Rows whose key is not that of their question; stores without a column of limits."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from handmade.stored_rows import HONEST_PLAN, SIMULATED_PLAN

from slth_verify.cli import run as command
from slth_verify.errors import UnusableFileError
from slth_verify.sweep import Row, Store, load_plan, run_sweep


@pytest.mark.parametrize(
    "damage",
    [
        """inputs = replace(inputs, '"1/4"', '"1/5"')""",
        """inputs = replace(inputs, '"dimension": 1', '"dimension": 2')""",
        "kind = 'bound'",
        """versions = replace(versions, '"numpy": "', '"numpy": "9')""",
        "limits = '[1.0, null]'",
        "limits = '[null]'",
        "limits = 'none'",
        "key = upper(key)",
        "seconds = -1.0",
    ],
)
def test_a_question_that_was_changed_is_damage(
    damage: str, edited: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    which = "kind = 'success' AND inputs LIKE '%\"1/4\"%'"
    store = edited(f"UPDATE runs SET {damage} WHERE {which}")
    with Store(store) as there, pytest.raises(UnusableFileError, match="row key="):
        list(there.rows())
    page = str(store.with_suffix(".html"))
    plan = str(store.with_suffix(".toml"))
    for words in (
        ["sweep", plan],
        ["sweep", plan, "--dry-run"],
        ["sweep", "report", str(store), "--output", page],
        ["sweep", "export", str(store), "--output", page + ".csv"],
    ):
        assert command(words) == 2
        assert "is damaged" in capsys.readouterr().err


def test_a_limit_that_was_taken_away_is_damage(edited: Callable[[str], Path]) -> None:
    store = edited(
        "UPDATE runs SET limits = NULL WHERE kind = 'bound' AND inputs LIKE "
        "'%1/10%certified%'"
    )
    with Store(store) as there, pytest.raises(UnusableFileError, match="row key="):
        list(there.rows())


def test_rows_of_other_versions_have_keys_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path, rows: list[Row]
) -> None:
    other = {"slth-verify": "0.0.9", "numpy": "1"}
    monkeypatch.setattr("slth_verify.sweep.store.versions", lambda solver: other)
    written = "slth_verify.sweep.run._written_versions"
    monkeypatch.setattr(written, lambda solver: json.dumps(other))
    (tmp_path / "plan.toml").write_text(HONEST_PLAN)
    with Store(tmp_path / "s.sqlite", create=True) as store:
        for run in load_plan(tmp_path / "plan.toml").runs:
            (row,) = (one for one in rows if one.inputs == run.named())
            store.put(replace(row, key=run.key, versions=other))
        assert {row.versions["numpy"] for row in store.rows()} == {"1"}


def test_a_store_of_before_limits_were_kept_is_read_and_gone_on_with(
    edited: Callable[[str], Path], tmp_path: Path
) -> None:
    store = edited("DELETE FROM runs WHERE kind = 'success'")
    connection = sqlite3.connect(store)
    connection.execute("DELETE FROM runs WHERE kind = 'bound'")  # they have a limit
    connection.execute("ALTER TABLE runs DROP COLUMN limits")
    connection.commit()
    connection.close()
    with Store(store) as there:
        before = list(there.rows())
    assert len(before) == 14
    plan = tmp_path / "plan.toml"
    plan.write_text(SIMULATED_PLAN)
    assert run_sweep(load_plan(plan), store, workers=1).ran == 1
    with Store(store) as there:
        assert len(list(there.rows())) == 15
