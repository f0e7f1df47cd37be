"""All targets at once by two sides of two stages: rows of the table, and lies."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from slth_verify.bounds.certificates.two_sides import (
    Sides,
    failure_by_reach,
    failure_of_measure,
)
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.sides_of_stages import sides_of_stages_width
from slth_verify.enclosure import (
    chi_square_cdf,
    from_ball,
    to_ball,
    working_precision,
)

F = Fraction

THEORY = Path(__file__).parents[3] / "docs" / "theory"

ROWS = json.loads(
    (THEORY / "tables" / "two_stage_sides.json").read_text(encoding="utf-8")
)

#: Widths of two sides of blocks, by dimension and probability.
BLOCKS = {
    (row["dim"], row["prob"]): 2 * row["blocks"] * row["n"]
    for row in json.loads(
        (THEORY / "tables" / "all_targets.json").read_text(encoding="utf-8")
    )
}


def _side(row: dict) -> TwoStageCertificate:
    names = ("norm", "n", "share", "slope", "cap", "stages")
    values = {name: row[name] for name in names}
    return TwoStageCertificate.from_values(
        values.__getitem__, dim=row["dim"], eps=F(1, 100)
    )


def _both(side: TwoStageCertificate, missed: F, tau: F, slope: F) -> F:
    return failure_by_reach(Sides(1, tau, slope), missed, side.norm, side.dim, F(1))


def _case(row: dict) -> object:
    fast = (row["dim"], row["prob"]) == (9, "999/1000")
    marks = [] if fast else [pytest.mark.nightly]
    return pytest.param(row, id=f"{row['dim']}-{row['prob']}", marks=marks)


@pytest.mark.parametrize("row", [_case(row) for row in ROWS])
def test_rows_of_the_table(row) -> None:
    side = _side(row)
    missed = side.failure()
    failure = _both(side, missed, F(row["tau"]), F(row["majorant"]))
    assert failure <= 1 - F(row["prob"])
    assert 2 * side.n <= BLOCKS[row["dim"], row["prob"]]


def _row() -> dict:
    return next(row for row in ROWS if (row["dim"], row["prob"]) == (9, "999/1000"))


def test_long_targets_count() -> None:
    row = _row()
    tau, slope = F(row["tau"]), F(row["majorant"])
    missed = F(7, 10**4) / 2
    short = replace(_side(row), norm=F(1))
    forgotten = failure_of_measure(missed, 1 / tau, slope)
    assert forgotten <= F(1, 1000)
    assert _both(short, missed, tau, slope) > F(1, 2)


def test_the_norm_is_squared_in_units_of_tau() -> None:
    row = _row()
    side, tau, slope = _side(row), F(row["tau"]), F(row["majorant"])
    with working_precision(128):
        inside = chi_square_cdf(to_ball((side.norm / tau) ** 2), side.dim)
        long = 1 - from_ball(inside).lower
        turned = 1 - from_ball(chi_square_cdf(to_ball(side.norm / tau), 9)).lower
    missed = F(1, 10**5)
    right = _both(side, missed, tau, slope)
    assert right == failure_of_measure(missed + long, 1 / tau, slope)
    assert turned > 100 * long


def test_what_a_side_misses_counts() -> None:
    row = _row()
    side, tau, slope = _side(row), F(row["tau"]), F(row["majorant"])
    bounds = [
        _both(side, missed, tau, slope)
        for missed in (F(1, 10**6), F(1, 1000), F(1, 100), F(1))
    ]
    assert bounds == sorted(bounds)
    assert bounds[1] > F(1, 1000)
    assert bounds[-1] == 1


@pytest.mark.nightly
def test_a_search_reaches_the_table() -> None:
    row = _row()
    found = sides_of_stages_width(Question(9, F(1, 50), F(1), F(999, 1000)))
    assert found.failure <= F(1, 1000)
    assert found.n <= 2 * int(row["n"]) + 8
