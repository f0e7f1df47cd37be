"""Linear forms of symbols that squares tie together, bounded by a sum of squares.

Symbols lie between -1 and 1, and an error of a gate is no larger than what the gate
takes, which is made of earlier symbols. Multipliers of these inequalities make a
quadratic form; where it is not negative, they prove a bound. Any multipliers do: what
the form lacks is added.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array, IndexArray
from slth_verify.forms.rounding import TINY, above, slack, total_above

#: Rounds in which multipliers are sought, and a share of progress that ends them.
ROUNDS, _SLOW = 200, 2e-5
#: By some of these shares of squares of symbols, the form is to be positive.
_SPARE = (1e-5, 1e-4, 1e-3, 1e-2)
#: Dimensions of vectors that are moved, at most.
_RANK = 16
#: Least multipliers, as shares of the largest coefficient.
_LEAST = 1e-8
#: By this share of squares, room is made for errors of rounding.
_SHARE = 2.0**-30


@dataclass(frozen=True, eq=False, slots=True)
class Problem:
    """``linear @ e`` for symbols ``|e| <= 1`` with ``(r e_i + c)^2 <= (A (1, e))^2``.

    Attributes:
        linear: Shape ``(symbols,)``.
        maps: A, of shape ``(ties, 1 + symbols)``; constants come first.
        tied: Which symbol each tie is of; its map uses earlier ones.
        radii: r.
        centres: c.
        lost: By so much each map may be off.
        blocks: Ties that do not use each other's symbols, in order.
        bent: Ties with a floor, ``r e_i + c >= |A (1, e)| - short`` (`floors`).
        short: By so much each of these errors may be below.
    """

    linear: Float64Array
    maps: Float64Array
    tied: IndexArray
    radii: Float64Array
    centres: Float64Array
    lost: Float64Array
    blocks: tuple[slice, ...]
    bent: IndexArray = field(default_factory=lambda: np.zeros(0, np.int64))
    short: Float64Array = field(default_factory=lambda: np.zeros(0))

    def work(self, rounds: int) -> int:
        """Multiplications that multipliers take, or a bound with known ones."""
        passes = 2 if len(self.bent) else 1
        moves = 4 * rounds * _RANK * self.maps.size
        return passes * moves + (8 if rounds else 3) * len(self.linear) ** 3


@dataclass(frozen=True, eq=False, slots=True)
class Multipliers:
    """Of the inequalities of a problem.

    Attributes:
        symbols: Of ``e^2 <= 1``.
        ties: Of each tie.
        one: What is left for the constant.
    """

    symbols: Float64Array
    ties: Float64Array
    one: float


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
    return attained, _proposed(problem, symbols, ties)


def checked(problem: Problem, multipliers: Multipliers) -> float:
    """The bound that multipliers give, be they good or bad; NaN proves nothing."""
    symbols = np.maximum(multipliers.symbols, 0.0)
    roots = np.sqrt(multipliers.ties)
    # the square of a sum is at most so much of one square, and the rest of the other
    maps = problem.maps * (roots * (1.0 + _SHARE))[:, None]
    errors = np.zeros_like(maps)
    errors[:, 0] = roots * problem.centres
    errors[np.arange(len(roots)), 1 + problem.tied] = roots * problem.radii
    form = errors.T @ errors - maps.T @ maps
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
    parts = [np.abs(left).ravel(), symbols, off, np.full(1, lost)]
    whole = total_above(np.concatenate(parts)) * (1.0 + slack(8))
    return float(above(np.asarray(multipliers.one + whole))) / 2 + TINY


def _factor(matrix: Float64Array) -> Float64Array:
    """A matrix times whose transpose is near the given one, if that is possible."""
    try:
        return np.asarray(np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        return np.zeros_like(matrix)


def _proposed(
    problem: Problem, symbols: Float64Array, ties: Float64Array
) -> Multipliers:
    """Multipliers like those found, with which the quadratic form has a factor."""
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
    y, pulls = vectors_at_first(problem)
    attained = value = -np.inf
    symbols, ties = np.zeros(len(problem.linear)), np.zeros(len(problem.tied))
    for step in range(rounds):
        forward(problem, y, pulls)
        attained = float(problem.linear @ y[1:, 0])  # all ties are kept here
        pulls, symbols, ties = back(problem, y)
        if step % 8 == 7:
            before, value = value, float(problem.linear @ y[1:, 0])
            if value - before <= _SLOW * abs(value):
                break
    return attained, symbols, ties


def vectors_at_first(problem: Problem) -> tuple[Float64Array, Float64Array]:
    """Vectors in the place of 1 and of symbols, and what pulls at the latter."""
    count = len(problem.linear)
    rank = int(np.ceil(np.sqrt(2.0 * (count + len(problem.tied))))) + 2
    drawn = np.random.default_rng(0).standard_normal((count + 1, min(_RANK, rank)))
    y = drawn / np.linalg.norm(drawn, axis=1)[:, None]
    y[0] = 0.0
    y[0, 0] = 1.0
    size = float(np.abs(problem.linear).max())
    return y, np.outer(problem.linear, y[0]) + 1e-3 * size * y[1:]


def forward(problem: Problem, y: Float64Array, pulls: Float64Array) -> None:
    """Move tied vectors, in front of the gates, as far as earlier ones let them."""
    for block in problem.blocks:
        moved, _, _ = _moved(problem, block, pulls, problem.maps[block] @ y)
        y[1 + problem.tied[block]] = moved


def back(
    problem: Problem, y: Float64Array
) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Move free vectors; what pulls at all, and multipliers of symbols and of ties."""
    maps, tied = problem.maps, problem.tied
    count = len(problem.linear)
    ties, symbols = np.zeros(len(tied)), np.zeros(count)
    pulls = np.outer(problem.linear, y[0])
    for block in problem.blocks[::-1]:
        reach = maps[block] @ y
        _, symbols[tied[block]], ties[block] = _moved(problem, block, pulls, reach)
        pulls += maps[block, 1:].T @ (ties[block, None] * reach)
    lengths = np.linalg.norm(pulls, axis=1)
    free = np.ones(count, bool)
    free[tied] = False
    pulled = free & (lengths > 1e-300)  # others stay where they are
    y[1:][pulled] = pulls[pulled] / lengths[pulled, None]
    symbols[free] = lengths[free]
    return pulls, symbols, ties


def _moved(
    problem: Problem, block: slice, pulls: Float64Array, reach: Float64Array
) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Tied symbols as far as they go in the direction of what pulls, and multipliers.

    The error lies in two balls, one around 0 and one around the centre.
    """
    radii = np.maximum(problem.radii[block], 1e-300)
    centres = problem.centres[block]
    far = np.maximum(np.linalg.norm(reach, axis=1), 1e-9 * radii)
    pull = pulls[problem.tied[block]] / radii[:, None]
    force = np.maximum(np.linalg.norm(pull, axis=1), 1e-300)
    towards = pull / force[:, None]
    ahead = towards[:, 0]
    # where one ball holds the best place of the other, that place is it
    box = centres**2 + 2 * centres * radii * ahead + radii**2 <= far**2
    tie = ~box & (far**2 - 2 * far * centres * ahead + centres**2 <= radii**2)
    shift = np.where(centres == 0, 1.0, centres)
    height = (far**2 + centres**2 - radii**2) / (2 * shift)
    aside = far**2 - height**2
    box |= ~tie & ((aside <= 0) | (centres == 0))
    width = np.sqrt(np.where(aside > 0, aside, 1.0))
    flat = pull.copy()
    flat[:, 0] = 0.0
    across = np.maximum(np.linalg.norm(flat, axis=1), 1e-300)
    both = across / width
    ball = np.maximum((both * height - pull[:, 0]) / shift, 0.0)
    error = flat * (width / across)[:, None]
    error[:, 0] = height
    error = _either(box, radii[:, None] * towards, tie, far[:, None] * towards, error)
    error[:, 0] += np.where(box, centres, 0.0)
    ties = _either(box, 0.0, tie, force / far, np.maximum(both - ball, 0.0))
    balls = _either(box, force / radii, tie, 0.0, ball)
    error[:, 0] -= centres
    return error / radii[:, None], balls * radii**2, ties


def _either(
    first: NDArray[np.bool_],
    one: Float64Array | float,
    second: NDArray[np.bool_],
    other: Float64Array | float,
    rest: Float64Array,
) -> Float64Array:
    if rest.ndim == 2:
        first, second = first[:, None], second[:, None]
    return np.where(first, one, np.where(second, other, rest))
