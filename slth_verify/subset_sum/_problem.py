"""The multidimensional subset-sum problem, and what a solver may answer.

A solver *proposes*: `Proposal.residual` is recomputed from the columns with correctly
rounded sums, yet nothing here is a proof. Whoever needs one hands the indices to the
checker. "Not found" never means "does not exist".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import exact_number, shown, whole_number
from slth_verify.showing import Card, OneLine, Shown
from slth_verify.subset_sum._given import given_floats
from slth_verify.subset_sum._options import SearchOptions
from slth_verify.text import counted
from slth_verify.verdict import NoTruthValue

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]
_LARGEST = 1 << 1023
#: What `ColumnSource` asks of a pool.
_OF_POOLS = ("size", "dim", "scales_below", "columns")


class ColumnSource(Protocol):
    """A pool of columns, dense or generated on demand.

    Attributes:
        size: Number of columns in the pool (an upper bound if some are unusable).
        dim: Dimension m of a column.
    """

    @property
    def size(self) -> int: ...

    @property
    def dim(self) -> int: ...

    def scales_below(self, threshold: float) -> tuple[IndexArray, FloatArray]:
        """Indices (strictly increasing) and scales of the columns up to a scale.

        The scale of a column u V is |u|; of any other column its root mean square.
        Columns with scale 0 are never returned.
        """
        ...

    def columns(self, indices: IndexArray) -> FloatArray:
        """The columns with these indices, shape ``(len(indices), dim)``, exact."""
        ...


class Tolerance(Protocol):
    """When a residual is good enough."""

    def score(self, residuals: FloatArray) -> FloatArray:
        """Badness of residuals, shape ``(..., m)`` to ``(...)``; met iff <= 1."""
        ...


@dataclass(frozen=True, slots=True)
class MaxTolerance:
    """Every coordinate within ``delta`` of the target.

    Attributes:
        delta: Largest admissible absolute error of a coordinate, positive.
    """

    delta: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "delta", _positive("delta", self.delta))

    def score(self, residuals: FloatArray) -> FloatArray:
        """Largest absolute coordinate, in units of ``delta``."""
        return np.asarray(np.abs(residuals).max(axis=-1, initial=0.0) / self.delta)


@dataclass(frozen=True, slots=True)
class FilterBudget:
    """Per output filter, positive and negative errors each sum to at most a budget.

    This is what a layer needs: with inputs in [0, 1] the error of output filter o is
    ``max(sum of positive, sum of negative)`` residuals over the entries of o. The
    column vector has the output filter as its fastest axis.

    Attributes:
        budget: Admissible one-sided error sum of a filter, positive.
        filters: Number of output filters; divides the dimension.
    """

    budget: float
    filters: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "budget", _positive("budget", self.budget))
        filters = whole_number(self.filters, "filters", least=1)
        object.__setattr__(self, "filters", filters)

    def score(self, residuals: FloatArray) -> FloatArray:
        """Largest one-sided error sum of a filter, in units of ``budget``."""
        shape = (*residuals.shape[:-1], -1, self.filters)
        blocks = residuals.reshape(shape)
        above = np.maximum(blocks, 0.0).sum(axis=-2).max(axis=-1)
        below = np.maximum(-blocks, 0.0).sum(axis=-2).max(axis=-1)
        return np.asarray(np.maximum(above, below) / self.budget)


@dataclass(frozen=True, eq=False, repr=False)
class Problem(OneLine):
    """Find distinct columns whose sum is near a target.

    Attributes:
        source: The pool of columns.
        target: The vector z, shape ``(source.dim,)``; a list is read as float64, too.
        tolerance: When the residual is good enough.
    """

    source: ColumnSource
    target: FloatArray
    tolerance: Tolerance

    def __post_init__(self) -> None:
        if not all(hasattr(self.source, name) for name in _OF_POOLS):
            raise InvalidParameterError(
                f"source={shown(self.source)}: a pool of columns is required "
                "(def:subset-sum-number). Give DenseColumns(array), or a class with "
                f"{', '.join(_OF_POOLS)}."
            )
        if not callable(getattr(self.tolerance, "score", None)):
            raise InvalidParameterError(
                f"tolerance={shown(self.tolerance)}: a tolerance is required "
                "(def:subset-sum-number). Give MaxTolerance(delta)."
            )
        object.__setattr__(self, "target", given_floats(self.target, "target"))
        if self.target.shape != (self.source.dim,):
            raise InvalidParameterError(
                f"target.shape={self.target.shape}: the target must have the columns' "
                f"dimension, ({self.source.dim},) (def:subset-sum-number)."
            )
        if not np.isfinite(self.target).all():
            raise InvalidParameterError(
                "target holds NaN or infinity: every coordinate must be finite "
                "(def:subset-sum-number). Repair the target."
            )


def require_problem(problem: Any) -> None:
    """Refuse what is no problem.

    Raises:
        InvalidParameterError: If it is none.
    """
    if not isinstance(problem, Problem):
        raise InvalidParameterError(
            f"problem={shown(problem)}: a Problem is required (def:subset-sum-number). "
            "Give Problem(DenseColumns(array), target, MaxTolerance(delta)); several "
            "go to solve_many."
        )


@dataclass(frozen=True, eq=False, repr=False)
class Proposal(NoTruthValue, Shown):
    """What a solver offers: a subset, never a proof.

    Attributes:
        indices: Distinct column indices, strictly increasing (empty is a subset).
        residual: Sum of these columns minus the target, correctly rounded.
        score: Badness of the residual under the problem's tolerance; met iff <= 1.
        solver: Who found it.
        effort: Counters of the search (subsets or states looked at).
        reason: Why this solver was chosen; empty if the caller named it.
        seconds: That the search took; 0 for a subset that nobody searched. `solve`
            measures it itself.
    """

    indices: IndexArray
    residual: FloatArray
    score: float
    solver: str
    effort: dict[str, float] = field(default_factory=dict)
    reason: str = ""
    seconds: float = 0.0

    @property
    def found(self) -> bool:
        """Whether the tolerance is met."""
        return self.score <= 1.0

    def _card(self) -> Card:
        largest = float(np.abs(self.residual).max(initial=0.0))
        rows = (
            ("columns", self.indices.size),
            ("largest entry of the residual", f"{largest:.3g}"),
            ("score", f"{self.score:.3g} (met up to 1)"),
            ("solver", self.solver),
            ("reason", self.reason),
            ("seconds", f"{self.seconds:.3g}"),
        )
        met = "meets" if self.found else "does not meet"
        line = (
            f"by {self.solver}: {counted(int(self.indices.size), 'column')}, residual "
            f"{largest:.3g}, {met} the tolerance (score {self.score:.3g})"
        )
        return Card(line, rows)


class Solver(Protocol):
    """One way to search. A class that derives from it inherits that it takes nothing.

    Attributes:
        name: Short name, as in the registry.
        takes_memory_limit: Whether its lists keep to `SearchOptions.memory`.
        takes_device: Whether it can search on `SearchOptions.device`.
    """

    takes_memory_limit: ClassVar[bool] = False
    takes_device: ClassVar[bool] = False

    @property
    def name(self) -> str: ...

    def supports(self, problem: Problem) -> bool:
        """Whether the solver can run within its stated memory on this problem."""
        ...

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        """The best subset found within the time limit; stops once the tolerance is met.

        A memory limit or a device reaches only solvers that take one.
        """
        ...


def _positive(name: str, value: float) -> float:
    """A tolerance as the float64 that is nearest to what is written."""
    exact = exact_number(value, name)
    nearest = float(exact) if exact < _LARGEST else math.inf
    if not 0.0 < nearest < math.inf:
        raise InvalidParameterError(
            f"{name}={shown(value)}: a tolerance must be a positive finite number of "
            "float64's range (def:subset-sum-number)."
        )
    return nearest
