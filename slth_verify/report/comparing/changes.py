"""Two lists of verdicts or figures side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from slth_verify.report.comparing.courses import (
    figure_course,
    is_large_change,
    outcome_course,
    seconds_course,
    verdict_course,
)
from slth_verify.report.comparing.figures import Compared
from slth_verify.report.model.comparison import Change, Comparison, Course
from slth_verify.report.model.quantity import Absent, heuristic

_T = TypeVar("_T")
_K = TypeVar("_K", bound=Hashable)

_ORDER = tuple(Course)


class Claimed(NamedTuple):
    """A claim of one report.

    Attributes:
        key: Names it in both reports, within its subject.
        words: What it says.
        verdict: What it came to.
    """

    key: Hashable
    words: str
    verdict: str


@dataclass(slots=True)
class Changes:
    """Changes as they are found."""

    verdicts: list[Change] = field(default_factory=list)
    figures: list[Change] = field(default_factory=list)
    times: list[Change] = field(default_factory=list)
    asked: list[Change] = field(default_factory=list)
    unchanged: int = 0

    def verdict(
        self, subject: str, name: str, before: str | None, after: str | None
    ) -> None:
        """One verdict, of which either may be missing."""
        course = verdict_course(before, after)
        if course is None:
            self.unchanged += 1
        else:
            self.verdicts.append(Change(subject, name, before, after, course))

    def outcome(self, subject: str, before: str | None, after: str | None) -> None:
        """What one test came to; only a change is told, or counted."""
        course = outcome_course(before, after)
        if course is not None:
            self.verdicts.append(Change(subject, "outcome", before, after, course))

    def verdict_lists(
        self, subject: str, before: Iterable[Claimed], after: Iterable[Claimed]
    ) -> None:
        """Claims with their verdicts, paired by their keys and by nothing else.

        A claim that has no partner is gone, or new: it never meets another one's
        verdict, however much alike their words are.
        """
        old, new = (_numbered((c.key, c) for c in side) for side in (before, after))
        for key in dict.fromkeys([*old, *new]):
            first, last = old.get(key), new.get(key)
            known = last or first
            self.verdict(
                subject,
                known.words if known else "",
                first.verdict if first else None,
                last.verdict if last else None,
            )

    def figure_lists(
        self,
        subject: str,
        before: Iterable[Compared],
        after: Iterable[Compared],
    ) -> None:
        """Figures by their names; what was asked for otherwise is only different."""
        old = _numbered((compared.name, compared) for compared in before)
        new = _numbered((compared.name, compared) for compared in after)
        gone = Absent("not in this report")
        for key in dict.fromkeys([*old, *new]):
            known, name = new.get(key) or old[key], key[0]
            first = old[key].figure if key in old else gone
            last = new[key].figure if key in new else gone
            course, note = figure_course(first, last, known.wanted), ""
            if course is None:
                self.unchanged += 1
                continue
            if key in old and key in new and old[key].given != known.given:
                course, note = Course.DIFFERENT, known.note
            self.figures.append(Change(subject, name, first, last, course, note))

    def seconds(self, subject: str, name: str, before: float, after: float) -> None:
        """A wall time of the whole is always told, one of a part if it is large."""
        course = seconds_course(before, after)
        if course is None or (subject and not is_large_change(before, after)):
            return
        first, last = heuristic(before, "s"), heuristic(after, "s")
        self.times.append(Change(subject, name, first, last, course))

    def texts(
        self, subject: str, before: Mapping[str, str], after: Mapping[str, str]
    ) -> None:
        """What was asked or used, in words."""
        for name in dict.fromkeys([*before, *after]):
            first, last = before.get(name), after.get(name)
            if first != last:
                change = Change(subject, name, first, last, Course.ASKED)
                self.asked.append(change)

    def comparison(self, before: str) -> Comparison:
        """All of them, the worse ones first."""
        return Comparison(
            before=before,
            verdicts=_sorted(self.verdicts),
            figures=_sorted(self.figures),
            times=_sorted(self.times),
            asked=tuple(self.asked),
            unchanged=self.unchanged,
        )


def _numbered(named: Iterable[tuple[_K, _T]]) -> dict[tuple[_K, int], _T]:
    """Things by key, and by their place among those of one key."""
    found: dict[tuple[_K, int], _T] = {}
    seen: Counter[_K] = Counter()
    for key, thing in named:
        seen[key] += 1
        found[key, seen[key]] = thing
    return found


def _sorted(changes: list[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: _ORDER.index(change.course)))
