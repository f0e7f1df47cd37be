"""Wrong solvers."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from slth_verify.subset_sum import (
    Problem,
    Proposal,
    SearchOptions,
    Solver,
    make_proposal,
)


@dataclass
class Honest(Solver):
    """Every subset in floats: the solver that the lies are made from."""

    name: str = "honest"

    def supports(self, problem: Problem) -> bool:
        return problem.source.size <= 14

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        count = problem.source.size
        rows = problem.source.columns(np.arange(count, dtype=np.int64))
        choices = np.array(list(itertools.product((0, 1), repeat=count))).reshape(
            1 << count, count
        )
        scores = problem.tolerance.score(choices @ rows - problem.target)
        best = make_proposal(problem, np.empty(0, np.int64), solver=self.name)
        for pick in np.argsort(scores, kind="stable")[:20]:
            found = make_proposal(
                problem, np.flatnonzero(choices[pick]), solver=self.name
            )
            best = found if found.score < best.score else best
        return best


class ResidualZero(Honest):
    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        found = super().solve(problem, options)
        return replace(found, residual=np.zeros(problem.source.dim), score=0.0)


class ScoreHalved(Honest):
    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        found = super().solve(problem, options)
        return replace(found, score=found.score / 2)


class ResidualRoundedToSingle(Honest):
    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        found = super().solve(problem, options)
        residual = found.residual.astype(np.float32).astype(np.float64)
        score = float(problem.tolerance.score(residual))
        return replace(found, residual=residual, score=score)


class LastIndexDropped(Honest):
    """One column fewer than claimed: k off by one."""

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        found = super().solve(problem, options)
        return replace(found, indices=found.indices[:-1])


class ColumnTwice(Honest):
    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        found = super().solve(problem, options)
        return replace(found, indices=np.repeat(found.indices, 2))


class Unordered(Honest):
    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        found = super().solve(problem, options)
        return replace(found, indices=found.indices[::-1])


class OutOfRange(Honest):
    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        found = super().solve(problem, options)
        return replace(found, indices=found.indices + 1)


class TakesAll(Honest):
    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        every = np.arange(problem.source.size, dtype=np.int64)
        return make_proposal(problem, every, solver=self.name)


class SwappedSign(Honest):
    """Searches the negative of the target."""

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        mirrored = Problem(problem.source, -problem.target, problem.tolerance)
        found = super().solve(mirrored, options)
        return make_proposal(problem, found.indices, solver=self.name)


class Unseeded(Honest):
    calls = itertools.count()

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        if next(self.calls) % 2:
            nothing = np.empty(0, dtype=np.int64)
            return make_proposal(problem, nothing, solver=self.name)
        return super().solve(problem, options)


class GivesUp(Honest):
    """Honest about a subset that it did not look for."""

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        nothing = np.empty(0, dtype=np.int64)
        return make_proposal(problem, nothing, solver=self.name)


class IgnoresLastColumn(Honest):
    """Off by one in the pool."""

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        found = super().solve(problem, options)
        kept = found.indices[found.indices < problem.source.size - 1]
        return make_proposal(problem, kept, solver=self.name)


LIES = [
    ResidualZero,
    ScoreHalved,
    ResidualRoundedToSingle,
    LastIndexDropped,
    ColumnTwice,
    Unordered,
    OutOfRange,
    TakesAll,
    SwappedSign,
    Unseeded,
]
