"""What workers record, written out as it comes: a worker that dies reports nothing."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_INPUT = "slth_journal"
_Record = dict[str, Any]


class Journal:
    """A folder for one file of each worker, as long as the controller lives."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def give(self, workerinput: dict[str, Any]) -> None:
        """Tell a worker where it writes."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(
                prefix="slth-verify-", ignore_cleanup_errors=True
            )
        workerinput[_INPUT] = self._folder.name

    def read(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Test, worker, and what it said of itself, with records by their number."""
        if self._folder is None:
            return
        for file in sorted(Path(self._folder.name).iterdir()):
            found: dict[str, dict[str, Any]] = {}
            for line in file.read_text(encoding="utf-8").splitlines():
                try:
                    entry = json.loads(line)
                except ValueError:  # cut short by what ended the worker
                    continue
                test = found.setdefault(entry["test"], {"records": {}})
                test |= {key: entry[key] for key in ("statement", "seed")}
                test["records"][entry["at"]] = entry["record"]
            for name, test in found.items():
                yield name, file.name, test

    def close(self) -> None:
        """Remove the folder."""
        if self._folder is not None:
            self._folder.cleanup()


class _Kept(list[_Record]):
    """Records that are in a file before anything else happens."""

    def __init__(self, file: Path, head: dict[str, Any]) -> None:
        super().__init__()
        self._file = file
        self._head = head

    def append(self, record: _Record) -> None:
        super().append(record)
        self._write(len(self) - 1, record)

    def __setitem__(self, at: Any, record: Any) -> None:
        super().__setitem__(at, record)
        self._write(at, record)

    def _write(self, at: int, record: _Record) -> None:
        line = json.dumps({**self._head, "at": at, "record": record})
        with (
            contextlib.suppress(OSError),  # a worker on another machine, a full disk
            self._file.open("a", encoding="utf-8") as file,
        ):
            file.write(f"{line}\n")


def records_of(item: pytest.Item, statement: str | None, seed: int) -> list[_Record]:
    """An empty list of records; in a worker, one that is written out as it grows."""
    given: dict[str, Any] = getattr(item.config, "workerinput", {})
    if _INPUT not in given:
        return []
    file = Path(given[_INPUT]) / str(given["workerid"])
    head = {"test": item.nodeid, "statement": statement, "seed": str(seed)}
    return _Kept(file, head)
