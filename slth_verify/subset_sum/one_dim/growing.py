"""One-dimensional problems that get more samples until they are solved."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import numpy as np

from slth_verify.deadline import seconds_of
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import ExactNumber, whole_number, whole_numbers
from slth_verify.subset_sum._problem import FloatArray, IndexArray
from slth_verify.subset_sum.one_dim.many import (
    OneDimBatch,
    Progress,
    searchable,
    solve_one_dim,
)

#: Gives the first ``count`` samples of some targets, shape ``(len(rows), count)``; a
#: larger count continues the same rows.
Draw = Callable[[IndexArray, int], FloatArray]


def solve_one_dim_growing(
    draw: Draw,
    targets: FloatArray,
    tolerance: ExactNumber,
    sizes: Sequence[int],
    *,
    workers: int = 1,
    time_limit: float = math.inf,
    memory_limit: int = 1 << 28,
    progress: Progress | None = None,
    device: str | None = None,
) -> OneDimBatch:
    """As `solve_one_dim`, and whoever fails gets more samples.

    The samples are *extended*, not replaced: a retry sees all earlier samples of its
    target and new ones behind them. Within the largest size the result is therefore
    what a pool of that size contains.

    Args:
        draw: ``draw(rows, count)`` gives the first ``count`` samples of these targets.
        targets: Shape ``(T,)``, finite.
        tolerance: As in `solve_one_dim`.
        sizes: Numbers of samples, rising.
        workers: As in `solve_one_dim`.
        time_limit: Seconds for all sizes together.
        memory_limit: As in `solve_one_dim`.
        progress: Called as ``progress(done, total)``; targets tried again lower no
            count.
        device: As in `solve_one_dim`.

    Raises:
        InvalidParameterError: As `solve_one_dim`; sizes that do not rise; or a draw
            that changes earlier samples.
    """
    sizes = whole_numbers(sizes, "sizes")
    if not sizes or list(sizes) != sorted(set(sizes)) or sizes[0] < 1:
        raise InvalidParameterError(
            f"sizes={tuple(sizes)}: numbers of samples must be positive and rise "
            "(thm:rss). Give for example (21, 26, 32)."
        )
    time_limit = seconds_of(time_limit, source="thm:rss")
    workers = whole_number(workers, "workers")
    memory_limit = whole_number(memory_limit, "memory_limit")
    searchable(workers, memory_limit, len(targets), device)
    deadline = time.monotonic() + time_limit
    whole: OneDimBatch | None = None
    open_rows = np.arange(len(targets), dtype=np.int64)
    samples = np.empty((open_rows.size, 0))
    for size in sizes:
        earlier, samples = samples, draw(open_rows, size)
        if not np.array_equal(samples[:, : earlier.shape[1]], earlier):
            raise InvalidParameterError(
                f"size={size}: the draw changed samples that it gave before; retries "
                "extend a target's samples (thm:rss). Draw from one stream per target."
            )
        part = solve_one_dim(
            samples,
            targets[open_rows],
            tolerance,
            workers=workers,
            time_limit=max(deadline - time.monotonic(), 1e-9),
            memory_limit=memory_limit,
            progress=progress if whole is None else None,
            device=device,
        )
        whole = part if whole is None else _merged(whole, part, open_rows)
        failed = ~part.found
        open_rows, samples = open_rows[failed], samples[failed]
        if open_rows.size == 0 or time.monotonic() > deadline:
            break
    if whole is None:
        raise AssertionError("sizes is not empty")
    return whole


def _merged(whole: OneDimBatch, part: OneDimBatch, rows: IndexArray) -> OneDimBatch:
    """The batch after some of its rows were tried again with more samples."""
    more = part.chosen.shape[1] - whole.chosen.shape[1]
    chosen = np.pad(whole.chosen, ((0, 0), (0, more)))
    residuals, found = whole.residuals.copy(), whole.found.copy()
    counts = whole.counts.copy()
    counts[rows] = part.counts
    better = np.abs(part.residuals) < np.abs(residuals[rows])
    here = rows[better]
    chosen[here], residuals[here] = part.chosen[better], part.residuals[better]
    found[here] = part.found[better]
    return OneDimBatch(chosen, residuals, found, counts, whole.tolerance)
