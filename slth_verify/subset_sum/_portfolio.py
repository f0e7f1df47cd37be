"""The registry of solvers, and the choice among them."""

from __future__ import annotations

import dataclasses
import inspect
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from slth_verify.deadline import TimeIsUpError, ends_within
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown
from slth_verify.subset_sum._options import checked_options
from slth_verify.subset_sum._problem import (
    Effort,
    MaxTolerance,
    Problem,
    Progress,
    Proposal,
    Solver,
)
from slth_verify.subset_sum._remember import remembering
from slth_verify.subset_sum._residual import make_proposal
from slth_verify.subset_sum.devices.available import check_device
from slth_verify.subset_sum.devices.freed_memory import keep_freed_memory
from slth_verify.subset_sum.devices.threads import one_inner_thread
from slth_verify.subset_sum.one_dim.solver import OneDimension
from slth_verify.subset_sum.solvers.exhaustive import (
    EXHAUSTIVE_MEMORY,
    ExhaustiveSearch,
)
from slth_verify.subset_sum.solvers.external import CP_SAT, HIGHS, SCIP
from slth_verify.subset_sum.solvers.ladder import Ladder
from slth_verify.subset_sum.solvers.meet_in_the_middle import MeetInTheMiddle
from slth_verify.subset_sum.solvers.milp import Milp

_REGISTRY: dict[str, Solver] = {}
_OPTIONAL: dict[str, Solver] = {solver.name: solver for solver in (CP_SAT, HIGHS, SCIP)}
# dimensions up to which joined lists beat the ladder within seconds
_JOINED = 16
_COMPLETE = 40  # columns up to which joined lists hold every subset
_NOTHING = np.empty(0, dtype=np.int64)


def register(solver: Solver) -> Solver:
    """Adds a solver under its name, and returns it.

    Raises:
        InvalidParameterError: The name is empty, reserved or taken.
    """
    name = solver.name
    if not name or name == "auto" or name in _REGISTRY | _OPTIONAL:
        raise InvalidParameterError(
            f"solver name {name!r}: a name must be new and not 'auto' "
            f"(def:subset-sum-number); taken: {sorted(_REGISTRY | _OPTIONAL)}. "
            "Choose another."
        )
    _REGISTRY[name] = solver
    return solver


def solvers() -> tuple[Solver, ...]:
    """The registered solvers, in order of registration; none needs an extra."""
    return tuple(_REGISTRY.values())


def optional_solvers() -> tuple[Solver, ...]:
    """Solvers that need an extra, and say which; ``"auto"`` never takes them."""
    return tuple(_OPTIONAL.values())


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
        seed: Not negative. Same problem, seed and effort give the same proposal, unless
            time runs out.
        effort: How hard to try; every solver stops once the tolerance is met.
            ``"anytime"`` goes on improving until time is out, where the solver can.
        time_limit: Seconds > 0 for the whole call; looked at between steps, also while
            a pool is scanned for its columns.
        memory_limit: Bytes that the solver's lists may take, beside the pool; None for
            the solver's own limit. Refused by solvers that cannot keep one.
        progress: Called with seconds and score on every improvement; it may raise to
            end the search.
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
    seed, time_limit, memory_limit = checked_options(
        seed, effort, time_limit, memory_limit
    )
    check_device(device)
    problem = dataclasses.replace(problem, source=remembering(problem.source))
    if solver == "auto":
        chosen, reason = _choose(problem, memory_limit)
    else:
        chosen, reason = _named(solver), ""
    _check_support(chosen, problem)
    if solver == "auto" and not _takes(chosen, "device"):
        device = None
    options = _Options(seed, effort, time_limit, memory_limit, progress, device)
    joined = chosen.name == "meet-in-the-middle"
    walks_first = solver == "auto" and joined and problem.source.size > _COMPLETE
    keep_freed_memory()
    with one_inner_thread():
        if walks_first:
            return _walk_then_join(problem, options, reason)
        return _run(chosen, problem, options, reason)


@dataclass(frozen=True, slots=True)
class _Options:
    """What a caller may ask of a search, as in `solve`."""

    seed: int
    effort: Effort
    time_limit: float
    memory_limit: int | None
    progress: Progress | None
    device: str | None


def _check_support(solver: Solver, problem: Problem) -> None:
    if not solver.supports(problem):
        raise InvalidParameterError(
            f"solver={solver.name!r} cannot run within its memory on "
            f"n={problem.source.size}, m={problem.source.dim} (def:subset-sum-number). "
            "Use solver='auto'."
        )


def _extras(solver: Solver, options: _Options) -> dict[str, Any]:
    """The options given, as far as the solver takes them; limit and device it must."""
    extras: dict[str, Any] = {}
    for name in ("memory_limit", "device"):
        value = getattr(options, name)
        if value is None:
            continue
        if not _takes(solver, name):
            raise InvalidParameterError(
                f"{name}={value!r}: solver={solver.name!r} does not take this option "
                "(def:subset-sum-number). Leave it out, or use 'meet-in-the-middle' or "
                "'ladder'."
            )
        extras[name] = value
    if options.progress is not None and _takes(solver, "progress"):
        extras["progress"] = options.progress
    return extras


def _takes(solver: Solver, option: str) -> bool:
    return option in inspect.signature(solver.solve).parameters


def _named(name: str) -> Solver:
    known = _REGISTRY | _OPTIONAL
    if name not in known:
        raise InvalidParameterError(
            f"solver={shown(name)} is not registered (def:subset-sum-number); known: "
            f"{sorted(known)}."
        )
    return known[name]


def _choose(problem: Problem, memory_limit: int | None) -> tuple[Solver, str]:
    """Exhaustive where possible, lists in small dimension, else the ladder."""
    n, m = problem.source.size, problem.source.dim
    size = f"n={n}, m={m}"
    exhaustive = _REGISTRY["exhaustive"]
    line = _REGISTRY["one-dim"]
    lists = _REGISTRY["meet-in-the-middle"]
    roomy = memory_limit is None or memory_limit >= EXHAUSTIVE_MEMORY
    if roomy and exhaustive.supports(problem):
        return exhaustive, f"{size}: few enough columns to look at every subset"
    if line.supports(problem):
        return line, f"{size}: numbers, whose sums can be sorted"
    delta = _tightness(problem)
    if lists.supports(problem) and m <= _JOINED:
        return lists, f"{size}{delta}: in small dimension joined lists reach farthest"
    return _REGISTRY["ladder"], f"{size}{delta}: the ladder serves every size"


def _tightness(problem: Problem) -> str:
    """The tolerance in units of the ladder's law, m^1.5 / n, for the reason."""
    if not isinstance(problem.tolerance, MaxTolerance) or problem.source.size == 0:
        return ""
    law = problem.tolerance.delta * problem.source.size / problem.source.dim**1.5
    return f", delta={problem.tolerance.delta:.3g} (C={law:.2g})"


def _walk_then_join(problem: Problem, options: _Options, reason: str) -> Proposal:
    """The ladder for at most a quarter of the time, as wide pools need no more."""
    n, m = problem.source.size, problem.source.dim
    brief = dataclasses.replace(
        options,
        effort="low" if options.effort == "low" else "normal",
        time_limit=options.time_limit / 4.0,
    )
    walked = f"n={n}, m={m}: the first walk down the ladder "
    first = _run(_REGISTRY["ladder"], problem, brief, walked + "is enough")
    if first.found:
        return first
    left = max(options.time_limit - first.effort.get("seconds", 0.0), 1e-3)
    rest = dataclasses.replace(options, time_limit=left)
    if options.progress is not None:
        later = _Later(options.progress, first)
        rest = dataclasses.replace(rest, progress=later)
    joined = _run(_REGISTRY["meet-in-the-middle"], problem, rest, reason)
    if joined.found or joined.score <= first.score:
        return joined
    return dataclasses.replace(first, reason=walked + "ended nearest")


@dataclass(frozen=True, slots=True)
class _Later:
    """Progress of a second search: one clock, and only what beats the first."""

    told: Progress
    first: Proposal

    def __call__(self, seconds: float, score: float) -> None:
        if score < self.first.score:
            self.told(self.first.effort.get("seconds", 0.0) + seconds, score)


def _run(solver: Solver, problem: Problem, options: _Options, reason: str) -> Proposal:
    extras = _extras(solver, options)
    try:
        with ends_within(options.time_limit):
            found = solver.solve(
                problem,
                seed=options.seed,
                effort=options.effort,
                time_limit=options.time_limit,
                **extras,
            )
    except TimeIsUpError:  # in a source, under a solver that does not know of it
        found = make_proposal(problem, _NOTHING, solver=solver.name)
    return _recomputed(problem, found, reason)


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
register(Milp())
