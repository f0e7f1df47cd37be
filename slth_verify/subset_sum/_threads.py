"""One inner thread: the products of a search are too small to be shared.

Two libraries of linear algebra, each with as many threads as there are cores, wait for
each other: a search then takes three to five times as long.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_inner_thread() -> AbstractContextManager[object]:
    """A context with one thread of linear algebra in this process; then as before."""
    limited: AbstractContextManager[object] = _controller().limit(
        limits=1, user_api="blas"
    )
    return limited


@cache
def _controller() -> ThreadpoolController:
    """Finding the loaded libraries takes milliseconds: once is enough."""
    return ThreadpoolController()
