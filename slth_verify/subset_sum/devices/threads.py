"""One inner thread: the products of a search are too small to be shared.

Two libraries of linear algebra, each with as many threads as there are cores, wait for
each other: a search then takes three to five times as long.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


class _Limit:
    """The limit of all searches of this process: set by the first, lifted by the last.

    The number of threads belongs to the process: searches that overlap must not take
    each other's limit for the caller's setting.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._searches = 0
        self._held = ExitStack()

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._lock:
            if self._searches == 0:
                self._held.enter_context(_one_thread())
            self._searches += 1
        try:
            yield
        finally:
            with self._lock:
                self._searches -= 1
                if self._searches == 0:
                    self._held.close()


_LIMIT = _Limit()


def one_inner_thread() -> AbstractContextManager[None]:
    """A context in which numpy's and scipy's linear algebra have one thread each.

    Afterwards they have as many as before the first of overlapping searches.
    """
    return _LIMIT.held()


def _one_thread() -> AbstractContextManager[object]:
    limited: AbstractContextManager[object] = _controller().limit(
        limits=1, user_api="blas"
    )
    return limited


@cache
def _controller() -> ThreadpoolController:
    """Finding the loaded libraries takes milliseconds: once is enough."""
    return ThreadpoolController()
