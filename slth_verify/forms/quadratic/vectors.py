"""Vectors in the place of symbols: where they stop, multipliers are found; floats.

Free symbols are unit vectors. The error of a gate is in two balls: one around its
centre, and one around 0 that reaches as far as what the gate takes. An error with a
floor reaches as far, on that sphere. Nothing here decides anything.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array
from slth_verify.forms.quadratic.problems import RANK, Problem

#: No length counts as less.
_LEAST = 1e-300
#: In radii of its ball: so far an error on a sphere reaches, at most.
_FAR = 1.99


class Vectors:
    """One vector for each symbol, with what pulls at it.

    Args:
        problem: The form, whose ties are kept.
        floors: Whether errors with floors are kept on their spheres. What pulls at
            them may push at earlier vectors, which then take smaller steps.
    """

    def __init__(self, problem: Problem, *, floors: bool = False) -> None:
        self._problem = problem
        count, ties = len(problem.linear), len(problem.tied)
        rank = int(np.ceil(np.sqrt(2.0 * (count + ties)))) + 2
        drawn = np.random.default_rng(0).standard_normal((count + 1, min(RANK, rank)))
        self._y = drawn / np.linalg.norm(drawn, axis=1)[:, None]
        self._y[0] = 0.0
        self._y[0, 0] = 1.0
        size = float(np.abs(problem.linear).max())
        self._pulls = np.outer(problem.linear, self._y[0]) + 1e-3 * size * self._y[1:]
        self._free = np.ones(count, bool)
        self._free[problem.tied] = False
        self._sphere = np.zeros(ties, bool)
        if floors:
            self._sphere[problem.bent] = True
            self._sphere &= problem.centres > 0
        self._slow = np.zeros(count)
        self._sizes = np.abs(problem.maps)

    def value(self, linear: Float64Array) -> float:
        """Of a linear form, along 1."""
        return float(linear @ self._y[1:, 0])

    def floors(self) -> tuple[Float64Array, Float64Array]:
        """Errors with floors, and what their gates take, along 1."""
        problem, some = self._problem, self._problem.bent
        along = self._y[1 + problem.tied[some], 0]
        errors = np.maximum(problem.radii[some], _LEAST) * along
        return errors + problem.centres[some], problem.maps[some] @ self._y[:, 0]

    def forward(self) -> None:
        """Move tied vectors, in front of the gates, as far as earlier ones let them."""
        problem = self._problem
        for block in problem.blocks:
            moved, _, _ = self._moved(block, problem.maps[block] @ self._y)
            self._y[1 + problem.tied[block]] = moved

    def back(self, linear: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Move free vectors; multipliers of symbols and of ties."""
        problem, y = self._problem, self._y
        ties, symbols = np.zeros(len(problem.tied)), np.zeros(len(linear))
        self._pulls = np.outer(linear, y[0])
        self._slow = np.zeros(len(linear))
        for block in problem.blocks[::-1]:
            maps, reach = problem.maps[block, 1:], problem.maps[block] @ y
            _, symbols[problem.tied[block]], ties[block] = self._moved(block, reach)
            self._pulls += maps.T @ (ties[block, None] * reach)
            push = np.maximum(-ties[block], 0.0)
            if push.any():
                sizes = self._sizes[block]
                self._slow += sizes[:, 1:].T @ (push * sizes.sum(axis=1))
        pulls = self._pulls + self._slow[:, None] * y[1:]
        lengths = np.linalg.norm(pulls, axis=1)
        pulled = self._free & (lengths > _LEAST)  # others stay where they are
        y[1:][pulled] = pulls[pulled] / np.maximum(lengths, self._slow)[pulled, None]
        free = np.maximum(lengths - self._slow, 0.0)
        symbols[self._free] = free[self._free]
        return symbols, ties

    def _moved(
        self, block: slice, reach: Float64Array
    ) -> tuple[Float64Array, Float64Array, Float64Array]:
        """Tied symbols as far as they go where they are pulled, and multipliers."""
        problem, tied = self._problem, self._problem.tied[block]
        radii = np.maximum(problem.radii[block], _LEAST)
        centres, sphere = problem.centres[block], self._sphere[block]
        far = np.maximum(np.linalg.norm(reach, axis=1), 1e-9 * radii)
        far = np.where(sphere, np.minimum(far, _FAR * radii), far)
        slow = self._slow[tied] / radii**2
        here = radii[:, None] * self._y[1 + tied]
        pull = self._pulls[tied] / radii[:, None] + slow[:, None] * here
        # where one ball holds the best place of the other, that place is it
        force, towards = _length_and_way(pull)
        box = centres**2 + 2 * centres * radii * towards[:, 0] + radii**2 <= far**2
        box &= ~sphere
        in_box = radii[:, None] * towards
        in_box[:, 0] += centres
        box_ball = np.maximum(force / radii - slow, 0.0)
        pull[:, 0] += slow * centres  # from 0, no more from the centre
        force, towards = _length_and_way(pull)
        ahead = towards[:, 0]
        tie = ~box & (far**2 - 2 * far * centres * ahead + centres**2 <= radii**2)
        shift = np.where(centres == 0, 1.0, centres)
        height = (far**2 + centres**2 - radii**2) / (2 * shift)
        aside = far**2 - height**2
        box |= ~tie & ((aside <= 0) | (centres == 0))
        width = np.sqrt(np.where(aside > 0, aside, 1.0))
        flat = pull.copy()
        flat[:, 0] = 0.0
        across = np.maximum(np.linalg.norm(flat, axis=1), _LEAST)
        both = across / width
        ball = np.maximum((both * height - pull[:, 0]) / shift, 0.0)
        error = flat * (width / across)[:, None]
        error[:, 0] = height
        error = _either(box, in_box, tie, far[:, None] * towards, error)
        error[:, 0] -= centres
        least = np.where(sphere, -np.inf, 0.0)  # a sphere's multiplier has any sign
        ties = np.maximum(
            _either(box, slow, tie, force / far, both - ball) - slow, least
        )
        balls = _either(box, box_ball, tie, 0.0, ball)
        return error / radii[:, None], balls * radii**2, ties


def _length_and_way(vectors: Float64Array) -> tuple[Float64Array, Float64Array]:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1), _LEAST)
    return lengths, vectors / lengths[:, None]


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
