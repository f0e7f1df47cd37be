"""Certified widths, searched in a second process while the cases run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from multiprocessing import TimeoutError as NotEndedError
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult, Pool

from slth_verify.bounds import mrss_width
from slth_verify.report._progress import Progress
from slth_verify.report._quantity import Absent, Direction, Figure, Quantity
from slth_verify.text import printable
from slth_verify.verdict import Evidence

#: The probability that the ladder asks for.
PROBABILITY = Fraction(1, 2)
#: Up to this dimension a width takes a second and is searched at once.
_INLINE = 1


@dataclass(eq=False)
class CertifiedWidths:
    """Widths asked for, and those still being searched.

    Attributes:
        limit: Largest dimension for which a width is searched.
        patience: Seconds, from the first search on, after which nobody waits.
    """

    limit: int
    patience: float
    _deadline: float = 0.0
    _pool: Pool | None = None
    _open: dict[tuple[str, int], AsyncResult[int | None]] = field(default_factory=dict)

    def ask(self, key: tuple[str, int], dimension: int, accuracy: Fraction) -> Figure:
        """The certified width, or a placeholder until `settle` is called.

        Args:
            key: Name of a list of widths, and the place in it.
            dimension: Dimension m of the subset-sum problem.
            accuracy: Largest error of an entry.
        """
        if dimension > self.limit:
            return Absent(f"this profile stops at m = {self.limit}")
        if dimension <= _INLINE:
            return _figure(_search(dimension, str(accuracy)))
        if self._pool is None:
            self._pool = get_context("spawn").Pool(1)
            self._deadline = time.monotonic() + self.patience
        asked = self._pool.apply_async(_search, (dimension, str(accuracy)))
        self._open[key] = asked
        return Absent("the search has not ended")

    def settle(
        self, name: str, figures: tuple[Figure, ...], progress: Progress, first: int = 0
    ) -> tuple[Figure, ...]:
        """A list of widths, with those that were still open as far as they are found.

        Args:
            name: Name of the list.
            figures: What `ask` answered, place by place.
            progress: Called as searches end.
            first: Place of the first figure.
        """
        label = f"{printable(name.rstrip(chr(0)))}: certified widths"
        settled = list(figures)
        mine = [key for key in self._open if key[0] == name]
        for done, key in enumerate(mine):
            progress(label, done, len(mine))
            settled[key[1] - first] = self._await(self._open.pop(key))
            progress(label, done + 1, len(mine))
        return tuple(settled)

    def _await(self, asked: AsyncResult[int | None]) -> Figure:
        try:
            return _figure(asked.get(max(0.0, self._deadline - time.monotonic())))
        except NotEndedError:
            return Absent(
                f"the search had not ended {self.patience:.0f} s after the first began"
            )

    def close(self) -> None:
        """Stop the second process, whatever it is doing."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool.join()


@contextmanager
def certified_widths(limit: int, patience: float) -> Iterator[CertifiedWidths]:
    """A `CertifiedWidths` that is closed in any case."""
    widths = CertifiedWidths(limit, patience)
    try:
        yield widths
    finally:
        widths.close()


def _search(dimension: int, accuracy: str) -> int | None:
    return mrss_width(dimension, accuracy, PROBABILITY).n


def _figure(width: int | None) -> Figure:
    if width is None:
        return Absent("no certificate was found")
    text = str(width)
    return Quantity(text, text, Evidence.ENCLOSED, Direction.UPPER, "n")
