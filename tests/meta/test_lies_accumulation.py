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
from slth_verify.conformance.oracles.accumulation_cases import UNIT, closed_form
from slth_verify.conformance.oracles.integer import pair_errors

ZERO = Fraction(0)


@dataclass(frozen=True)
class Recurrence:
    """The recurrence of the ticket's bound, with switches that make it wrong."""

    widen: bool = True  # later inputs reach those of g, not only M
    carry: bool = True  # an earlier error is multiplied by |K|
    carry_negative: bool = True  # also where K is negative
    use_ranges: bool = True  # M from the layers before, not 1
    own_error: bool = True  # the last layer adds its own error
    negative_inputs: bool = True  # the first layer sees negative entries
    larger_range: Callable[..., Fraction] = max  # of f's and g's, bounds the error

    def __call__(self, case: AccumulationCase) -> Fraction:
        count = case.kernels[0].shape[1]
        ranges = spans = [Fraction(1)] * count
        errors = [ZERO] * count
        for number, item in enumerate(_residuals(case)):
            own = self.own_error or number < len(case.kernels) - 1
            kernel, plus, minus = item
            if number or not self.negative_inputs:
                minus = plus * ZERO
            kernels = kernel, -kernel * (not number)
            weights = kernel + plus, (minus - kernel) * (not number)
            outs = range(kernel.shape[2])
            inputs = (spans, errors) if self.widen else (ranges, errors)
            found = [
                self._error(kernel[..., o], plus[..., o], minus[..., o], *inputs, own)
                for o in outs
            ]
            ranges = [_reach(kernels, o, ranges) for o in outs]
            spans = [_reach(weights, o, spans) for o in outs]
            errors = [
                min(found[o], self.larger_range(ranges[o], spans[o])) for o in outs
            ]
            spans = [min(spans[o], ranges[o] + errors[o]) for o in outs]
        scale = Fraction(2) ** sum(case.exponents)
        return scale * max(errors)

    def _error(
        self,
        kernel: Any,
        plus: Any,
        minus: Any,
        sizes: list[Fraction],
        errors: list[Fraction],
        own: bool,
    ) -> Fraction:
        above = below = carried = ZERO
        for spot, channel in np.ndindex(kernel.shape):
            entry, up, down = (part[spot, channel] for part in (kernel, plus, minus))
            size = sizes[channel] if self.use_ranges else 1 + errors[channel]
            above += size * max(ZERO, up, down)
            below += size * max(ZERO, -up, -down)
            slope = abs(entry) if self.carry_negative else max(ZERO, entry)
            carried += errors[channel] * slope if self.carry else ZERO
        return (max(above, below) if own else ZERO) + carried


def _reach(weights: tuple[Any, Any], out: int, ranges: list[Fraction]) -> Fraction:
    """Largest output for inputs that reach ``ranges``; weights of x+ and of x-."""
    total = ZERO
    for spot, channel in np.ndindex(weights[0].shape[:2]):
        best = max(ZERO, *(part[spot, channel, out] for part in weights))
        total += ranges[channel] * best
    return total


def _residuals(case: AccumulationCase) -> list[Any]:
    """K, D+ and D- of every layer, exact, ``(entries, c_in, c_out)``."""
    return [
        [
            part.transpose(2, 3, 1, 0).reshape(-1, *part.shape[1::-1]).astype(object)
            * Fraction(1, UNIT)
            for part in pair_errors(kernel, exponent, kept, UNIT)
        ]
        for kernel, exponent, kept in zip(
            case.kernels, case.exponents, case.layers, strict=True
        )
    ]


def halved(case: AccumulationCase) -> Fraction:
    return certified_accumulation(case) / 2


def scale_forgotten(case: AccumulationCase) -> Fraction:
    return certified_accumulation(case) / Fraction(2) ** sum(case.exponents)


def first_layer_skipped(case: AccumulationCase) -> Fraction:
    """Off by one in the layers: the first one is taken to be exact."""
    if len(case.kernels) == 1:
        return certified_accumulation(case)
    rest = AccumulationCase(
        case.kernels[1:], case.exponents[1:], case.layers[1:], case.attained
    )
    return Fraction(2) ** case.exponents[0] * certified_accumulation(rest)


def mask_not_blocked(case: AccumulationCase) -> Fraction:
    layers = tuple(replace(kept, owner=0 * kept.owner) for kept in case.layers)
    return certified_accumulation(replace(case, layers=layers))


def looser_than_the_closed_form(case: AccumulationCase) -> Fraction:
    return closed_form(case) * 2


LIES: dict[str, Callable[[AccumulationCase], Fraction]] = {
    "last layer's own error left out": Recurrence(own_error=False),
    "earlier errors not carried": Recurrence(carry=False),
    "carried through positive kernels only": Recurrence(carry_negative=False),
    "inputs of g taken as small as those of f": Recurrence(widen=False),
    "every activation taken below 1": Recurrence(use_ranges=False),
    "error cut off at the smaller range": Recurrence(larger_range=min),
    "hypothesis dropped: inputs taken non-negative": Recurrence(negative_inputs=False),
    "first layer skipped": first_layer_skipped,
    "halved": halved,
    "scale forgotten": scale_forgotten,
    "mask not blocked": mask_not_blocked,
    "looser than the closed form": looser_than_the_closed_form,
}


@pytest.mark.parametrize("name", LIES)
def test_lie_is_caught(name: str, hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="lem:error-accumulation"):
        check_accumulation(LIES[name], settings=hunt)


def test_recurrence_that_the_lies_are_made_from_is_right_and_no_tighter(
    hunt: settings,
) -> None:
    """Intervals with signs are at least as narrow as the symmetric ones."""

    def compared(case: AccumulationCase) -> Fraction:
        symmetric = Recurrence()(case)
        assert certified_accumulation(case) <= symmetric * (1 + Fraction(1, 2**50))
        return symmetric

    check_accumulation(compared, settings=settings(hunt, max_examples=60))
