"""The registry of solvers, and the choice among them."""

from __future__ import annotations

import dataclasses
import math

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum._exhaustive import ExhaustiveSearch
from slth_verify.subset_sum._ladder import Ladder
from slth_verify.subset_sum._meet_in_the_middle import MeetInTheMiddle
from slth_verify.subset_sum._one_dim_solver import OneDimension
from slth_verify.subset_sum._problem import (
    Effort,
    MaxTolerance,
    Problem,
    Proposal,
    Solver,
)
from slth_verify.subset_sum._residual import make_proposal

_REGISTRY: dict[str, Solver] = {}
# dimensions up to which joined lists beat the ladder within seconds: any tolerance;
# the sup norm over a pool that is not tiny
_JOINED, _JOINED_SUP = 6, 9
_LAVISH = 1000  # pools beyond this many columns may be wide enough for one walk


def register(solver: Solver) -> Solver:
    """Adds a solver under its name, and returns it.

    Raises:
        InvalidParameterError: The name is empty, reserved or taken.
    """
    name = solver.name
    if not name or name == "auto" or name in _REGISTRY:
        raise InvalidParameterError(
            f"solver name {name!r}: a name must be new and not 'auto' "
            f"(def:subset-sum-number); taken: {sorted(_REGISTRY)}. Choose another."
        )
    _REGISTRY[name] = solver
    return solver


def solvers() -> tuple[Solver, ...]:
    """The registered solvers, in order of registration."""
    return tuple(_REGISTRY.values())


def solve(
    problem: Problem,
    *,
    solver: str = "auto",
    seed: int = 0,
    effort: Effort = "normal",
    time_limit: float = 60.0,
) -> Proposal:
    """Searches a subset of columns whose sum is near the target.

    Heuristic: a proposal, whose residual is recomputed with correctly rounded sums. It
    proves nothing; "not found" does not mean that no subset exists.

    Args:
        problem: What to solve.
        solver: Name of a registered solver, or ``"auto"``.
        seed: Not negative. Same problem, seed and effort give the same proposal, unless
            time runs out.
        effort: How hard to try; every solver stops once the tolerance is met.
        time_limit: Seconds > 0; looked at between steps.

    Raises:
        InvalidParameterError: Unknown solver or effort, negative seed, time limit not
            positive, or a solver that does not support the problem.
    """
    if effort not in ("low", "normal", "high"):
        raise InvalidParameterError(
            f"effort={effort!r}: must be 'low', 'normal' or 'high' "
            "(def:subset-sum-number)."
        )
    if seed < 0 or not time_limit > 0.0:
        raise InvalidParameterError(
            f"seed={seed!r}, time_limit={time_limit!r}: need a seed >= 0 and positive "
            "seconds (def:subset-sum-number)."
        )
    chosen, reason = _choose(problem) if solver == "auto" else (_named(solver), "")
    if not chosen.supports(problem):
        raise InvalidParameterError(
            f"solver={chosen.name!r} cannot run within its memory on "
            f"n={problem.source.size}, m={problem.source.dim} (def:subset-sum-number). "
            "Use solver='auto'."
        )
    if solver == "auto" and chosen.name != "ladder":
        quick = _first_walk(problem, seed, time_limit)
        if quick is not None:
            return quick
    found = chosen.solve(problem, seed=seed, effort=effort, time_limit=time_limit)
    return _recomputed(problem, found, reason)


def _named(name: str) -> Solver:
    if name not in _REGISTRY:
        raise InvalidParameterError(
            f"solver={name!r} is not registered (def:subset-sum-number); known: "
            f"{sorted(_REGISTRY)}."
        )
    return _REGISTRY[name]


def _choose(problem: Problem) -> tuple[Solver, str]:
    """Exhaustive where possible, lists in small dimension, else the ladder."""
    n, m = problem.source.size, problem.source.dim
    size = f"n={n}, m={m}"
    exhaustive = _REGISTRY["exhaustive"]
    line = _REGISTRY["one-dim"]
    lists = _REGISTRY["meet-in-the-middle"]
    if exhaustive.supports(problem):
        return exhaustive, f"{size}: few enough columns to look at every subset"
    if line.supports(problem):
        return line, f"{size}: numbers, whose sums can be sorted"
    sup = isinstance(problem.tolerance, MaxTolerance) and n >= 10 * m
    if lists.supports(problem) and m <= (_JOINED_SUP if sup else _JOINED):
        return lists, f"{size}: in small dimension joined lists reach farthest"
    return _REGISTRY["ladder"], f"{size}: the ladder serves every size"


def _first_walk(problem: Problem, seed: int, time_limit: float) -> Proposal | None:
    """One walk down the ladder, where the pool may be wide enough for it."""
    n, m = problem.source.size, problem.source.dim
    if n <= _LAVISH:
        return None
    ladder = _REGISTRY["ladder"]
    found = ladder.solve(problem, seed=seed, effort="low", time_limit=time_limit)
    reason = f"n={n}, m={m}: the first walk down the ladder is enough"
    return _recomputed(problem, found, reason) if found.found else None


def _recomputed(problem: Problem, found: Proposal, reason: str) -> Proposal:
    """The same subset with residual and score that nobody has to believe."""
    honest = make_proposal(
        problem, found.indices, solver=found.solver, effort=found.effort
    )
    if not math.isfinite(honest.score):
        empty = found.indices[:0]
        honest = make_proposal(problem, empty, solver=found.solver, effort=found.effort)
    return dataclasses.replace(honest, reason=reason)


register(ExhaustiveSearch())
register(MeetInTheMiddle())
register(OneDimension())
register(Ladder())
