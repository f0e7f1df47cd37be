"""One problem, one call: the choice among the solvers, and the audit of the answer."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from slth_verify.deadline import TimeIsUpError, ends_within, now
from slth_verify.errors import InvalidParameterError
from slth_verify.processes.inner_threads import one_inner_thread
from slth_verify.subset_sum._options import Effort, Progress, SearchOptions
from slth_verify.subset_sum._problem import (
    MaxTolerance,
    Problem,
    Proposal,
    Solver,
    require_problem,
)
from slth_verify.subset_sum._residual import make_proposal
from slth_verify.subset_sum.devices.available import check_device
from slth_verify.subset_sum.devices.freed_memory import keep_freed_memory
from slth_verify.subset_sum.solvers.exhaustive import EXHAUSTIVE_MEMORY
from slth_verify.subset_sum.solvers.registry import solver_named
from slth_verify.subset_sum.steps.remembering import remembering

# dimensions up to which joined lists beat the ladder within seconds
_JOINED = 16
_COMPLETE = 40  # columns up to which joined lists hold every subset
_NOTHING = np.empty(0, dtype=np.int64)


def solve(
    problem: Problem,
    *,
    solver: str = "auto",
    seed: int = 0,
    effort: Effort = "normal",
    time_limit: float = 60.0,
    memory_limit: int | None = None,
    progress: Progress | None = None,
    device: str | None = None,
) -> Proposal:
    """Searches a subset of columns whose sum is near the target.

    Heuristic: a proposal, whose residual is recomputed with correctly rounded sums. It
    proves nothing; "not found" does not mean that no subset exists.

    Args:
        problem: What to solve.
        solver: Name of a registered or optional solver, or ``"auto"``.
        seed: As in `SearchOptions`.
        effort: As in `SearchOptions`.
        time_limit: Seconds > 0 for the whole call; looked at between steps, also while
            a pool is scanned for its columns.
        memory_limit: Bytes that the solver's lists may take, beside the pool; None for
            the solver's own limit. Refused by solvers that cannot keep one.
        progress: As in `SearchOptions`.
        device: A torch device, such as ``"cuda"``, for the beams of ``"ladder"`` and
            ``"meet-in-the-middle"`` and the lists that these meet, and for the rows of
            ``"one-dim"``; None for numpy. Proposals may differ from numpy's and are
            recomputed all the same. Other solvers refuse it, unless ``"auto"`` chose
            them.

    Raises:
        InvalidParameterError: Unknown solver or effort, negative seed, a limit that is
            not positive, a device that is not there, or a solver that does not support
            the problem, the limit or the device.
        MissingExtraError: An optional solver whose library is not installed.
    """
    options = SearchOptions(
        seed=seed,
        effort=effort,
        time_limit=time_limit,
        memory_limit=memory_limit,
        progress=progress,
        device=device,
    )
    return search(problem, options, solver)


def search(problem: Problem, options: SearchOptions, solver: str = "auto") -> Proposal:
    """As `solve`, with its options in one object."""
    require_problem(problem)
    check_device(options.device)
    problem = dataclasses.replace(problem, source=remembering(problem.source))
    automatic, reason = solver == "auto", ""
    if automatic:
        chosen, reason = _choose(problem, options.memory_limit)
        if not chosen.takes_device:
            options = dataclasses.replace(options, device=None)
    else:
        chosen = solver_named(solver)
    _check_support(chosen, problem, options)
    joined = chosen.name == "meet-in-the-middle"
    walks_first = automatic and joined and problem.source.size > _COMPLETE
    keep_freed_memory()
    with one_inner_thread():
        if walks_first:
            return _walk_then_join(problem, options, reason)
        return _run(chosen, problem, options, reason)


def _check_support(solver: Solver, problem: Problem, options: SearchOptions) -> None:
    if not solver.supports(problem):
        raise InvalidParameterError(
            f"solver={solver.name!r} cannot run within its memory on "
            f"n={problem.source.size}, m={problem.source.dim} (def:subset-sum-number). "
            "Use solver='auto'."
        )
    for name, value, taken in (
        ("memory_limit", options.memory_limit, solver.takes_memory_limit),
        ("device", options.device, solver.takes_device),
    ):
        if value is not None and not taken:
            raise InvalidParameterError(
                f"{name}={value!r}: solver={solver.name!r} does not take this option "
                "(def:subset-sum-number). Leave it out, or use 'meet-in-the-middle' or "
                "'ladder'."
            )


def _choose(problem: Problem, memory_limit: int | None) -> tuple[Solver, str]:
    """Exhaustive where possible, lists in small dimension, else the ladder."""
    n, m = problem.source.size, problem.source.dim
    size = f"n={n}, m={m}"
    exhaustive = solver_named("exhaustive")
    line = solver_named("one-dim")
    lists = solver_named("meet-in-the-middle")
    roomy = memory_limit is None or memory_limit >= EXHAUSTIVE_MEMORY
    if roomy and exhaustive.supports(problem):
        return exhaustive, f"{size}: few enough columns to look at every subset"
    if line.supports(problem):
        return line, f"{size}: numbers, whose sums can be sorted"
    delta = _tightness(problem)
    if lists.supports(problem) and m <= _JOINED:
        return lists, f"{size}{delta}: in small dimension joined lists reach farthest"
    return solver_named("ladder"), f"{size}{delta}: the ladder serves every size"


def _tightness(problem: Problem) -> str:
    """The tolerance in units of the ladder's law, m^1.5 / n, for the reason."""
    if not isinstance(problem.tolerance, MaxTolerance) or problem.source.size == 0:
        return ""
    law = problem.tolerance.delta * problem.source.size / problem.source.dim**1.5
    return f", delta={problem.tolerance.delta:.3g} (C={law:.2g})"


def _walk_then_join(problem: Problem, options: SearchOptions, reason: str) -> Proposal:
    """The ladder for at most a quarter of the time, as wide pools need no more."""
    n, m = problem.source.size, problem.source.dim
    brief = dataclasses.replace(
        options,
        effort="low" if options.effort == "low" else "normal",
        time_limit=options.time_limit / 4.0,
    )
    walked = f"n={n}, m={m}: the first walk down the ladder "
    first = _run(solver_named("ladder"), problem, brief, walked + "is enough")
    if first.found:
        return first
    left = max(options.time_limit - first.seconds, 1e-3)
    rest = dataclasses.replace(options, time_limit=left)
    if options.progress is not None:
        later = _Later(options.progress, first)
        rest = dataclasses.replace(rest, progress=later)
    joined = _run(solver_named("meet-in-the-middle"), problem, rest, reason)
    best = joined
    if not joined.found and joined.score > first.score:
        best = dataclasses.replace(first, reason=walked + "ended nearest")
    return dataclasses.replace(best, seconds=first.seconds + joined.seconds)


@dataclass(frozen=True, slots=True)
class _Later:
    """Progress of a second search: one clock, and only what beats the first."""

    told: Progress
    first: Proposal

    def __call__(self, seconds: float, score: float) -> None:
        if score < self.first.score:
            self.told(self.first.seconds + seconds, score)


def _run(
    solver: Solver, problem: Problem, options: SearchOptions, reason: str
) -> Proposal:
    started = now()
    try:
        with ends_within(options.time_limit):
            found = solver.solve(problem, options)
    except TimeIsUpError:  # in a source, under a solver that does not know of it
        found = make_proposal(problem, _NOTHING, solver=solver.name)
    honest = _recomputed(problem, found)
    return dataclasses.replace(honest, reason=reason, seconds=now() - started)


def _recomputed(problem: Problem, found: Proposal) -> Proposal:
    """The same subset with residual and score that nobody has to believe."""
    honest = make_proposal(
        problem, found.indices, solver=found.solver, effort=found.effort
    )
    if math.isfinite(honest.score):
        return honest
    return make_proposal(problem, _NOTHING, solver=found.solver, effort=found.effort)
