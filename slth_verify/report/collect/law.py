"""What exists and what can be found: the law of the search beside proved widths."""

from __future__ import annotations

import time
from fractions import Fraction

from slth_verify.construction import search_points
from slth_verify.report._progress import Progress
from slth_verify.report.collect.context.known import known_reach
from slth_verify.report.collect.proved_widths import PROBABILITY, ProvedWidths
from slth_verify.report.model.law_figures import LawFigures, LawPoint, LawRow
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import Absent, Figure, exact, statistical
from slth_verify.subset_sum import SearchLaw, fit_search_law

#: Dimensions of a sweep, as far as the profile goes.
_DIMENSIONS = (9, 18, 36, 90, 150, 400, 576)
_ACCURACIES = (1e-2, 1e-3)
#: Accuracy at which the widths of the law are compared with proved ones.
_COMPARED = Fraction(1, 100)


class Sweep:
    """The searches of a report, the law fitted to them, and its widths.

    Args:
        profile: How far to sweep.
        seed: Integer of at least 0.
        progress: Called after each search.
    """

    def __init__(self, profile: Profile, seed: int, progress: Progress) -> None:
        self._dimensions = _dimensions(profile)
        start = time.perf_counter()
        self._points = search_points(
            self._dimensions,
            _ACCURACIES,
            repeats=profile.law_repeats,
            seed=seed,
            time_limit=profile.time_limit,
            progress=lambda done, total: progress("law of the search", done, total),
        )
        self._law: SearchLaw = fit_search_law(self._points)
        self._seconds = round(time.perf_counter() - start, 3)

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
        law = self._law
        return LawFigures(
            statistical(law.constant),
            statistical(law.worst),
            statistical(law.dim_exponent),
            statistical(law.accuracy_exponent),
            exact(_COMPARED, "entry of the target"),
            exact(PROBABILITY),
            rows,
            tuple(LawPoint(p.dim, p.width, p.residual) for p in self._points),
            self._seconds,
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


def _dimensions(profile: Profile) -> list[int]:
    return [m for m in _DIMENSIONS if m <= profile.law_dimension]
