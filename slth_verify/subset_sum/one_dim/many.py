"""Many one-dimensional subset-sum problems at once, each with numbers of its own."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
from numpy.typing import NDArray

from slth_verify.deadline import seconds_of
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import ExactNumber, exact_number, shown, whole_number
from slth_verify.showing import OneLine
from slth_verify.subset_sum._given import given_floats
from slth_verify.subset_sum._problem import FloatArray, IndexArray
from slth_verify.subset_sum.devices.available import check_device
from slth_verify.subset_sum.devices.freed_memory import keep_freed_memory
from slth_verify.subset_sum.devices.one_dim import bytes_needed_on, search_rows_on
from slth_verify.subset_sum.one_dim.exact import exact_residuals
from slth_verify.subset_sum.one_dim.search import (
    MOST_NUMBERS,
    SearchRows,
    bytes_needed,
    search_rows,
)

BoolArray = NDArray[np.bool_]

#: Called as ``progress(done, total)`` with numbers of targets.
Progress = Callable[[int, int], None]

_BLOCK = 4096  # targets whose subsets are searched and verified together
_LARGEST = 2.0**960  # larger numbers are scaled down for the search


@dataclass(frozen=True, eq=False, repr=False)
class OneDimBatch(OneLine):
    """What was found for each target.

    Attributes:
        chosen: Which samples belong to the subset, shape ``(T, n)``.
        residuals: Their sum minus the target, correctly rounded, shape ``(T,)``.
        found: Whether the exact residual is within the tolerance, shape ``(T,)``.
            False never means that no subset exists.
        counts: How many samples the search of a target was given, shape ``(T,)``.
        tolerance: The float64 number that bounds the exact residual of what is found:
            the largest one that does not exceed the tolerance asked for.
    """

    chosen: BoolArray
    residuals: FloatArray
    found: BoolArray
    counts: IndexArray
    tolerance: float


def solve_one_dim(
    samples: FloatArray,
    targets: FloatArray,
    tolerance: ExactNumber,
    *,
    workers: int = 1,
    time_limit: float = math.inf,
    memory_limit: int = 1 << 28,
    progress: Progress | None = None,
    device: str | None = None,
) -> OneDimBatch:
    """For each target a subset of its own samples with nearly that sum.

    Up to 40 samples a row are searched completely, up to the float64 rounding of the
    sums: first all sums of ever more of them, then joined lists (a device has these
    alone); a row stops as soon as it is within the tolerance. Of longer rows the larger
    numbers are decided greedily and the 40 smallest searched. No randomness is
    involved, and a row's answer depends neither on other rows nor, while the memory
    limit leaves it as many samples to search, on ``workers``.

    Args:
        samples: Shape ``(T, n)``, n >= 1, finite; row t belongs to target t. Converted
            to float64 (exact for float32).
        targets: Shape ``(T,)``, finite.
        tolerance: Admissible absolute error, positive, exact: a float is read through
            its shortest decimal form.
        workers: Threads; numpy releases the interpreter while it works. On a device
            they share it, and one verifies while another searches.
        time_limit: Seconds > 0; targets not reached get the empty subset.
        memory_limit: Bytes for the search, beside samples and result. Too few for lists
            over all samples of a row: the smallest ones are searched, as in long rows.
        progress: Called as ``progress(done, total)``.
        device: A torch device with float64, such as ``"cuda"``, to search on; None for
            numpy, which is faster than torch's ``"cpu"``. The limit then bounds tensors
            on the device, where 146 MiB per worker serve all 40 samples. Of several
            subsets within the tolerance, or equally near, it may find another one than
            numpy.

    Raises:
        InvalidParameterError: Wrong shapes, a non-finite entry, a tolerance or limit
            that is not positive, a memory limit below 8 MiB per worker (on a device:
            below what two samples a row need), or a device that is not there or lacks
            float64.

    Rigor:
        The search is heuristic; ``residuals`` are correctly rounded and ``found`` is
        decided in exact arithmetic from the samples.

    Source:
        thm:rss.
    """
    numbers, goals = _checked(samples, targets)
    bound = _tolerance(tolerance)
    time_limit = seconds_of(time_limit, source="thm:rss")
    workers = whole_number(workers, "workers")
    memory_limit = whole_number(memory_limit, "memory_limit")
    searched = searchable(workers, memory_limit, len(goals), device)
    search = _searching(device, memory_limit // workers)
    keep_freed_memory()
    deadline = time.monotonic() + time_limit
    total, count = numbers.shape
    chosen = np.zeros((total, count), dtype=np.bool_)
    residuals = np.empty(total)
    found = np.empty(total, dtype=np.bool_)

    def work(start: int) -> int:
        rows = slice(start, start + _BLOCK)
        if time.monotonic() > deadline:  # the empty subset, whose residual is exact
            residuals[rows], found[rows] = -goals[rows], np.abs(goals[rows]) <= bound
            return int(min(_BLOCK, total - start))
        chosen[rows] = _search(
            search,
            numbers[rows],
            goals[rows],
            bound,
            searched,
            lambda: time.monotonic() > deadline,
        )
        residuals[rows], found[rows] = exact_residuals(
            numbers[rows], chosen[rows], goals[rows], bound
        )
        return int(min(_BLOCK, total - start))

    done = 0
    with ThreadPoolExecutor(workers) as pool:
        for size in pool.map(work, range(0, total, _BLOCK)):
            done += size
            if progress is not None:
                progress(done, total)
    counts = np.full(total, count, dtype=np.int64)
    return OneDimBatch(chosen, residuals, found, counts, bound)


def _searching(device: str | None, memory: int) -> SearchRows:
    """The search of rows, on numpy or on a device."""
    if device is None:
        return search_rows
    return partial(search_rows_on, device=device, memory=memory)


def _search(
    search: SearchRows,
    numbers: FloatArray,
    targets: FloatArray,
    tolerance: float,
    searched: int,
    out_of_time: Callable[[], bool],
) -> BoolArray:
    """Subsets of some rows, shape ``(T, n)``."""
    peaks = np.maximum(np.abs(numbers).max(axis=1), np.abs(targets))
    units = np.where(peaks > _LARGEST, 2.0**60, 1.0)  # sums must not overflow
    numbers, goals = numbers / units[:, None], targets / units
    sums = np.abs(numbers).sum(axis=1) + np.abs(goals)
    # a computed error up to here means an exact one within the tolerance
    rounding = (numbers.shape[1] + 4) * np.finfo(np.float64).eps * sums
    tolerances = np.maximum(tolerance / units - rounding, 0.0)
    if numbers.shape[1] <= searched:
        masks = search(numbers, goals, tolerances, out_of_time)
        return _bits(masks, numbers.shape[1])
    order = np.argsort(-np.abs(numbers), axis=1, kind="stable")
    falling = np.take_along_axis(numbers, order, axis=1)
    taken = np.zeros(numbers.shape, dtype=np.bool_)
    for i in range(numbers.shape[1] - searched):
        column = falling[:, i]
        taken[:, i] = np.abs(goals - column) < np.abs(goals)
        goals = goals - np.where(taken[:, i], column, 0.0)
    masks = search(falling[:, -searched:], goals, tolerances, out_of_time)
    taken[:, -searched:] = _bits(masks, searched)
    chosen = np.empty_like(taken)
    np.put_along_axis(chosen, order, taken, axis=1)
    return chosen


def _bits(masks: IndexArray, count: int) -> BoolArray:
    return np.asarray((masks[:, None] >> np.arange(count)) & 1, dtype=np.bool_)


def _checked(samples: FloatArray, targets: FloatArray) -> tuple[FloatArray, FloatArray]:
    numbers = given_floats(samples, "samples", "thm:rss")
    goals = given_floats(targets, "targets", "thm:rss")
    if numbers.ndim != 2 or numbers.shape[1] < 1 or goals.shape != numbers.shape[:1]:
        raise InvalidParameterError(
            f"samples.shape={numbers.shape}, targets.shape={goals.shape}: need (T, n) "
            "and (T,), n >= 1 (thm:rss). Give one row of samples per target."
        )
    if not (np.isfinite(numbers).all() and np.isfinite(goals).all()):
        raise InvalidParameterError(
            "samples or targets hold NaN or infinity: every number must be finite "
            "(thm:rss). Drop the broken rows."
        )
    return numbers, goals


def _tolerance(tolerance: ExactNumber) -> float:
    """The largest float64 that does not exceed a positive tolerance."""
    exact = exact_number(tolerance, "tolerance")
    # a larger one bounds nothing: sums beyond the range are never within
    rounded = float(min(exact, Fraction(sys.float_info.max))) if exact > 0 else 0.0
    if rounded > exact:
        rounded = math.nextafter(rounded, 0.0)
    if not rounded > 0.0:
        raise InvalidParameterError(
            f"tolerance={shown(tolerance)}: must be a positive number of float64's "
            "range (thm:rss)."
        )
    return rounded


def searchable(
    workers: int, memory_limit: int, targets: int, device: str | None
) -> int:
    """Most numbers of a row that the memory limit lets a worker search."""
    check_device(device)
    if workers < 1:
        raise InvalidParameterError(
            f"workers={workers}: at least one worker is needed (thm:rss). Give more."
        )
    rows = max(1, min(targets, _BLOCK))
    needed = bytes_needed if device is None else bytes_needed_on
    for numbers in range(MOST_NUMBERS, 0, -2):
        if workers * needed(numbers, rows) <= memory_limit:
            return numbers
    raise InvalidParameterError(
        f"memory_limit={memory_limit!r}: {workers} workers need at least "
        f"{workers * needed(2, rows)} bytes (thm:rss). Raise it or use fewer "
        "workers."
    )
