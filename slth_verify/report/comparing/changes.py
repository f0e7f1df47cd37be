"""Two lists of verdicts or figures side by side."""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from slth_verify.report.comparing.courses import (
    figure_course,
    seconds_course,
    verdict_course,
)
from slth_verify.report.comparing.figures import Compared
from slth_verify.report.model.comparison import Change, Comparison, Course
from slth_verify.report.model.quantity import Absent, heuristic

_T = TypeVar("_T")

_ORDER = tuple(Course)
_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?", re.ASCII)


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

    def verdict_lists(
        self,
        subject: str,
        before: Iterable[tuple[str, str]],
        after: Iterable[tuple[str, str]],
    ) -> None:
        """Claims with their verdicts.

        They are paired by their words, and if none is left, by their words without
        numbers: a claim about another admissible error is still that claim.
        """
        old, new = _numbered(before), _numbered(after)
        for name, first, last in _paired(old, new):
            self.verdict(subject, name, first, last)

    def figure_lists(
        self,
        subject: str,
        before: Iterable[Compared],
        after: Iterable[Compared],
        *,
        same_scale: bool = True,
    ) -> None:
        """Figures by their names.

        Args:
            subject: What they are about.
            before: Of the older report.
            after: Of the newer one.
            same_scale: Whether figures in the target's units mean the same in both.
        """
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
            if known.scaled and not same_scale:
                course, note = Course.DIFFERENT, "of another target"
            self.figures.append(Change(subject, name, first, last, course, note))

    def seconds(self, subject: str, name: str, before: float, after: float) -> None:
        """A wall time of the whole is always told, one of a part if it is large."""
        course = seconds_course(before, after)
        if course is None or (subject and course is Course.DIFFERENT):
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
                change = Change(subject, name, first, last, Course.DIFFERENT)
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


def _numbered(named: Iterable[tuple[str, _T]]) -> dict[tuple[str, int], _T]:
    """Things by name, and by their place among those of one name."""
    found: dict[tuple[str, int], _T] = {}
    seen: Counter[str] = Counter()
    for name, thing in named:
        seen[name] += 1
        found[name, seen[name]] = thing
    return found


def _paired(
    old: Mapping[tuple[str, int], str], new: Mapping[tuple[str, int], str]
) -> Iterator[tuple[str, str | None, str | None]]:
    """Name, older and newer verdict of every claim."""
    for (name, number), verdict in new.items():
        if (name, number) in old:
            yield name, old[name, number], verdict
    waiting: defaultdict[str, deque[tuple[str, str]]] = defaultdict(deque)
    for (name, number), verdict in old.items():
        if (name, number) not in new:
            waiting[_NUMBERS.sub("#", name)].append((name, verdict))
    for (name, number), verdict in new.items():
        if (name, number) not in old:
            alike = waiting[_NUMBERS.sub("#", name)]
            yield name, alike.popleft()[1] if alike else None, verdict
    for gone in waiting.values():
        for name, verdict in gone:
            yield name, verdict, None


def _sorted(changes: list[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: _ORDER.index(change.course)))
