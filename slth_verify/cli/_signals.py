"""Signals that end a command: it cleans up, and says so by its exit code."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: Exit code of a program that signal ``n`` ended, less ``n``.
BY_SIGNAL = 128
_PATIENCE = 10.0  # seconds to clean up in, before the process ends as it is


class EndedBySignal(BaseException):
    """Raised in the main thread by a signal that ends the command.

    Attributes:
        number: Of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.number = number


@contextmanager
def answered_signals() -> Iterator[None]:
    """A context in which SIGINT, SIGTERM and SIGHUP raise `EndedBySignal`, once.

    Later ones are passed over while the command cleans up. If that takes too long, or
    if the exception was lost in code that lets none pass, the process ends all the
    same; its children end with it. Signals that the caller has ignored stay ignored.
    """
    received = threading.Event()

    def answer(number: int, frame: FrameType | None) -> None:
        if received.is_set():
            return
        received.set()
        watch = threading.Timer(_PATIENCE, os._exit, (BY_SIGNAL + number,))
        watch.daemon = True
        watch.start()
        raise EndedBySignal(number)

    before = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            before[number] = signal.signal(number, answer)
    try:
        yield
    finally:
        for number, handler in before.items():
            # once ended, nothing more is to happen but the exit
            signal.signal(number, signal.SIG_IGN if received.is_set() else handler)
