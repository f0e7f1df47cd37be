"""All checks by name, and the statements that they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slth_verify.conformance._accumulation import check_accumulation
from slth_verify.conformance._answers import check_recheck
from slth_verify.conformance._checker import check_checker
from slth_verify.conformance._claims import check_claims
from slth_verify.conformance._collapse import check_neuron_pruning
from slth_verify.conformance._construction import check_construction
from slth_verify.conformance._filters import check_filters
from slth_verify.conformance._layer import check_layer_error
from slth_verify.conformance._mask import check_mask
from slth_verify.conformance._solver import check_solver, check_success_rate
from slth_verify.conformance._sums import check_joint_law, check_sum_law
from slth_verify.conformance._torch_import import check_torch_import
from slth_verify.conformance._width import check_width

CHECKS: Mapping[str, Callable[..., Any]] = {
    check.__name__: check
    for check in (
        check_accumulation,
        check_checker,
        check_claims,
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
        check_width,
    )
}

#: The statement that each check is about first; `check_claims` is about any.
STATEMENTS: Mapping[str, str] = {
    "check_accumulation": "lem:error-accumulation",
    "check_checker": "der:a-posteriori",
    "check_construction": "thm:structured-slth",
    "check_filters": "def:nsn",
    "check_joint_law": "lem:nsn-joint",
    "check_layer_error": "lem:kernel-pruning",
    "check_mask": "def:channel-blocked-mask",
    "check_neuron_pruning": "fig:neuron-pruning",
    "check_recheck": "thm:mrss-nsn",
    "check_solver": "def:subset-sum-number",
    "check_success_rate": "thm:mrss-nsn",
    "check_sum_law": "lem:nsn-sum",
    "check_torch_import": "thm:structured-slth",
    "check_width": "thm:mrss-nsn",
}
