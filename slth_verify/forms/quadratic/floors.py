"""Errors of rectifiers have floors, which linear forms of symbols are bounded with.

A rectifier's value is its middle slope times what it takes, and an error that is a
share of the modulus of that: not more, which is a tie of squares (`squares`), and not
less, which is two linear inequalities. Multipliers of these make another linear form
that is nowhere less; it is bounded in place of the first. Any that are not negative do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.forms.quadratic import squares
from slth_verify.forms.quadratic.problems import Multipliers, Problem
from slth_verify.forms.quadratic.squares import near, proposed
from slth_verify.forms.quadratic.vectors import Vectors
from slth_verify.forms.rounding import TINY, above, slack, total_above

#: Rounds in which multipliers of floors are sought, at most, and those before that.
MOST_ROUNDS, _BEFORE = 64, 4
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
        attained: By vectors; with floors, about.
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
    kept = Kept(-np.inf, Lifts(nothing, nothing), None)
    if 0 < np.abs(problem.linear).sum() < np.inf:
        try:
            if len(problem.bent):
                return _found(problem, min(rounds, MOST_ROUNDS), below)
            attained, multipliers = proposed(problem, rounds, below)
            return replace(kept, attained=attained, multipliers=multipliers)
        except np.linalg.LinAlgError:
            pass
    return kept


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
        bound = squares.checked(some, kept.multipliers) + constant
        best = float(np.fmin(best, above(np.asarray(bound))))
    return best if best == best else np.inf


def lifted(problem: Problem, lifts: Lifts) -> tuple[Problem, float]:
    """Another form that, with a constant, is nowhere less than the given one.

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
    return replace(problem, linear=linear), constant


def _found(problem: Problem, rounds: int, below: float) -> Kept:
    """Multipliers of floors, of symbols and of ties.

    Vectors in the place of symbols are moved, errors with floors on their spheres.
    Multipliers of floors that errors are below along 1 grow, while others fall. They
    end in a circle around the best ones, whose mean is taken.

    Raises:
        LinAlgError: If floats were left.
    """
    radii = np.maximum(problem.radii[problem.bent], 1e-300)
    pulled = np.abs(problem.linear[problem.tied[problem.bent]])
    sizes = np.maximum(pulled, _LEAST * pulled.mean())
    lifts = Lifts(np.zeros(len(radii)), np.zeros(len(radii)))
    some, constant = lifted(problem, lifts)
    vectors = Vectors(problem, floors=True)
    seen = []
    for step in range(rounds):
        vectors.forward()
        attained = vectors.value(some.linear) + constant
        if step >= _BEFORE:
            length = _STEP * sizes / (1.0 + (step - _BEFORE) / _HALVED) / radii**2
            errors, taken = vectors.floors()
            lifts = Lifts(
                np.maximum(lifts.rising - length * (errors - taken), 0.0),
                np.maximum(lifts.falling - length * (errors + taken), 0.0),
            )
            some, constant = lifted(problem, lifts)
        multipliers = vectors.back(some.linear)
        if step >= rounds // 2:
            seen.append((attained, lifts.rising, lifts.falling, *multipliers))
    attained, rising, falling, symbols, ties = (
        np.mean(parts, axis=0) for parts in zip(*seen, strict=True)
    )
    lifts = Lifts(rising, falling)
    if attained >= below:
        return Kept(float(attained), lifts, None)
    some, _ = lifted(problem, lifts)
    return Kept(float(attained), lifts, near(some, symbols, ties))
