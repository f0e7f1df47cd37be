"""The worst mean of a step function: against linear programming and lies."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from slth_verify.bounds.certificates import envelope as _envelope
from slth_verify.bounds.certificates.envelope import envelope_at_one

F = Fraction

points = st.lists(
    st.tuples(
        st.fractions(0, 8, max_denominator=20), st.fractions(0, 2, max_denominator=20)
    ),
    max_size=7,
)


def worst_mean(steps: list[tuple[F, F]], whole: F) -> float:
    """The largest E F(X) over laws on the places where the step function F rises.

    F(x) is the least value that is stated for x; just to the right of a place it is
    the next one, and laws may come as close as they like.
    """
    places = sorted({F(0), *(place for place, _ in steps)})
    values = [
        min([value for place, value in steps if place > x], default=whole)
        for x in places
    ]
    values = [float(min(value, whole)) for value in values]
    answer = linprog(
        [-value for value in values],
        A_ub=[[float(place) for place in places]],
        b_ub=[1],
        A_eq=[[1] * len(places)],
        b_eq=[1],
    )
    return float(-answer.fun)


def check(steps: list[tuple[F, F]], whole: F, envelope=envelope_at_one) -> None:
    # the values must not fall, or F is smaller than what is stated at its place
    rising = [
        (place, min(value for other, value in steps if other >= place))
        for place, _ in steps
    ]
    found = envelope(steps, whole)
    assert float(found) >= worst_mean(rising, whole) - 1e-9
    if sorted(rising) == sorted(steps):
        assert float(found) == pytest.approx(worst_mean(steps, whole), abs=1e-7)


@given(points, st.fractions(F(1, 10), 2, max_denominator=20))
def test_the_envelope_bounds_every_law(steps, whole) -> None:
    check(steps, whole)


@given(points, st.fractions(F(1, 10), 2, max_denominator=20))
def test_no_law_of_two_points_does_better(steps, whole) -> None:
    found = envelope_at_one(steps, whole)

    def worth(x: F) -> F:
        return min([whole] + [value for place, value in steps if x <= place])

    for low, high in pairwise(F(i, 4) for i in range(0, 40, 3)):
        if low <= 1 <= high:
            weight = (1 - low) / (high - low)
            assert found >= (1 - weight) * worth(low) + weight * worth(high)
    assert found >= worth(F(1))


def test_by_hand() -> None:
    assert envelope_at_one([], F(1, 2)) == F(1, 2)
    assert envelope_at_one([(F(4), F(0))], F(1)) == F(1, 4)  # Markov's inequality
    assert envelope_at_one([(F(1), F(0))], F(1)) == 1
    assert envelope_at_one([(F(1, 2), F(0))], F(1)) == 1
    # unsorted, repeated and useless steps
    steps = [(F(10), F(1, 2)), (F(2), F(0)), (F(2), F(1, 3)), (F(0), F(0))]
    assert envelope_at_one(steps, F(1)) == F(1, 4)


def test_the_layer_cake_is_never_better() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        places = sorted(F(int(v), 100) for v in rng.integers(100, 5000, 6))
        values = sorted(F(int(v), 1000) for v in rng.integers(1, 1000, 6))
        rises = [b - a for a, b in pairwise([*values, F(1)])]
        cake = values[0] + sum(
            rise / place for rise, place in zip(rises, places, strict=True)
        )
        steps = list(zip(places, values, strict=True))
        assert envelope_at_one(steps, F(1)) <= cake


LIES = {
    "without its right end": ("corners.append((left, whole))", "pass"),
    "right ends of the steps": (
        "corners.append((left, min(value, whole)))\n        left = max(left, place)",
        "left = max(left, place)\n        corners.append((left, min(value, whole)))",
    ),
    "convex hull": (
        "(w - u) * (place - a) > (highest - u) * (b - a)",
        "(w - u) * (place - a) < (highest - u) * (b - a)",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_the_envelope_are_seen(lie, mutant) -> None:
    wrong = mutant(_envelope, *LIES[lie]).envelope_at_one
    steps = [(F(i), F(i * i, 100)) for i in (1, 2, 3, 5)] + [(F(6), F(9, 10))]
    cases = [(steps, F(1)), ([(F(4), F(0))], F(1))]
    assert all(seen_to_be_right(*case, envelope_at_one) for case in cases)
    assert not all(seen_to_be_right(*case, wrong) for case in cases)


def seen_to_be_right(steps: list[tuple[F, F]], whole: F, envelope) -> bool:
    try:
        check(steps, whole, envelope)
    except AssertionError:
        return False
    return True
