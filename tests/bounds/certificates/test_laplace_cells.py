"""Terms that the inversion of a transform leaves out, bounded cell by cell."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from handmade.laws import Exponentials

from slth_verify.bounds.certificates.integrals import laplace
from slth_verify.bounds.certificates.labels import Labels
from slth_verify.bounds.certificates.selection import Energy, Gain
from slth_verify.enclosure import (
    ComplexBall,
    to_ball,
    working_precision,
)

F = Fraction


#: Samples on an event of their labels, a law of one, and the tilt over the last level.
TAILS = [
    (Labels(24, F(2, 5), 9, 12), Gain(F(2, 5), F(1, 4)), F(3)),
    (Labels(200, F(3, 4), 140, 152), Gain(F(3, 4), F(1, 2)), F(9)),
    (Labels(24, F(2, 5), 9, 12), Energy(F(2, 5), F(1, 4)), F(6)),
    (Labels(200, F(3, 4), 140, 152), Energy(F(3, 4), F(1, 2)), F(20)),
    (Labels(9, F(1, 2), 4, 10), Exponentials((F(1, 3), F(1, 5)), F(1)), F(2)),
]


def check_cells(room) -> None:
    """The terms of a cell add up to less than its bound, which is not much more."""
    for labels, law, last in TAILS:
        spacing, tilt = F(1, 8) / last, F(4) / last
        tail = room._Tail(labels, law, spacing, tilt, last)
        large, small = law.missed
        zero = labels.real_mean(large, small)
        for first, stop in ((9, 10), (10, 12), (64, 66), (300, 330), (700, 704)):
            total = 0.0
            for k in range(first + 1, stop + 1):
                z = ComplexBall(to_ball(tilt), to_ball(spacing * k))
                wide, narrow = law.transforms(z)
                value = labels.mean(large + wide, small + narrow) - zero
                total += float(abs(value / z)) * float(spacing) / math.pi
            total *= math.exp(tilt * last)
            bound = float(tail.between(first, stop))
            assert total <= bound * (1 + 1e-9)
            assert stop > first + 1 or bound <= 20 * total


def test_terms_that_are_left_out_one_cell_at_a_time() -> None:
    with working_precision(128):
        check_cells(laplace)


def test_cells_follow_each_other() -> None:
    for low in (1, 64, 100, 1 << 20):
        ends = [low, *laplace._Tail.cells(low, 2 * low)]
        assert ends[-1] == 2 * low
        assert all(
            first < stop <= first + max(1, first // laplace._CELL)
            for first, stop in pairwise(ends)
        )


CELLS = {
    "one term of many": ("* (stop - first) / (first + 1)", "/ (first + 1)"),
    "half of the terms": ("size * (stop - first)", "size / 2 * (stop - first)"),
    "atoms forgotten": ("abs(a + v) + far", "abs(v) + far"),
    "atom at zero forgotten": (
        "size = self.labels.real_mean(*turned) + self.zero",
        "size = self.labels.real_mean(*turned) - self.zero",
    ),
    "read at the far end": ("self.half * (first + 1 + stop)", "self.half * (8 * stop)"),
}


@pytest.mark.parametrize("lie", CELLS)
def test_lies_about_cells_are_seen(lie, mutant) -> None:
    wrong = mutant(laplace, *CELLS[lie])
    with working_precision(128), pytest.raises(AssertionError):
        check_cells(wrong)


def check_distance(room) -> None:
    """Across a wide cell a transform changes, and its bound takes that in."""
    labels, law, last = TAILS[1]
    spacing, tilt = F(1, 15), F(4) / last
    tail = room._Tail(labels, law, spacing, tilt, last)
    first, stop = 5, 40
    atoms = law.missed
    total = 0.0
    for k in range(first + 1, stop + 1):
        z = ComplexBall(to_ball(tilt), to_ball(spacing * k))
        wide, narrow = law.transforms(z)
        value = labels.mean(atoms[0] + wide, atoms[1] + narrow)
        total += float(abs(value / z)) * float(spacing) / math.pi
    assert total * math.exp(4) <= float(tail.between(first, stop))


def test_a_transform_moves_across_a_cell(mutant) -> None:
    with working_precision(128):
        check_distance(laplace)
        wrong = mutant(laplace, "abs(a + v) + far * d for", "abs(a + v) for")
        with pytest.raises(AssertionError):
            check_distance(wrong)
