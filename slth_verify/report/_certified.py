"""Certified widths, searched in a second process while the cases run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from multiprocessing import get_context

from slth_verify.bounds import mrss_width
from slth_verify.report._model import CaseReport
from slth_verify.report._progress import Progress
from slth_verify.report._quantity import Absent, Direction, Figure, Quantity
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
    """

    limit: int
    _pool: ProcessPoolExecutor | None = None
    _open: dict[tuple[str, int], Future[int | None]] = field(default_factory=dict)

    def ask(self, case: str, layer: int, dimension: int, accuracy: Fraction) -> Figure:
        """The certified width, or a placeholder until `complete` is called.

        Args:
            case: Name of the case.
            layer: Target layer, from 1.
            dimension: Dimension m of the subset-sum problem.
            accuracy: Largest error of an entry.
        """
        if dimension > self.limit:
            return Absent(f"this profile stops at m = {self.limit}")
        if dimension <= _INLINE:
            return _figure(_search(dimension, str(accuracy)))
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        future = self._pool.submit(_search, dimension, str(accuracy))
        self._open[case, layer] = future
        return Absent("the search has not ended")

    def complete(self, case: CaseReport, progress: Progress) -> CaseReport:
        """The case with the widths that were still open; waits for them."""
        label = f"{case.name}: certified widths"
        ladder = list(case.ladder)
        mine = [key for key in self._open if key[0] == case.name]
        for done, key in enumerate(mine):
            progress(label, done, len(mine))
            found = _figure(self._open.pop(key).result())
            ladder[key[1] - 1] = replace(ladder[key[1] - 1], certified=found)
            progress(label, done + 1, len(mine))
        return replace(case, ladder=tuple(ladder))

    def close(self) -> None:
        """Stop the second process."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


@contextmanager
def certified_widths(limit: int) -> Iterator[CertifiedWidths]:
    """A `CertifiedWidths` that is closed in any case."""
    widths = CertifiedWidths(limit)
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
