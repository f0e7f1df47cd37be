"""Planted lies for ``check_accumulation``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from slth_verify.conformance import (
    AccumulationCase,
    ConformanceFailure,
    certified_accumulation,
    check_accumulation,
)
from slth_verify.ticket import layer_residuals

ZERO = Fraction(0)
Pair = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Recurrence:
    """The recurrence of der:accumulation, with switches that make it wrong."""

    widen: bool = True  # later inputs reach M + e, not M
    carry: bool = True  # an earlier error is multiplied by |K|
    carry_negative: bool = True  # also where K is negative
    use_ranges: bool = True  # M from the layers before, not 1
    own_error: bool = True  # the last layer adds its own error
    negative_inputs: bool = True  # the first layer sees negative entries

    def __call__(self, case: AccumulationCase) -> Pair:
        errors = [ZERO] * case.kernels[0].shape[1]
        ranges = [Fraction(1)] * len(errors)
        for number, item in enumerate(_residuals(case)):
            own = self.own_error or number < len(case.kernels) - 1
            outs = range(item.kernel.shape[2])
            errors, ranges = (
                [self._error(item, number, o, ranges, errors, own) for o in outs],
                [self._range(item, number, o, ranges) for o in outs],
            )
        scale = Fraction(2) ** sum(case.exponents)
        return scale * max(errors), certified_accumulation(case)[1]

    def _error(
        self,
        item: Any,
        number: int,
        out: int,
        ranges: list[Fraction],
        errors: list[Fraction],
        own: bool,
    ) -> Fraction:
        above = below = carried = ZERO
        for spot, channel in np.ndindex(item.kernel.shape[:2]):
            kernel = item.kernel[spot, channel, out]
            plus, minus = item.positive[spot, channel, out], ZERO
            if number == 0 and self.negative_inputs:
                minus = item.negative[spot, channel, out]
            size = ranges[channel] if self.use_ranges else Fraction(1)
            size += errors[channel] if self.widen else ZERO
            above += size * max(ZERO, plus, minus)
            below += size * max(ZERO, -plus, -minus)
            slope = abs(kernel) if self.carry_negative else max(ZERO, kernel)
            carried += errors[channel] * slope if self.carry else ZERO
        return (max(above, below) if own else ZERO) + carried

    def _range(
        self, item: Any, number: int, out: int, ranges: list[Fraction]
    ) -> Fraction:
        total = ZERO
        for spot, channel in np.ndindex(item.kernel.shape[:2]):
            kernel = item.kernel[spot, channel, out]
            total += ranges[channel] * (max(ZERO, kernel) if number else abs(kernel))
        return total


def _residuals(case: AccumulationCase) -> list[Any]:
    return [
        layer_residuals(kernel, exponent, layer, owner, signed_input=number == 0)
        for number, (kernel, exponent, layer, owner) in enumerate(
            zip(case.kernels, case.exponents, case.layers, case.owners, strict=True)
        )
    ]


def halved(case: AccumulationCase) -> Pair:
    error, closed = certified_accumulation(case)
    return error / 2, closed


def scale_forgotten(case: AccumulationCase) -> Pair:
    scale = Fraction(2) ** sum(case.exponents)
    error, closed = certified_accumulation(case)
    return error / scale, closed / scale


def first_layer_skipped(case: AccumulationCase) -> Pair:
    """Off by one in the layers: the first one is taken to be exact."""
    if len(case.kernels) == 1:
        return certified_accumulation(case)
    rest = AccumulationCase(
        case.kernels[1:],
        case.exponents[1:],
        case.layers[1:],
        case.owners[1:],
        case.attained,
    )
    error, closed = certified_accumulation(rest)
    scale = Fraction(2) ** case.exponents[0]
    return scale * error, scale * closed


def mask_not_blocked(case: AccumulationCase) -> Pair:
    owners = tuple(0 * owner for owner in case.owners)
    return certified_accumulation(replace(case, owners=owners))


def closed_form_without_products(case: AccumulationCase) -> Pair:
    """Layer errors simply added up, as if no layer magnified the others'."""
    error, _ = certified_accumulation(case)
    scale = Fraction(2) ** sum(case.exponents)
    added = ZERO
    for item in _residuals(case):
        added += max(
            sum(abs(value) for value in item.positive[:, :, out].ravel())
            for out in range(item.kernel.shape[2])
        )
    return error, scale * added


LIES: dict[str, Callable[[AccumulationCase], Pair]] = {
    "last layer's own error left out": Recurrence(own_error=False),
    "earlier errors not carried": Recurrence(carry=False),
    "carried through positive kernels only": Recurrence(carry_negative=False),
    "inputs of g taken as small as those of f": Recurrence(widen=False),
    "every activation taken below 1": Recurrence(use_ranges=False),
    "hypothesis dropped: inputs taken non-negative": Recurrence(negative_inputs=False),
    "first layer skipped": first_layer_skipped,
    "halved": halved,
    "scale forgotten": scale_forgotten,
    "mask not blocked": mask_not_blocked,
    "closed form without products": closed_form_without_products,
}


@pytest.mark.parametrize("name", LIES)
def test_lie_is_caught(name: str, hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="lem:error-accumulation"):
        check_accumulation(LIES[name], settings=hunt)


def test_recurrence_that_the_lies_are_made_from_is_the_certified_one(
    hunt: settings,
) -> None:
    def compared(case: AccumulationCase) -> Pair:
        assert Recurrence()(case) == certified_accumulation(case)
        return certified_accumulation(case)

    check_accumulation(compared, settings=settings(hunt, max_examples=60))
