"""Rows bounded jointly: errors of many gates, which are not all worst at one image.

Every tensor is an affine map of symbols (`symbols`), and the error of a gate is no
larger than what the gate takes: that ties its symbol to those before. `quadratic`
bounds a row under all these ties; `Substitution` bounds each error alone.
"""

from __future__ import annotations

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.deadline import look_at_the_clock
from slth_verify.forms.intervals import Interval
from slth_verify.forms.known import Known, Rows, row_count
from slth_verify.forms.quadratic import ROUNDS, Problem, attained_and_above
from slth_verify.forms.rounding import TINY, above, slack
from slth_verify.forms.symbols import (
    Affine,
    ParallelBounds,
    SymbolicSubstitution,
    middle_and_radius,
)
from slth_verify.forms.ties import Tie, before, ties_before
from slth_verify.graph.nodes import Clip, Input, MaxPool, Rectifier
from slth_verify.graph.stages import Stage
from slth_verify.ieee import require_ieee

#: Numbers of all maps, 256 MiB, and symbols that one row may have.
_MOST_NUMBERS, _MOST_SYMBOLS = 1 << 25, 1024
#: Multiplications for all entries of a tensor; a second on one core are 2e9.
_MOST_WORK = 1 << 34
#: Rounds of one entry before another one is looked at.
_STAGES = (8, 20, ROUNDS)
#: A share of a bound that is not worth more rounds.
_LITTLE = 1e-3


class JointRows:
    """Rows of a tensor, each of which can be bounded jointly.

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

    def _problem(self, ties: list[Tie]) -> Problem:
        """All ties, with no row yet."""
        empty = np.zeros(0)
        columns = np.zeros((0, 1 + self._symbols))
        numbers = [(np.zeros(0, np.int64), empty, empty, empty, columns)]
        for tie in ties:
            map_ = self._matrix(tie.forms) * tie.shares[:, None]
            lost = tie.shares * tie.forms.lost
            # one rounding in each number of the map
            lost = above(lost + slack(map_.shape[1]) * np.abs(map_).sum(axis=1))
            lost = above(lost + map_.shape[1] * TINY)
            at = self._starts[tie.key] + tie.entries
            numbers.append((at, *middle_and_radius(tie.ends), lost, map_))
        tied, centres, radii, lost, maps = map(
            np.concatenate, zip(*numbers, strict=True)
        )
        stops = np.cumsum([0, *(len(tie.entries) for tie in ties)]).tolist()
        blocks = tuple(map(slice, stops, stops[1:]))
        nothing = np.zeros(self._symbols)
        return Problem(nothing, maps, tied, radii, centres, lost, blocks)

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
        below: float = np.inf,
        problem: Problem | None = None,
    ) -> tuple[float, float]:
        """What no multipliers go below, in floats, and a bound of one row from above.

        Args:
            row: Which one.
            rounds: In which multipliers are sought.
            below: A bound that is not less is not wanted, and may be loose.
            problem: What `reached` makes of this row, if that is known already.
        """
        look_at_the_clock()
        with np.errstate(all="ignore"):
            problem = problem or self.reached(row)
            if len(problem.linear) > _MOST_SYMBOLS:
                return -np.inf, np.inf
            constant, lost = self.rows.constant[row], self.rows.lost[row]
            attained, found = attained_and_above(problem, rounds, below - constant)
            found = float(above(np.asarray(found + lost)))
            found = float(above(np.asarray(found + constant)))
        return float(attained + constant), found if found == found else np.inf


def reached(problem: Problem, linear: Float64Array) -> Problem:
    """A problem of the symbols that a linear form uses, and what these are tied to."""
    used = linear != 0
    for block in reversed(problem.blocks):
        some = used[problem.tied[block]]
        used |= (problem.maps[block, 1:][some] != 0).any(axis=0)
    ties = np.flatnonzero(used[problem.tied])
    stops = [np.searchsorted(ties, block.stop).item() for block in problem.blocks]
    places = np.cumsum(used) - 1
    return Problem(
        linear[used],
        problem.maps[np.ix_(ties, np.append(True, used).nonzero()[0])],
        places[problem.tied[ties]],
        problem.radii[ties],
        problem.centres[ties],
        problem.lost[ties],
        tuple(map(slice, [0, *stops], stops)),
    )


def joint_bounds(known: Known, name: str, target: Rows, gap: Rows) -> Float64Array:
    """Bounds of all rows of a tensor from above; infinite where that takes too long."""
    count = row_count(known.pair.shapes[name], target, gap)
    if not joint_is_affordable(known, name, count):
        return np.full(count, np.inf)
    rows = JointRows(known, name, target, gap)
    return np.array([rows.upper(row) for row in range(count)])


def worst_sharpened(known: Known, name: str, found: Interval) -> Interval:
    """Ends of the differences of a tensor, of which the outermost were sharpened.

    The largest modulus is made smaller, a little first and then as far as that goes,
    until it stays the largest: those of other entries do not matter. What vectors
    attain says what more rounds may gain at most; little is not worth them.
    """
    shape, size = found.low.shape, found.low.size
    if not joint_is_affordable(known, name, 2 * size):
        return found
    bounds = np.concatenate([found.high.ravel(), -found.low.ravel()])
    bounds = np.where(np.isnan(bounds), np.inf, bounds)
    unit = np.concatenate([np.eye(size), -np.eye(size)], axis=1)
    rows = JointRows(known, name, None, unit.reshape(*shape, 2 * size))
    stages = np.zeros(2 * size, np.int64)
    left = _MOST_WORK
    while stages[row := int(bounds.argmax())] < len(_STAGES) and left > 0:
        problem, rounds = rows.reached(row), _STAGES[stages[row]]
        left -= problem.work(rounds)
        attained, sharper = rows.attained_and_upper(row, rounds, bounds[row], problem)
        bounds[row] = min(bounds[row], sharper)
        stages[row] += 1
        if bounds[row] - attained <= _LITTLE * abs(bounds[row]):
            stages[row] = len(_STAGES)
    return Interval(-bounds[size:].reshape(shape), bounds[:size].reshape(shape))


def joint_is_affordable(known: Known, name: str, rows: int) -> bool:
    """Whether rows of a tensor and maps of all that gates take fit into memory."""
    symbols, ties = symbols_and_ties(known, name)
    most = max(symbols * ties, known.pair.widest * (rows + ties))
    return ties > 0 and most <= _MOST_NUMBERS


def symbols_and_ties(known: Known, name: str) -> tuple[int, int]:
    """How many there are for a tensor, at most."""
    pair = known.pair
    ties = symbols = 0
    for node in before(pair.nodes, name):
        entries = pair.entries(node.name)
        if isinstance(node, (Rectifier, Clip)):
            ties += 2 * entries
            symbols += 2 * entries
        elif isinstance(node, Input):
            symbols += entries
        elif isinstance(node, MaxPool):
            symbols += 2 * entries * node.window[0] * node.window[1]
        elif isinstance(node, Stage):
            y = known.intervals[node.sources[0]].pruned
            # positive parts
            if not ((y.low >= 0).all() or (y.high <= 0).all()):
                symbols += y.low.size
    return symbols, ties
