"""Many search problems, in parallel processes, with a journal to resume from."""

from __future__ import annotations

import math
import os
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from multiprocessing import TimeoutError as JobTimeoutError
from typing import Any, cast

import numpy as np

from slth_verify.deadline import now, seconds_of
from slth_verify.errors import InvalidParameterError, WorkerLostError
from slth_verify.numbers import shown, whole_number
from slth_verify.processes.children import settling
from slth_verify.subset_sum._options import Effort, SearchOptions
from slth_verify.subset_sum._problem import Problem, Proposal, Solver, require_problem
from slth_verify.subset_sum._residual import make_proposal
from slth_verify.subset_sum._solve import search
from slth_verify.subset_sum.batch.fingerprint import problem_key
from slth_verify.subset_sum.batch.journal import Journal
from slth_verify.subset_sum.solvers.registry import register, solvers

_PATIENCE = 1.1  # times the limit, after which no process is waited for
_NOTHING = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Job:
    """How each problem of a batch is solved.

    Attributes:
        registered: The named solver, for processes that do not know it.
        end: When the whole batch ends, by the clock that all processes share.
    """

    solver: str
    registered: Solver | None
    options: SearchOptions
    journal: Journal | None
    end: float

    def run(self, problem: Problem) -> Proposal:
        """Take the proposal from the journal, or search it and put it there.

        What a search found before it was cut short by the batch's end is not kept, but
        for what is good enough: with more time the search goes further.
        """
        require_problem(problem)
        start = now()
        limit = min(self.options.time_limit, self.end - start)
        if self.journal is None:
            return self._search(problem, limit)
        key = problem_key(problem, self.options, solver=self.solver)
        found = self.journal.get(key, problem)
        if found is None:
            found = self._search(problem, limit)
            # within a quarter of the limit no part of a search was cut short by it
            whole = limit == self.options.time_limit or now() - start < limit / 4.0
            if found.found or whole:
                self.journal.put(key, found)
        return found

    def patience(self) -> float | None:
        """Seconds for which a process may be waited for; None for ever."""
        left = self.end - now()
        return max(left * _PATIENCE, 1e-3) if math.isfinite(left) else None

    def nothing(self, problem: Problem) -> Proposal:
        """What a problem gets for which there was no time."""
        return make_proposal(problem, _NOTHING, solver="out of time")

    def _search(self, problem: Problem, limit: float) -> Proposal:
        if limit <= 0.0:
            return self.nothing(problem)
        known = {solver.name for solver in solvers()}
        if self.registered is not None and self.registered.name not in known:
            register(self.registered)
        return search(problem, replace(self.options, time_limit=limit), self.solver)


def solve_many(
    problems: Iterable[Problem],
    *,
    solver: str = "auto",
    seed: int = 0,
    effort: Effort = "normal",
    time_limit: float = 60.0,
    memory_limit: int | None = None,
    device: str | None = None,
    workers: int | None = 1,
    journal: str | os.PathLike[str] | Journal | None = None,
    total_limit: float | None = None,
    enough: Callable[[tuple[Proposal, ...]], bool] | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Proposal, ...]:
    """Searches subsets for many problems.

    The proposals are the same for any number of workers, unless a search runs out of
    time. Workers are processes with one inner thread each.

    Args:
        problems: What to solve; drawn as needed, a few ahead of the search.
        solver: As in `solve`.
        seed: As in `solve`, for every problem.
        effort: As in `solve`.
        time_limit: As in `solve`, seconds for each problem.
        memory_limit: As in `solve`, bytes for each worker's lists.
        device: As in `solve`; all workers share it.
        workers: Processes; 1 stays in this one, None takes all cores.
        journal: File that keeps every finished proposal, on disk before the next is
            searched: if the run is killed, the same call resumes. Entries are found by
            a hash of columns, target, tolerance, solver, seed, effort, limits, device
            and version; residuals are recomputed.
        total_limit: Seconds for the whole batch; problems that are not reached get the
            empty subset. None for no limit.
        enough: Asked after each proposal, with all so far in the order of the problems;
            True ends the batch.
        progress: Called with the number of proposals so far.

    Returns:
        One proposal per problem, in their order; fewer if ``enough`` said so.

    Raises:
        InvalidParameterError: As `solve`; or something that a journal cannot name.
        UnusableFileError: The journal cannot be written.
        WorkerLostError: A process was killed or ran out of memory.
    """
    options = SearchOptions(
        seed=seed,
        effort=effort,
        time_limit=time_limit,
        memory_limit=memory_limit,
        device=device,
    )
    end = now() + seconds_of(total_limit, "total_limit")
    count = _cores() if workers is None else whole_number(workers, "workers", least=1)
    named = next((known for known in solvers() if known.name == solver), None)
    if not isinstance(problems, Iterable):
        raise InvalidParameterError(
            f"problems={shown(problems)}: several problems are required "
            "(def:subset-sum-number). Give a list of them, or call solve."
        )
    job = _Job(solver, named, options, _kept(journal), end)
    found: list[Proposal] = []
    with closing(_results(job, problems, count)) as results:
        for proposal in results:
            found.append(proposal)
            if progress is not None:
                progress(len(found))
            if enough is not None and enough(tuple(found)):
                break
    return tuple(found)


def _kept(journal: Any) -> Journal | None:
    if isinstance(journal, str | os.PathLike):
        return Journal(journal)
    if journal is None or (hasattr(journal, "get") and hasattr(journal, "put")):
        return cast("Journal | None", journal)
    raise InvalidParameterError(
        f"journal={shown(journal)}: the path of a file, or a Journal, is required "
        "(def:subset-sum-number). Give one, or leave it out."
    )


def _cores() -> int:
    """Cores that this process may use."""
    from joblib import cpu_count

    return int(cpu_count())


def _results(
    job: _Job, problems: Iterable[Problem], workers: int
) -> Generator[Proposal, None, None]:
    """Proposals in the order of the problems."""
    if workers == 1:
        yield from map(job.run, problems)
        return
    from joblib import Parallel, delayed, parallel_config
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    waiting: deque[Problem] = deque()
    rest = iter(problems)

    def drawn() -> Iterator[Problem]:
        for problem in rest:
            waiting.append(problem)
            yield problem

    with parallel_config(backend="loky", inner_max_num_threads=1, **settling()):
        parallel = Parallel(
            n_jobs=workers, return_as="generator", batch_size=1, timeout=job.patience()
        )
        results = parallel(delayed(job.run)(problem) for problem in drawn())
    try:
        for proposal in results:
            waiting.popleft()
            yield proposal
    except (TimeoutError, JobTimeoutError):  # processes that had not even started
        yield from map(job.nothing, chain(waiting, rest))
    except TerminatedWorkerError as error:
        raise WorkerLostError(
            f"workers={workers}: a process of the batch was killed or ran out of "
            "memory (def:subset-sum-number). With a journal the same call resumes; "
            "fewer workers need less memory."
        ) from error
    finally:
        with warnings.catch_warnings():
            # that the rest of the batch is dropped is what the caller wants
            warnings.filterwarnings("ignore", "[0-9]+ tasks ", UserWarning)
            results.close()
