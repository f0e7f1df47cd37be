"""One controller for each store, known by a lock that ends with its process."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slth_verify.errors import UnusableFileError
from slth_verify.numbers import shown

if sys.platform != "win32":  # only POSIX has such locks; elsewhere nobody is kept out
    import fcntl

_MOST_READ = 300  # bytes of a lock's file
_OWNER = re.compile(r"[0-9]{1,20} [\w.:-]{1,255}", re.ASCII)


@contextmanager
def sole_controller(store: Path) -> Iterator[None]:
    """A context in which no other process runs a sweep into the same store.

    The kernel holds the lock, on a file beside the store, for as long as this process
    lives: one that is killed blocks nobody, whatever file it leaves behind. Others may
    read the store all the time.

    Args:
        store: The store's file, which need not be there.

    Raises:
        UnusableFileError: Another process has the lock, or none can be had there.
    """
    if sys.platform == "win32":
        yield
        return
    path = store.with_name(f"{store.name}.lock")
    handle = _locked(path, store)
    try:
        yield
    finally:
        if _is_there(path, handle):  # or somebody has removed it, and another made one
            path.unlink()
        os.close(handle)


def _locked(path: Path, store: Path) -> int:
    """The lock's file, open and locked."""
    try:
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK, 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_there(path, handle):
                    os.ftruncate(handle, 0)
                    os.write(handle, f"{os.getpid()} {socket.gethostname()}".encode())
                    return handle
            except BlockingIOError as error:
                owner = os.pread(handle, _MOST_READ, 0)
                os.close(handle)
                raise _refusal(store, owner) from error
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)  # its last owner has just removed it
    except OSError as error:
        raise UnusableFileError(
            f"store={shown(str(store))}: no lock can be had beside it "
            f"({error.strerror or error}); a store lies in a folder that can be "
            "written (docs/sweeps.md). Choose another path."
        ) from error


def _is_there(path: Path, handle: int) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


def _refusal(store: Path, owner: bytes) -> UnusableFileError:
    text = owner.decode("ascii", "replace")
    pid, _, host = text.partition(" ")
    known = _OWNER.fullmatch(text) is not None
    who = f"process {pid} on {host}" if known else "another process"
    return UnusableFileError(
        f"store={shown(str(store))}: {who} runs a sweep into it, and two would do the "
        "same runs (docs/sweeps.md). Wait for it, or end it; then run the same command "
        "again: finished runs are kept."
    )
