"""Progress where nobody watches a terminal: a line now and then, none if soon done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

_FIRST, _EVERY = 10.0, 30.0  # seconds


class Advance(Protocol):
    """Called as ``advance(stage, done, total)``."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` steps of a stage are finished."""


class _State:
    """What is going on, for another thread to tell."""

    def __init__(self, remaining: bool) -> None:
        self.line = ""
        self.ended = threading.Event()
        self._start = time.monotonic() if remaining else None

    def advance(self, stage: str, done: int, total: int) -> None:
        """Remember the latest stage that is not finished."""
        line = f"{stage} {done}/{total}" if total else stage
        if self._start is not None and 0 < done < total:
            pace = (time.monotonic() - self._start) / done
            line = f"{line}, about {pace * (total - done):.0f} s left"
        self.line = line


@contextmanager
def plain_progress(
    tell: Callable[[str], None],
    first: float = _FIRST,
    every: float = _EVERY,
    *,
    remaining: bool = False,
) -> Iterator[Advance]:
    """Tells one line after some seconds and then regularly, until the context ends.

    Args:
        tell: Is given each line, in another thread.
        first: Seconds before the first line.
        every: Seconds between two lines.
        remaining: Whether lines say how long the rest will take at this pace.
    """
    state, start = _State(remaining), time.monotonic()

    def watch() -> None:
        wait = first
        while not state.ended.wait(wait):
            if state.line:
                tell(f"slth-verify: {state.line}, {time.monotonic() - start:.0f} s")
            wait = every

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield state.advance
    finally:
        state.ended.set()
        watcher.join()
