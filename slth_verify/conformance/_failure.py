"""How a check says that an implementation contradicts a statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from slth_verify.suite import Counterexample
from slth_verify.text import printable
from slth_verify.verdict import Finding, Statistical, Verdict

#: Letters of a finding that a message shows.
_CLAIM = 500


class ConformanceFailure(AssertionError):
    """An implementation contradicts a statement on the case that is shown.

    It is an `AssertionError`, so that pytest and Hypothesis treat it as a failed test,
    and no `SlthVerifyError`: nothing was asked wrongly, something answered wrongly.

    Attributes:
        statement: Id of the statement, or "".
        verdict: REFUTED by a case, or REJECTED by a statistical test; of several
            checks the worst.
        check: Name of the check, or "".
        options: The options of the check that matter to the case, as plain data.
        draw: Version of Hypothesis and its own name of the case, or empty texts.
        checks: Outcomes of all checks where it stands for several; else empty.

    Usual remedy: run the implementation on the case in the message, or show it again
    with the command in the exception's last note.
    """

    def __init__(self, message: str = "", *, statement: str = "") -> None:
        super().__init__(message)
        self.statement = statement
        self.verdict: Verdict | Statistical = Verdict.REFUTED
        self.check = ""
        self.options: Mapping[str, Any] = {}
        self.draw = ("", "")
        self.checks: tuple[Any, ...] = ()

    @property
    def told(self) -> str:
        """The message without the statement's id; it may have several lines."""
        return str(self).removeprefix(f"{self.statement}: ")

    @property
    def counterexample(self) -> Counterexample:
        """The case as one word, and the command that shows it."""
        return Counterexample(
            f"{self.check or 'a check'} of an implementation",
            " ".join(map(str.strip, self.told.split("\n"))),
            self.statement,
            self.check,
            self.options,
            self.draw,
        )

    def note_command(self) -> None:
        """Let whoever prints this exception show the command."""
        self.add_note(f"Shown again by: {self.counterexample.command}")


def not_verified(findings: Collection[Finding]) -> str:
    """Findings in words: which claims are not VERIFIED, and why, one a line."""
    if not findings:
        return "all of its claims are VERIFIED"
    lines = (f"{x.verdict.name}: {x.claim}: {x.reason}" for x in findings)
    return "not VERIFIED:\n" + ";\n".join(printable(x, _CLAIM) for x in lines)


def require(condition: bool, message: str, *, statement: str) -> None:
    """Raise `ConformanceFailure` unless a condition holds.

    Args:
        condition: What the statement promises.
        message: What was observed and what was expected, with the case.
        statement: Its id, such as ``"def:nsn"``.
    """
    if not condition:
        raise ConformanceFailure(f"{statement}: {message}", statement=statement)
