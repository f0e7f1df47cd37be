"""Subset sums of many small pools of numbers at once, row by row.

First every prefix of a row by doubling: all sums of the first k numbers, k rising,
and a row leaves as soon as one of its sums is good enough; most need few numbers. The
rows that stay go through joined lists: the sums of one half of the numbers and,
reflected at the target, those of the other half are sorted together; the nearest pair
of different halves is then a pair of neighbours.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from slth_verify.subset_sum._problem import FloatArray, IndexArray

PREFIX = 12  # numbers up to which all sums are written down
_FIRST = 6  # numbers whose sums are looked at together, to begin with
JOINS = (18, 24, 30, 36, 40)  # numbers that the joined lists take, until good enough
_CHUNK = 1 << 15  # sums of one chunk of rows: 256 KB, to stay in the cache

#: Most numbers of a row that are searched: lists of 2^20 sums.
MOST_NUMBERS = JOINS[-1]

#: Numbers, targets, tolerances and a clock to masks, as `search_rows`.
SearchRows = Callable[
    [FloatArray, FloatArray, FloatArray, Callable[[], bool]], IndexArray
]


def bytes_needed(numbers: int, rows: int) -> int:
    """Peak memory of a search over rows of this many numbers, beside its result."""
    joined = 1 << ((min(numbers, MOST_NUMBERS) + 1) // 2 + 1)
    return 64 * max(joined, min(rows << PREFIX, 4 * _CHUNK))


def search_rows(
    numbers: FloatArray,
    targets: FloatArray,
    tolerances: FloatArray,
    out_of_time: Callable[[], bool],
) -> IndexArray:
    """For each row a subset whose sum is near the row's target.

    The nearest of all subsets up to the rounding of the sums, where none is within the
    tolerance and time did not run out; otherwise the first found within it. A row's
    answer does not depend on the other rows.

    Args:
        numbers: Shape ``(T, n)``, n <= 40; sums must not overflow.
        targets: Shape ``(T,)``.
        tolerances: Computed absolute error at which a row is done, shape ``(T,)``.
        out_of_time: Asked between chunks; rows not reached get the empty subset, or
            the best of what was looked at.

    Returns:
        Bit i: number i belongs to the subset; shape ``(T,)``.
    """
    masks = np.zeros(targets.size, dtype=np.int64)
    distances = np.abs(targets)
    _prefixes(numbers, targets, tolerances, masks, distances, out_of_time)
    count = numbers.shape[1]
    for last, size in zip((PREFIX, *JOINS), JOINS, strict=False):
        open_rows = np.flatnonzero(distances > tolerances)
        if open_rows.size == 0 or count <= last:
            break
        used = min(size, count)
        step = max(1, (_CHUNK * 4) >> ((used + 1) // 2 + 1))
        for start in range(0, open_rows.size, step):
            if out_of_time():
                return masks
            rows = open_rows[start : start + step]
            found, errors = _join(numbers[rows, :used], targets[rows])
            better = errors < distances[rows]
            masks[rows[better]] = found[better]
            distances[rows[better]] = errors[better]
    return masks


def _prefixes(
    numbers: FloatArray,
    targets: FloatArray,
    tolerances: FloatArray,
    masks: IndexArray,
    distances: FloatArray,
    out_of_time: Callable[[], bool],
) -> None:
    """All sums of the first numbers; writes the best masks and their distances."""
    most = min(numbers.shape[1], PREFIX)
    first = min(most, _FIRST)
    step = max(1, _CHUNK >> first)
    for start in range(0, targets.size, step):
        rows = np.arange(start, min(start + step, targets.size))
        rows = rows[distances[rows] > tolerances[rows]]
        if rows.size == 0:
            continue
        if out_of_time():
            return
        errors = _doubled(numbers[rows, :first], -targets[rows])
        pending = [(rows, errors, first)]
        _keep_best(rows, errors, 0, masks, distances)
        while pending:
            rows, errors, count = pending.pop()
            alive = np.flatnonzero(distances[rows] > tolerances[rows])
            if alive.size == 0 or count == most:
                continue
            if alive.size > 1 and alive.size << (count + 1) > _CHUNK:
                for half in np.array_split(alive, 2):
                    pending.append((rows[half], errors[half], count))
                continue
            if alive.size < rows.size:
                rows, errors = rows[alive], errors[alive]
            more = errors + numbers[rows, count, None]
            _keep_best(rows, more, 1 << count, masks, distances)
            pending.append((rows, np.concatenate((errors, more), axis=1), count + 1))


def _keep_best(
    rows: IndexArray,
    errors: FloatArray,
    first_mask: int,
    masks: IndexArray,
    distances: FloatArray,
) -> None:
    """Per row the smallest error, if it is the best so far."""
    sizes = np.abs(errors)
    places = sizes.argmin(axis=1)
    found = sizes[np.arange(rows.size), places]
    better = found < distances[rows]
    masks[rows[better]] = places[better] + first_mask
    distances[rows[better]] = found[better]


def _doubled(numbers: FloatArray, offsets: FloatArray) -> FloatArray:
    """All subset sums of each row plus its offset, shape ``(T, 2^k)``."""
    sums = np.empty((offsets.size, 1 << numbers.shape[1]))
    sums[:, 0] = offsets
    for i in range(numbers.shape[1]):
        half = 1 << i
        np.add(sums[:, :half], numbers[:, i, None], out=sums[:, half : 2 * half])
    return sums


def _join(numbers: FloatArray, targets: FloatArray) -> tuple[IndexArray, FloatArray]:
    """Masks of the nearest sums over all subsets of each row, and their distances."""
    count = numbers.shape[1]
    left = (count + 1) // 2
    width = 1 << left
    both = np.empty((targets.size, width + (1 << (count - left))))
    both[:, :width] = _doubled(numbers[:, :left], np.zeros(targets.size))
    both[:, width:] = _doubled(-numbers[:, left:], targets)
    order = np.argsort(both, axis=1)
    gaps = np.diff(np.take_along_axis(both, order, axis=1), axis=1)
    mirrored = order >= width
    gaps[mirrored[:, 1:] == mirrored[:, :-1]] = np.inf
    place = gaps.argmin(axis=1)
    row = np.arange(targets.size)
    one, other = order[row, place], order[row, place + 1]
    low, high = np.minimum(one, other), np.maximum(one, other) - width
    return low + (high << left), gaps[row, place]
