"""What the controller of a suite collects, prints and writes."""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pytest

from slth_verify._version import __version__
from slth_verify.errors import UnusableFileError
from slth_verify.files import write_atomically
from slth_verify.pytest_plugin._journal import Journal
from slth_verify.pytest_plugin._progress import (
    Progress,
    is_crash,
    words_of,
    worst_result,
)
from slth_verify.pytest_plugin._settings import Settings
from slth_verify.pytest_plugin._summary import summary_lines
from slth_verify.suite import suite_document
from slth_verify.suite.judging import seed_of, suite_passes

_LIBRARIES = ("hypothesis", "numpy", "pytest", "python-flint", "torch")
#: What a worker's message about a bad marker begins with.
MISUSED = "slth-verify: wrong usage"
#: Entry of a document for what a run itself came to.
_RUN = "(the run)"
_BEGUN = (
    "the run began, and has not ended; if pytest no longer runs, it was killed, or its "
    "report could not be written"
)


def versions() -> dict[str, str]:
    """Versions of what is installed; nothing is imported."""
    found = {"slth-verify": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


class Collector:
    """Gathers what reports carry, those of workers too.

    Attributes:
        settings: How the suite is run.
        tests: What each test found, by id.
        misused: Whether a worker met a marker that names no statement.
        stopped: Why the run did not come to its end, or "".
        problem: Why the document could not be written, or "".
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tests: dict[str, dict[str, Any]] = {}
        self.misused = False
        self.stopped = ""
        self.problem = ""
        self._journal = Journal()
        self._progress: dict[str, dict[str, Progress]] = {}
        self._received: Counter[tuple[str, str]] = Counter()
        self._running: set[str] = set()
        self._plain: set[str] = set()  # set up, and nothing of the plugin in it
        self._outside: dict[str, dict[str, Any]] = {}  # nobody knows what they are

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where to keep what it records."""
        self._journal.give(node.workerinput)

    def pytest_unconfigure(self) -> None:
        """Remove what workers kept."""
        self._journal.close()

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[Any]) -> None:
        """Notice why the run stops."""
        self.stopped = words_of(f"{excinfo.typename}: {excinfo.value}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Notice bad markers, of which workers tell so, and files that hide tests."""
        if report.failed:
            self.misused |= MISUSED in str(report.longrepr)
            name = report.nodeid or "(collection)"
            self._outside[name] = self._error(name, f"not collected: {report.longrepr}")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Notice that a test begins."""
        self._running.add(nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Notice that a test ended."""
        self._running.discard(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a report carries; a test that runs again adds to what it said."""
        name, worker = report.nodeid, _worker_of(report)
        progress = self._progress.setdefault(name, {}).setdefault(worker, Progress())
        progress.take(report)
        if is_crash(report):
            self._running.discard(name)
        carried = getattr(report, "slth", None)
        if carried is not None:
            test = self._test(name, carried)
            test["seconds"] = round(test["seconds"] + max(0.0, report.duration), 6)
            test["records"] += carried["records"]
            self._received[name, worker] += len(carried["records"])
        elif report.when == "setup":
            self._plain.add(name)
        self._settle(name)

    def is_unended(self, name: str) -> bool:
        """Whether a test began and has not ended."""
        return name in self._running

    def left(self, name: str, carried: dict[str, Any] | None) -> None:
        """Take what a test that did not end recorded; None where it would not."""
        if carried is None:
            self._plain.add(name)
        else:
            self._test(name, carried)["records"] += carried["records"]

    def passes(self) -> bool:
        """Whether nothing keeps the run from passing: no record, and no document."""
        allowed = self.settings.allow_inconclusive
        found = suite_passes(self.all_tests(), allow_inconclusive=allowed)
        return found and not self.problem

    def begin(self) -> None:
        """Write a document that says that the run has not ended, if one is asked for.

        Raises:
            UnusableFileError: If it cannot be written.
        """
        if self.settings.report is not None:
            self._write([self._error(_RUN, _BEGUN)])

    def end(self) -> None:
        """Settle what did not end, and write the document, if one was asked for."""
        for name, worker, kept in self._journal.read():
            received = self._received[name, worker]
            new = [kept["records"][at] for at in sorted(kept["records"])][received:]
            if new:
                self._test(name, kept)["records"] += new
        for name in self._running:
            for progress in self._progress.get(name, {}).values():
                progress.ended = False
        for name in {*self._running, *self._progress}:
            self._settle(name)
        if self.settings.report is None:
            return
        try:
            self._write(self.all_tests())
        except UnusableFileError as error:
            self.problem = str(error)

    def _write(self, tests: list[dict[str, Any]]) -> None:
        document = suite_document(
            tests,
            options=self.settings.to_plain(),
            versions=versions(),
            platform={"system": platform.system(), "machine": platform.machine()},
        )
        text = json.dumps(document, indent=1, allow_nan=False)
        write_atomically(str(self.settings.report), f"{text}\n")

    def _test(self, name: str, carried: Mapping[str, Any]) -> dict[str, Any]:
        test = self.tests.setdefault(name, self._error(name, ""))
        test |= {key: carried[key] for key in ("statement", "seed")}
        return test

    def _settle(self, name: str) -> None:
        """Say of a test what it came to so far."""
        outcome, reason = worst_result(list(self._progress.get(name, {}).values()))
        if name in self.tests:
            self.tests[name] |= {"outcome": outcome, "reason": reason}
        elif outcome == "error" and name not in self._plain:
            self._outside[name] = self._error(name, reason)

    def _error(self, name: str, reason: str) -> dict[str, Any]:
        """An entry of the document for what came to nothing."""
        return {
            "id": name.encode("utf-8", "backslashreplace").decode(),
            "statement": None,
            "outcome": "error",
            "seconds": 0.0,
            "seed": str(seed_of(self.settings.seed, name)),
            "reason": words_of(reason),
            "records": [],
        }

    def all_tests(self) -> list[dict[str, Any]]:
        """What each test found, also what was lost before it could say anything."""
        known = self._outside | self.tests
        if self.stopped:
            told = f"the run stopped before its end: {self.stopped}"
            known[_RUN] = self._error(_RUN, told)
        return list(known.values())

    def lines(self) -> Iterator[str]:
        """What the terminal shows."""
        yield from summary_lines(self.all_tests(), self.settings, problem=self.problem)


def _worker_of(report: pytest.TestReport) -> str:
    """The worker that a report is from; "" without workers."""
    gateway = getattr(getattr(report, "node", None), "gateway", None)
    return str(getattr(report, "worker_id", getattr(gateway, "id", "")))
