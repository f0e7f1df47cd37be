"""Rows bounded jointly: errors of many gates, which are not all worst at one image.

Every tensor is an affine map of symbols (`symbols`), and the error of a gate is no
larger than what the gate takes: that ties its symbol to those before. `quadratic`
bounds a row under all these ties; `Substitution` bounds each error alone.
"""

from __future__ import annotations

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.deadline import look_at_the_clock
from slth_verify.forms.backward.known import Known, Rows, row_count
from slth_verify.forms.intervals import Interval
from slth_verify.forms.joint.affordable import joint_is_affordable
from slth_verify.forms.joint.symbols import (
    Affine,
    ParallelBounds,
    SymbolicSubstitution,
    middle_and_radius,
)
from slth_verify.forms.joint.ties import Tie, ties_before
from slth_verify.forms.quadratic.floors import MOST_ROUNDS, Kept, bounded
from slth_verify.forms.quadratic.floors import found as multipliers_of
from slth_verify.forms.quadratic.problems import Problem
from slth_verify.forms.quadratic.squares import ROUNDS
from slth_verify.forms.rounding import TINY, above, slack
from slth_verify.ieee import require_ieee
from slth_verify.processes.inner_threads import one_inner_thread

#: Symbols that one row may have.
_MOST_SYMBOLS = 1024
#: Multiplications for all entries of a tensor; a second on one core are 1e10.
_MOST_WORK = 1 << 38
#: Rounds of one entry before another one is looked at.
_STAGES = (24, MOST_ROUNDS, ROUNDS)
#: Ties are left out where maps are off by more than this part of an error's radius.
_KNOWN = 2.0**-20
#: A share of a bound that is not worth more rounds.
_LITTLE = 1e-3


class JointRows:
    """Rows of a tensor, each of which can be bounded jointly.

    Attributes:
        rows: As affine maps of symbols.
        problem: All ties, with no row yet.
        work: Multiplications so far, about.

    Args:
        known: Intervals of what comes before.
        name: The tensor's node.
        target: Coefficients of x; see `upper_bounds`.
        gap: Those of y - x.

    Raises:
        FloatingPointModeError: If this thread does not round to nearest.

    Source:
        der:joint-forms.
    """

    def __init__(self, known: Known, name: str, target: Rows, gap: Rows) -> None:
        require_ieee()
        count = row_count(known.pair.shapes[name], target, gap)
        bounds = ParallelBounds(known)
        with np.errstate(all="ignore"):
            work = SymbolicSubstitution(bounds, count)
            work.back(name, target, gap)
            self.rows = work.affine
            ties = ties_before(bounds, name)
            maps = [self.rows, *(tie.forms for tie in ties)]
            sizes = {key: len(c) for forms in maps for key, c in forms.columns.items()}
            starts = np.cumsum([0, *sizes.values()])
            self._starts = dict(zip(sizes, starts.tolist(), strict=False))
            self._symbols = int(starts[-1])
            self.problem = self._problem([t for t in ties if t.key in sizes])
        self.work = 0
        self._met: dict[tuple[bytes, int, int, int], Kept] = {}

    def _problem(self, ties: list[Tie]) -> Problem:
        """All ties, with no row yet."""
        numbers = [(np.zeros(0, np.int64), *[np.zeros(0)] * 4, self._nothing)]
        for tie in ties:
            map_ = self._matrix(tie.forms) * tie.shares[:, None]
            lost = tie.shares * tie.forms.lost
            # one rounding in each number of the map
            lost = above(lost + slack(map_.shape[1]) * np.abs(map_).sum(axis=1))
            lost = above(lost + map_.shape[1] * TINY)
            at = self._starts[tie.key] + tie.entries
            centres, radii = middle_and_radius(tie.ends)
            short = above(tie.short + lost)
            known = lost <= _KNOWN * radii
            parts = at, centres, radii, lost, short, map_
            numbers.append(tuple(part[known] for part in parts))
        tied, centres, radii, lost, short, maps = map(
            np.concatenate, zip(*numbers, strict=True)
        )
        stops = np.cumsum([len(at) for at, *_ in numbers]).tolist()
        blocks = tuple(map(slice, stops, stops[1:]))
        bent = np.flatnonzero(np.isfinite(short))
        linear = np.zeros(self._symbols)
        return Problem(
            linear, maps, tied, radii, centres, lost, blocks, bent, short[bent]
        )

    @property
    def _nothing(self) -> Float64Array:
        """No maps."""
        return np.zeros((0, 1 + self._symbols))

    def _matrix(self, forms: Affine) -> Float64Array:
        """Maps as rows: the constant, and coefficients of all symbols."""
        found = np.zeros((len(forms.constant), 1 + self._symbols))
        found[:, 0] = forms.constant
        for key, columns in forms.columns.items():
            start = 1 + self._starts[key]
            found[:, start : start + len(columns)] = columns.T
        return found

    def reached(self, row: int) -> Problem:
        """A row and the ties that matter for it."""
        linear = np.zeros(self._symbols)
        for key, columns in self.rows.columns.items():
            start = self._starts[key]
            linear[start : start + len(columns)] = columns[:, row]
        return reached(self.problem, linear)

    def upper(self, row: int, rounds: int = ROUNDS) -> float:
        """A bound of one row from above; infinite where floats were left.

        Args:
            row: Which one.
            rounds: In which multipliers are sought.

        Rigor:
            Enclosed, over the box.
        """
        return self.attained_and_upper(row, rounds)[1]

    def attained_and_upper(
        self,
        row: int,
        rounds: int = ROUNDS,
        least: float = np.inf,
        problem: Problem | None = None,
    ) -> tuple[float, float]:
        """What no multipliers go below, in floats, and a bound of one row from above.

        Args:
            row: Which one.
            rounds: In which multipliers are sought.
            least: A bound that is not less is not wanted, and may be loose.
            problem: What `reached` makes of this row, if that is known already.
        """
        look_at_the_clock()
        with np.errstate(all="ignore"):
            problem = problem or self.reached(row)
            if len(problem.linear) > _MOST_SYMBOLS:
                return -np.inf, np.inf
            constant, lost = self.rows.constant[row], self.rows.lost[row]
            kept = self._kept(problem, rounds, least - constant)
            attained, found = kept.attained, bounded(problem, kept)
            found = float(above(np.asarray(found + lost)))
            found = float(above(np.asarray(found + constant)))
            attained = float(attained + constant)
        return attained, found if found == found else np.inf

    def _kept(self, problem: Problem, rounds: int, least: float) -> Kept:
        """What was found for a row that is the same up to rounding, or is found now."""
        linear = problem.linear.astype(np.float32).tobytes()
        key = linear, len(problem.tied), len(problem.bent), rounds
        self.work += problem.work(0)
        if key not in self._met:
            self._met[key] = multipliers_of(problem, rounds, least)
            self.work += problem.work(rounds)
        return self._met[key]


def reached(problem: Problem, linear: Float64Array) -> Problem:
    """A problem of the symbols that a linear form uses, and what these are tied to."""
    used = linear != 0
    for block in reversed(problem.blocks):
        some = used[problem.tied[block]]
        used |= (problem.maps[block, 1:][some] != 0).any(axis=0)
    ties = np.flatnonzero(used[problem.tied])
    stops = [np.searchsorted(ties, block.stop).item() for block in problem.blocks]
    places = np.cumsum(used) - 1
    kept = np.isin(problem.bent, ties)
    return Problem(
        linear[used],
        problem.maps[np.ix_(ties, np.append(True, used).nonzero()[0])],
        places[problem.tied[ties]],
        problem.radii[ties],
        problem.centres[ties],
        problem.lost[ties],
        tuple(map(slice, [0, *stops], stops)),
        np.searchsorted(ties, problem.bent[kept]),
        problem.short[kept],
    )


def joint_bounds(known: Known, name: str, target: Rows, gap: Rows) -> Float64Array:
    """Bounds of all rows of a tensor from above; infinite where that takes too long."""
    count = row_count(known.pair.shapes[name], target, gap)
    if not joint_is_affordable(known, name, count):
        return np.full(count, np.inf)
    with one_inner_thread():
        rows = JointRows(known, name, target, gap)
        return np.array([rows.upper(row) for row in range(count)])


def worst_sharpened(known: Known, name: str, found: Interval) -> Interval:
    """Ends of the differences of a tensor, of which the outermost were sharpened.

    The largest modulus is made smaller, a little first and then as far as that goes,
    until it stays the largest: those of other entries do not matter. What vectors
    attain says what more rounds may gain at most; little is not worth them.
    """
    if not joint_is_affordable(known, name, 2 * found.low.size):
        return found
    with one_inner_thread(), np.errstate(all="ignore"):
        return _worst_sharpened(known, name, found)


def _worst_sharpened(known: Known, name: str, found: Interval) -> Interval:
    shape, size = found.low.shape, found.low.size
    bounds = np.concatenate([found.high.ravel(), -found.low.ravel()])
    bounds = np.where(np.isnan(bounds), np.inf, bounds)
    unit = np.concatenate([np.eye(size), -np.eye(size)], axis=1)
    rows = JointRows(known, name, None, unit.reshape(*shape, 2 * size))
    stages = np.zeros(2 * size, np.int64)
    while stages[row := int(bounds.argmax())] < len(_STAGES) and rows.work < _MOST_WORK:
        problem, rounds = rows.reached(row), _STAGES[stages[row]]
        attained, sharper = rows.attained_and_upper(row, rounds, bounds[row], problem)
        bounds[row] = min(bounds[row], sharper)
        stages[row] += 1
        if len(problem.bent):
            done = rounds >= MOST_ROUNDS
        else:
            done = bounds[row] - attained <= _LITTLE * abs(bounds[row])
        if done:
            stages[row] = len(_STAGES)
    return Interval(-bounds[size:].reshape(shape), bounds[:size].reshape(shape))
