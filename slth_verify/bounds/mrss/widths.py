"""Certified widths of the random subset sum: what is known, beside it, or searched.

``quick`` answers from the library of certificates: an entry for the question, or one
beside it whose shape is fitted to the question. Only a question with nothing near it is
searched. ``best`` searches in any case and tells the smaller width. What a search found
is kept on disk; it is used again only if it is no wider than the quick answer, so that
a damaged or foreign file never makes an answer worse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import partial
from typing import Any, Literal, get_args

from slth_verify.bounds._inputs import one_of
from slth_verify.bounds.ledger.steps import Step
from slth_verify.bounds.library import known_width, store
from slth_verify.bounds.library.entries import Entry, entry_of
from slth_verify.bounds.mrss.all_targets import (
    TargetBall,
    all_targets_width,
    net_is_worth_a_look,
)
from slth_verify.bounds.mrss.fixed_target import fixed_width
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.mrss.net import net_width
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.cache import searched_or_remembered
from slth_verify.errors import InvalidParameterError
from slth_verify.processes.bounded import LimitReachedError, run_bounded

#: How much work a width is worth.
Effort = Literal["quick", "best"]

EMPTY = "def:subset-sum-number"

_EMPTY_SUBSET = FoundWidth(
    n=0,
    failure=Fraction(0),
    derivation=(
        Step(
            statement=EMPTY,
            text="The empty subset hits every target within eps of 0.",
            values=(("size", "0"), ("probability", "[1, 1]")),
        ),
    ),
    size=0,
    stairs=((0, Fraction(0)),),
)

#: Seconds that a quick answer may search if nothing near is known.
_SECONDS = 60.0


def width_for_one(
    question: Question, effort: Effort = "quick", time_limit: float | None = None
) -> FoundWidth:
    """A width for one target.

    Args:
        question: What is asked.
        effort: How much work it is worth.
        time_limit: Seconds that a search may take; None for no limit with ``best``,
            and a minute with ``quick``.

    Rigor:
        Enclosed.

    Raises:
        InvalidParameterError: If no certificate was found.
    """
    if question.norm <= question.eps:
        return _EMPTY_SUBSET
    known = known_width(question, universal=False)
    return _Search(fixed_width, question, None, known).answer(effort, time_limit)


def width_for_all(
    question: Question,
    ball: TargetBall,
    effort: Effort = "quick",
    time_limit: float | None = None,
) -> FoundWidth:
    """A width for all targets of a ball at once; otherwise as `width_for_one`.

    Args:
        question: What is asked.
        ball: Which norm the radius is measured in.
        effort: How much work it is worth.
        time_limit: Seconds that a search may take.
    """
    if question.norm <= question.eps:
        return _EMPTY_SUBSET
    known = None
    if net_is_worth_a_look(question, ball):
        known = net_width(question, _known_point)
    least = None if known is None else known.n
    known = known_width(question, universal=True, fewer_than=least) or known
    return _Search(all_targets_width, question, ball, known).answer(effort, time_limit)


def _known_point(question: Question) -> FoundWidth | None:
    """What is known for a point of a net."""
    if question.norm <= question.eps:
        return _EMPTY_SUBSET
    return known_width(question, universal=False)


def _n(width: FoundWidth) -> int:
    return width.n


@dataclass(frozen=True, slots=True)
class _Search:
    """A search that may be made, or remembered; the codec of what it finds.

    Attributes:
        function: The search.
        question: What is asked.
        ball: Of the targets that are asked for at once; None for one target.
        known: The quick answer, if there is one.
    """

    function: Callable[..., FoundWidth]
    question: Question
    ball: TargetBall | None
    known: FoundWidth | None

    def answer(self, effort: Effort, time_limit: float | None) -> FoundWidth:
        """The quick answer, or the better of it and what a search finds."""
        known = self.known
        one_of(effort, "effort", get_args(Effort), "any statement")
        if effort == "quick" and known is not None:
            return known
        if effort == "quick" and time_limit is None and store.entries():
            time_limit = _SECONDS
        try:
            found = searched_or_remembered(
                self._named(), self, partial(self._searched, time_limit)
            )
        except (InvalidParameterError, LimitReachedError) as error:
            if known is not None:
                return known
            if isinstance(error, InvalidParameterError):
                raise
            raise InvalidParameterError(
                f"time_limit={time_limit}: no certificate was found for "
                f"{self.question} in that time (any statement). Allow more with "
                "effort='best', or ask for a smaller dimension, a larger eps or a "
                "smaller norm."
            ) from error
        return found if known is None else min(known, found, key=_n)

    def written(self, found: FoundWidth) -> Any:
        """The entry of a width with a certificate."""
        if found.certificate is None:
            return None
        return entry_of(found.certificate, self.question).to_json()

    def proved(self, answer: Any) -> FoundWidth | None:
        """What an entry proves, if it is no wider than the quick answer."""
        entry = Entry.from_json(answer)
        if self.known is None or not self._is_about(entry) or entry.n > self.known.n:
            return None
        again = entry.proved()
        return again if again is not None and again.n <= self.known.n else None

    def _searched(self, seconds: float | None) -> FoundWidth:
        asked = (self.question, self.ball) if self.ball else (self.question,)
        if seconds is None:
            return self.function(*asked)
        return run_bounded(self.function, *asked, seconds=seconds)

    def _is_about(self, entry: Entry) -> bool:
        universal = self.ball is not None
        return entry.question == self.question and entry.universal is universal

    def _named(self) -> dict[str, str]:
        asked = {name: str(value) for name, value in asdict(self.question).items()}
        universal = self.ball is not None
        balls = {"ball": self.ball} if self.ball else {}
        return {"universal": str(universal), **asked, **balls}
