"""What a reader does beside reading: files, processes, connections, time, memory."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: So much longer one file may take by the clock than on the processor.
CLOCK = 12.0

#: Bytes that a reader may need on top.
MEMORY = 1 << 30

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CHANGES = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink"}
    | {"os.chmod", "os.truncate", "shutil.rmtree", "shutil.move"}
)
_STARTS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"})
_CALLS = frozenset({"socket.connect", "socket.bind", "pickle.find_class"})


class Watch:
    """Sees, through Python's audit events, what happens outside one folder.

    Args:
        folder: Where the files lie; what happens there is not looked at.
        reads: Whether reading files elsewhere is wrong; those of installed packages, of
            this repository and of the system's own lists are never looked at.

    Attributes:
        seen: What happened.
    """

    def __init__(self, folder: Path, *, reads: bool) -> None:
        self._folder, self._reads = os.path.realpath(folder), reads
        here = Path(__file__).parents[3]
        places = (here, sys.prefix, sys.base_prefix, *sys.path, "/proc", "/sys", "/usr")
        self._free = tuple(os.path.realpath(place) for place in places if str(place))
        self._on = False
        self.seen: set[str] = set()
        sys.addaudithook(self._hear)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """A context in which events count."""
        self._on = True
        try:
            yield
        finally:
            self._on = False

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on:
            return
        if event in _STARTS or event in _CALLS:
            self.seen.add(f"{event}: {str(arguments)[:200]}")
        elif event in _CHANGES:
            self._look(event, arguments[0], writes=True)
        elif event == "open":
            path, mode, flags = arguments
            writes = bool(set(str(mode or "")) & set("wax+")) or bool(
                isinstance(flags, int) and flags & _WRITING
            )
            self._look(event, path, writes=writes)
        elif event == "sqlite3.connect":
            self._look(event, arguments[0], writes=True)

    def _look(self, event: str, path: Any, *, writes: bool) -> None:
        if isinstance(path, int) or path in (":memory:", b":memory:", os.devnull):
            return
        try:
            place = os.path.realpath(os.fsdecode(path))
        except (TypeError, ValueError):
            return  # what is no path opens nothing
        if os.path.commonpath([place, self._folder]) == self._folder:
            return
        free = place.startswith(self._free) and not place.startswith("/usr/share/x")
        if writes or (self._reads and not free):
            self.seen.add(f"{event} {'writes' if writes else 'reads'} {place[:200]}")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """A context that ends the process if it takes too long.

    The kernel ends it, whatever code is running; the file that was read is still there.

    Args:
        seconds: Of the processor.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, CLOCK * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def end_without_words() -> None:
    """The signals of `limited` end the process; a crash of C code says where."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    faulthandler.enable()


def peak() -> int:
    """Bytes that the process had in memory at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
