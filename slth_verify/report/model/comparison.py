"""What changed since an older report: frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from slth_verify.report.model.quantity import Figure
from slth_verify.verdict import NoTruthValue


class Course(Enum):
    """Where a change leads.

    Attributes:
        WORSE: Less is proved, or a figure moved away from where one wants it.
        BETTER: The opposite.
        DIFFERENT: Neither can be said.
        SLOWER: Of a wall time, which is no property of a claim, and never worse.
        FASTER: The opposite.
        ASKED: Of what was asked, or used.
    """

    WORSE = "worse"
    BETTER = "better"
    DIFFERENT = "different"
    SLOWER = "slower"
    FASTER = "faster"
    ASKED = "asked"


#: Those of verdicts and figures. They alone are counted, and no other change has one.
JUDGED = (Course.WORSE, Course.BETTER, Course.DIFFERENT)


@dataclass(frozen=True, slots=True)
class Change(NoTruthValue):
    """One thing about which two reports do not say the same.

    Attributes:
        subject: Case or test; empty for the whole report.
        name: What of it.
        before: What the older one says: a figure, a word, or None for nothing.
        after: What the newer one says.
        course: Where it leads.
        note: Why, where the two alone do not show it.
    """

    subject: str
    name: str
    before: Figure | str | None
    after: Figure | str | None
    course: Course
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(NoTruthValue):
    """All that changed between two reports; within a group, what is worse comes first.

    Attributes:
        before: The older one in a line.
        verdicts: Changed verdicts.
        figures: Changed figures; widths, errors, shares, ratios.
        times: Wall times. They are no property of what is claimed.
        asked: What was asked, or used, differently.
        unchanged: Verdicts and figures that both say alike.
    """

    before: str
    verdicts: tuple[Change, ...]
    figures: tuple[Change, ...]
    times: tuple[Change, ...]
    asked: tuple[Change, ...]
    unchanged: int

    def count(self, course: Course) -> int:
        """How many changes took this course."""
        groups = (*self.verdicts, *self.figures, *self.times, *self.asked)
        return sum(change.course is course for change in groups)
