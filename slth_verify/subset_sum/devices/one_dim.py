"""Subset sums of many small pools of numbers at once on a torch device.

Joined lists as on numpy, but from the first numbers on and of many rows at a time:
sorting two short lists takes less time and memory than looking at all sums.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from slth_verify.subset_sum._problem import FloatArray, IndexArray
from slth_verify.subset_sum.one_dim.search import JOINS, PREFIX

if TYPE_CHECKING:
    import torch

_MOST_SUMS = 1 << 24  # of one chunk of rows: enough to keep a device busy
# Per sum, within the sort: the lists, sorted and with their places, are 24 bytes, and
# CUDA's sort of fewer than 128 rows holds five more copies; 8 are to spare.
_SUM_BYTES = 72
_VECTORS = 16  # of 8 bytes a row, beside its numbers


def bytes_needed_on(numbers: int, rows: int) -> int:
    """Least memory on the device for a block of rows of this many numbers.

    All rows are there, one at a time is searched: ``8 (n + 16)`` bytes for every row,
    and ``8 (n + 16) + 72 (2^ceil(n/2) + 2^floor(n/2))`` for the one, n at most 40.
    """
    return rows * _row_bytes(numbers) + _search_bytes(numbers)


def search_rows_on(
    numbers: FloatArray,
    targets: FloatArray,
    tolerances: FloatArray,
    out_of_time: Callable[[], bool],
    *,
    device: str,
    memory: int,
) -> IndexArray:
    """As `search_rows`, which see, except for which of several good subsets is found.

    A row's answer depends neither on other rows nor on the memory.

    Args:
        numbers: Shape ``(T, n)``, n <= 40; sums must not overflow.
        targets: Shape ``(T,)``.
        tolerances: Computed absolute error at which a row is done, shape ``(T,)``.
        out_of_time: Asked between chunks; rows not reached get the empty subset, or
            the best of what was looked at.
        device: A torch device with float64.
        memory: Bytes of tensors on the device, at least `bytes_needed_on`; so many rows
            are searched together as fit.

    Returns:
        Bit i: number i belongs to the subset; shape ``(T,)``.
    """
    import torch

    block = np.column_stack((numbers, targets, tolerances))
    moved = torch.from_numpy(block).to(device)
    pools, goals, enough = moved[:, :-2], moved[:, -2], moved[:, -1]
    masks = torch.zeros_like(goals, dtype=torch.int64)
    distances = goals.abs()
    total, count = numbers.shape
    memory -= total * _row_bytes(count)
    for used in sorted({min(size, count) for size in (PREFIX, *JOINS)}):
        open_rows = torch.nonzero(distances > enough).flatten()
        if open_rows.numel() == 0:
            break
        most = min(memory // _search_bytes(used), _MOST_SUMS // _sums(used))
        for rows in torch.split(open_rows, max(1, most)):
            if out_of_time():
                return np.asarray(masks.cpu().numpy())
            found, errors = _join(pools[rows, :used], goals[rows])
            # waits for the device, so that the next look at the clock is in time
            better = torch.nonzero(errors < distances[rows]).flatten()
            masks[rows[better]] = found[better]
            distances[rows[better]] = errors[better]
    return np.asarray(masks.cpu().numpy())


def _sums(numbers: int) -> int:
    """Sums of both halves of a row."""
    return (1 << (numbers + 1) // 2) + (1 << numbers // 2)


def _row_bytes(numbers: int) -> int:
    return 8 * (numbers + _VECTORS)


def _search_bytes(numbers: int) -> int:
    return _row_bytes(numbers) + _SUM_BYTES * _sums(min(numbers, JOINS[-1]))


def _join(
    numbers: torch.Tensor, targets: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Masks of the nearest sums over all subsets of each row, and their distances."""
    count = numbers.shape[1]
    left = (count + 1) // 2
    width = 1 << left
    both = numbers.new_empty((targets.numel(), _sums(count)))
    _double(both[:, :width], numbers[:, :left], 0.0)
    _double(both[:, width:], -numbers[:, left:], targets)
    # stable, for else the order of equal sums varies with the number of rows
    both, places = both.sort(dim=1, stable=True)
    mirrored = places >= width
    gaps = both.diff(dim=1)
    gaps.masked_fill_(mirrored[:, 1:] == mirrored[:, :-1], math.inf)
    distances, at = gaps.min(dim=1, keepdim=True)
    one, other = places.gather(1, at), places.gather(1, at + 1)
    low, high = one.minimum(other), one.maximum(other) - width
    return (low + (high << left)).flatten(), distances.flatten()


def _double(
    sums: torch.Tensor, numbers: torch.Tensor, first: torch.Tensor | float
) -> None:
    """Writes all subset sums of each row plus the first, shape ``(T, 2^k)``."""
    import torch

    sums[:, 0] = first
    for i in range(numbers.shape[1]):
        half = 1 << i
        torch.add(sums[:, :half], numbers[:, i, None], out=sums[:, half : 2 * half])
