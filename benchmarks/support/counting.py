"""Pytest plugin: how many cases Hypothesis generated, of each test, as JSON.

``pytest -p benchmarks.support.counting``; the variable ``SLTH_COUNTS`` names the file.
Counts are those of Hypothesis' engine, whose class it wraps for as long as pytest runs.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis.internal.conjecture.engine import ConjectureRunner

_COUNTS: dict[str, Counter[str]] = {"valid": Counter(), "calls": Counter()}
_SECONDS: Counter[str] = Counter()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Count the engines that run within one test."""
    name, true, start = (
        item.nodeid.split("[")[0],
        ConjectureRunner.run,
        time.monotonic(),
    )

    def counted(self: Any) -> None:
        try:
            true(self)
        finally:
            cases = [
                case
                for phase in ("reuse", "generate", "shrink")
                for case in self.statistics.get(f"{phase}-phase", {}).get(
                    "test-cases", ()
                )
            ]
            _COUNTS["valid"][name] += sum(case["status"] == "valid" for case in cases)
            _COUNTS["calls"][name] += self.call_count

    ConjectureRunner.run = counted
    try:
        return (yield)
    finally:
        ConjectureRunner.run = true
        _SECONDS[name] += time.monotonic() - start
        _write(None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write how it ended."""
    _write(int(session.exitstatus))


def _write(status: int | None) -> None:
    """Write what was counted so far; a run that is stopped leaves that."""
    found = {
        name: {
            "cases": _COUNTS["valid"][name],
            "calls": _COUNTS["calls"][name],
            "seconds": round(seconds, 1),
        }
        for name, seconds in _SECONDS.items()
    }
    document = {"tests": found, "exit": status}
    Path(os.environ["SLTH_COUNTS"]).write_text(json.dumps(document))
