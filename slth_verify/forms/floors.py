"""Errors of rectifiers have floors, which linear forms of symbols are bounded with.

A rectifier's value is its middle slope times what it takes, and an error that is a
share of the modulus of that: not more, which is a tie of squares (`quadratic`), and not
less, which is two linear inequalities. Multipliers of these make another linear form
that is nowhere less; it is bounded in place of the first. Any that are not negative do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.forms import quadratic
from slth_verify.forms.quadratic import (
    Multipliers,
    Problem,
    back,
    forward,
    proposed,
    vectors_at_first,
)
from slth_verify.forms.rounding import TINY, above, slack, total_above

#: Rounds in which multipliers of floors are sought, at most, and those before that.
_ROUNDS, _BEFORE = 64, 4
#: First steps, in parts of coefficients, and after how many rounds they are halved.
_STEP, _HALVED = 1.0, 10.0
#: No coefficient counts as less than this part of their mean.
_LEAST = 0.1


@dataclass(frozen=True, eq=False, slots=True)
class Lifts:
    """Multipliers of ``e - A y >= 0`` and of ``e + A y >= 0``, for errors with floors.

    Attributes:
        rising: Of the first.
        falling: Of the second.
    """

    rising: Float64Array
    falling: Float64Array


@dataclass(frozen=True, eq=False, slots=True)
class Kept:
    """What was found for a row, for others that are nearly the same.

    Attributes:
        attained: By vectors, with these multipliers of floors.
        lifts: Multipliers of floors.
        multipliers: Of ties and symbols; None if they were not worth a look.
    """

    attained: float
    lifts: Lifts
    multipliers: Multipliers | None


def found(problem: Problem, rounds: int, below: float = np.inf) -> Kept:
    """Multipliers with which a problem's bound is nearly least.

    Args:
        problem: The form, its ties and floors.
        rounds: In which multipliers are sought.
        below: A bound that is not less is not wanted.
    """
    nothing = np.zeros(len(problem.bent))
    lifts, multipliers, attained = Lifts(nothing, nothing), None, -np.inf
    if 0 < np.abs(problem.linear).sum() < np.inf:
        try:
            if len(problem.bent):
                lifts = sought(problem, min(rounds, _ROUNDS))
            some, constant = lifted(problem, lifts)
            attained, multipliers = proposed(some, rounds, below - constant)
            attained += constant
        except np.linalg.LinAlgError:
            pass
    return Kept(attained, lifts, multipliers)


def bounded(problem: Problem, kept: Kept) -> float:
    """A bound from above, whatever was kept; infinite where floats were left.

    Rigor:
        Enclosed.

    Source:
        der:joint-floors.
    """
    best = total_above(np.abs(problem.linear))
    if kept.multipliers is not None:
        some, constant = lifted(problem, kept.lifts)
        bound = quadratic.checked(some, kept.multipliers) + constant
        best = float(np.fmin(best, above(np.asarray(bound))))
    return best if best == best else np.inf


def lifted(problem: Problem, lifts: Lifts) -> tuple[Problem, float]:
    """A form without floors that, with a constant, is nowhere less than the given one.

    Errors of rounding are charged to the constant. Where floats were left, the constant
    is infinite or NaN, which proves nothing.
    """
    some = problem.bent
    rising, falling = (np.maximum(x, 0.0) for x in (lifts.rising, lifts.falling))
    whole, rest = rising + falling, rising - falling
    maps, radii, centres = (
        x[some] for x in (problem.maps, problem.radii, problem.centres)
    )
    linear = problem.linear - rest @ maps[:, 1:]
    linear[problem.tied[some]] += whole * radii
    constant = float(whole @ centres - rest @ maps[:, 0])
    sizes = [
        np.abs(problem.linear),
        whole * np.abs(maps).sum(axis=1),
        whole * radii,
        whole * np.abs(centres),
    ]
    terms = 8 + sum(problem.maps.shape)
    lost = slack(terms) * total_above(np.concatenate(sizes)) + terms * terms * TINY
    short = total_above(whole * problem.short)
    constant = float(above(np.asarray(constant + (lost + short) * (1 + slack(1)))))
    none = np.zeros(0, np.int64)
    return replace(problem, linear=linear, bent=none, short=np.zeros(0)), constant


def sought(problem: Problem, rounds: int) -> Lifts:
    """Multipliers of floors, for which the bound is nearly least.

    Vectors in the place of symbols are moved as in `quadratic`, and multipliers of
    floors that they are below grow, while others fall.
    """
    some, tied = problem.bent, problem.tied[problem.bent]
    maps, centres = problem.maps[some], problem.centres[some]
    radii = np.maximum(problem.radii[some], 1e-300)
    pulled = np.abs(problem.linear[tied])
    sizes = np.maximum(pulled, _LEAST * pulled.mean())
    rising, falling = np.zeros(len(some)), np.zeros(len(some))
    y, pulls = vectors_at_first(problem)
    for step in range(rounds):
        forward(problem, y, pulls)
        if step >= _BEFORE:
            length = _STEP * sizes / (1.0 + (step - _BEFORE) / _HALVED)
            error = radii * y[1 + tied, 0] + centres
            taken = maps @ y[:, 0]
            rising = np.maximum(rising - length * (error - taken) / radii**2, 0.0)
            falling = np.maximum(falling - length * (error + taken) / radii**2, 0.0)
        linear = problem.linear - (rising - falling) @ maps[:, 1:]
        linear[tied] += (rising + falling) * radii
        pulls = back(replace(problem, linear=linear), y)[0]
    return Lifts(rising, falling)
