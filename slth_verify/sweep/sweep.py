"""A sweep: all runs of a plan that have no row yet, each with a row when it ends."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

from slth_verify.files import as_path
from slth_verify.numbers import whole_number
from slth_verify.showing import OneLine
from slth_verify.sweep.cluster import answers_there, require_address
from slth_verify.sweep.contradictions import judge, named
from slth_verify.sweep.kinds import KINDS
from slth_verify.sweep.local import answers_here
from slth_verify.sweep.lock import sole_controller
from slth_verify.sweep.plan import Plan
from slth_verify.sweep.results import refuted
from slth_verify.sweep.store import Row, Store

#: Called as ``progress(done, total)``, without the runs that had a row before.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, repr=False)
class Forecast(OneLine):
    """What a sweep would do.

    Attributes:
        runs: Different runs of the plan.
        kinds: How many of them are of each kind.
        finished: How many have a row.
        seconds: Rough time of the rest on one core; heuristic.
    """

    runs: int
    kinds: dict[str, int]
    finished: int
    seconds: float


@dataclass(frozen=True, slots=True, repr=False)
class Summary(OneLine):
    """What a store says of a plan after a sweep.

    Attributes:
        outcomes: How many of the plan's runs ended in which way.
        refuted: How many found a ticket whose claim the checker refuted.
        ran: How many ran now; of the others the store was believed, and nothing that it
            says is proved was proved again.
        contradictory: How many have rows that cannot be true: they contradict
            themselves, or other rows of the store. Those count as INCONCLUSIVE, and
            never as refuted.
        contradictions: A sentence for each contradiction of the store, if there is any
            in rows of the plan.
    """

    outcomes: dict[str, int]
    refuted: int
    ran: int
    contradictory: int = 0
    contradictions: tuple[str, ...] = ()


def forecast(plan: Plan, store: Store | None) -> Forecast:
    """Count the runs of a plan, and guess how long those take that have no row.

    Args:
        plan: The plan.
        store: Rows that are there; None for none. Runs that are done set the pace.
    """
    known = {} if store is None else store.outcomes()
    taken = {} if store is None else store.seconds()
    left: defaultdict[str, float] = defaultdict(float)
    guessed: defaultdict[str, float] = defaultdict(float)
    spent: defaultdict[str, float] = defaultdict(float)
    for run in plan.runs:
        guess = KINDS[run.kind].seconds(run.named())
        if run.key not in known:
            left[run.kind] += guess
        elif run.key in taken:
            guessed[run.kind] += guess
            spent[run.kind] += taken[run.key]
    return Forecast(
        runs=len(plan.runs),
        kinds=dict(Counter(run.kind for run in plan.runs)),
        finished=sum(run.key in known for run in plan.runs),
        seconds=sum(
            seconds * (spent[kind] / guessed[kind] if guessed[kind] else 1.0)
            for kind, seconds in left.items()
        ),
    )


def run_sweep(
    plan: Plan,
    path: str | os.PathLike[str],
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    retry: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Run what has no row yet.

    Killed at any moment, the same call goes on: a row is written when its run ends, and
    a run with a row is not run again. The rows, but for their seconds, are the same on
    any number of workers, here or elsewhere, as long as no limit is met.

    Args:
        plan: What to run.
        path: The store; made if it is missing.
        workers: Processes on this machine; None for all cores.
        scheduler: Address of a Dask scheduler whose workers run it instead.
        retry: Whether runs that are not done, but have a row, are run again.
        progress: Called after each run.

    Returns:
        How all runs of the plan ended.

    Raises:
        UnusableFileError: The store cannot be used, another process runs a sweep into
            it, a row of it is damaged, or the disk is full.
        InvalidParameterError: The scheduler's address is none.
        MissingExtraError: A scheduler without the extra ``dask``.
        WorkerLostError: The scheduler stays away.
    """
    count = _cores() if workers is None else whole_number(workers, "workers", least=1)
    if scheduler is not None:
        require_address(scheduler)
    with sole_controller(as_path(path)), Store(path, create=True) as store:
        known = {row.key: row for row in store.rows()}
        left = [
            run
            for run in plan.runs
            if run.key not in known or (retry and known[run.key].outcome != "done")
        ]
        if scheduler is None:
            answers = answers_here(left, min(count, max(1, len(left))))
        else:
            answers = answers_there(left, scheduler)
        with closing(answers):
            for done, (run, answer) in enumerate(answers, start=1):
                row = known[run.key] = Row.of(run, answer)
                store.put(row)
                if progress is not None:
                    progress(done, len(left))
    return _summary(plan, known, len(left))


def _summary(plan: Plan, known: Mapping[str, Row], ran: int) -> Summary:
    """What rows say of a plan that has all its rows."""
    asked = {run.key for run in plan.runs}
    judged = judge(known.values())
    unfit = {row.key: f"{named(row)} is none: {said}" for row, said in judged.unfit}
    doubtful = asked & judged.keys
    said = [found.reason for found in judged.contradictions] if doubtful else []
    said += [unfit[key] for key in unfit if key in asked]
    return Summary(
        outcomes=dict(Counter[str](known[run.key].outcome for run in plan.runs)),
        refuted=sum(
            row.key in asked and refuted(row.kind, row.result)
            for row in judged.believed
        ),
        ran=ran,
        contradictory=len(doubtful) + len(asked.intersection(unfit)),
        contradictions=tuple(said),
    )


def _cores() -> int:
    from joblib import cpu_count

    return int(cpu_count())
