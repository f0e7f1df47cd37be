"""Every subset, in exact arithmetic: the oracle of the solvers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum import Problem

#: Largest pool that is enumerated.
MAX_COLUMNS = 16


def exact_residuals(problem: Problem) -> Iterator[tuple[int, list[Fraction]]]:
    """Bit mask and exact residual (sum minus target) of every subset.

    Subsets come in Gray-code order, so that each costs one vector addition.

    Args:
        problem: At most `MAX_COLUMNS` columns.

    Cost:
        ``m 2^n`` additions of fractions.
    """
    count = problem.source.size
    if count > MAX_COLUMNS:
        raise ValueError(f"n={count} columns: at most {MAX_COLUMNS} are enumerated")
    rows = problem.source.columns(np.arange(count, dtype=np.int64)).tolist()
    columns = [[Fraction(entry) for entry in row] for row in rows]
    residual = [-Fraction(entry) for entry in problem.target.tolist()]
    chosen = 0
    yield chosen, residual
    for step in range(1, 1 << count):
        flipped = (step & -step).bit_length() - 1
        chosen ^= 1 << flipped
        sign = 1 if chosen >> flipped & 1 else -1
        residual = [
            r + sign * c for r, c in zip(residual, columns[flipped], strict=True)
        ]
        yield chosen, residual


def best_score(problem: Problem) -> float:
    """Smallest score over all subsets, each residual rounded once to nearest."""
    rounded = [
        [nearest(value) for value in residual]
        for _, residual in exact_residuals(problem)
    ]
    scores = problem.tolerance.score(np.array(rounded, dtype=np.float64))
    return float(np.min(scores))


def rounded_residual(problem: Problem, indices: NDArray[np.int64]) -> list[float]:
    """Exact residual of one subset, each coordinate rounded once to nearest."""
    rows = problem.source.columns(np.asarray(indices, dtype=np.int64)).tolist()
    totals = [-Fraction(entry) for entry in problem.target.tolist()]
    for row in rows:
        totals = [t + Fraction(c) for t, c in zip(totals, row, strict=True)]
    return [nearest(total) for total in totals]


def nearest(value: Fraction) -> float:
    """The nearest float; infinite beyond all floats."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
