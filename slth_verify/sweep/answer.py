"""A run is worked on in a process of its own kind, and ended there at its limits."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from slth_verify.deadline import now
from slth_verify.errors import InvalidParameterError, SlthVerifyError
from slth_verify.processes.background import Background, BackgroundLostError
from slth_verify.showing import OneLine
from slth_verify.sweep.run import Run, versions
from slth_verify.text import printable, reason_of

#: How a run may end. Only ``done`` has a result; ``lost`` means that its process ended.
Outcome = Literal["done", "time limit", "memory limit", "failed", "lost"]

#: Module of `slth_verify.sweep.kinds` and function that does the work, by kind.
_WORK = {
    "prune": ("pruned", "run"),
    "search": ("subset_sums", "search"),
    "success": ("subset_sums", "success"),
    "success-bound": ("bounds", "success"),
    "width": ("bounds", "width"),
    "bound": ("bounds", "network"),
}


#: Fresh processes that a run may end before it is lost; somebody may have killed one.
_LIVES = 2


@dataclass(frozen=True, slots=True, repr=False)
class Answer(OneLine):
    """How a run ended.

    Attributes:
        outcome: In a word.
        reason: Why it has no result; empty for ``done``.
        result: Names and values.
        seconds: That it took.
    """

    outcome: Outcome
    reason: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


def prepare(kind: str) -> None:
    """Import what runs of a kind need; in the process that works on them."""
    import_module(f"slth_verify.sweep.kinds.{_WORK[kind][0]}")


def work(run: Run) -> Answer:
    """Work on a run, here and now; its time limit is the caller's to keep.

    Raises:
        InvalidParameterError: This process has other versions than the plan's reader.
    """
    if run.again().key != run.key:
        raise InvalidParameterError(
            f"versions={dict(versions())}: the process that works on runs has other "
            "versions than the one that read the plan (docs/sweeps.md). Install the "
            "same everywhere."
        )
    module, function = _WORK[run.kind]
    start = now()
    try:
        with _memory_limit(run.limits.memory):
            found = getattr(
                import_module(f"slth_verify.sweep.kinds.{module}"), function
            )
            result = found(run.named(), run.source)
        json.dumps(result, allow_nan=False)
    except MemoryError:
        return Answer("memory limit", f"more than {run.limits.memory} MiB")
    except SlthVerifyError as error:
        return Answer("failed", printable(str(error)), seconds=now() - start)
    except Exception as error:  # a row with its reason, never an end of the sweep
        return Answer("failed", reason_of(error), seconds=now() - start)
    return Answer("done", result=result, seconds=now() - start)


class Slot:
    """One process, which works on one run at a time and is kept for the next.

    It must be used by one thread, which outlives it.
    """

    def __init__(self) -> None:
        self._child: Background | None = None
        self._run: Run | None = None
        self._prepared: set[str] = set()
        self._fresh, self._ended = True, 0
        self._ready: Future[None] | None = None
        self._answer: Future[Answer] | None = None
        self._begun = math.inf

    def begin(self, run: Run) -> None:
        """Begin with a run; the last one must have its answer."""
        self._ended = 0
        self._try(run)

    def _try(self, run: Run) -> None:
        self._fresh = self._child is None
        if self._child is None:
            self._child, self._prepared = Background(), set()
        self._run, self._begun = run, math.inf
        if run.kind in self._prepared:  # one exchange less with the process
            self._ready, self._begun = Future(), now()
            self._ready.set_result(None)
        else:
            self._ready = self._child.call(prepare, run.kind)
        self._answer = self._child.call(work, run)

    def awaited(self) -> Future[Any]:
        """What to wait for before the next `answer`, for at most `patience` seconds."""
        if self._ready is None or self._answer is None:
            raise RuntimeError("a slot was asked for an answer before it began")
        return self._answer if self._ready.done() else self._ready

    def patience(self) -> float | None:
        """Seconds that the run may still take; None without end."""
        limit = None if self._run is None else self._run.limits.seconds
        if limit is None or self._begun == math.inf:
            return None
        return max(0.0, self._begun + limit - now())

    def answer(self) -> Answer | None:
        """The run's answer; None where it has none yet.

        A run that lost its process, or met its memory limit in one that earlier runs
        had used, is tried again in a fresh one: what it is said to have done never
        depends on what ran before it. It is lost if it ends two fresh ones.
        """
        run, future = self._run, self._answer
        if run is None or future is None or self._ready is None:
            return None
        if not future.done():
            if self._begun == math.inf and self._ready.done():
                self._begun = now()
            if self.patience() != 0.0:
                return None
            self.close()
            limit = run.limits.seconds or 0.0
            return Answer("time limit", f"more than {limit:g} s", seconds=limit)
        try:
            found = future.result()
            self._prepared.add(run.kind)
        except BackgroundLostError:
            found = Answer("lost", "its process ended; memory may have run out")
        if found.outcome in ("lost", "memory limit"):
            self.close()
            self._ended += self._fresh
            if self._ended < (_LIVES if found.outcome == "lost" else 1):
                self._try(run)
                return None
        return found

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._child is not None:
            self._child.close()
        self._child = None


@contextmanager
def _memory_limit(mebibytes: int | None) -> Iterator[None]:
    """The process may hold no more; nothing where the system knows no such limit."""
    if mebibytes is None or sys.platform == "win32":
        yield
        return
    import resource

    usual = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (mebibytes << 20, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, usual)
