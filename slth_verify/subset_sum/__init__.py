"""Search for the multidimensional random subset sum. Proposes, proves nothing."""

from slth_verify.subset_sum._dense import DenseColumns
from slth_verify.subset_sum._options import Effort, Progress, SearchOptions
from slth_verify.subset_sum._problem import (
    ColumnSource,
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
from slth_verify.subset_sum._search_law import SearchLaw, SearchPoint, fit_search_law
from slth_verify.subset_sum._solve import solve
from slth_verify.subset_sum.batch.fingerprint import Fingerprinted, problem_key
from slth_verify.subset_sum.batch.journal import Journal
from slth_verify.subset_sum.batch.run import solve_many
from slth_verify.subset_sum.one_dim.audit import audit_one_dim
from slth_verify.subset_sum.one_dim.growing import solve_one_dim_growing
from slth_verify.subset_sum.one_dim.many import OneDimBatch, solve_one_dim
from slth_verify.subset_sum.one_dim.solver import OneDimension
from slth_verify.subset_sum.solvers.exhaustive import ExhaustiveSearch
from slth_verify.subset_sum.solvers.ladder import Ladder
from slth_verify.subset_sum.solvers.meet_in_the_middle import MeetInTheMiddle
from slth_verify.subset_sum.solvers.milp import Milp
from slth_verify.subset_sum.solvers.mip import ExternalSolver
from slth_verify.subset_sum.solvers.registry import optional_solvers, register, solvers
from slth_verify.subset_sum.steps.select import PrefixColumnSource

__all__ = [
    "ColumnSource",
    "DenseColumns",
    "Effort",
    "ExhaustiveSearch",
    "ExternalSolver",
    "FilterBudget",
    "Fingerprinted",
    "FloatArray",
    "IndexArray",
    "Journal",
    "Ladder",
    "MaxTolerance",
    "MeetInTheMiddle",
    "Milp",
    "OneDimBatch",
    "OneDimension",
    "PrefixColumnSource",
    "Problem",
    "Progress",
    "Proposal",
    "SearchLaw",
    "SearchOptions",
    "SearchPoint",
    "Solver",
    "Tolerance",
    "audit",
    "audit_one_dim",
    "fit_search_law",
    "make_proposal",
    "optional_solvers",
    "problem_key",
    "register",
    "residual_of",
    "solve",
    "solve_many",
    "solve_one_dim",
    "solve_one_dim_growing",
    "solvers",
]
