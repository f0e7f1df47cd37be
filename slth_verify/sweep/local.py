"""Runs on this machine, in processes of their own."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, wait

from slth_verify.sweep.answer import Answer, Slot
from slth_verify.sweep.run import Run


def answers_here(
    runs: Iterable[Run], workers: int
) -> Generator[tuple[Run, Answer], None, None]:
    """Answers as they come.

    Args:
        runs: What to run; drawn as needed.
        workers: Processes, at least 1.
    """
    waiting = iter(runs)
    idle = [Slot() for _ in range(workers)]
    busy: dict[Slot, Run] = {}
    try:
        while True:
            while idle and (run := next(waiting, None)) is not None:
                slot = idle.pop()
                slot.begin(run)
                busy[slot] = run
            if not busy:
                return
            patience = [found for s in busy if (found := s.patience()) is not None]
            wait(
                [slot.awaited() for slot in busy],
                timeout=min(patience, default=None),
                return_when=FIRST_COMPLETED,
            )
            for slot in list(busy):
                if (answer := slot.answer()) is not None:
                    run = busy.pop(slot)
                    idle.append(slot)
                    yield run, answer
    finally:
        for slot in [*idle, *busy]:
            slot.close()
