"""One honest store for the whole room, and changed copies of it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from handmade.stored_rows import HONEST_PLAN

from slth_verify.sweep import Row, Store, load_plan, run_sweep


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan, and the store of its sweep."""
    made = tmp_path_factory.mktemp("honest")
    (made / "plan.toml").write_text(HONEST_PLAN)
    run_sweep(load_plan(made / "plan.toml"), made / "plan.sqlite", workers=1)
    connection = sqlite3.connect(made / "plan.sqlite")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    return made


@pytest.fixture(scope="session")
def rows(folder: Path) -> list[Row]:
    """All its rows."""
    with Store(folder / "plan.sqlite") as store:
        return list(store.rows())


@pytest.fixture
def edited(folder: Path, tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A copy of plan and store, after a statement of SQL."""

    def edit(statement: str) -> Path:
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        connection = sqlite3.connect(tmp_path / "plan.sqlite")
        assert connection.execute(statement).rowcount == 1
        connection.commit()
        connection.close()
        return tmp_path / "plan.sqlite"

    return edit
