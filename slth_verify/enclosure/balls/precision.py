"""The working precision of ball arithmetic, set for a block and always restored.

The backend keeps one precision for the whole process, threads included. So one thread
at a time computes with balls: a block holds a lock from its first line to its last, and
blocks of the same thread may be nested. Balls stay enclosures at any precision, so
threads that use the backend on their own can cost accuracy here, never soundness.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flint import ctx

from slth_verify.errors import InvalidParameterError

#: Fewer bits than this are refused: a ball would hold less than a float32.
MIN_BITS = 24

_lock = threading.RLock()


def _renew_lock() -> None:
    """A forked child has none of the threads that might hold the lock."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Compute with ``bits`` bits inside the ``with`` block.

    Other threads that want to compute with balls wait until the block ends; do not wait
    for them inside it. The precision is restored when the block ends, also by an
    exception.

    Args:
        bits: Bits of the midpoint of a ball, at least 24.

    Raises:
        InvalidParameterError: If ``bits`` is not an integer of at least 24.
    """
    if isinstance(bits, bool) or not isinstance(bits, int) or bits < MIN_BITS:
        raise InvalidParameterError(
            f"bits={bits!r} is no working precision: an integer >= {MIN_BITS} was "
            "required (any statement). Pass bits=64 or more."
        )
    with _lock:
        before = ctx.prec
        ctx.prec = bits
        try:
            yield
        finally:
            ctx.prec = before


@contextmanager
def precision_in_force() -> Iterator[int]:
    """The precision of the caller's block, kept until the ``with`` block ends.

    Outside of any block it is the process's own.
    """
    with _lock:
        yield ctx.prec


@contextmanager
def more_precision(bits: int) -> Iterator[None]:
    """Compute with ``bits`` bits more than now inside the ``with`` block.

    Args:
        bits: At least 0.
    """
    with _lock, working_precision(ctx.prec + bits):
        yield
