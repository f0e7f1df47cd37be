"""Marks beside files in the interface of a CI service, on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slth_verify.suite.judging import FAILED, loose_ends, verdict_records
from slth_verify.text import printable

#: Services whose workflow commands are known.
SERVICES = ("github",)
#: Outcomes that are as they should be.
PASSING = frozenset({"VERIFIED", "NOT_REJECTED"})
_MOST = 10  # of one step are shown by the service
_LETTERS = 500
_LEVELS = dict.fromkeys(("REFUTED", "REJECTED", "worse", *FAILED), "error")


@dataclass(frozen=True, slots=True)
class Annotation:
    """One mark.

    Attributes:
        verdict: What was found, or ``worse``, ``failed`` or ``error``; these and
            anything contradicted are errors, all else is a warning.
        title: In a few words.
        message: Why.
        file: Path of what it is about; empty for none.
        line: In that file, from 1; 0 for none.
    """

    verdict: str
    title: str
    message: str
    file: str = ""
    line: int = 0


def suite_marks(tests: Sequence[Mapping[str, Any]]) -> Iterator[Annotation]:
    """A mark beside its file for every test that failed, and every claim that did.

    Claims that are contradicted or open count, and ratios that nothing judged.
    """
    for test, name, reason in loose_ends(tests):
        title = f"{name}: {test['statement'] or 'test'}"
        file = test["id"].partition("::")[0]
        yield Annotation(name, title, f"{test['id']}: {reason}", file)
    for test, record in open_claims(tests):
        name = record["verdict"]
        file = test["id"].partition("::")[0]
        told = f"{test['id']}: {record['claim']}: {record['reason']}"
        yield Annotation(name, f"{name}: {record['statement'] or 'claim'}", told, file)


def open_claims(
    tests: Iterable[Mapping[str, Any]],
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Test and record of every verdict that is no pass."""
    for test, record in verdict_records(tests):
        if record["verdict"] not in PASSING:
            yield test, record


def annotation_lines(found: Iterable[Annotation]) -> list[str]:
    """Workflow commands of GitHub, errors first; what is too much is counted.

    Every text is made one line first, and escaped, so that it cannot begin another
    command or another property.
    """
    sorted_out = sorted(found, key=lambda mark: _level(mark) != "error")
    shown = sorted_out if len(sorted_out) <= _MOST else sorted_out[: _MOST - 1]
    lines = [_line(mark) for mark in shown]
    if left := len(sorted_out) - len(shown):
        more = Annotation("", "slth-verify", f"and {left} more; see the log")
        lines.append(_line(more))
    return lines


def _line(mark: Annotation) -> str:
    properties = {
        "file": mark.file,
        "line": str(mark.line) if mark.line else "",
        "title": mark.title,
    }
    told = ",".join(
        f"{name}={_property(text)}" for name, text in properties.items() if text
    )
    return f"::{_level(mark)} {told}::{_data(mark.message)}"


def _level(mark: Annotation) -> str:
    return _LEVELS.get(mark.verdict, "warning")


def _data(text: str) -> str:
    return printable(text, _LETTERS).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
