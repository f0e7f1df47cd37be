"""The ladder: successive cancellation, then flips, beams and restarts as needed."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from slth_verify.subset_sum._flips import PairDescent
from slth_verify.subset_sum._prepare import Prepared, prepare
from slth_verify.subset_sum._problem import (
    Effort,
    FloatArray,
    IndexArray,
    Problem,
    Proposal,
)
from slth_verify.subset_sum._residual import make_proposal, scores_of
from slth_verify.subset_sum._walk import Walk

_MOST_FLIPPED = 2048  # columns whose flips are tried
_MOST_DIMENSIONS = 4096


@dataclass(frozen=True, slots=True)
class _Stage:
    """Beams of one width: how many, and of how many states each the flips are tried."""

    width: int
    runs: int
    polished: int


_STAGES: dict[Effort, tuple[_Stage, ...]] = {
    "low": (),
    "normal": (_Stage(256, 10, 1),),
    "high": (_Stage(256, 10, 1), _Stage(1024, 40, 1)),
}


@dataclass(frozen=True, slots=True)
class Ladder:
    """Successive cancellation over a few thousand columns of a pool of any size.

    Made for columns u V, whose scales |u| reach continuously down to zero: the residual
    then falls like ``m**1.5 / n``. Heuristic: proposes, proves nothing, and "not found"
    says nothing about existence. Deterministic in the seed unless time runs out.

    Attributes:
        name: ``"ladder"``.
    """

    name: str = "ladder"

    def supports(self, problem: Problem) -> bool:
        """Dimension at most 4096 (its m x m form then takes 128 MB)."""
        return problem.source.dim <= _MOST_DIMENSIONS

    def solve(
        self, problem: Problem, *, seed: int, effort: Effort, time_limit: float
    ) -> Proposal:
        """The best subset found; each stage runs only while the tolerance is not met.

        Args:
            problem: What to solve.
            seed: Not negative.
            effort: ``"low"``: cancellation alone; ``"normal"``: also flips and ten
                beams of 256 states; ``"high"``: also forty of 1024.
            time_limit: Seconds; looked at between steps.
        """
        search = _Search(problem, self.name, seed, time_limit)
        if search.best.found or not problem.target.any():
            return search.best
        prepared = prepare(problem, seed)
        if prepared.count:
            search.run(prepared, _STAGES[effort], polish=effort != "low")
        search.counters["seconds"] = time.monotonic() - search.started
        return search.best


class _Search:
    """One solve: the best subset so far, and the clock."""

    def __init__(
        self, problem: Problem, solver: str, seed: int, time_limit: float
    ) -> None:
        self.started = time.monotonic()
        self.problem, self.solver, self.time_limit = problem, solver, time_limit
        self.rng = np.random.default_rng((seed, 1))
        self.counters: dict[str, float] = {"columns": 0.0, "states": 0.0, "flips": 0.0}
        self.best = self._exact(np.empty(0, dtype=np.int64))

    def run(self, prepared: Prepared, stages: tuple[_Stage, ...], polish: bool) -> None:
        self.counters["columns"] = float(prepared.count)
        self.loaded = prepared
        self.walk = Walk(prepared)
        first = self.walk.cancellation()
        self._offer(first)
        if not polish or self._over():
            return
        near = min(prepared.count, max(6 * prepared.target.size, 48), _MOST_FLIPPED)
        self.flips = PairDescent(prepared.columns[-near:])
        self.near = near
        self._polish(first)
        for stage in stages:
            for run in range(stage.runs):
                if self._over():
                    return
                self._beam(stage, perturbed=run > 0)

    def _beam(self, stage: _Stage, perturbed: bool) -> None:
        rng = self.rng if perturbed else None
        found = self.walk.beam(stage.width, rng, self._out_of_time)
        if found is None:
            return
        self.counters["states"] += float(found.tails.size)
        scores = self._score(found.errors)
        for k in np.argsort(scores, kind="stable")[: stage.polished]:
            self._polish(found.signs(int(k)))
            if self._over():
                return

    def _polish(self, signs: FloatArray) -> None:
        signs = signs.copy()
        signs[-self.near :] = self.flips.run(
            signs[-self.near :],
            self.loaded.error(signs),
            self._score,
            self._out_of_time,
        )
        self.counters["flips"] += 1.0
        self._offer(signs)

    def _offer(self, signs: FloatArray) -> None:
        """Keeps the subset if it is the best; the exact sum decides."""
        rough = float(self._score(self.loaded.error(signs)[None, :])[0])
        if rough < self.best.score * (1.0 + 1e-6):
            found = self._exact(self.loaded.indices[signs > 0.0])
            if found.score < self.best.score:
                self.best = found

    def _exact(self, indices: IndexArray) -> Proposal:
        return make_proposal(
            self.problem, indices, solver=self.solver, effort=self.counters
        )

    def _score(self, errors: FloatArray) -> FloatArray:
        return scores_of(self.problem, errors * self.loaded.unit)

    def _out_of_time(self) -> bool:
        return time.monotonic() - self.started > self.time_limit

    def _over(self) -> bool:
        return self.best.found or self._out_of_time()
