"""One inner thread: products of a search or of a bound are too small to be shared.

Libraries of linear algebra, each with as many threads as there are cores, wait for each
other, or for a core that another process has: that takes three to five times as long.
Where threadpoolctl is not installed, they do.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import cache
from typing import Any


class _Limit:
    """The limit of all who ask in this process: set by the first, lifted by the last.

    The number of threads belongs to the process: contexts that overlap must not take
    each other's limit for the caller's setting.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._held = ExitStack()

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._lock:
            if self._holders == 0:
                self._held.enter_context(_one_thread())
            self._holders += 1
        try:
            yield
        finally:
            with self._lock:
                self._holders -= 1
                if self._holders == 0:
                    self._held.close()


_LIMIT = _Limit()


def one_inner_thread() -> AbstractContextManager[None]:
    """A context in which numpy's and scipy's linear algebra have one thread each.

    Afterwards they have as many as before the first of overlapping contexts.
    """
    return _LIMIT.held()


def _one_thread() -> AbstractContextManager[object]:
    controller = _controller("scipy.linalg" in sys.modules)
    if controller is None:
        return nullcontext()
    limited: AbstractContextManager[object] = controller.limit(
        limits=1, user_api="blas"
    )
    return limited


@cache
def _controller(with_scipy: bool) -> Any:
    """What limits the loaded libraries; scipy brings one of its own.

    Finding them takes milliseconds: once is enough.
    """
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:  # an environment with what the checker needs, and no more
        return None
    return ThreadpoolController()
