"""A problem as a mixed-integer linear program would see it, and its solvers' answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum._options import SearchOptions
from slth_verify.subset_sum._problem import (
    FilterBudget,
    IndexArray,
    MaxTolerance,
    Problem,
    Proposal,
)
from slth_verify.subset_sum.steps.incumbent import Incumbent
from slth_verify.subset_sum.steps.prepare import Prepared, prepare_all

_ENTRIES = 1 << 22  # matrix entries that a MIP solver is given
_MOST_COLUMNS = 1 << 16


@dataclass(frozen=True, eq=False)
class LinearForm:
    """Columns and target of order one, and what bounds the residual.

    Attributes:
        loaded: All usable columns, in one unit.
        tolerance: Bound in that unit.
        filters: 0 where it bounds the largest absolute residual; else the number of
            filters whose one-sided sums it bounds.
    """

    loaded: Prepared
    tolerance: float
    filters: int


def is_linear(problem: Problem) -> bool:
    """Whether the tolerance is linear and the pool small enough for a dense matrix."""
    source = problem.source
    known = isinstance(problem.tolerance, MaxTolerance | FilterBudget)
    small = source.size <= _MOST_COLUMNS and source.size * source.dim <= _ENTRIES
    return known and small


def linear_form(problem: Problem) -> LinearForm:
    """The problem in numbers of order one.

    Args:
        problem: One that `is_linear`.

    Raises:
        InvalidParameterError: It is not.
    """
    loaded = prepare_all(problem, _MOST_COLUMNS, listed=_MOST_COLUMNS)
    tolerance = problem.tolerance
    if loaded is None or not is_linear(problem):
        raise InvalidParameterError(
            f"n={problem.source.size}, m={problem.source.dim}, tolerance={tolerance!r}:"
            f" a linear program needs n m <= {_ENTRIES} and a linear tolerance "
            "(def:subset-sum-number). Use solver='auto'."
        )
    if isinstance(tolerance, FilterBudget):
        return LinearForm(loaded, tolerance.budget / loaded.unit, tolerance.filters)
    bound = tolerance.delta if isinstance(tolerance, MaxTolerance) else np.inf
    return LinearForm(loaded, bound / loaded.unit, 0)


def solve_linear(
    problem: Problem,
    name: str,
    options: SearchOptions,
    choose: Callable[[LinearForm, Incumbent], IndexArray | None],
) -> Proposal:
    """What a linear solver proposes in time.

    Args:
        problem: One that `is_linear`.
        name: Of the solver.
        options: How to search.
        choose: Positions of the chosen columns; None for no answer.
    """
    held = Incumbent(problem, name, options)
    if held.over():
        return held.finish()
    with held.in_time():
        form = linear_form(problem)
        held.counters["columns"] = float(form.loaded.count)
        chosen = choose(form, held) if form.loaded.count else None
        if chosen is not None:
            held.offer(form.loaded.indices[chosen])
    return held.finish()
