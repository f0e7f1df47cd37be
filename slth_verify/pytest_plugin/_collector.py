"""What the controller of a suite collects, prints and writes."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pytest

from slth_verify._version import __version__
from slth_verify.files import write_atomically
from slth_verify.pytest_plugin._settings import Settings
from slth_verify.suite import count_outcomes, passes, suite_document
from slth_verify.suite.outcomes import CONTRADICTED, OPEN
from slth_verify.text import counted, printable

_LIBRARIES = ("hypothesis", "numpy", "pytest", "python-flint", "torch")
#: What a worker's message about a bad marker begins with.
MISUSED = "slth-verify: wrong usage"
_SHOWN = 300
_MOST_RATIOS = 10


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
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tests: dict[str, dict[str, Any]] = {}
        self.misused = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Notice what a worker says of a bad marker."""
        self.misused |= report.failed and MISUSED in str(report.longrepr)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a report carries; a test that runs again adds to what it said."""
        carried = getattr(report, "slth", None)
        if carried is None:
            return
        test = self.tests.setdefault(
            report.nodeid,
            {"id": report.nodeid, "outcome": "passed", "seconds": 0.0, "records": []},
        )
        test |= {key: carried[key] for key in ("statement", "seed")}
        test["seconds"] = round(test["seconds"] + report.duration, 6)
        if report.when == "call" or not report.passed:
            test |= {"outcome": _outcome(report), "reason": carried["reason"]}
        test.setdefault("reason", "")
        test["records"] += carried["records"]

    def passes(self) -> bool:
        """Whether nothing that was recorded keeps the run from passing."""
        allowed = self.settings.allow_inconclusive
        return passes(self._outcomes(), allow_inconclusive=allowed)

    def write(self) -> None:
        """Write the document, if one was asked for."""
        if self.settings.report is None:
            return
        document = suite_document(
            list(self.tests.values()),
            options=self.settings.to_plain(),
            versions=versions(),
            platform={"system": platform.system(), "machine": platform.machine()},
        )
        text = json.dumps(document, indent=1, allow_nan=False)
        write_atomically(self.settings.report, f"{text}\n")

    def lines(self) -> Iterator[str]:
        """What the terminal shows."""
        counts = count_outcomes(self._outcomes())
        told = ", ".join(f"{number} {name}" for name, number in counts.items())
        if not sum(counts.values()):
            yield f"no verdict was recorded by {counted(len(self.tests), 'test')}"
        else:
            yield f"{counted(sum(counts.values()), 'verdict')}: {told}"
        for test, record in self._records("verdict"):
            if record["verdict"] in (*CONTRADICTED, *OPEN):
                about = f" {record['statement']}:" if record["statement"] else ""
                text = f"{record['claim']}: {record['reason']}"
                yield (
                    f"{record['verdict']} {printable(test)}{about} "
                    f"{printable(text, _SHOWN)}"
                )
            if record["verdict"] in CONTRADICTED:
                yield f"    slth-verify replay {record['replay']}"
        yield from self._ratios()
        yield from self._remarks(counts)

    def _ratios(self) -> Iterator[str]:
        """The worst ratios of the suite, one for each statement and claim."""
        worst: dict[tuple[str, str], tuple[float, str]] = {}
        for test, record in self._records("ratio"):
            key = record["statement"] or "", record["claim"]
            found = float(record["ratio"]), test
            worst[key] = max(worst.get(key, found), found)
        ordered = sorted(worst.items(), key=lambda item: item[1], reverse=True)
        for (about, claim), (ratio, test) in ordered[:_MOST_RATIOS]:
            named = f"{about} {claim}".strip()
            yield f"worst ratio {ratio:.6g} of what is allowed: {named} ({test})"

    def _remarks(self, counts: dict[str, int]) -> Iterator[str]:
        open_claims = sum(counts[name] for name in OPEN)
        if open_claims and self.settings.allow_inconclusive:
            yield f"{counted(open_claims, 'claim')} left open, as the options allow"
        elif open_claims:
            yield (
                "INCONCLUSIVE and VACUOUS are no pass, so the run fails; "
                "--slth-allow-inconclusive accepts them"
            )
        if counts["REFUTED"] + counts["REJECTED"]:
            yield "something is contradicted, so the run fails"
        if sum(counts.values()) and not counts["VERIFIED"]:
            yield "nothing was proved"
        if self.settings.report is not None:
            yield f"written: {printable(str(self.settings.report))}"

    def _records(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, test in sorted(self.tests.items()):
            for record in test["records"]:
                if record["kind"] == kind:
                    yield name, record

    def _outcomes(self) -> list[str]:
        return [record["verdict"] for _, record in self._records("verdict")]


def _outcome(report: pytest.TestReport) -> str:
    if report.when != "call" and report.failed:
        return "error"
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    return str(report.outcome)
