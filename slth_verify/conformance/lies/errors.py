"""Wrong bounds on the errors of one layer, and of several."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from slth_verify.conformance._accumulation import certified_accumulation
from slth_verify.conformance._layer import LayerCase, certified_layer_error
from slth_verify.conformance.oracles.accumulation_cases import (
    AccumulationCase,
    closed_form,
)


def layer_halved(case: LayerCase) -> Fraction:
    return certified_layer_error(case) / 2


def layer_doubled(case: LayerCase) -> Fraction:
    """An upper bound that is not attained."""
    return certified_layer_error(case) * 2


def negative_inputs_forgotten(case: LayerCase) -> Fraction:
    return certified_layer_error(replace(case, signed_input=False))


def exponent_forgotten(case: LayerCase) -> Fraction:
    return certified_layer_error(replace(case, exponent=0))


def all_halved(case: AccumulationCase) -> Fraction:
    return certified_accumulation(case) / 2


def scale_forgotten(case: AccumulationCase) -> Fraction:
    return certified_accumulation(case) / Fraction(2) ** sum(case.exponents)


def closed_form_for_the_recurrence(case: AccumulationCase) -> Fraction:
    """The larger bound where the smaller one is claimed."""
    return closed_form(case)


LAYER_LIES = [
    layer_halved,
    layer_doubled,
    negative_inputs_forgotten,
    exponent_forgotten,
]
ACCUMULATION_LIES = [all_halved, scale_forgotten, closed_form_for_the_recurrence]
