"""Calls with a limit on time and memory, in a process that ends with its parent."""

from __future__ import annotations

import errno
import math
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from slth_verify.errors import SlthVerifyError
from slth_verify.processes.children import start

_Result = TypeVar("_Result")

try:
    import resource
except ImportError:  # only POSIX has it; elsewhere memory is not limited
    resource = None  # type: ignore[assignment]

#: Seconds that starting Python and importing the called function may take on top.
_START = 10.0


class LimitReachedError(SlthVerifyError):
    """A call was ended at its limit of time or memory. This proves nothing.

    Usual remedy: a higher limit, or a smaller question.
    """


def run_bounded(
    function: Callable[..., _Result],
    /,
    *arguments: Any,
    seconds: float | None = None,
    memory: int | None = None,
    **options: Any,
) -> _Result:
    """Call a function of a module in a process of its own, and end it at a limit.

    Args:
        function: A function of an importable module. Arguments and result are
            pickled.
        arguments: Positional arguments.
        seconds: Limit on its time; starting the process comes on top. None or
            infinity for none.
        memory: Limit in bytes on what it allocates. None for none.
        options: Keyword arguments.

    Returns:
        What the function returned.

    Raises:
        LimitReachedError: If a limit was reached, or the process was ended by a
            failed allocation or a signal.
        Exception: What the function raised.
    """
    seconds = None if seconds == math.inf else seconds
    request = pickle.dumps((function, arguments, options, seconds, memory))
    code, answer = _run(request, seconds)
    if code == -signal.SIGALRM:
        raise LimitReachedError(f"the time limit of {seconds:g} s was reached")
    try:
        succeeded, value = pickle.loads(answer)
    except (EOFError, pickle.UnpicklingError) as error:
        asked = "" if memory is None else f" (limit {memory >> 20} MiB)"
        raise LimitReachedError(
            f"the process ended without an answer; memory may have run out{asked}"
        ) from error
    if succeeded:
        return value  # type: ignore[no-any-return]
    # without memory no shared object is mapped, and its import fails
    lacking = (MemoryError,) if memory is None else (MemoryError, ImportError)
    if isinstance(value, lacking):
        asked = "" if memory is None else f" of {memory >> 20} MiB"
        raise LimitReachedError(f"the memory limit{asked} was reached") from value
    raise value


def _run(request: bytes, seconds: float | None) -> tuple[int, bytes]:
    """Exit code of the child, and what it wrote; ended if it outlives its limit."""
    code = "from slth_verify.processes.bounded import _serve; _serve()"
    pipe = subprocess.PIPE
    with start(code, stdin=pipe, stdout=pipe) as child:
        try:
            limit = None if seconds is None else seconds + _START
            answer, _ = child.communicate(request, timeout=limit)
        except subprocess.TimeoutExpired:
            child.kill()
            return -signal.SIGALRM, b""
        except BaseException:
            child.kill()
            raise
        return child.returncode, answer


def _serve() -> None:
    """The child: one call from standard input, its outcome to standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the call prints must not mix with the answer
    request = sys.stdin.buffer.read()
    function, arguments, options, seconds, memory = pickle.loads(request)
    _limit(seconds, memory)
    try:
        outcome = True, function(*arguments, **options)
    except Exception as error:  # the border between two processes: hand it on
        outcome = False, MemoryError() if _lacks_memory(error) else error
    with answers:
        answers.write(pickle.dumps(outcome))


def _lacks_memory(error: BaseException | None) -> bool:
    """Whether memory ran out, whatever was made of that on the way, as by a reader."""
    while error is not None:
        lacking = isinstance(error, OSError) and error.errno == errno.ENOMEM
        if lacking or isinstance(error, MemoryError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _limit(seconds: float | None, memory: int | None) -> None:
    """The kernel ends this process in time, whatever code is running."""
    if memory is not None and resource is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    if seconds is not None and hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3))
