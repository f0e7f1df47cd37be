"""Forms that are nowhere less, at exact symbols, whatever the multipliers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from operator import mul
from types import ModuleType

import numpy as np
import pytest

from slth_verify.arrays import Float64Array
from slth_verify.forms.quadratic import floors, squares
from slth_verify.forms.quadratic.floors import Lifts
from slth_verify.forms.quadratic.problems import Multipliers, Problem

F = Fraction
MULTIPLIERS = [0.0, 1.0, 0.1, 7.0, -1.0, 2.0**60, 1e-300, np.inf, np.nan]
DRAWN = 60


def problem(rng: np.random.Generator) -> Problem:
    """Symbols of which the last are tied to all before, some of them with floors."""
    free, ties = int(rng.integers(1, 3)), int(rng.integers(1, 4))
    count = free + ties
    rounded = rng.random() < 0.5

    def numbers(*shape: int) -> Float64Array:
        found = rng.standard_normal(shape)
        return np.asarray(np.round(4 * found) / 4 if rounded else found)

    maps = numbers(ties, 1 + count)
    for row in range(ties):
        maps[row, 1 + free + row :] = 0.0
    radii = np.abs(numbers(ties)) + 0.5
    centres = rng.choice([0.0, 0.5, 1.0], ties) * radii
    lost = rng.choice([0.0, 0.0, 0.125], ties)
    bent = np.flatnonzero(rng.random(ties) < 0.7)
    short = lost[bent] + rng.choice([0.0, 0.0, 0.25], len(bent))
    blocks = tuple(slice(i, i + 1) for i in range(ties))
    places = np.arange(free, count)
    linear = numbers(count)
    return Problem(linear, maps, places, radii, centres, lost, blocks, bent, short)


def allowed(given: Problem) -> Iterator[list[Fraction]]:
    """Symbols that keep ties and floors, with tied ones as far out as they go."""
    ties = len(given.tied)
    free = len(given.linear) - ties
    short = dict(zip(given.bent.tolist(), given.short.tolist(), strict=True))
    for signs in itertools.product((-1, 1), repeat=free + ties):
        found = [F(sign) for sign in signs[:free]]
        for row, sign in enumerate(signs[free:]):
            map_ = fractions(given.maps[row])
            reach = abs(map_[0] + product(map_[1:], found))
            radius, centre, lost = fractions(
                [given.radii[row], given.centres[row], given.lost[row]]
            )
            low = max(-reach - lost, centre - radius)
            high = min(reach + lost, centre + radius)
            if row in short:
                low = max(low, reach - F(short[row]))
            if low > high:
                break
            found.append(((high if sign > 0 else low) - centre) / radius)
        else:
            yield found


def fractions(numbers: object) -> list[Fraction]:
    return [F(float(number)) for number in np.asarray(numbers)]


def product(one: list[Fraction], other: list[Fraction]) -> Fraction:
    return sum(map(mul, one, other), F(0))


@cache
def drawn() -> list[tuple[Problem, list[list[Fraction]], list[Lifts]]]:
    """Problems, symbols of each, and multipliers of all kinds."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(DRAWN):
        given = problem(rng)
        kinds = [MULTIPLIERS[:4]] * 4 + [MULTIPLIERS[:5]] * 2 + [MULTIPLIERS]
        lifts = [Lifts(*rng.choice(kind, (2, len(given.bent)))) for kind in kinds]
        found.append((given, list(allowed(given)), lifts))
    return found


def refuted(module: ModuleType) -> bool:
    """Whether a form is less somewhere than the one in whose place it is bounded."""
    return any(
        product(fractions(given.linear), symbols)
        > product(fractions(some.linear), symbols) + F(constant)
        for given, every, lifts in drawn()
        for some, constant in (lifted(module, given, lift) for lift in lifts)
        if np.isfinite(constant) and np.isfinite(some.linear).all()
        for symbols in every
    )


def lifted(module: ModuleType, given: Problem, lift: Lifts) -> tuple[Problem, float]:
    with np.errstate(all="ignore"):
        found: tuple[Problem, float] = module.lifted(given, lift)
    return found


def test_forms_are_nowhere_less() -> None:
    assert sum(len(every) > 0 for _, every, _ in drawn()) > DRAWN / 2
    assert not refuted(floors)


LIES = {
    "negative multipliers": ("(np.maximum(x, 0.0) for", "(x for"),
    "errors of the wrong sign": ("+= whole * radii", "-= whole * radii"),
    "maps twice as steep": ("- rest @ maps[:, 1:]", "- 2 * rest @ maps[:, 1:]"),
    "centres dropped": ("whole @ centres - rest", "-rest"),
    "constants of maps dropped": ("- rest @ maps[:, 0])", ")"),
    "floors that are met exactly": ("(lost + short) *", "lost *"),
    "rounding dropped": ("(lost + short) *", "short *"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(lie: str, mutant: Callable[..., ModuleType]) -> None:
    assert refuted(mutant(floors, *LIES[lie]))


@cache
def squared() -> list[tuple[Problem, list[list[Fraction]], list[Multipliers]]]:
    """Errors from 0 to 1 that have a floor or none, and multipliers of its square."""
    found = []
    half, none = np.full(1, 0.5), np.zeros(0)
    for floor, short in itertools.product((0.25, 0.5), (0.0, 0.2, None)):
        given = Problem(
            np.array([-0.5]),
            np.array([[floor, 0.0]]),
            np.zeros(1, int),
            half,
            half,
            np.zeros(1),
            (slice(0, 1),),
            np.zeros(0 if short is None else 1, int),
            none if short is None else np.full(1, short),
        )
        some = [
            Multipliers(np.full(1, symbol), np.full(1, -tie), one)
            for symbol in (0.125, 0.25, 0.5, 1.0)
            for tie in (0.5, 1.0, 2.0, 8.0)
            for one in (-1.5, 0.0, 0.3)
        ]
        found.append((given, list(allowed(given)), some))
    return found


def squares_refuted(module: ModuleType) -> bool:
    """Whether a bound with squares of floors is below what symbols reach."""
    for given, every, some in squared():
        values = [product(fractions(given.linear), symbols) for symbols in every]
        for multipliers in some:
            with np.errstate(all="ignore"):
                bound = module.checked(given, multipliers)
            if any(np.isfinite(bound) and F(bound) < value for value in values):
                return True
    return False


def test_squares_of_floors_bound_what_symbols_reach() -> None:
    assert not squares_refuted(squares)
    given, _, some = squared()[3]
    best = min(squares.checked(given, multipliers) for multipliers in some)
    assert best == pytest.approx(0.25)  # and 0.5 without floors


SQUARED = {
    "ties that have no floor": (
        "np.full(len(problem.tied), np.inf)",
        "np.zeros(len(problem.tied))",
    ),
    "floors that are met exactly": ("roots**2 * _floors_off(problem)", "0.0"),
    "floors of maps twice as steep": (
        "np.where(turned, roots, roots",
        "np.where(turned, 2 * roots, roots",
    ),
    "floors of no errors": (
        "errors.T @ (signs * errors)",
        "errors.T @ (np.maximum(signs, 0) * errors)",
    ),
}


@pytest.mark.parametrize("lie", SQUARED)
def test_a_lie_about_squares_is_seen(
    lie: str, mutant: Callable[..., ModuleType]
) -> None:
    assert squares_refuted(mutant(squares, *SQUARED[lie]))


def test_infinite_multipliers_prove_nothing() -> None:
    given = next(given for given, *_ in drawn() if len(given.bent))
    for number in (np.inf, np.nan):
        every = np.full(len(given.bent), number)
        _, constant = lifted(floors, given, Lifts(every, every))
        assert not np.isfinite(constant)


def test_bounds_hold_with_multipliers_that_were_found() -> None:
    for given, every, _ in drawn():
        kept = floors.found(given, 12)
        with np.errstate(all="ignore"):
            bound = F(floors.bounded(given, kept))
        assert all(product(fractions(given.linear), some) <= bound for some in every)


def test_a_rectifier_is_convex() -> None:
    """For x - |x| / 2: at most 1 / 2, and ties alone allow 1."""
    maps = np.array([[0.0, 1.0, 0.0]])
    half, place, blocks = np.full(1, 0.5), np.ones(1, int), (slice(0, 1),)
    linear = np.array([1.0, -0.25])
    some = linear, maps, place, half, half, np.zeros(1), blocks
    ties, convex = Problem(*some), Problem(*some, np.zeros(1, int), np.zeros(1))
    alone = squares.largest_above(ties) - 0.25
    both = floors.bounded(convex, floors.found(convex, 200)) - 0.25
    assert alone == pytest.approx(1, rel=1e-2)
    assert both == pytest.approx(0.5, rel=1e-2)


def test_what_was_found_serves_problems_that_are_nearly_the_same() -> None:
    rng = np.random.default_rng(1)
    given = problem(rng)
    kept = floors.found(given, 48)
    with np.errstate(all="ignore"):
        first = floors.bounded(given, kept)
        moved = Problem(
            given.linear * (1 + 1e-9),
            *(getattr(given, name) for name in Problem.__slots__ if name != "linear"),
        )
        again = floors.bounded(moved, kept)
    assert again == pytest.approx(first, rel=1e-6)
