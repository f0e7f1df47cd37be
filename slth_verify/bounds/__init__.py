"""What follows from the statements: evaluators that answer with certified numbers.

Every evaluator names its safe side. Floats only propose parameters; what is returned
has been decided in ball arithmetic. Names are loaded when first used, so that checking
a derivation again loads no search.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slth_verify.bounds._result import BoundResult, Kind
    from slth_verify.bounds._schema import schema
    from slth_verify.bounds.certificates.first_moment import first_moment
    from slth_verify.bounds.certificates.hits import (
        hit_probability,
        subset_sum_number_mean,
    )
    from slth_verify.bounds.certificates.joint_hits import (
        joint_hit_probability,
        subset_sum_number_second_moment,
    )
    from slth_verify.bounds.certificates.moments import crude_lower, sharp_lower
    from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
    from slth_verify.bounds.graphs.result import AloneWidth, StageWidth, TargetWidths
    from slth_verify.bounds.graphs.widths import target_widths
    from slth_verify.bounds.ledger.steps import Step
    from slth_verify.bounds.mrss.answers import mrss_success, mrss_width
    from slth_verify.bounds.mrss.necessary_width import necessary_width
    from slth_verify.bounds.mrss.subset_sum_number import subset_sum_number
    from slth_verify.bounds.network.inputs import NetworkQuestion, network_question
    from slth_verify.bounds.network.result import LayerWidth, NetworkResult
    from slth_verify.bounds.network.width import network_width
    from slth_verify.bounds.one_dim.answers import rss_width
    from slth_verify.bounds.one_dim.covering import Covering, covers
    from slth_verify.bounds.one_dim.formula import reserve_failure
    from slth_verify.bounds.rechecking import recheck
    from slth_verify.verdict import Direction

_HOMES = {
    "AloneWidth": "graphs.result",
    "BoundResult": "_result",
    "Covering": "one_dim.covering",
    "Direction": "_result",
    "TargetWidths": "graphs.result",
    "Kind": "_result",
    "LayerWidth": "network.result",
    "NetworkQuestion": "network.inputs",
    "NetworkResult": "network.result",
    "StageWidth": "graphs.result",
    "Step": "ledger.steps",
    "WeightedCertificate": "certificates.weighted_moment",
    "covers": "one_dim.covering",
    "crude_lower": "certificates.moments",
    "first_moment": "certificates.first_moment",
    "target_widths": "graphs.widths",
    "hit_probability": "certificates.hits",
    "joint_hit_probability": "certificates.joint_hits",
    "mrss_success": "mrss.answers",
    "mrss_width": "mrss.answers",
    "necessary_width": "mrss.necessary_width",
    "network_question": "network.inputs",
    "network_width": "network.width",
    "recheck": "rechecking",
    "reserve_failure": "one_dim.formula",
    "rss_width": "one_dim.answers",
    "schema": "_schema",
    "sharp_lower": "certificates.moments",
    "subset_sum_number": "mrss.subset_sum_number",
    "subset_sum_number_mean": "certificates.hits",
    "subset_sum_number_second_moment": "certificates.joint_hits",
}

__all__ = [
    "AloneWidth",
    "BoundResult",
    "Covering",
    "Direction",
    "Kind",
    "LayerWidth",
    "NetworkQuestion",
    "NetworkResult",
    "StageWidth",
    "Step",
    "TargetWidths",
    "WeightedCertificate",
    "covers",
    "crude_lower",
    "first_moment",
    "hit_probability",
    "joint_hit_probability",
    "mrss_success",
    "mrss_width",
    "necessary_width",
    "network_question",
    "network_width",
    "recheck",
    "reserve_failure",
    "rss_width",
    "schema",
    "sharp_lower",
    "subset_sum_number",
    "subset_sum_number_mean",
    "subset_sum_number_second_moment",
    "target_widths",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
