"""Which change is for the better: of verdicts, of figures, of times."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction

from slth_verify.numbers import exact_number
from slth_verify.report.model.comparison import Course
from slth_verify.report.model.quantity import Absent, Figure, Quantity
from slth_verify.suite.judging import FAILED, PASSED
from slth_verify.verdict import Direction, Evidence

#: How good a verdict is; those of one rank cannot be compared.
_VERDICTS = {
    "REFUTED": 0,
    "REJECTED": 0,
    "INCONCLUSIVE": 1,
    "VACUOUS": 1,
    "NOT_REJECTED": 2,
    "VERIFIED": 3,
}
_CONTRADICTED, _PASSING = 0, 2
_EVIDENCE = {
    Evidence.EXACT: 2,
    Evidence.ENCLOSED: 2,
    Evidence.STATISTICAL: 1,
    Evidence.HEURISTIC: 0,
}
_SIDES = {
    Direction.UPPER: {"upper"},
    Direction.LOWER: {"lower"},
    Direction.BOTH: {"upper", "lower"},
    Direction.NONE: set[str](),
}
#: A time of a part is told from this factor on, and from so many seconds.
_LARGE_FACTOR, _LARGE_SECONDS = 2.0, 2.0


class Wanted(Enum):
    """Where one wants a figure.

    Attributes:
        SMALL: A certified width or error, the size of a network.
        LARGE: A necessary width, a share of what is proved.
        EITHER: Nothing can be said.
    """

    SMALL = "smaller"
    LARGE = "larger"
    EITHER = "either"


def verdict_course(before: str | None, after: str | None) -> Course | None:
    """The course of a verdict; None if it did not change.

    Args:
        before: Its name; None where the older report has no such claim.
        after: The same of the newer one. A claim that passed and is gone is worse: a
            report that claims less must not look like one that proves the same. One
            that failed and is gone is never better.
    """
    if before == after:
        return None
    if after is None:
        passed = before is not None and _VERDICTS[before] >= _PASSING
        return Course.WORSE if passed else Course.DIFFERENT
    rank = _VERDICTS[after]
    if before is None:
        if rank >= _PASSING:
            return Course.BETTER
        return Course.WORSE if rank == _CONTRADICTED else Course.DIFFERENT
    return _moved(_VERDICTS[before], rank, Wanted.LARGE)


def outcome_course(before: str | None, after: str | None) -> Course | None:
    """The course of what a test came to; None if it did not change.

    A test that failed is better once it passes, and not where it is skipped or said to
    be expected to fail; one that passed is worse with anything but a pass. A new test
    is worse if it failed; what it claims is told by itself.

    Args:
        before: What it came to; None where the older suite has no such test.
        after: The same of the newer one; one that passed and is gone is worse.
    """
    if before == after:
        return None
    if after in FAILED:
        return Course.DIFFERENT if before in FAILED else Course.WORSE
    if before is None:
        return None
    if before in PASSED:
        return Course.DIFFERENT if after in PASSED else Course.WORSE
    return Course.BETTER if after in PASSED else Course.DIFFERENT


def figure_course(before: Figure, after: Figure, wanted: Wanted) -> Course | None:
    """The course of a figure; None if it says the same.

    A bound is judged by its guaranteed end. Weaker evidence or a guaranteed side less
    is worse, whatever the number.
    """
    if isinstance(before, Absent) or isinstance(after, Absent):
        if isinstance(before, Absent) and isinstance(after, Absent):
            return None
        if wanted is Wanted.EITHER:
            return Course.DIFFERENT
        return Course.WORSE if isinstance(after, Absent) else Course.BETTER
    if before.unit != after.unit:
        return Course.DIFFERENT
    number = _number_course(before, after, wanted)
    lost = _SIDES[before.direction] - _SIDES[after.direction]
    gained = _SIDES[after.direction] - _SIDES[before.direction]
    known = _EVIDENCE[after.kind] - _EVIDENCE[before.kind]
    if known < 0 or (lost and known == 0):
        return Course.WORSE
    if known > 0 or gained:
        kept = number in (None, Course.BETTER)
        return Course.BETTER if kept else Course.DIFFERENT
    return number


def seconds_course(before: float, after: float) -> Course | None:
    """The course of a wall time, which is never for the worse or better."""
    if before == after:
        return None
    return Course.SLOWER if after > before else Course.FASTER


def is_large_change(before: float, after: float) -> bool:
    """Whether a wall time of a part changed by so much that it is told."""
    small, large = sorted((before, after))
    return large >= _LARGE_FACTOR * small and large - small >= _LARGE_SECONDS


def _number_course(before: Quantity, after: Quantity, wanted: Wanted) -> Course | None:
    old, new = _ends(before), _ends(after)
    if old == new:
        return None
    end = 1 if wanted is Wanted.SMALL else 0
    return _moved(old[end], new[end], wanted)


def _moved(before: Fraction | int, after: Fraction | int, wanted: Wanted) -> Course:
    if before == after or wanted is Wanted.EITHER:
        return Course.DIFFERENT
    return (
        Course.BETTER if (after > before) is (wanted is Wanted.LARGE) else Course.WORSE
    )


def _ends(quantity: Quantity) -> tuple[Fraction, Fraction]:
    return exact_number(quantity.lower), exact_number(quantity.upper)
