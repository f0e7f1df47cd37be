"""Freed memory is kept for the next step, not handed back and asked for again.

A beam fills a few MiB and frees them, many times a second. glibc gives the top of its
heap back to the system when more is free there than twice the largest block that it
ever got by itself and freed (mallopt(3), M_MMAP_THRESHOLD and M_TRIM_THRESHOLD); the
system then clears every page anew. That took a third of a beam's time.
"""

from __future__ import annotations

from functools import cache

import numpy as np

_LEARNT = 31 << 20  # glibc takes no note of blocks from 32 MiB


@cache
def keep_freed_memory() -> None:
    """Lets this process keep up to 62 MiB of freed memory; elsewhere than glibc, no-op.

    The block is freed at once and never touched: no memory is taken.
    """
    np.empty(_LEARNT, dtype=np.uint8)
