"""What follows from the statements: evaluators that answer with certified numbers.

Every evaluator names its safe side. Floats only propose parameters; what is returned
has been decided in ball arithmetic. Names are loaded when first used, so that checking
a derivation again loads no search.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slth_verify.bounds._covering import Covering, covers
    from slth_verify.bounds._first_moment import first_moment
    from slth_verify.bounds._hits import hit_probability, subset_sum_number_mean
    from slth_verify.bounds._joint_hits import (
        joint_hit_probability,
        subset_sum_number_second_moment,
    )
    from slth_verify.bounds._moments import crude_lower, sharp_lower
    from slth_verify.bounds._mrss import mrss_success, mrss_width
    from slth_verify.bounds._necessary_width import necessary_width
    from slth_verify.bounds._network_inputs import NetworkQuestion, network_question
    from slth_verify.bounds._network_result import LayerWidth, NetworkResult
    from slth_verify.bounds._network_width import network_width
    from slth_verify.bounds._result import BoundResult, Direction, Kind, Step
    from slth_verify.bounds._rss import rss_width
    from slth_verify.bounds._rss_formula import reserve_failure
    from slth_verify.bounds._schema import schema
    from slth_verify.bounds._subset_sum_number import subset_sum_number
    from slth_verify.bounds._weighted_moment import WeightedCertificate
    from slth_verify.bounds.rechecking import recheck

_HOMES = {
    "BoundResult": "_result",
    "Covering": "_covering",
    "Direction": "_result",
    "Kind": "_result",
    "LayerWidth": "_network_result",
    "NetworkQuestion": "_network_inputs",
    "NetworkResult": "_network_result",
    "Step": "_result",
    "WeightedCertificate": "_weighted_moment",
    "covers": "_covering",
    "crude_lower": "_moments",
    "first_moment": "_first_moment",
    "hit_probability": "_hits",
    "joint_hit_probability": "_joint_hits",
    "mrss_success": "_mrss",
    "mrss_width": "_mrss",
    "necessary_width": "_necessary_width",
    "network_question": "_network_inputs",
    "network_width": "_network_width",
    "recheck": "rechecking",
    "reserve_failure": "_rss_formula",
    "rss_width": "_rss",
    "schema": "_schema",
    "sharp_lower": "_moments",
    "subset_sum_number": "_subset_sum_number",
    "subset_sum_number_mean": "_hits",
    "subset_sum_number_second_moment": "_joint_hits",
}

__all__ = [
    "BoundResult",
    "Covering",
    "Direction",
    "Kind",
    "LayerWidth",
    "NetworkQuestion",
    "NetworkResult",
    "Step",
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
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
