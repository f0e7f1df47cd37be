"""Linear forms of symbols that squares tie together, bounded by a sum of squares.

Symbols lie between -1 and 1, and an error of a gate is no larger than what the gate
takes, which is made of earlier symbols. Multipliers of these inequalities make a
quadratic form; where it is not negative, they prove a bound. Any multipliers do: what
the form lacks is added.
"""

from __future__ import annotations

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.forms.quadratic.problems import Multipliers, Problem
from slth_verify.forms.quadratic.vectors import Vectors
from slth_verify.forms.rounding import TINY, above, slack, total_above

#: Rounds in which multipliers are sought, and a share of progress that ends them.
ROUNDS, _SLOW = 200, 2e-5
#: By some of these shares of squares of symbols, the form is to be positive.
_SPARE = (1e-5, 1e-4, 1e-3, 1e-2)
#: Least multipliers, as shares of the largest coefficient.
_LEAST = 1e-8
#: By this share of squares, room is made for errors of rounding.
_SHARE = 2.0**-30


def largest_above(problem: Problem, rounds: int = ROUNDS) -> float:
    """A bound of the linear form from above, infinite where floats were left.

    Rigor:
        Enclosed, whatever multipliers are found.

    Source:
        der:joint-forms.
    """
    return attained_and_above(problem, rounds)[1]


def attained_and_above(
    problem: Problem, rounds: int = ROUNDS, below: float = np.inf
) -> tuple[float, float]:
    """What vectors attain, and a bound like that of `largest_above`.

    No multipliers prove less than what vectors attain, up to rounding; multipliers are
    checked only where that is less than what is asked for.

    Args:
        problem: The form and its ties.
        rounds: In which multipliers are sought.
        below: A bound that is not less is not wanted.
    """
    attained = -np.inf
    with np.errstate(all="ignore"):
        best = total_above(np.abs(problem.linear))
        if not 0 < best < np.inf or not problem.linear.any():
            return attained, best if best >= 0 else np.inf
        try:
            attained, multipliers = proposed(problem, rounds, below)
            if multipliers is not None:
                best = float(np.fmin(best, checked(problem, multipliers)))
        except np.linalg.LinAlgError:
            pass
    return attained, best if best == best else np.inf


def proposed(
    problem: Problem, rounds: int, below: float = np.inf
) -> tuple[float, Multipliers | None]:
    """What vectors attain, and multipliers if these may prove less than ``below``.

    Raises:
        LinAlgError: If floats were left.
    """
    attained, symbols, ties = _found(problem, rounds)
    if attained >= below:
        return attained, None
    return attained, near(problem, symbols, ties)


def checked(problem: Problem, multipliers: Multipliers) -> float:
    """The bound that multipliers give, be they good or bad; NaN proves nothing.

    Negative multipliers of ties are those of floors' squares (der:joint-floors), and
    prove nothing where there is no floor.
    """
    symbols = np.maximum(multipliers.symbols, 0.0)
    roots, turned = np.sqrt(np.abs(multipliers.ties)), multipliers.ties < 0
    signs = np.where(turned, -1.0, 1.0)[:, None]
    # the square of a sum is at most so much of one square, and the rest of the other
    maps = problem.maps * np.where(turned, roots, roots * (1.0 + _SHARE))[:, None]
    errors = np.zeros_like(maps)
    errors[:, 0] = roots * problem.centres
    errors[np.arange(len(roots)), 1 + problem.tied] = roots * problem.radii
    form = errors.T @ (signs * errors) - maps.T @ (signs * maps)
    form[0, 1:] -= problem.linear
    form[1:, 0] -= problem.linear
    form += np.diag(np.append(multipliers.one, symbols))
    factor = _factor(form)
    left = form - factor @ factor.T
    sizes = [
        np.abs(maps).sum(axis=1) ** 2,
        np.abs(errors).sum(axis=1) ** 2,
        np.abs(factor).sum(axis=0) ** 2,
        symbols,
        4 * np.abs(problem.linear),
        np.abs([multipliers.one]),
    ]
    count, terms = len(form), 8 + sum(maps.shape)
    lost = slack(terms) * total_above(np.concatenate(sizes))
    lost += count * count * terms * TINY
    off = (roots * problem.lost) ** 2 * (2.0 / _SHARE)
    off = np.where(turned, roots**2 * _floors_off(problem), off)
    parts = [np.abs(left).ravel(), symbols, off, np.full(1, lost)]
    whole = total_above(np.concatenate(parts)) * (1.0 + slack(8))
    return float(above(np.asarray(multipliers.one + whole))) / 2 + TINY


def _floors_off(problem: Problem) -> Float64Array:
    """By so much squares of errors may be below those of what gates take."""
    short = np.full(len(problem.tied), np.inf)
    short[problem.bent] = problem.short
    sizes = np.abs(problem.centres) + problem.radii
    return np.asarray(short * (2.0 * sizes + short))


def _factor(matrix: Float64Array) -> Float64Array:
    """A matrix times whose transpose is near the given one, if that is possible."""
    try:
        return np.asarray(np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        return np.zeros_like(matrix)


def near(problem: Problem, symbols: Float64Array, ties: Float64Array) -> Multipliers:
    """Multipliers like those found, with which the quadratic form has a factor.

    Raises:
        LinAlgError: If floats were left.
    """
    constants, maps = problem.maps[:, 0], problem.maps[:, 1:]
    least = _LEAST * np.abs(problem.linear).max()
    squares = symbols.copy()
    squares[problem.tied] += ties * problem.radii**2
    spare = np.maximum(least - squares, 0.0)
    symbols, squares = symbols + spare, squares + spare
    product = maps.T @ (ties[:, None] * maps)
    roots = np.sqrt(squares)
    steep, directions = np.linalg.eigh(product / roots / roots[:, None])
    directions *= roots[:, None]
    pulls = problem.linear + maps.T @ (ties * constants)
    pulls[problem.tied] -= ties * problem.radii * problem.centres
    own = float((ties * (constants**2 - problem.centres**2)).sum())
    found = []
    for share in _SPARE:
        # where the form falls, a diagonal that is not less than what is missing
        falls = steep > 1.0 - share
        some = directions[:, falls]
        missing = np.abs((some * (steep[falls] - 1.0 + share)) @ some.T).sum(axis=1)
        form = np.diag(squares + missing) - product
        one = float(pulls @ np.linalg.solve(form, pulls))
        one += own + _SPARE[0] * abs(one)
        found.append(Multipliers(symbols + missing, ties, one))
    return min(found, key=lambda some: some.one + float(some.symbols.sum()))


def _found(problem: Problem, rounds: int) -> tuple[float, Float64Array, Float64Array]:
    """What vectors attain, and multipliers of symbols and of ties.

    Vectors in the place of symbols are moved to their best places, one by one. Those of
    as many dimensions as here have no worse local maximum. What pulls at them is the
    multipliers.
    """
    vectors = Vectors(problem)
    attained = value = -np.inf
    symbols, ties = np.zeros(len(problem.linear)), np.zeros(len(problem.tied))
    for step in range(rounds):
        vectors.forward()
        attained = vectors.value(problem.linear)  # all ties are kept here
        symbols, ties = vectors.back(problem.linear)
        if step % 8 == 7:
            before, value = value, vectors.value(problem.linear)
            if value - before <= _SLOW * abs(value):
                break
    return attained, symbols, ties
