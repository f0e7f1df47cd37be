"""Processes that this one starts end with it, whatever ends it.

Three things see to that. Who is ended by a signal that can be caught ends its children
itself. On Linux the kernel ends a child whose parent has died. Elsewhere, and where the
kernel cannot be asked, a thread of the child waits at a pipe whose other end only the
parent holds: it is closed by nothing but the parent's end.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import cache
from multiprocessing.connection import Connection
from typing import Any

_PR_SET_PDEATHSIG = 1


def settle(parent: int, pipe: Connection | int | None, *, ask: bool = True) -> None:
    """Become a child that ends with its parent; call it first in a new process.

    Ctrl-C reaches all processes of a terminal. It is the parent's to answer, so the
    child ignores it.

    Args:
        parent: Process number of the parent.
        pipe: End of a pipe (or its file descriptor) that says "closed" when the parent
            has ended; None to do without.
        ask: Whether to ask the kernel. It takes the end of the *thread* that started
            the child for the parent's end, so only children of threads that outlive
            them may ask.
    """
    with contextlib.suppress(ValueError):  # not in the main thread of this process
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if ask and sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if hasattr(os, "getppid") and os.name == "posix" and os.getppid() != parent:
        os._exit(1)  # the parent ended before the kernel was asked
    if pipe is not None:
        threading.Thread(target=_wait_for_end, args=(pipe,), daemon=True).start()


def settling() -> dict[str, Any]:
    """Keywords for pools of processes: they call `settle`."""
    outlives = threading.current_thread() is threading.main_thread()
    return {
        "initializer": _settle_in_pool,
        "initargs": (os.getpid(), _pipe()[0], outlives),
    }


def _settle_in_pool(parent: int, pipe: Connection, ask: bool) -> None:
    settle(parent, pipe, ask=ask)


def start(
    code: str, arguments: Sequence[str] = (), **options: Any
) -> subprocess.Popen[Any]:
    """Python in a child process, with one thread for linear algebra.

    It imports from where this process does: never from the current folder, where files
    of others may lie, unless this process would.

    Args:
        code: What it runs, after it has settled.
        arguments: Its ``sys.argv[1:]``.
        options: Of `subprocess.Popen`. The calling thread must outlive the child.
    """
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
    }
    handle: int | None = None
    if os.name == "posix":
        handle = _pipe()[0].fileno()
        options["pass_fds"] = (handle,)
    first = "from slth_verify.processes.children import settle"
    first = f"{first}; settle({os.getpid()}, {handle})"
    command = [sys.executable, "-P", "-c", f"{first}\n{code}", *arguments]
    return subprocess.Popen(command, env=environment, **options)


def _wait_for_end(pipe: Connection | int) -> None:
    """End this process as soon as the pipe is closed at its other end."""
    with contextlib.suppress(EOFError, OSError):
        if isinstance(pipe, int):
            while os.read(pipe, 1 << 16):
                pass
        else:
            while True:
                pipe.recv_bytes()
    os._exit(1)


@cache
def _pipe() -> tuple[Connection, Connection]:
    """Both ends of the pipe that children watch; only this process may hold them."""
    ends = multiprocessing.Pipe(duplex=False)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_leave)
    return ends


def _leave() -> None:
    """In a copy of this process: let go of the pipe, whose end must be the parent's."""
    for end in _pipe():
        end.close()
    _pipe.cache_clear()
