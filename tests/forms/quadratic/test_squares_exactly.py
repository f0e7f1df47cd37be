"""What `checked` returns, against what its claim gives in fractions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from types import ModuleType

import numpy as np
import pytest

from slth_verify.arrays import Float64Array
from slth_verify.forms.quadratic import squares
from slth_verify.forms.quadratic.problems import Multipliers, Problem

F = Fraction
#: 1 + theta is the square of one more than this.
ROOM = F(1, 2**30)
#: Numbers whose products are rounded, or cancel, or underflow.
SIZES = [0.0, 1.0, 1 / 3, 0.1, -3.0, 2.0**30, 2.0**-30, 1e-160, 5e-324, 1e60]
WEIGHTS = [0.0, 1.0, 0.1, 0.3, 7.0, -1.0, 2.0**60, 1e-300, 1e-320, 1e150]


def fractions(numbers: Float64Array) -> list[Fraction]:
    return [F(float(number)) for number in numbers]


def claimed(given: Problem, multipliers: Multipliers, factor: Float64Array) -> Fraction:
    """The right-hand side of the claim for this L, exactly."""
    count = 1 + len(given.linear)
    free = [max(number, F(0)) for number in fractions(multipliers.symbols)]
    form = [[F(0)] * count for _ in range(count)]
    for k, number in enumerate([F(multipliers.one), *free]):
        form[k][k] += number
    for k, number in enumerate(fractions(given.linear), 1):
        form[0][k] -= number
        form[k][0] -= number
    off = F(0)
    room, share = (1 + ROOM) ** 2, 1 + 1 / ((1 + ROOM) ** 2 - 1)
    short = dict(zip(given.bent.tolist(), fractions(given.short), strict=True))
    weights = fractions(np.sqrt(np.abs(multipliers.ties)))
    for tie, weight in enumerate(weights):
        radius, centre = F(float(given.radii[tie])), F(float(given.centres[tie]))
        error = [F(0)] * count
        error[0], error[1 + int(given.tied[tie])] = centre, radius
        map_ = fractions(given.maps[tie])
        floor = multipliers.ties[tie] < 0
        sign, wider = (-1, 1) if floor else (1, room)
        for k, m in itertools.product(range(count), repeat=2):
            square = error[k] * error[m] - wider * map_[k] * map_[m]
            form[k][m] += sign * weight**2 * square
        below = short.get(tie, F(0))
        loss = below * (2 * (abs(centre) + radius) + below)
        off += weight**2 * (loss if floor else share * F(float(given.lost[tie])) ** 2)
    lower = [fractions(row) for row in factor]
    for k, m in itertools.product(range(count), repeat=2):
        pairs = zip(lower[k], lower[m], strict=True)
        form[k][m] -= sum((a * b for a, b in pairs), F(0))
    rest = sum(abs(number) for row in form for number in row)
    return (F(multipliers.one) + sum(free) + off + rest) / 2


def drawn(rng: np.random.Generator) -> tuple[Problem, Multipliers]:
    """Any numbers, of one size or of many."""
    free, ties = int(rng.integers(1, 3)), int(rng.integers(0, 4))
    count = free + ties

    def numbers(*shape: int) -> Float64Array:
        if one_size:
            return np.asarray(rng.standard_normal(shape))
        return np.asarray(rng.choice(SIZES, shape))

    one_size = rng.random() < 0.5
    maps = numbers(ties, 1 + count)
    for row in range(ties):
        maps[row, 1 + free + row :] = 0.0
    radii = np.abs(numbers(ties))
    centres = rng.choice([-1.0, 0.0, 0.3], ties) * radii
    lost = rng.choice([0.0, 0.125, 1e-17, 5e-324], ties)
    blocks = tuple(slice(row, row + 1) for row in range(ties))
    places = np.arange(free, count)
    bent = np.flatnonzero(rng.random(ties) < 0.7)
    short = rng.choice([0.0, 0.25, 1e-17, 5e-324], len(bent))
    given = Problem(
        numbers(count), maps, places, radii, centres, lost, blocks, bent, short
    )
    symbols, tied = rng.choice(WEIGHTS, count), rng.choice(WEIGHTS, ties)
    tied = np.where(rng.random(ties) < 0.3, -tied, tied)
    return given, Multipliers(symbols, tied, float(rng.choice(WEIGHTS)))


def cancelling(rng: np.random.Generator) -> tuple[Problem, Multipliers]:
    """Each tie's map is the error before, so that only rounding is left of squares."""
    ties = int(rng.integers(3, 6))
    radii, centres = rng.uniform(0.5, 1.0, (2, ties))
    maps = np.zeros((ties, 1 + ties))
    rows = np.arange(1, ties)
    maps[rows, 0] = centres[:-1] / (1 + 2.0**-30)
    maps[rows, rows] = radii[:-1] / (1 + 2.0**-30)
    radii[-1], centres[-1] = 2.0**-40, 0.0
    nothing = np.zeros(ties)
    blocks = tuple(slice(row, row + 1) for row in range(ties))
    places = np.arange(ties)
    given = Problem(nothing, maps, places, radii, centres, nothing, blocks)
    return given, Multipliers(nothing, np.full(ties, 1.0 / 3), 0.0)


def off_by(lost: float) -> tuple[Problem, Multipliers]:
    """One map, of which nothing is known but by how much it is off."""
    one, nothing = np.ones(1), np.zeros(1)
    maps = np.zeros((1, 2))
    loss, blocks = np.full(1, lost), (slice(0, 1),)
    given = Problem(nothing, maps, np.zeros(1, int), one, nothing, loss, blocks)
    return given, Multipliers(nothing, np.ones(1), 0.0)


def below_a_floor(short: float) -> tuple[Problem, Multipliers]:
    """One error, of which nothing is known but by how much it may miss its floor."""
    given, _ = off_by(0.0)
    centre, place = np.full(1, -1.0), np.zeros(1, int)
    some = replace(given, centres=centre, bent=place, short=np.full(1, short))
    return some, Multipliers(np.zeros(1), np.full(1, -1.0), 0.0)


def tiny(size: float) -> tuple[Problem, Multipliers]:
    """Squares that underflow."""
    nothing, maps = np.zeros(1), np.array([[size, 0.0]])
    blocks = (slice(0, 1),)
    radii = np.full(1, size)
    given = Problem(nothing, maps, np.zeros(1, int), radii, nothing, nothing, blocks)
    return given, Multipliers(nothing, np.ones(1), 0.0)


@cache
def cases(count: int) -> list[tuple[Problem, Multipliers]]:
    rng = np.random.default_rng(0)
    found = [off_by(0.125), below_a_floor(0.125), tiny(2.0**-540), tiny(2.0**-560)]
    found += [cancelling(rng) for _ in range(12)]
    for _ in range(count):
        given, some = drawn(rng)
        found.append((given, some))
        with np.errstate(all="ignore"):
            try:
                _, *sought = squares._found(given, 9)
                found.append((given, squares.near(given, *sought)))
            except np.linalg.LinAlgError:
                continue
    return found


def bounds(
    module: ModuleType, count: int
) -> Iterator[tuple[float, Problem, Multipliers, Float64Array]]:
    """What a module finds, and by which factor."""
    factor: Callable[[Float64Array], Float64Array] = module._factor
    found: list[Float64Array] = []

    def kept(matrix: Float64Array) -> Float64Array:
        found.append(factor(matrix))
        return np.asarray(found[-1])

    vars(module)["_factor"] = kept
    try:
        for given, multipliers in cases(count):
            with np.errstate(all="ignore"):
                bound = module.checked(given, multipliers)
            if np.isfinite(bound) and np.isfinite(found[-1]).all():
                yield bound, given, multipliers, found[-1]
    finally:
        vars(module)["_factor"] = factor


def below(module: ModuleType, count: int = 60) -> bool:
    """Whether some bound is below what the claim gives."""
    return any(
        F(bound) < claimed(given, multipliers, factor)
        for bound, given, multipliers, factor in bounds(module, count)
    )


def test_no_bound_is_below_its_claim() -> None:
    assert not below(squares)


@pytest.mark.nightly
def test_no_bound_of_many_is_below_its_claim() -> None:
    assert not below(squares, 2000)


def test_most_bounds_are_finite() -> None:
    found = list(bounds(squares, 60))
    assert len(found) > len(cases(60)) / 2
    assert sum(factor.any() for *_, factor in found) > 15


_SIZES = """        np.abs(maps).sum(axis=1) ** 2,
        np.abs(errors).sum(axis=1) ** 2,
"""
_IMPORT = "from slth_verify.forms.rounding import TINY, above, slack, total_above"

LIES = {
    "errors without radii": ("= roots * problem.radii", "= roots"),
    "errors without centres": ("errors[:, 0] = roots * problem.centres", "pass"),
    "a half of what maps are off by": ("(2.0 / _SHARE)", "(0.25 / _SHARE)"),
    "no share for what maps are off by": ("(2.0 / _SHARE)", "1.0"),
    "floors that are met exactly": ("roots**2 * _floors_off(problem)", "0.0"),
    "squares below floors alone": ("short * (2.0 * sizes + short)", "short * short"),
    "floors without centres": ("np.abs(problem.centres) + ", ""),
    "floors with the sign of ties": (
        "np.where(turned, -1.0, 1.0)",
        "np.where(turned, 1.0, 1.0)",
    ),
    "no room": ("roots, roots * (1.0 + _SHARE))", "roots, roots)"),
    "room of one square": (
        "roots, roots * (1.0 + _SHARE))",
        "roots, roots * (1.0 + _SHARE / 2))",
    ),
    "rounding dropped": (
        "lost = slack(terms) * total_above(np.concatenate(sizes))",
        "lost = 0.0",
    ),
    "rounding of squares dropped": (_SIZES, ""),
    "underflow dropped": (
        _IMPORT,
        "from slth_verify.forms.rounding import above, slack\n"
        "TINY = 0.0\n"
        "def total_above(x): return float(x.sum()) * (1.0 + slack(x.size))",
    ),
    "half of the linear form": ("    form[1:, 0] -= problem.linear\n", ""),
    "the lower half of what is left": (
        "np.abs(left).ravel(), symbols",
        "np.abs(np.tril(left)).ravel(), symbols",
    ),
    "the constant's multiplier dropped": ("(multipliers.one + whole)", "(whole)"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_below(lie: str, mutant: Callable[..., ModuleType]) -> None:
    assert below(mutant(squares, *LIES[lie]))
