"""The paper's statements as checks that anybody's implementation can be run against.

Every ``check_*`` takes the implementation under test and raises `ConformanceFailure`
at the first contradiction; returning proves nothing beyond the cases that were tried.
Checks that draw cases follow the loaded Hypothesis profile, or the ``settings`` given.
Statistical checks use fixed seeds and exact binomial tails, and state the probability
with which they reject a right implementation.
"""

from __future__ import annotations

from slth_verify.conformance._accumulation import (
    certified_accumulation,
    check_accumulation,
)
from slth_verify.conformance._answers import AnswerCounts, check_recheck
from slth_verify.conformance._checker import TicketChecker, check_checker
from slth_verify.conformance._claims import check_claims
from slth_verify.conformance._collapse import Collapse, check_neuron_pruning
from slth_verify.conformance._construction import Construction, check_construction
from slth_verify.conformance._failure import ConformanceFailure
from slth_verify.conformance._filters import check_filters
from slth_verify.conformance._layer import (
    LayerCase,
    certified_layer_error,
    check_layer_error,
)
from slth_verify.conformance._mask import check_mask
from slth_verify.conformance._solver import check_solver, check_success_rate
from slth_verify.conformance._sums import check_joint_law, check_sum_law
from slth_verify.conformance._torch_import import Importer, check_torch_import
from slth_verify.conformance._width import WidthBound, check_width
from slth_verify.conformance.oracles.accumulation_cases import AccumulationCase
from slth_verify.conformance.oracles.binomial import FAILURE_PROBABILITY, BinomialTest
from slth_verify.conformance.oracles.laws import (
    hit_probability,
    joint_hit_probability,
    success_bounds,
)
from slth_verify.conformance.oracles.samplers import (
    ColumnSampler,
    FilterSampler,
    pool_columns,
    random_cnn_filters,
)
from slth_verify.conformance.recording.observations import observations_to
from slth_verify.conformance.running.again import can_run_again, run_again
from slth_verify.conformance.running.foreign import SubsetSolver
from slth_verify.conformance.running.run import (
    CheckOutcome,
    ConformanceResult,
    run_conformance,
)

__all__ = [
    "FAILURE_PROBABILITY",
    "AccumulationCase",
    "AnswerCounts",
    "BinomialTest",
    "CheckOutcome",
    "Collapse",
    "ColumnSampler",
    "ConformanceFailure",
    "ConformanceResult",
    "Construction",
    "FilterSampler",
    "Importer",
    "LayerCase",
    "SubsetSolver",
    "TicketChecker",
    "WidthBound",
    "can_run_again",
    "certified_accumulation",
    "certified_layer_error",
    "check_accumulation",
    "check_checker",
    "check_claims",
    "check_construction",
    "check_filters",
    "check_joint_law",
    "check_layer_error",
    "check_mask",
    "check_neuron_pruning",
    "check_recheck",
    "check_solver",
    "check_success_rate",
    "check_sum_law",
    "check_torch_import",
    "check_width",
    "hit_probability",
    "joint_hit_probability",
    "observations_to",
    "pool_columns",
    "random_cnn_filters",
    "run_again",
    "run_conformance",
    "success_bounds",
]


def __dir__() -> list[str]:
    return sorted(__all__)
