"""The bound explorer: a table of proved widths, and the same for the script."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from slth_verify.report.model.contradicted_widths import excluded
from slth_verify.report.model.ends import ends

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Explorer:
    """What the page shows of the points.

    Attributes:
        probabilities: Columns, increasing.
        rows: Points by dimension and accuracy, one of each probability.
        data: Dimension, accuracy, probability, necessary, certified and found width of
            every point, and whether it was proved again, as JSON that cannot end its
            element.
        conflicts: Points whose necessary width exceeds the certified one of a question
            that is as hard or harder, and the points that have those, in words; nothing
            of either is shown.
    """

    probabilities: tuple[str, ...]
    rows: tuple[tuple[Document, ...], ...]
    data: Markup
    conflicts: tuple[str, ...]

    @property
    def again(self) -> bool:
        """Whether all of them were proved again for the report."""
        return all(point["again"] for row in self.rows for point in row)

    @classmethod
    def of(cls, points: Sequence[Document]) -> Explorer:
        """From the points of a document."""
        places = excluded(points)
        wrong = [point for n, point in enumerate(points) if n in places]
        believed = [point for n, point in enumerate(points) if n not in places]
        grid: dict[tuple[int, str], list[Document]] = {}
        for point in believed:
            grid.setdefault((point["dimension"], point["accuracy"]), []).append(point)
        probabilities = sorted({p["probability"] for p in believed}, key=Fraction)
        rows = tuple(
            tuple(row)
            for row in grid.values()
            if [point["probability"] for point in row] == probabilities
        )
        return cls(
            tuple(probabilities),
            rows,
            Markup(json.dumps([_numbers(point) for point in believed])),
            tuple(
                f"m = {p['dimension']}, eps = {p['accuracy']}, "
                f"probability {p['probability']}"
                for p in wrong
            ),
        )


def _numbers(point: Document) -> list[float | bool | None]:
    widths = [
        None if "absent" in point[key] else int(ends(point[key])[0])
        for key in ("necessary", "certified", "found")
    ]
    exact = [float(Fraction(point[key])) for key in ("accuracy", "probability")]
    return [point["dimension"], *exact, *widths, point["again"]]
