"""Linear forms of tied symbols, against exact fractions, whatever the multipliers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from operator import mul
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from handmade.forms.cases import moved
from handmade.forms.graphs import DEEP

from slth_verify.forms import Differences, Interval, box_of
from slth_verify.forms.joint.joint_rows import worst_sharpened
from slth_verify.forms.quadratic import squares
from slth_verify.forms.quadratic.problems import Multipliers, Problem

F = Fraction
SIZES = [0.0, 1.0, 1.0, 3.0, 2.0**60, 2.0**-600, 1e300]
DRAWN = 60
MULTIPLIERS = [0.0, 1.0, 1.0, 0.1, 7.0, 40.0, -1.0, 2.0**60, 1e-300, np.inf, np.nan]


def problem(rng: np.random.Generator, free: int, tied: int, wild: bool) -> Problem:
    """Some free symbols, and others that are tied to all before."""
    count = free + tied

    def numbers(*shape: int) -> np.ndarray:
        if wild:
            return rng.choice([-1.0, 1.0], shape) * rng.choice(SIZES, shape)
        return rng.integers(-8, 9, shape) / 4

    maps = numbers(tied, 1 + count)
    for row in range(tied):
        maps[row, 1 + free + row :] = 0.0
    radii = np.abs(numbers(tied))
    centres = rng.choice([-1.0, 0.0, 0.5, 1.0], tied) * radii
    lost = rng.choice([0.0, 0.0, 0.125], tied)
    places = np.arange(free, count)
    blocks = tuple(slice(i, i + 1) for i in range(tied))
    return Problem(numbers(count), maps, places, radii, centres, lost, blocks)


def allowed(given: Problem) -> Iterator[list[Fraction]]:
    """Symbols that keep all ties, exactly, with tied ones as far out as they go."""
    ties = len(given.tied)
    free = len(given.linear) - ties
    for signs in itertools.product((-1, 1), repeat=free + ties):
        found = [F(sign) for sign in signs[:free]]
        for row, sign in enumerate(signs[free:]):
            numbers = [F(float(x)) for x in given.maps[row]]
            reach = abs(
                numbers[0]
                + sum(a * e for a, e in zip(numbers[1:], found, strict=False))
            )
            reach += F(float(given.lost[row]))
            radius, centre = F(float(given.radii[row])), F(float(given.centres[row]))
            low, high = max(-reach, centre - radius), min(reach, centre + radius)
            if low > high:
                break
            error = high if sign > 0 else low
            found.append((error - centre) / radius if radius else F(sign))
        else:
            yield found


NOTHING = np.zeros(0)


def free(linear: list[float]) -> Problem:
    maps = np.zeros((0, 1 + len(linear)))
    return Problem(
        np.array(linear), maps, np.zeros(0, int), NOTHING, NOTHING, NOTHING, ()
    )


def tied(linear: list[float], maps: list[list[float]], **fields: float) -> Problem:
    """The last symbols are errors of what maps make of the first ones."""
    count, ties = len(linear), len(maps)
    whole = np.zeros((ties, 1 + count))
    whole[:, : len(maps[0])] = maps
    numbers = {
        name: np.full(ties, fields.get(name, default))
        for name, default in (("radii", 1.0), ("centres", 0.0), ("lost", 0.0))
    }
    places = np.arange(count - ties, count)
    return Problem(np.array(linear), whole, places, blocks=(slice(0, ties),), **numbers)


@cache
def drawn(count: int) -> list[tuple[Problem, Fraction | None, list[Multipliers]]]:
    """Problems, what their linear forms reach, and multipliers of all kinds."""
    rng = np.random.default_rng(0)
    found = []
    for number in range(count):
        ties = int(rng.integers(0, 4))
        given = problem(rng, int(rng.integers(1, 4)), ties, number % 3 == 0)
        some = [
            Multipliers(
                rng.choice(kinds, len(given.linear)),
                rng.choice(kinds, ties),
                float(rng.choice(kinds)),
            )
            for kinds in (MULTIPLIERS[:6], MULTIPLIERS)
        ]
        found.append((given, largest(given), some))
    return found


def largest(given: Problem) -> Fraction | None:
    """What the linear form can be, exactly; None where no symbols keep the ties."""
    linear = [F(float(x)) for x in given.linear]
    return max(
        (sum(map(mul, linear, some), F(0)) for some in allowed(given)), default=None
    )


def refuted(module: ModuleType) -> bool:
    """Whether a bound is below what is so, with good multipliers or any."""
    for given, value, some in [*grid(), *drawn(DRAWN)]:
        with np.errstate(all="ignore"):
            bounds = [module.checked(given, multipliers) for multipliers in some]
            if len(some) == 2:
                bounds += [module.largest_above(given, rounds) for rounds in (2, 9)]
        if value is not None and any(
            np.isfinite(bound) and F(float(bound)) < value for bound in bounds
        ):
            return True
    return False


@cache
def grid() -> list[tuple[Problem, Fraction | None, list[Multipliers]]]:
    """Small problems with multipliers of many sizes, and a negative one."""
    found = []
    for given in small():
        symbols, ties = len(given.linear), len(given.tied)
        choices = itertools.product((0.05, 0.3, 4.0), repeat=symbols + ties + 1)
        some = [
            Multipliers(np.array(c[:symbols]), np.array(c[symbols:-1]), c[-1])
            for c in choices
        ]
        found.append((given, largest(given), some))
    constant = tied([1.0], [[0.5]])
    negative = Multipliers(np.array([-0.3]), np.array([4.0]), 1.28)
    return [*found, (constant, largest(constant), [negative])]


def small() -> list[Problem]:
    """Problems of a few symbols, with multipliers of 0.3 that decide."""
    ends = ((0.0, 1.0), (0.5, 0.5), (-0.5, 0.5))
    ties = [
        tied([0, sign * 0.6], [[0.25, 2.0]], centres=centre, radii=radius)
        for sign in (1, -1)
        for centre, radius in ends
    ]
    near = tied([0, -0.6], [[0, 0.25]], centres=0.5, radii=0.5)
    first = tied([0.6, 0], [[0.25, 2.0]], radii=0.5)
    return [*ties, near, first, free([0.3]), tied([0, 0.6], [[0, 0.0]], lost=0.5)]


def test_bounds_hold_whatever_the_multipliers() -> None:
    assert not refuted(squares)


LIES = {
    "what squares do not cover dropped": ("np.abs(left).ravel(), symbols", "symbols"),
    "multipliers of symbols dropped": (
        "np.abs(left).ravel(), symbols",
        "np.abs(left).ravel()",
    ),
    "the rest with its sign": (
        "np.abs(left).ravel(), symbols",
        "left.sum(keepdims=True).ravel(), symbols",
    ),
    "a tie of the wrong sign": (
        "errors.T @ (signs * errors) - maps.T @ (signs * maps)",
        "maps.T @ (signs * maps) - errors.T @ (signs * errors)",
    ),
    "errors that need not be tied": (
        "errors.T @ (signs * errors) - maps.T @ (signs * maps)",
        "errors.T @ (signs * errors)",
    ),
    "centres of the wrong sign": (
        "errors[:, 0] = roots * problem.centres",
        "errors[:, 0] = -roots * problem.centres",
    ),
    "a linear form of half its size": (
        "    form[0, 1:] -= problem.linear\n",
        "",
    ),
    "maps that are off": ("(roots * problem.lost) ** 2", "0 * roots"),
    "negative multipliers of symbols": (
        "np.maximum(multipliers.symbols, 0.0)",
        "multipliers.symbols",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(lie: str, mutant: Callable[..., ModuleType]) -> None:
    assert refuted(mutant(squares, *LIES[lie]))


def test_free_symbols_are_bounded_exactly() -> None:
    assert squares.largest_above(free([3.0, -4.0])) == pytest.approx(7, rel=1e-6)


KNOWN = [
    # |x| + |y| for x = e1 + e2 and y = e1 - e2: 2 in truth, 4 one by one
    (tied([0, 0, 2, 2], [[0, 1, 1], [0, 1, -1]], radii=2.0), 2 * 2**0.5),
    (tied([0, 1], [[0, 0.5]]), 0.5),
    (tied([0, 1], [[0, 5]]), 1),
    (tied([0, 1], [[0.25, 0.25]]), 0.5),
    # an error from 0 to 1 that is at most |e|
    (tied([0, -1], [[0, 1]], radii=0.5, centres=0.5), 1),
    (tied([0, 0.5], [[0, 0.25]], radii=0.5, centres=0.5), -0.25),
]


@pytest.mark.parametrize(("given", "expected"), KNOWN)
def test_known_bounds(given: Problem, expected: float) -> None:
    assert squares.largest_above(given) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize(("given", "expected"), KNOWN)
def test_vectors_attain_what_multipliers_prove(given: Problem, expected: float) -> None:
    attained, bound = squares.attained_and_above(given)
    assert attained == pytest.approx(expected, rel=2e-3)
    assert attained <= bound * (1 + 1e-9 * np.sign(bound))


@pytest.mark.parametrize(("given", "expected"), KNOWN)
def test_no_multipliers_are_checked_where_vectors_attain_more(
    given: Problem, expected: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(squares, "checked", lambda *_: -9.0)
    alone = np.abs(given.linear).sum()
    found = squares.attained_and_above(given, below=expected - 0.1)[1]
    assert found == pytest.approx(alone)
    assert squares.attained_and_above(given, below=expected + 0.1)[1] == -9


@pytest.mark.parametrize("number", [np.inf, np.nan])
def test_numbers_that_are_none_give_no_bound(number: float) -> None:
    assert squares.largest_above(free([1.0, number])) == np.inf
    given = tied([0, 1], [[0, 0.5]])
    worse = replace(given, maps=np.full_like(given.maps, number))
    assert squares.largest_above(worse) >= 1


def test_errors_of_many_maps_are_sharper_than_one_by_one() -> None:
    maps = np.random.default_rng(0).standard_normal((30, 31))
    maps[:, 0] = 0.0
    sizes = np.abs(maps).sum(axis=1)
    linear = np.append(np.zeros(30), sizes)
    given = tied(linear.tolist(), maps.tolist())
    given = replace(given, radii=sizes)
    assert squares.largest_above(given) < 0.55 * sizes.sum()


def test_rows_beyond_any_multipliers_are_given_up(
    monkeypatch: pytest.MonkeyPatch, network_pair: Any
) -> None:
    graph = DEEP["relu"]
    pair = network_pair(graph, moved(graph))
    found = Differences.over(pair, box_of(graph.input))
    name, gap = pair.output.name, found.gap()
    checks: list[float] = []

    def checked(given: Problem, multipliers: Multipliers) -> float:
        checks.append(truth(given, multipliers))
        return checks[-1]

    truth = squares.checked
    monkeypatch.setattr(squares, "checked", checked)
    sharper = worst_sharpened(found.known, name, gap)
    assert sharper.sizes.max() < gap.sizes.max()
    assert checks
    checks.clear()
    tenth = Interval(gap.low / 10, gap.high / 10)
    again = worst_sharpened(found.known, name, tenth)
    assert again.sizes.max() == tenth.sizes.max()
    assert not checks
