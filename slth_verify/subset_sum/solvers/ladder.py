"""The ladder: successive cancellation, then flips, beams and restarts as needed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from slth_verify.subset_sum._options import Effort, SearchOptions
from slth_verify.subset_sum._problem import FloatArray, Problem, Proposal
from slth_verify.subset_sum._residual import scores_of
from slth_verify.subset_sum.steps.flips import PairDescent
from slth_verify.subset_sum.steps.incumbent import Incumbent
from slth_verify.subset_sum.steps.prepare import Prepared, prepare
from slth_verify.subset_sum.steps.smooth import Score, smooth_score
from slth_verify.subset_sum.steps.walk import Walk

_MOST_FLIPPED = 2048  # columns whose flips are tried
_MOST_DIMENSIONS = 4096
_ORDERS = (8, 16)  # of the norms that a descent follows


@dataclass(frozen=True, slots=True)
class _Stage:
    """One beam: its width, and of how many of its states the flips are tried."""

    width: int
    polished: int


_NORMAL = (_Stage(256, 1),) * 10
_HIGH = (*_NORMAL[:2], *(_Stage(2048, 1),) * 40)


def _stages(effort: Effort) -> Iterator[_Stage]:
    """The beams of an effort; without end for ``"anytime"``."""
    if effort == "anytime":
        return itertools.chain(_HIGH, itertools.repeat(_Stage(4096, 2)))
    known = {"low": (), "normal": _NORMAL, "high": _HIGH}
    return iter(known[effort])


@dataclass(frozen=True, slots=True)
class Ladder:
    """Successive cancellation over a few thousand columns of a pool of any size.

    Made for columns u V, whose scales |u| reach continuously down to zero: the residual
    then falls like ``m**1.5 / n``. Heuristic: proposes, proves nothing, and "not found"
    says nothing about existence. Deterministic in the seed unless time runs out.

    Attributes:
        name: ``"ladder"``.
    """

    takes_memory_limit: ClassVar[bool] = True
    takes_device: ClassVar[bool] = True

    name: str = "ladder"

    def supports(self, problem: Problem) -> bool:
        """Dimension at most 4096 (its m x m form then takes 128 MB)."""
        return problem.source.dim <= _MOST_DIMENSIONS

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        """The best subset found; each stage runs only while the tolerance is not met.

        Effort ``"low"`` is cancellation alone; ``"normal"`` adds flips and ten beams
        of 256 states; ``"high"`` forty of 2048; ``"anytime"`` then beams of 4096 until
        time is out. Where memory is small, fewer columns are flipped and beams are
        narrower; the walk itself needs 8 (m^2 + 60 m^2) bytes.
        """
        held = Incumbent(problem, self.name, options)
        if held.best.found or not problem.target.any():
            return held.finish()
        with held.in_time():
            prepared = prepare(problem, options.seed)
            if prepared.count:
                _Search(held, prepared).run()
        return held.finish()


class _Search:
    """One solve: walks, then flips and beams while the tolerance is not met."""

    def __init__(self, held: Incumbent, prepared: Prepared) -> None:
        self.held, self.loaded = held, prepared
        self.rng = np.random.default_rng((held.options.seed, 1))
        held.counters |= {"columns": float(prepared.count), "states": 0.0, "flips": 0.0}

    def run(self) -> None:
        """One walk, then the beams of the effort."""
        prepared, options = self.loaded, self.held.options
        polish, memory = options.effort != "low", options.memory
        self.walk = Walk(prepared, options.device)
        first = self.walk.cancellation()
        if not polish or self._rough(first) <= 1.0 or self.held.out_of_time():
            self._offer(first)
        if not polish or self.held.over():
            return
        dim = prepared.target.size
        near = min(prepared.count, max(6 * dim, 48), _MOST_FLIPPED)
        self.near = max(1, min(near, math.isqrt(memory // 52)))
        self.flips = PairDescent(prepared.columns[-self.near :])
        self._polish(first)
        widest = max(1, memory // (4 * (24 * dim + 4 * prepared.count + 160)))
        perturbed = False
        for stage in _stages(options.effort):
            if self.held.over():
                return
            self._beam(min(stage.width, widest), stage.polished, perturbed)
            perturbed = True

    def _beam(self, width: int, polished: int, perturbed: bool) -> None:
        rng = self.rng if perturbed else None
        found = self.walk.beam(width, rng, self.held.out_of_time)
        if found is None:
            return
        self.held.counters["states"] += float(len(found.tails) * found.tails.columns)
        scores = self._score(found.errors)
        for k in np.argsort(scores, kind="stable")[:polished]:
            self._polish(found.signs(int(k)))
            if self.held.over():
                return

    def _polish(self, signs: FloatArray) -> None:
        """Descends on the score; if that is not enough, on smooth ones in between."""
        signs = self._descend(signs, self._score)
        smooth = [smooth_score(self.held.problem.tolerance, p) for p in _ORDERS]
        for score in smooth:
            if score is not None and self._rough(signs) > 1.0:
                signs = self._descend(signs, self._in_units(score))
        self._offer(self._descend(signs, self._score))

    def _descend(self, signs: FloatArray, score: Score) -> FloatArray:
        signs = signs.copy()
        signs[-self.near :] = self.flips.run(
            signs[-self.near :], self.loaded.error(signs), score, self.held.out_of_time
        )
        self.held.counters["flips"] += 1.0
        return signs

    def _in_units(self, score: Score) -> Score:
        unit = self.loaded.unit
        return lambda errors: score(errors * unit)

    def _offer(self, signs: FloatArray) -> None:
        """Offers the subset if it may be the best; the exact sum decides."""
        if self._rough(signs) < self.held.best.score * (1.0 + 1e-6):
            self.held.offer(self.loaded.indices[signs > 0.0])

    def _rough(self, signs: FloatArray) -> float:
        return float(self._score(self.loaded.error(signs)[None, :])[0])

    def _score(self, errors: FloatArray) -> FloatArray:
        return scores_of(self.held.problem, errors * self.loaded.unit)
