"""The residual of a subset, correctly rounded, and the audit of a proposal."""

from __future__ import annotations

import math

import numpy as np

from slth_verify.deadline import unlimited
from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum._problem import (
    ColumnSource,
    FloatArray,
    IndexArray,
    Problem,
    Proposal,
)
from slth_verify.subset_sum.steps.exact_sums import rounded_sums

_BLOCK = 1 << 22  # entries held at once when columns are summed


def checked_indices(indices: IndexArray, size: int) -> IndexArray:
    """Sorted indices of a subset, after the guards.

    Args:
        indices: Integers, any order, shape ``(k,)``.
        size: Number of columns in the pool.

    Returns:
        The same indices, strictly increasing, int64.

    Raises:
        InvalidParameterError: An index is outside ``[0, size)`` or occurs twice.
    """
    chosen = np.asarray(indices)
    if chosen.size == 0:
        return np.empty(0, dtype=np.int64)
    if chosen.ndim != 1 or chosen.dtype.kind not in "iu":
        raise InvalidParameterError(
            f"indices has shape {chosen.shape} and type {chosen.dtype}: a subset is a "
            "vector of integers (def:subset-sum-number). Give column numbers."
        )
    ordered = np.sort(chosen.astype(np.int64))
    if ordered[0] < 0 or ordered[-1] >= size:
        raise InvalidParameterError(
            f"indices reach from {ordered[0]} to {ordered[-1]}: they must lie in "
            f"[0, {size}) (def:subset-sum-number). Use columns of this pool."
        )
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    if repeated.size:
        raise InvalidParameterError(
            f"column {repeated[0]} occurs twice: the columns of a subset are distinct "
            "(def:subset-sum-number). Use each column at most once."
        )
    return ordered


def residual_of(
    source: ColumnSource, indices: IndexArray, target: FloatArray
) -> FloatArray:
    """Sum of the chosen columns minus the target, each coordinate correctly rounded.

    Rigour: exact up to one rounding to nearest per coordinate, given that
    ``source.columns`` is exact; a sum beyond the float64 range becomes an infinity.

    Args:
        source: The pool.
        indices: Distinct column numbers, any order.
        target: Shape ``(source.dim,)``, finite.

    Returns:
        Shape ``(source.dim,)``.

    Raises:
        InvalidParameterError: Indices out of range or repeated, or a chosen column
            holds a number that is not finite.
    """
    chosen = checked_indices(indices, source.size)
    with unlimited():  # what was found is not lost for lack of time
        columns = source.columns(chosen)
    if columns.shape != (chosen.size, source.dim) or not np.isfinite(columns).all():
        raise InvalidParameterError(
            f"the source gave columns of shape {columns.shape}, or a non-finite entry: "
            f"({chosen.size}, {source.dim}) finite numbers are required "
            "(def:subset-sum-number). Repair the source."
        )
    residual = np.empty(source.dim)
    step = max(1, _BLOCK // max(1, chosen.size))
    for start in range(0, source.dim, step):
        part = slice(start, start + step)
        residual[part] = rounded_sums(np.vstack((columns[:, part], -target[part])))
    return residual


def make_proposal(
    problem: Problem,
    indices: IndexArray,
    *,
    solver: str,
    effort: dict[str, float] | None = None,
    seconds: float = 0.0,
) -> Proposal:
    """A proposal whose residual and score are recomputed from the columns.

    Args:
        problem: What was to be solved.
        indices: The chosen columns, distinct, any order.
        solver: Who found them.
        effort: Counters of the search.
        seconds: That the search took.

    Raises:
        InvalidParameterError: As `residual_of`.
    """
    chosen = checked_indices(indices, problem.source.size)
    residual = residual_of(problem.source, chosen, problem.target)
    return Proposal(
        indices=chosen,
        residual=residual,
        score=score_of(problem, residual),
        solver=solver,
        effort={} if effort is None else effort,
        seconds=seconds,
    )


def score_of(problem: Problem, residual: FloatArray) -> float:
    """Badness of one residual; infinity where the tolerance answers NaN."""
    return float(scores_of(problem, residual[None, :])[0])


def scores_of(problem: Problem, residuals: FloatArray) -> FloatArray:
    """Badness of residuals, shape ``(k, m)`` to ``(k,)``; infinity instead of NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        scores = problem.tolerance.score(residuals)
    return np.where(np.isnan(scores), math.inf, scores)


def audit(problem: Problem, proposal: Proposal) -> tuple[str, ...]:
    """Everything about a proposal that does not survive recomputation.

    Rigour: the residual is recomputed as in `residual_of` and compared exactly; still
    no proof that the tolerance is met (the last rounding is not enclosed).

    Args:
        problem: What was to be solved.
        proposal: What somebody claims about it.

    Returns:
        Complaints; empty if every claim of the proposal is as recomputed.
    """
    try:
        ordered = checked_indices(proposal.indices, problem.source.size)
        residual = residual_of(problem.source, ordered, problem.target)
    except InvalidParameterError as error:
        return (str(error),)
    complaints = []
    if not np.array_equal(ordered, proposal.indices):
        complaints.append("indices are not strictly increasing")
    if not np.array_equal(residual, proposal.residual):
        complaints.append("residual is not the sum of the chosen columns minus target")
    score = score_of(problem, residual)
    if score != proposal.score:
        complaints.append(f"score={proposal.score!r}, recomputed {score!r}")
    return tuple(complaints)
