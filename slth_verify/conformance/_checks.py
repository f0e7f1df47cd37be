"""All checks by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slth_verify.conformance._accumulation import check_accumulation
from slth_verify.conformance._answers import check_recheck
from slth_verify.conformance._collapse import check_neuron_pruning
from slth_verify.conformance._construction import check_construction
from slth_verify.conformance._filters import check_filters
from slth_verify.conformance._layer import check_layer_error
from slth_verify.conformance._mask import check_mask
from slth_verify.conformance._solver import check_solver, check_success_rate
from slth_verify.conformance._sums import check_joint_law, check_sum_law
from slth_verify.conformance._torch_import import check_torch_import

CHECKS: Mapping[str, Callable[..., Any]] = {
    check.__name__: check
    for check in (
        check_accumulation,
        check_construction,
        check_filters,
        check_joint_law,
        check_layer_error,
        check_mask,
        check_neuron_pruning,
        check_recheck,
        check_solver,
        check_success_rate,
        check_sum_law,
        check_torch_import,
    )
}
