"""Calls that a second process answers, one after the other, while this one goes on."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from itertools import count
from queue import PriorityQueue
from types import TracebackType
from typing import Any, Self, TypeVar

from slth_verify.errors import SlthVerifyError
from slth_verify.processes.children import start

_Result = TypeVar("_Result")
#: Smaller ones go first; None ends it all.
_Order = tuple[int, int]
_Request = tuple[_Order, tuple[Future[Any], bytes] | None]
_LAST, _USUAL, _FIRST = 2, 1, 0


class BackgroundLostError(SlthVerifyError):
    """The second process ended before it answered. This proves nothing.

    Usual remedy: more memory, or the same call in this process.
    """


class Background:
    """A second process, started with the first call and ended with this context.

    It is a fresh Python, so it neither shares state nor runs the caller's script again,
    it uses one thread for linear algebra, and it ends with its parent, whatever ends
    that.

    Examples:
        >>> import math
        >>> with Background() as second:
        ...     second.call(math.factorial, 5).result()
        120
    """

    def __init__(self) -> None:
        self._requests: PriorityQueue[_Request] = PriorityQueue()
        self._numbers = count()
        self._child: subprocess.Popen[bytes] | None = None
        self._dealer: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def call(
        self, function: Callable[..., _Result], /, *arguments: Any
    ) -> Future[_Result]:
        """Have a function called after all earlier ones.

        Args:
            function: A function of an importable module.
            arguments: Its arguments; they, result and exception are pickled.

        Returns:
            Its future; `BackgroundLostError` if the process ends first. A call that is
            cancelled before its turn is never made.
        """
        return self._called(_USUAL, function, arguments)

    def call_first(
        self, function: Callable[..., _Result], /, *arguments: Any
    ) -> Future[_Result]:
        """As `call`, but before all that is waiting, except for such calls as this."""
        return self._called(_FIRST, function, arguments)

    def _called(
        self, rank: int, function: Callable[..., _Result], arguments: tuple[Any, ...]
    ) -> Future[_Result]:
        if self._child is None:
            self._child = _start()
            self._dealer = threading.Thread(
                target=self._deal, args=(self._child,), daemon=True
            )
            self._dealer.start()
        future: Future[_Result] = Future()
        request = future, pickle.dumps((function, arguments))
        self._requests.put(((rank, next(self._numbers)), request))
        return future

    def prepare(self, module: str) -> None:
        """Have a module imported, while this process imports what it needs.

        Args:
            module: Its name; if it cannot be imported, the calls that need it say so.
        """
        self.call(_imported, module)

    def close(self) -> None:
        """End the second process, whatever it is doing."""
        if self._child is None or self._dealer is None:
            return
        self._child.kill()
        self._requests.put(((_LAST, next(self._numbers)), None))
        self._dealer.join()
        with contextlib.suppress(BrokenPipeError):  # closing writes what is left
            self._child.communicate()

    def _deal(self, child: subprocess.Popen[bytes]) -> None:
        """Hand on requests one by one; all that remain are lost with the process."""
        while (item := self._requests.get()[1]) is not None:
            future, request = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                succeeded, value = _exchange(child, request)
            except (OSError, EOFError, pickle.UnpicklingError):
                succeeded, value = (
                    False,
                    BackgroundLostError("the process that was to answer ended early"),
                )
            future.set_result(value) if succeeded else future.set_exception(value)


def _imported(module: str) -> None:
    import_module(module)


def _start() -> subprocess.Popen[bytes]:
    code = "from slth_verify.processes.background import _serve; _serve()"
    return start(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _exchange(child: subprocess.Popen[bytes], request: bytes) -> tuple[bool, Any]:
    if child.stdin is None or child.stdout is None:
        raise OSError("no pipes")
    child.stdin.write(request)
    child.stdin.flush()
    answer: tuple[bool, Any] = pickle.load(child.stdout)
    return answer


def _serve() -> None:
    """The second process: calls from standard input, outcomes to standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a call prints must not mix with answers
    with contextlib.suppress(BrokenPipeError), answers:  # broken: who asked is gone
        while True:
            try:
                function, arguments = pickle.load(sys.stdin.buffer)
            except (EOFError, pickle.UnpicklingError):  # gone, at worst in mid-sentence
                return
            try:
                outcome = True, function(*arguments)
            except Exception as error:  # the border between two processes: hand it on
                outcome = False, error
            answers.write(pickle.dumps(outcome))
            answers.flush()
