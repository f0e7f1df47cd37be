"""How far one test has come, and what of it counts."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from slth_verify.text import printable

#: Phases of a test; a report of any other one tells of a process that died.
_PHASES = ("setup", "call", "teardown")
_WORST_FIRST = ("error", "failed", "xpassed", "skipped", "xfailed", "passed")
_REASON = 1_000
#: What the reason of such a test begins with.
UNENDED = "the test began, and did not end"


@dataclass(slots=True)
class Progress:
    """One test in one process; what began is an error until its call has reported.

    Attributes:
        outcome: The worst since it was set up last.
        reason: Why it is no pass.
        ended: Whether it was called, or will not be.
    """

    outcome: str = "passed"
    reason: str = ""
    ended: bool = False

    def take(self, report: pytest.TestReport) -> None:
        """Take a report; a later phase or part makes nothing better, a new run does."""
        if report.when == "setup" and report.passed:
            self.outcome, self.reason, self.ended = "passed", "", False
            return
        # a part of a test that reports says nothing of the parts after it
        part = getattr(report, "context", None) is not None
        self.ended |= not part and (report.when != "teardown" or report.failed)
        outcome = _outcome(report)
        if report.when == "teardown" and report.passed:
            return
        if _WORST_FIRST.index(outcome) <= _WORST_FIRST.index(self.outcome):
            self.outcome, self.reason = outcome, _reason(report)

    @property
    def result(self) -> tuple[str, str]:
        """Outcome and reason."""
        if self.ended:
            return self.outcome, self.reason
        told = f"; before that: {self.reason}" if self.reason else ""
        return "error", f"{UNENDED}{told}"


def worst_result(found: list[Progress]) -> tuple[str, str]:
    """The worst outcome, with its reason, of a test that ran in some processes."""
    results = [progress.result for progress in found] or [("error", UNENDED)]
    return min(results, key=lambda result: _WORST_FIRST.index(result[0]))


def is_crash(report: pytest.TestReport) -> bool:
    """Whether a report tells of a process that died in the test."""
    return report.when not in _PHASES


def words_of(text: str) -> str:
    """A text of some lines as one line, at most 1,000 characters."""
    lines = (line.strip() for line in text.splitlines())
    return printable("; ".join(line for line in lines if line), _REASON)


def _outcome(report: pytest.TestReport) -> str:
    if report.when != "call" and report.failed:
        return "error"
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    outcome = str(report.outcome)
    return outcome if outcome in _WORST_FIRST else "failed"  # such as "rerun"


def _reason(report: pytest.TestReport) -> str:
    """The last words of a failure, or of a skip."""
    if report.passed:
        return ""
    if is_crash(report):
        return words_of(f"{UNENDED}: {report.longrepr}")
    told = report.longrepr
    if isinstance(told, tuple | list):
        return words_of(str(told[2]))
    crash = getattr(told, "reprcrash", None)
    text = str(getattr(crash, "message", "") or told or "")
    return words_of(text) or "no reason was given"
