"""What exists and what can be found: the law of the search beside proved widths."""

from __future__ import annotations

import time
from concurrent.futures import wait
from fractions import Fraction
from functools import cached_property

from slth_verify.construction import search_points
from slth_verify.processes.background import Background, BackgroundLostError
from slth_verify.report._progress import Progress
from slth_verify.report.collect.widths.proved import PROBABILITY, ProvedWidths
from slth_verify.report.collect.widths.related_results import known_reach
from slth_verify.report.model.law_figures import LawFigures, LawPoint, LawRow
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import Absent, Figure, exact, statistical
from slth_verify.subset_sum import SearchLaw, SearchPoint, fit_search_law

#: Dimensions of a sweep, as far as the profile goes.
_DIMENSIONS = (9, 18, 36, 90, 150, 400, 576)
_ACCURACIES = (1e-2, 1e-3)
#: Accuracy at which the widths of the law are compared with proved ones.
_COMPARED = Fraction(1, 100)
_STAGE = "law of the search"


class Sweep:
    """The searches of a report, the law fitted to them, and its widths.

    They run in a second process; who asks for figures waits for all of them.

    Args:
        profile: How far to sweep.
        seed: Integer of at least 0.
        second: Makes the searches.
    """

    def __init__(self, profile: Profile, seed: int, second: Background) -> None:
        self._dimensions = _dimensions(profile)
        self._calls = [
            (dim, seed, profile.law_repeats, profile.time_limit)
            for dim in self._dimensions
        ]
        self._asked = [second.call(_searched, *call) for call in self._calls]

    def wait(self, progress: Progress) -> None:
        """Return when all searches have ended, saying how many dimensions have."""
        for done, future in enumerate(self._asked):
            progress(_STAGE, done, len(self._asked))
            wait([future])
        progress(_STAGE, len(self._asked), len(self._asked))

    @cached_property
    def _found(self) -> tuple[tuple[SearchPoint, ...], float]:
        """All points in order, and the seconds that they took."""
        points: list[SearchPoint] = []
        seconds = 0.0
        for future, call in zip(self._asked, self._calls, strict=True):
            try:
                some, took = future.result()
            except BackgroundLostError:  # by want of memory, say: one at a time here
                some, took = _searched(*call)
            points += some
            seconds += took
        return tuple(points), round(seconds, 3)

    @cached_property
    def _law(self) -> SearchLaw:
        return fit_search_law(self._found[0])

    def figures(self, widths: ProvedWidths) -> LawFigures:
        """The law with its table; proved widths that are still open are waited for."""
        rows = tuple(
            LawRow(
                m,
                widths.necessary(m, _COMPARED),
                widths.certified(m, _COMPARED),
                self.width(m, _COMPARED),
            )
            for m in self._dimensions
        )
        law, (points, seconds) = self._law, self._found
        return LawFigures(
            statistical(law.constant),
            statistical(law.worst),
            statistical(law.dim_exponent),
            statistical(law.accuracy_exponent),
            exact(_COMPARED, "entry of the target"),
            exact(PROBABILITY),
            rows,
            tuple(LawPoint(p.dim, p.width, p.residual) for p in points),
            seconds,
            known_reach(self._dimensions, _COMPARED),
        )

    def width(self, dimension: int, accuracy: Fraction) -> Figure:
        """The law's width at any accuracy; absent outside the sweep's dimensions."""
        low, high = self._dimensions[0], self._dimensions[-1]
        if not low <= dimension <= high:
            return Absent(f"the searches cover m = {low} to {high}")
        if accuracy >= 1:
            return Absent("the empty subset is accurate enough")
        return statistical(self._law.width(dimension, float(accuracy)), "n")


def ask_law(profile: Profile, widths: ProvedWidths) -> None:
    """Have the proved widths of the law's table decided in the meantime."""
    for dimension in _dimensions(profile):
        widths.ask(dimension, _COMPARED)


def _searched(
    dim: int, seed: int, repeats: int, time_limit: float
) -> tuple[tuple[SearchPoint, ...], float]:
    """The searches of one dimension, and the seconds that they took."""
    start = time.perf_counter()
    points = search_points(
        [dim], _ACCURACIES, repeats=repeats, seed=seed, time_limit=time_limit
    )
    return points, time.perf_counter() - start


def _dimensions(profile: Profile) -> list[int]:
    return [m for m in _DIMENSIONS if m <= profile.law_dimension]
