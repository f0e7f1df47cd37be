"""Necessary and certified widths, decided in a second process while the cases run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotEndedError
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction

from slth_verify.background import Background, BackgroundLostError
from slth_verify.bounds import BoundResult, mrss_width, necessary_width
from slth_verify.errors import InvalidParameterError
from slth_verify.report._quantity import Absent, Direction, Figure, Quantity
from slth_verify.verdict import Evidence

#: The probability that the ladder asks for.
PROBABILITY = Fraction(1, 2)

_Question = tuple[int, Fraction]
_EMPTY = Absent("the empty subset is accurate enough")


@dataclass(eq=False)
class ProvedWidths:
    """Widths of subset-sum problems, by dimension and accuracy.

    Every question is answered once, however often it is asked.

    Attributes:
        limit: Largest dimension for which a certified width is searched.
        patience: Seconds, from the first question on, after which nobody waits.
    """

    limit: int
    patience: float
    _second: Background
    _deadline: float | None = None
    _necessary: dict[_Question, Future[BoundResult]] = field(default_factory=dict)
    _certified: dict[_Question, Future[BoundResult]] = field(default_factory=dict)

    def ask(self, dimension: int, accuracy: Fraction) -> None:
        """Have both widths decided in the second process.

        Args:
            dimension: Dimension m of the subset-sum problem.
            accuracy: Largest error of an entry.
        """
        question = dimension, accuracy
        if accuracy >= 1 or question in self._necessary:
            return
        if self._deadline is None:
            self._deadline = time.monotonic() + self.patience
        arguments = (dimension, str(accuracy), PROBABILITY)
        self._necessary[question] = self._second.call(necessary_width, *arguments)
        if dimension <= self.limit:
            self._certified[question] = self._second.call(mrss_width, *arguments)

    def necessary(self, dimension: int, accuracy: Fraction) -> Figure:
        """A width below which the accuracy is not reached with probability 1/2."""
        if accuracy >= 1:
            return _EMPTY
        self.ask(dimension, accuracy)
        found = self._await(self._necessary[dimension, accuracy])
        if found is None:
            return Absent("no width was found to be too small")
        return _figure(found, Direction.LOWER)

    def certified(self, dimension: int, accuracy: Fraction) -> Figure:
        """A width from which on the accuracy is reached with probability 1/2."""
        if accuracy >= 1:
            return _EMPTY
        if dimension > self.limit:
            return Absent(f"this profile stops at m = {self.limit}")
        self.ask(dimension, accuracy)
        found = self._await(self._certified[dimension, accuracy])
        if found is None:
            return Absent(
                f"no certificate within {self.patience:.0f} s: ask slth-verify bounds "
                f"mrss --dim {dimension} --eps {accuracy} --prob {PROBABILITY}"
            )
        return _figure(found, Direction.UPPER)

    def _await(self, asked: Future[BoundResult]) -> int | None:
        """The width, or None if there is no answer in time."""
        left = max(0.0, (self._deadline or 0.0) - time.monotonic())
        try:
            return asked.result(left).n
        except (NotEndedError, InvalidParameterError, BackgroundLostError):
            return None


@contextmanager
def proved_widths(limit: int, patience: float) -> Iterator[ProvedWidths]:
    """A `ProvedWidths` whose second process is ended in any case."""
    with Background() as second:
        yield ProvedWidths(limit, patience, second)


def _figure(width: int, direction: Direction) -> Quantity:
    text = str(width)
    return Quantity(text, text, Evidence.ENCLOSED, direction, "n")
