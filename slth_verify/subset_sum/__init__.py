"""Search for the multidimensional random subset sum. Proposes, proves nothing."""

from slth_verify.subset_sum._dense import DenseColumns
from slth_verify.subset_sum._exhaustive import ExhaustiveSearch
from slth_verify.subset_sum._ladder import Ladder
from slth_verify.subset_sum._meet_in_the_middle import MeetInTheMiddle
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
    "ExhaustiveSearch",
    "FilterBudget",
    "FloatArray",
    "IndexArray",
    "Ladder",
    "MaxTolerance",
    "MeetInTheMiddle",
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
