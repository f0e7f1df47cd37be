"""Runs on the workers of a Dask scheduler, each in a process beside its worker."""

from __future__ import annotations

import queue
import re
import threading
import uuid
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import wait
from typing import Any

from slth_verify.deadline import now
from slth_verify.errors import (
    InvalidParameterError,
    MissingExtraError,
    SlthVerifyError,
    WorkerLostError,
)
from slth_verify.numbers import shown
from slth_verify.sweep.answer import Answer, Slot
from slth_verify.sweep.run import Run
from slth_verify.text import reason_of

_PATIENCE = 60.0  # seconds to wait for a scheduler that is not there, or has gone
_PING = 5.0  # seconds after which the scheduler is asked whether it is there
_AHEAD = 3  # runs that are submitted for each thread of a worker
_HERE = threading.local()
#: Where a scheduler may be: host and port, or in this process.
_ADDRESS = re.compile(r"(?:[a-z]+://)?[^\s/]+:[0-9]{1,5}/?|inproc://\S+")


def answers_there(
    runs: Iterable[Run], address: str, patience: float = _PATIENCE
) -> Generator[tuple[Run, Answer], None, None]:
    """Answers as they come, the same as on this machine.

    A run whose worker is lost is run again elsewhere; what is lost with the scheduler
    is submitted again when it is back.

    Args:
        runs: What to run; drawn as needed.
        address: Of the scheduler, ``tcp://host:port``.
        patience: Seconds to wait for the scheduler.

    Raises:
        MissingExtraError: Without the extra ``dask``.
        WorkerLostError: The scheduler is not there, stays away, or its workers cannot
            run this package.
    """
    try:
        import distributed
    except ImportError as error:
        raise MissingExtraError(
            f"scheduler={shown(address)} needs Dask: pip install 'slth-verify[dask]' "
            "here and on its workers (docs/sweeps.md)."
        ) from error
    waiting, unanswered = iter(runs), list[Run]()
    while True:
        client = _connected(distributed, address, patience)
        submitted = _Submitted(client, waiting, unanswered)
        try:
            yield from submitted.answers()
            return
        except _SchedulerLostError:
            unanswered = submitted.left()
        finally:
            client.close(timeout=_PING)


def require_address(address: str) -> None:
    """Refuse what no scheduler can be found at, before anything is waited for.

    Raises:
        InvalidParameterError: If it is no address.
    """
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise InvalidParameterError(
            f"scheduler={shown(address)}: an address such as tcp://host:8786 is "
            "required (docs/sweeps.md). Give the one that `dask scheduler` prints."
        )


def work_there(run: Run) -> Answer:
    """Work on a run in a process beside this thread of a worker, kept for the next."""
    slot: Slot | None = getattr(_HERE, "slot", None)
    if slot is None:
        slot = _HERE.slot = Slot()
    slot.begin(run)
    while (found := slot.answer()) is None:
        wait([slot.awaited()], timeout=slot.patience())
    return found


class _SchedulerLostError(Exception):
    """The scheduler does not answer any more."""


class _Submitted:
    """What one connection has submitted.

    Args:
        client: Connected.
        waiting: Runs that nobody has submitted.
        again: Runs that an earlier connection left unanswered.
    """

    def __init__(self, client: Any, waiting: Iterator[Run], again: list[Run]) -> None:
        self._client, self._waiting, self._again = client, waiting, again
        self._futures: dict[Any, Run] = {}
        self._done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._threads, self._asked = 1, -_PING

    def left(self) -> list[Run]:
        """Runs without an answer, for another connection."""
        return [*self._futures.values(), *self._again]

    def answers(self) -> Iterator[tuple[Run, Answer]]:
        """Answers as they come.

        Raises:
            _SchedulerLostError: The scheduler does not answer any more.
        """
        while True:
            self._look_at_the_scheduler()
            self._submit()
            if not self._futures:
                return
            try:
                future = self._done.get(timeout=_PING)
            except queue.Empty:
                continue
            answer = self._answer(future)
            run = self._futures.pop(future)
            future.release()
            yield run, answer

    def _submit(self) -> None:
        while len(self._futures) < _AHEAD * self._threads:
            run = self._again.pop() if self._again else next(self._waiting, None)
            if run is None:
                return
            # a name of its own: another sweep may run the same on this scheduler
            key = f"slth-verify-{run.key[:16]}-{uuid.uuid4().hex}"
            future = self._client.submit(work_there, run, key=key, pure=False)
            self._futures[future] = run
            future.add_done_callback(self._done.put)

    def _look_at_the_scheduler(self) -> None:
        """Ask it now and then how many threads its workers have."""
        if now() - self._asked < _PING:
            return
        try:
            self._threads = max(1, sum(self._client.nthreads().values()))
        except (OSError, RuntimeError, AttributeError) as error:
            raise _SchedulerLostError from error
        self._asked = now()

    def _answer(self, future: Any) -> Answer:
        from distributed import KilledWorker

        if future.status not in ("finished", "error"):
            raise _SchedulerLostError
        try:
            answer: Answer = future.result()
        except KilledWorker as error:  # several workers ended over this one
            return Answer("lost", reason_of(error))
        except SlthVerifyError:
            raise
        except OSError as error:
            raise _SchedulerLostError from error
        except Exception as error:  # the border to another machine
            if future.status == "cancelled":
                raise _SchedulerLostError from error
            raise WorkerLostError(
                f"a worker cannot run this package: {reason_of(error)}. Give it the "
                "same versions as here, and run the same command again: finished runs "
                "are kept (docs/sweeps.md)."
            ) from error
        return answer


def _connected(distributed: Any, address: str, patience: float) -> Any:
    """A client whose scheduler answers."""
    end = now() + patience
    while True:
        wait_for = max(1.0, min(_PING, end - now()))
        try:
            return distributed.Client(address, timeout=wait_for, set_as_default=False)
        except (OSError, ValueError) as error:
            if isinstance(error, ValueError) or now() > end:
                raise WorkerLostError(
                    f"scheduler={shown(address)} does not answer ({reason_of(error)}). "
                    "Start one with `dask scheduler`, and run the same command again: "
                    "finished runs are kept (docs/sweeps.md)."
                ) from error
