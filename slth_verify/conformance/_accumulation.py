"""lem:error-accumulation: composed errors of several layers, without rounding.

Kernels, filters and inputs are small multiples of powers of two, so that target and
pruned network are evaluated in 64-bit integers up to depth 4.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

import hypothesis
import numpy as np
from hypothesis import strategies as st

from slth_verify.conformance._failure import require
from slth_verify.conformance.oracles.accumulation_cases import (
    AccumulationCase,
    accumulation_cases,
    closed_form,
)
from slth_verify.conformance.oracles.integer import (
    UNIT,
    IntArray,
    apply_pair,
    convolve,
)
from slth_verify.conformance.recording.drive import run
from slth_verify.conformance.recording.ratios import observe
from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import Stage, staged
from slth_verify.graph.walk import last
from slth_verify.ticket.graphs.difference import node_bounds
from slth_verify.ticket.graphs.sums import PairSums, pair_sums

_require = partial(require, statement="lem:error-accumulation")
#: Inputs are multiples of 1/4.
_INPUT_UNIT = 4


#: Side of the images of a bound: every kernel lies inside somewhere.
_SIDE = 3

#: ``bound(case)``: a bound on the error in the target's own units, exact.
AccumulatedBound = Callable[[AccumulationCase], Fraction]


def certified_accumulation(case: AccumulationCase) -> Fraction:
    """The checker's own figure, of the walk through all layers."""
    shape = (case.kernels[0].shape[1], _SIDE, _SIDE)
    target = TargetCNN.from_kernels(case.kernels, shape)

    def sums(stage: Stage) -> PairSums:
        number = stage.number - 1
        return pair_sums(stage, case.exponents[number], case.layers[number])

    return last(node_bounds(staged(target), sums)).bounds.error


def check_accumulation(
    bound: AccumulatedBound, *, settings: hypothesis.settings | None = None
) -> None:
    """Compare an accumulated bound with errors seen after 1 to 4 layers.

    After every layer the error seen must not exceed the bound, nor the bound the closed
    form of the lemma. Where the case says so, the bound must be attained.

    Args:
        bound: The implementation under test.
        settings: Hypothesis settings; None for the loaded profile.

    Raises:
        ConformanceFailure: If the bound is too small, or not attained.

    Source:
        lem:error-accumulation, der:accumulation.
    """

    def body(case: AccumulationCase, side: int, seed: int) -> None:
        images = _images(case.kernels[0].shape[1], side, seed)
        worst = Fraction(0)
        for depth in range(1, len(case.kernels) + 1):
            part = case.prefix(depth)
            seen = _largest_error(part, images)
            error, closed = bound(part), closed_form(part)
            shown = f"{_shown(part)}: seen {seen}, bound {error}, closed {closed}"
            _require(seen <= error, f"{shown}; the bound is exceeded")
            _require(error <= closed, f"{shown}; the closed form is smaller")
            if part.attained:
                _require(seen == error, f"{shown}; must be attained")
            worst = max(worst, seen / error if error else worst)
        observe("error seen / recurrence", worst, 1)
        hypothesis.event(f"depth={len(case.kernels)}, attained={case.attained}")

    run(
        body,
        settings,
        case=accumulation_cases(),
        side=st.integers(1, 3),
        seed=st.integers(0, 1 << 16),
    )


def _images(channels: int, side: int, seed: int) -> IntArray:
    """Constant images, random vertices and points inside, in quarters."""
    rng = np.random.default_rng(seed)
    shape = (channels, side, side)
    ones = np.ones((1, *shape), dtype=np.int64)
    corners = rng.integers(-1, 2, (24, *shape)) * _INPUT_UNIT
    inside = rng.integers(-_INPUT_UNIT, _INPUT_UNIT + 1, (8, *shape))
    signs = (2 * rng.integers(0, 2, (24, *shape)) - 1) * _INPUT_UNIT
    return np.concatenate(
        [_INPUT_UNIT * ones, -_INPUT_UNIT * ones, corners, inside, signs]
    )


def _largest_error(case: AccumulationCase, images: IntArray) -> Fraction:
    f = g = images
    for kernel, exponent, kept in zip(
        case.kernels, case.exponents, case.layers, strict=True
    ):
        units = np.round(kernel.astype(np.float64) * UNIT / 2.0**exponent)
        f = np.maximum(convolve(f, units.astype(np.int64)), 0)
        g = np.maximum(apply_pair(g, kept, UNIT), 0)
    unit = _INPUT_UNIT * UNIT ** len(case.kernels)
    scale = Fraction(2) ** sum(case.exponents)
    return scale * Fraction(int(np.abs(g - f).max()), unit)


def _shown(case: AccumulationCase) -> str:
    parts = [
        f"K={kernel.tolist()} / 2^{exponent}, u={kept.scalars.tolist()}, "
        f"V={kept.kernels.tolist()}, owner={kept.owner.tolist()}"
        for kernel, exponent, kept in zip(
            case.kernels, case.exponents, case.layers, strict=True
        )
    ]
    return " | ".join(parts)
