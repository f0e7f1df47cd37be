"""The subset-sum number of a given sample, counted exactly.

Entries become integers over a common denominator, the cube becomes two integer bounds,
and all subset sums of the first columns are kept while the subsets of the others are
gone through one by one. Sums that may exceed 63 bits are Python integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.bounds._inputs import datum, exact_accuracy, subset_size
from slth_verify.enclosure import ExactNumber, exact
from slth_verify.errors import InvalidParameterError

_STATEMENT = "def:subset-sum-number"

#: Columns whose subset sums are kept at once.
_KEPT = 14

#: Most columns: with int64, and with Python integers.
_MOST, _MOST_WIDE = 30, 20

_Integers = NDArray[Any]


def subset_sum_number(
    sample: Sequence[Sequence[ExactNumber]],
    target: Sequence[ExactNumber],
    eps: ExactNumber,
    size: int | None = None,
) -> int:
    """How many subsets of the sample sum to within eps of the target, exactly.

    Args:
        sample: n vectors of the target's length, at most 30 (20 if their common
            denominator is so large that sums exceed 63 bits). Floats are taken as the
            binary fractions they are, since here they are data.
        target: The vector z.
        eps: Accuracy in the maximum norm, positive. The boundary of the cube counts.
        size: Number k of vectors in a subset; None counts subsets of every size, the
            empty one too.

    Returns:
        The number T of Definition 6.

    Raises:
        InvalidParameterError: If an argument is out of range.

    Rigor:
        Exact integers.

    Cost:
        0.1 s at n = 20, a minute at n = 30 in one dimension; memory below 50 MiB times
        the dimension over 10.

    Source: def:subset-sum-number.

    Examples:
        >>> subset_sum_number([["1/2"], ["1/4"], ["-1/4"]], ["1/2"], "1/100")
        2
    """
    width = exact_accuracy(eps, _STATEMENT)
    goal = [exact(z, "target") for z in target]
    rows = [
        [datum(x, f"sample[{i}]", _STATEMENT) for x in vector]
        for i, vector in enumerate(sample)
    ]
    n = len(rows)
    if not goal or any(len(row) != len(goal) for row in rows):
        raise InvalidParameterError(
            f"len(target)={len(goal)}: at least one coordinate, and samples of the "
            f"same length, were required ({_STATEMENT}). Correct the shapes."
        )
    size = None if size is None else subset_size(size, n)
    unit = lcm(*(x.denominator for row in rows for x in row))
    low = [ceil((z - width) * unit) for z in goal]
    high = [floor((z + width) * unit) for z in goal]
    whole = [[int(x * unit) for x in row] for row in rows]
    reach = sum(max(map(abs, row)) for row in whole)
    wide = reach + max(map(abs, low + high)) >= 2**62
    if n > (_MOST_WIDE if wide else _MOST):
        raise InvalidParameterError(
            f"n={n}: at most {_MOST} vectors, {_MOST_WIDE} if sums exceed 63 bits, can "
            f"be enumerated ({_STATEMENT}). Pass fewer vectors."
        )
    kind = object if wide else np.int64
    columns = np.array(whole, dtype=kind).reshape(n, len(goal))
    return _counted(columns, np.array(low, kind), np.array(high, kind), size)


def _counted(
    columns: _Integers, low: _Integers, high: _Integers, size: int | None
) -> int:
    sums, sizes = _all_sums(columns[:_KEPT])
    total = 0
    for rest, taken in _subsets(columns[_KEPT:]):
        hits = np.ones(len(sizes), dtype=bool)
        for axis in range(columns.shape[1]):
            values = sums[:, axis]
            hits &= values >= low[axis] - rest[axis]
            hits &= values <= high[axis] - rest[axis]
        if size is not None:
            hits &= sizes == size - taken
        total += int(np.count_nonzero(hits))
    return total


def _all_sums(columns: _Integers) -> tuple[_Integers, NDArray[np.int64]]:
    """The sums of all subsets, and their sizes."""
    sums, sizes = columns[:0].sum(axis=0)[None, :], np.zeros(1, dtype=np.int64)
    for column in columns:
        sums = np.concatenate([sums, sums + column])
        sizes = np.concatenate([sizes, sizes + 1])
    return sums, sizes


def _subsets(columns: _Integers) -> Iterator[tuple[_Integers, int]]:
    """The sums of all subsets one after the other, in the order of a Gray code."""
    total, taken = columns[:0].sum(axis=0), 0
    yield total, taken
    for step in range(1, 2 ** len(columns)):
        flipped = (step & -step).bit_length() - 1
        enters = ((step ^ step >> 1) >> flipped) & 1
        sign = 1 if enters else -1
        total, taken = total + sign * columns[flipped], taken + sign
        yield total, taken
