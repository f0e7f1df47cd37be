"""Search for the multidimensional random subset sum. Proposes, proves nothing."""

from slth_verify.subset_sum._dense import DenseColumns
from slth_verify.subset_sum._ladder import Ladder
from slth_verify.subset_sum._portfolio import register, solve, solvers
from slth_verify.subset_sum._problem import (
    ColumnSource,
    Effort,
    FilterBudget,
    FloatArray,
    IndexArray,
    MaxTolerance,
    Problem,
    Proposal,
    Solver,
    Tolerance,
)
from slth_verify.subset_sum._residual import audit, make_proposal, residual_of
from slth_verify.subset_sum._select import PrefixColumnSource

__all__ = [
    "ColumnSource",
    "DenseColumns",
    "Effort",
    "FilterBudget",
    "FloatArray",
    "IndexArray",
    "Ladder",
    "MaxTolerance",
    "PrefixColumnSource",
    "Problem",
    "Proposal",
    "Solver",
    "Tolerance",
    "audit",
    "make_proposal",
    "register",
    "residual_of",
    "solve",
    "solvers",
]
