"""Numbers with guaranteed error: the only room that imports flint or mpmath."""

from slth_verify.enclosure._decide import Refinable, Relation, decide
from slth_verify.enclosure._enclosure import (
    Enclosure,
    NonFiniteError,
    directed_decimal,
    from_ball,
    to_ball,
)
from slth_verify.enclosure._normal import QuantileCheck, check_normal_quantiles
from slth_verify.enclosure._second_opinion import error_bound_mp

__all__ = [
    "Enclosure",
    "NonFiniteError",
    "QuantileCheck",
    "Refinable",
    "Relation",
    "check_normal_quantiles",
    "decide",
    "directed_decimal",
    "error_bound_mp",
    "from_ball",
    "to_ball",
]
