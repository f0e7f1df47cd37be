"""The ladder: successive cancellation, then beam, flips and annealing as needed."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import numpy as np

from slth_verify.subset_sum._beam import beam
from slth_verify.subset_sum._cancellation import Prices, cancel, prices
from slth_verify.subset_sum._flips import descend
from slth_verify.subset_sum._problem import (
    Effort,
    FloatArray,
    Problem,
    Proposal,
)
from slth_verify.subset_sum._residual import make_proposal
from slth_verify.subset_sum._select import Selection, select

_REGULARISATION = 0.25
_WIDTHS = {"low": (), "normal": (256,), "high": (256, 2048, 16384)}
_POLISHED = {"low": 0, "normal": 4, "high": 8}  # beam states handed to the flips


@dataclass(frozen=True, slots=True)
class Ladder:
    """Successive cancellation over a few thousand columns of a pool of any size.

    Works where the scales of the columns reach continuously down to zero, as the
    scalars u of columns u V do: the residual then falls like ``m**1.5 / n``. Heuristic:
    proposes, proves nothing, and "not found" says nothing about existence.

    Attributes:
        name: ``"ladder"``.
    """

    name: str = "ladder"

    def supports(self, problem: Problem) -> bool:
        """Every problem whose decision vectors fit: dimension up to 4096."""
        return problem.source.dim <= 4096

    def solve(
        self, problem: Problem, *, seed: int, effort: Effort, time_limit: float
    ) -> Proposal:
        """The best subset found; each stage runs only while the tolerance is not met.

        Args:
            problem: What to solve.
            seed: Not negative; selects the columns of the larger octaves.
            effort: ``"low"``: cancellation alone; ``"normal"``: also flips, then a beam
                of 256; ``"high"``: also beams of 2048 and 16384 and annealing.
            time_limit: Seconds; looked at between steps.
        """
        search = _Search(problem, self.name, seed, time_limit)
        search.consider_empty()
        if search.met or problem.source.size == 0:
            return search.proposal()
        search.load()
        if search.count:
            search.cancellation()
            for width, last in _stages(effort):
                if search.met or search.out_of_time():
                    break
                search.refine(width, _POLISHED[effort], last)
        return search.proposal()


def _stages(effort: Effort) -> list[tuple[int, bool]]:
    if effort == "low":
        return []
    widths = [1, *_WIDTHS[effort]]
    return [(width, width == widths[-1]) for width in widths]


@dataclass(eq=False)
class _Search:
    """State of one solve: the loaded columns and the best subset so far."""

    problem: Problem
    solver: str
    seed: int
    time_limit: float
    best: Proposal = field(init=False)
    met: bool = False
    count: int = 0
    counters: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.started = time.monotonic()

    def out_of_time(self) -> bool:
        return time.monotonic() - self.started > self.time_limit

    def proposal(self) -> Proposal:
        self.counters["seconds"] = time.monotonic() - self.started
        return self.best

    def consider_empty(self) -> None:
        self.best = make_proposal(
            self.problem,
            np.empty(0, dtype=np.int64),
            solver=self.solver,
            effort=self.counters,
        )
        self.met = self.best.found

    def load(self) -> None:
        """Selects the columns and brings them to the scale of the smallest ones."""
        dim = self.problem.source.dim
        target = self.problem.target
        peak = float(np.abs(target).max())
        top = 2.5 * peak * math.sqrt(float(np.mean(np.square(target / peak))))
        smallest = max(6 * dim, 48)
        rungs = select(
            self.problem.source,
            top,
            Selection(smallest, max(3 * dim, 24)),
            np.random.default_rng(self.seed),
        )
        self.indices = rungs.indices
        self.count = int(rungs.indices.size)
        if self.count == 0:
            return
        columns = self.problem.source.columns(rungs.indices)
        lowest = float(rungs.scales[-min(smallest, self.count)])
        # a power of two, so that dividing by it changes no digit
        exponent = math.frexp(max(lowest, peak * 2.0**-200))[1]
        self.unit = math.ldexp(1.0, max(exponent, -1000))
        self.columns = columns / self.unit
        self.target = target / self.unit
        self.window = min(self.count, max(12 * dim, 48))
        self.above = self.count - self.window

    def offer(self, signs: FloatArray) -> None:
        """Recomputes the subset exactly and keeps it if it is the best."""
        proposal = make_proposal(
            self.problem,
            self.indices[signs > 0],
            solver=self.solver,
            effort=self.counters,
        )
        if proposal.score < self.best.score:
            self.best = proposal
            self.met = proposal.found

    def cancellation(self) -> None:
        above = self.above
        self.prices = prices(self.columns[above:], _REGULARISATION)
        start = self.target - self.columns.sum(axis=0) / 2.0
        greedy, self.start = cancel(self.columns[:above], self.columns[:above], start)
        signs, _ = cancel(self.columns[above:], self.prices.vectors, self.start)
        self.greedy = greedy
        self.first = np.concatenate((greedy, signs)).astype(np.float64)
        self.offer(self.first)

    def refine(self, width: int, polished: int, last: bool) -> None:
        """Beam of this width over the small columns, then flips of its best states."""
        candidates = [self.first] if width == 1 else self.beam(width, polished)
        best, best_score = None, math.inf
        for signs in candidates:
            error = (signs + 1.0) / 2.0 @ self.columns - self.target
            flipped, _, score = descend(
                self.columns,
                signs,
                error,
                self.problem.tolerance,
                self.unit,
                self.out_of_time,
            )
            if score < best_score:
                best, best_score = flipped, score
            if score <= 1.0 or self.out_of_time():
                break
        if best is not None:
            self.offer(best)

    def beam(self, width: int, polished: int) -> list[FloatArray]:
        dim = self.problem.source.dim
        length = min(self.window, max(4 * dim, 100))
        base = self.window - length
        decide = self.prices
        head, rest = cancel(
            self.columns[self.above : self.above + base],
            decide.vectors[:base],
            self.start,
        )
        tail = Prices(
            decide.vectors[base:], decide.energies[base:], decide.regularisation
        )
        found = beam(
            self.columns[self.above + base :], tail, rest, width, self.out_of_time
        )
        if found is None:
            return []
        signs, residuals = found
        self.counters["states"] = self.counters.get("states", 0.0) + float(
            width * length
        )
        scores = self.problem.tolerance.score(-residuals * self.unit)
        order = np.argsort(scores, kind="stable")[:polished]
        before = np.concatenate((self.greedy, head)).astype(np.float64)
        return [np.concatenate((before, signs[k].astype(np.float64))) for k in order]
