"""What symbols are at an image, in fractions, and what is then not so of joint rows."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from slth_verify.forms import Interval
from slth_verify.forms.joint import symbols
from slth_verify.forms.joint.joint_rows import JointRows
from slth_verify.forms.quadratic.problems import Problem
from slth_verify.graph import Clip, Input, MaxPool, Rectifier

F = Fraction
exact = np.vectorize(F, otypes=[object])
positive = np.vectorize(lambda number: max(number, F(0)), otypes=[object])

#: By node: the tensors of f and of g.
Tensors = dict[str, tuple[Any, Any]]


class TrueSymbols:
    """Symbols of one image, by what made them.

    Args:
        bounds: Of both networks.
        tensors: Of both for this image.
    """

    def __init__(self, bounds: Any, tensors: Tensors) -> None:
        self.of: dict[Any, list[Fraction]] = {}
        pair = bounds.known.pair
        for node in pair.nodes:
            x, y = tensors[node.name]
            upper, lower = bounds.half(node.name)
            self._error(upper, lower, positive(y) - exact(upper.by_target) * y)
            if isinstance(node, Input):
                box = bounds.known.intervals[node.name].target
                self._put(box, box, x)
            elif isinstance(node, (Rectifier, Clip)):
                takes = tensors[node.sources[0]]
                self._gate(bounds.gate(node), takes, (x, y))
            elif isinstance(node, MaxPool):
                self._pool(bounds.pool(node), tensors[node.sources[0]])

    def _gate(self, some: Any, takes: tuple[Any, Any], gives: tuple[Any, Any]) -> None:
        (p, q), (x, y) = takes, gives
        self._error(some.upper, some.lower, x - exact(some.upper.by_target) * p)
        gap = y - x - exact(some.gap_upper.by_gap) * (q - p)
        self._error(some.gap_upper, some.gap_lower, gap)

    def _pool(self, pool: Any, takes: tuple[Any, Any]) -> None:
        """One comparison after the other; margins are at -1 in both networks."""
        flat = [some.ravel() for some in takes]
        best = [some[pool.first] for some in flat]
        for match in pool.comparisons:
            ahead = [np.full(len(some), F(-1), object) for some in best]
            for gap, some, old in zip(ahead, flat, best, strict=True):
                gap[match.places] = some[match.entries] - old[match.places]
            more = [positive(gap) for gap in ahead]
            self._gate(match.relaxation, (ahead[0], ahead[1]), (more[0], more[1]))
            best = [old + new for old, new in zip(best, more, strict=True)]

    def _error(self, upper: Any, lower: Any, errors: Any) -> None:
        self._put(upper, Interval(lower.constant, upper.constant), errors)

    def _put(self, key: Any, ends: Interval, values: Any) -> None:
        """Of values between ends; 2 where a value is no point that it should be."""
        middle, radii = symbols.middle_and_radius(ends)
        self.of[key] = [
            (value - F(float(m))) / F(float(r)) if r else F(2 * (value != m))
            for m, r, value in zip(middle.flat, radii.flat, values.flat, strict=True)
        ]

    def vector(self, rows: JointRows) -> list[Fraction]:
        """All symbols, as columns of the ties' maps count them."""
        found = [F(0)] * rows._symbols
        for key, start in rows._starts.items():
            found[start : start + len(self.of[key])] = self.of[key]
        return found


class JudgedRows:
    """Rows of f and of g - f, whose bounds are known."""

    def __init__(self, rows: JointRows, target: Any, gap: Any) -> None:
        self.rows, self.target, self.gap = rows, target, gap
        self.upper = [rows.upper(row, 2) for row in range(target.shape[-1])]

    def wrong(self, true: TrueSymbols, tensors: tuple[Any, Any]) -> set[str]:
        """What is not so: of symbols, rows, ties, and bounds."""
        found = set()
        rows, row = self.rows, self.rows.rows
        every = true.vector(rows)
        if any(abs(number) > 1 for number in every):
            found.add("symbols")
        if not kept(rows.problem, every):
            found.add("ties")
        for number, value in enumerate(_values(self.target, self.gap, tensors)):
            made = F(float(row.constant[number]))
            for key, columns in row.columns.items():
                made += _product(columns[:, number], true.of[key])
            if abs(value - made) > F(float(row.lost[number])):
                found.add("rows")
            if F(self.upper[number]) < value:
                found.add("bounds")
            used = _reached(rows.problem, _linear(rows, number))
            some = rows.reached(number)
            if len(some.linear) != len(used) or not kept(
                some, [every[place] for place in used]
            ):
                found.add("reached")
        return found


def _values(target: Any, gap: Any, tensors: tuple[Any, Any]) -> list[Fraction]:
    """Rows at an image."""
    x, y = (some.ravel() for some in tensors)
    count = target.shape[-1]
    target, gap = target.reshape(-1, count), gap.reshape(-1, count)
    return [
        _product(target[:, row], x) + _product(gap[:, row], y - x)
        for row in range(count)
    ]


def _product(numbers: Any, exactly: Any) -> Fraction:
    pairs = zip(numbers.tolist(), exactly, strict=True)
    return sum((F(a) * b for a, b in pairs if a and b), F(0))


def _linear(rows: JointRows, row: int) -> Any:
    linear = np.zeros(rows._symbols)
    for key, columns in rows.rows.columns.items():
        start = rows._starts[key]
        linear[start : start + len(columns)] = columns[:, row]
    return linear


def _reached(problem: Problem, linear: Any) -> list[int]:
    """Symbols that a linear form uses, and those that their ties use, until no more."""
    found, new = set(), set(np.flatnonzero(linear).tolist())
    while new:
        found |= new
        ties = [tie for tie, of in enumerate(problem.tied) if int(of) in new]
        maps = problem.maps[ties, 1:]
        new = set(np.flatnonzero(maps.any(axis=0)).tolist()) - found
    return sorted(found)


def _made(problem: Problem, tie: int, every: list[Fraction]) -> Fraction:
    """What a map is at symbols."""
    map_ = problem.maps[tie]
    return F(float(map_[0])) + _product(map_[1:], every)


def kept(problem: Problem, every: list[Fraction]) -> bool:
    """Whether symbols keep all ties, and floors."""
    above = all(
        F(float(problem.radii[tie])) * every[problem.tied[tie]]
        + F(float(problem.centres[tie]))
        >= abs(_made(problem, tie, every)) - F(short)
        for tie, short in zip(
            problem.bent.tolist(), problem.short.tolist(), strict=True
        )
    )
    return above and all(
        abs(F(float(radius)) * every[tied] + F(float(centre)))
        <= abs(F(float(map_[0])) + _product(map_[1:], every)) + F(float(lost))
        for map_, tied, radius, centre, lost in zip(
            problem.maps,
            problem.tied.tolist(),
            problem.radii,
            problem.centres,
            problem.lost,
            strict=True,
        )
    )
