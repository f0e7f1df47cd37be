"""Necessary and certified widths, decided in a second process while the cases run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotEndedError
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from fractions import Fraction

from slth_verify.bounds import BoundResult, mrss_width, necessary_width
from slth_verify.errors import InvalidParameterError
from slth_verify.processes.background import Background, BackgroundLostError
from slth_verify.report._progress import Progress
from slth_verify.report.model.quantity import Absent, Figure, Quantity
from slth_verify.verdict import Direction, Evidence

#: The probability that the ladder asks for.
PROBABILITY = Fraction(1, 2)

_Asked = dict[tuple[int, Fraction], Future[BoundResult]]
_STAGE = "proved widths"
_WORDS = {
    Direction.LOWER: ("necessary", "no width was found to be too small"),
    Direction.UPPER: ("certified", "no certificate was found"),
}


@dataclass(eq=False)
class ProvedWidths:
    """Widths of subset-sum problems, by dimension and accuracy.

    Every question is answered once, however often it is asked.

    Attributes:
        limit: Largest dimension for which a certified width is searched.
        patience: Seconds, from the first wait on, after which nobody waits, and nothing
            more is decided here.
        second: The process that decides.
    """

    limit: int
    patience: float
    second: Background
    _deadline: float | None = None
    _necessary: _Asked = field(default_factory=dict)
    _certified: _Asked = field(default_factory=dict)

    def ask(self, dimension: int, accuracy: Fraction) -> None:
        """Have both widths decided in the second process.

        Args:
            dimension: Dimension m of the subset-sum problem.
            accuracy: Largest error of an entry.
        """
        question = dimension, accuracy
        if accuracy >= 1 or question in self._necessary:
            return
        arguments = (dimension, str(accuracy), PROBABILITY)
        self._necessary[question] = self.second.call(necessary_width, *arguments)
        if dimension <= self.limit:
            self._certified[question] = self.second.call(mrss_width, *arguments)

    def necessary(self, dimension: int, accuracy: Fraction) -> Figure:
        """A width below which the accuracy is not reached with probability 1/2."""
        return self._figure(self._necessary, dimension, accuracy, Direction.LOWER)

    def certified(self, dimension: int, accuracy: Fraction) -> Figure:
        """A width from which on the accuracy is reached with probability 1/2."""
        if accuracy < 1 and dimension > self.limit:
            return Absent(f"this profile stops at m = {self.limit}")
        return self._figure(self._certified, dimension, accuracy, Direction.UPPER)

    def share(self, progress: Progress) -> None:
        """Decide here, last ones first, what the second process has not begun.

        Args:
            progress: Called with the number of questions looked at and of all.
        """
        questions = [*reversed(self._necessary)]
        for done, question in enumerate(questions):
            progress(_STAGE, done, len(questions))
            for asked, decide in (
                (self._certified, mrss_width),
                (self._necessary, necessary_width),
            ):
                if question in asked and self._left() and asked[question].cancel():
                    asked[question] = _decided(decide, *question)
        progress(_STAGE, len(questions), len(questions))

    def _left(self) -> float:
        """Seconds of patience that are left."""
        if self._deadline is None:
            self._deadline = time.monotonic() + self.patience
        return max(0.0, self._deadline - time.monotonic())

    def _figure(
        self, asked: _Asked, dimension: int, accuracy: Fraction, direction: Direction
    ) -> Figure:
        """The width that was asked for, or why there is none."""
        if accuracy >= 1:
            return Absent("the empty subset is accurate enough")
        self.ask(dimension, accuracy)
        kind, nothing = _WORDS[direction]
        try:
            width = asked[dimension, accuracy].result(self._left()).n
        except (NotEndedError, BackgroundLostError):
            return Absent(
                f"undecided after {self.patience:.0f} s: slth-verify bounds mrss --dim "
                f"{dimension} --eps {accuracy} --prob {PROBABILITY} --kind {kind} "
                "takes the time it needs"
            )
        except InvalidParameterError:  # no evaluator has a certificate
            width = None
        if width is None:
            return Absent(nothing)
        return Quantity(str(width), str(width), Evidence.ENCLOSED, direction, "n")


def _decided(
    decide: Callable[..., BoundResult], dimension: int, accuracy: Fraction
) -> Future[BoundResult]:
    """A width that is decided in this process."""
    here: Future[BoundResult] = Future()
    try:
        here.set_result(decide(dimension, str(accuracy), PROBABILITY))
    except InvalidParameterError as error:  # told to who asks for the width
        here.set_exception(error)
    return here


@contextmanager
def proved_widths(
    limit: int, patience: float, second: Background | None = None
) -> Iterator[ProvedWidths]:
    """A `ProvedWidths`; a second process of its own is ended in any case."""
    with nullcontext(second) if second is not None else Background() as process:
        yield ProvedWidths(limit, patience, process)
