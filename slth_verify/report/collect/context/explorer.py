"""Widths of a grid of questions, from shipped answers and the law of a report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from slth_verify.report.collect.context.stored import StoredAnswer
from slth_verify.report.model.context import WidthPoint
from slth_verify.report.model.law_figures import LawFigures
from slth_verify.report.model.quantity import Absent, Figure, Quantity, statistical
from slth_verify.verdict import Direction, Evidence

_SIDES = {"certified": Direction.UPPER, "necessary": Direction.LOWER}


def width_points(
    stored: Sequence[StoredAnswer], law: LawFigures | None
) -> tuple[WidthPoint, ...]:
    """The points of the explorer, by dimension, accuracy and probability.

    Args:
        stored: Those about widths are taken.
        law: Of this report, for the widths at which searches succeed.

    Rigor:
        Proved widths are enclosed; what the law says is statistical.
    """
    grid: dict[tuple[int, str, str], dict[str, StoredAnswer]] = {}
    for answer in stored:
        if not answer.asks_probability:
            asked = answer.document["inputs"]
            key = asked["dim"], asked["eps"], asked["prob"]
            grid.setdefault(key, {})[answer.document["kind"]] = answer
    return tuple(
        WidthPoint(
            *key,
            _width(grid[key], "necessary"),
            _width(grid[key], "certified"),
            _found(key[0], Fraction(key[1]), law),
            all(answer.again for answer in grid[key].values()),
        )
        for key in sorted(grid, key=_order)
    )


def _order(key: tuple[int, str, str]) -> tuple[int, Fraction, Fraction]:
    dimension, accuracy, probability = key
    return dimension, -Fraction(accuracy), Fraction(probability)


def _width(answers: dict[str, StoredAnswer], kind: str) -> Figure:
    if kind not in answers:
        return Absent("it could not be proved again")
    width = str(answers[kind].document["n"])
    return Quantity(width, width, Evidence.ENCLOSED, _SIDES[kind], "n")


def _found(dimension: int, accuracy: Fraction, law: LawFigures | None) -> Figure:
    """The law's width with its worst constant, within the dimensions of its sweep."""
    if law is None:
        return Absent("this report measures no law")
    low, high = law.rows[0].dimension, law.rows[-1].dimension
    if not low <= dimension <= high:
        return Absent(f"the searches cover m = {low} to {high}")
    width = float(law.worst.lower) * dimension**1.5 / float(accuracy)
    return statistical(math.ceil(width), "n")
