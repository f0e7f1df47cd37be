"""What a test came to, from its reports in any order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from slth_verify.pytest_plugin._progress import Progress

Report = tuple[str, str, bool]  # phase, outcome, whether it is of a part


def _courses() -> Iterator[list[Report]]:
    """Reports of a test, and of one that runs again, in order."""
    outcomes = ("passed", "failed", "skipped")
    for part, call, after in itertools.product(outcomes, outcomes, outcomes):
        yield [
            ("setup", "passed", False),
            ("call", part, True),
            ("call", call, False),
            ("teardown", after, False),
        ]


def _result(kind: type[Progress], reports: list[Report]) -> str:
    progress = kind()
    for when, outcome, part in reports:
        flags = {name: outcome == name for name in ("passed", "failed", "skipped")}
        said = {"when": when, "outcome": outcome, "longrepr": None, **flags}
        progress.take(SimpleNamespace(**said, **({"context": 1} if part else {})))  # type: ignore[arg-type]
    return progress.result[0]


def _is_right(kind: type[Progress]) -> bool:
    """A course that was cut is an error, and no phase makes good another one."""
    for course in _courses():
        for again in ([], [("setup", "passed", False), ("call", "rerun", False)]):
            cut = [_result(kind, again + course[:n]) for n in (1, 2)]
            if set(cut) != {"error"}:
                return False
            whole = _result(kind, again + course)
            said = {outcome for _, outcome, _ in course}
            if (whole == "passed") != (said == {"passed"}):
                return False
            if "failed" in said and whole not in {"failed", "error"}:
                return False
    return True


class _Optimist(Progress):
    """Takes what began for what ended."""

    @property
    def result(self) -> tuple[str, str]:
        return self.outcome, self.reason


class _Forgetful(Progress):
    """Knows only the last report."""

    def take(self, report: pytest.TestReport) -> None:
        self.outcome = "passed"
        Progress.take(self, report)


class _Hasty(Progress):
    """Takes a part for the whole."""

    def take(self, report: pytest.TestReport) -> None:
        Progress.take(self, report)
        self.ended |= report.when == "call"


def test_what_did_not_end_is_an_error_and_lies_are_caught() -> None:
    assert _is_right(Progress)
    assert not any(map(_is_right, (_Optimist, _Forgetful, _Hasty)))
