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

from slth_verify.conformance._drive import run
from slth_verify.conformance._failure import require
from slth_verify.conformance._ratios import observe
from slth_verify.conformance.oracles.accumulation_cases import (
    UNIT,
    AccumulationCase,
    accumulation_cases,
)
from slth_verify.conformance.oracles.integer import IntArray, apply_pair, convolve
from slth_verify.ticket import accumulate, layer_residuals

_require = partial(require, statement="lem:error-accumulation")
#: Inputs are multiples of 1/4.
_INPUT_UNIT = 4


#: ``bound(case)``: the recurrence's bound on the error in the target's own units, and
#: the closed form's, both exact.
AccumulatedBound = Callable[[AccumulationCase], tuple[Fraction, Fraction]]


def certified_accumulation(case: AccumulationCase) -> tuple[Fraction, Fraction]:
    """The checker's own figures, of `slth_verify.ticket.accumulate`."""
    residuals = [
        layer_residuals(kernel, exponent, layer, owner, signed_input=number == 0)
        for number, (kernel, exponent, layer, owner) in enumerate(
            zip(case.kernels, case.exponents, case.layers, case.owners, strict=True)
        )
    ]
    kept = [len(owner) for owner in case.owners]
    bound = accumulate(residuals, kept, case.exponents)
    return bound.error, bound.closed_form


def check_accumulation(
    bound: AccumulatedBound, *, settings: hypothesis.settings | None = None
) -> None:
    """Compare an accumulated bound with errors seen after 1 to 4 layers.

    After every layer the error seen must not exceed the recurrence, nor the recurrence
    the closed form. Where the case says so, the recurrence must be attained.

    Args:
        bound: The implementation under test.
        settings: Hypothesis settings; None for the loaded profile.

    Raises:
        ConformanceFailure: If the bound is too small, or not attained.

    Source:
        lem:error-accumulation, der:accumulation, der:a-posteriori.
    """

    def body(case: AccumulationCase, side: int, seed: int) -> None:
        images = _images(case.kernels[0].shape[1], side, seed)
        worst = Fraction(0)
        for depth in range(1, len(case.kernels) + 1):
            part = case.prefix(depth)
            seen = _largest_error(part, images)
            error, closed = bound(part)
            shown = f"{_shown(part)}: seen {seen}, recurrence {error}, closed {closed}"
            _require(seen <= error, f"{shown}; the recurrence is exceeded")
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
    for kernel, exponent, layer, owner in zip(
        case.kernels, case.exponents, case.layers, case.owners, strict=True
    ):
        units = np.round(kernel.astype(np.float64) * UNIT / 2.0**exponent)
        f = np.maximum(convolve(f, units.astype(np.int64)), 0)
        g = np.maximum(apply_pair(g, layer, owner, UNIT), 0)
    unit = _INPUT_UNIT * UNIT ** len(case.kernels)
    scale = Fraction(2) ** sum(case.exponents)
    return scale * Fraction(int(np.abs(g - f).max()), unit)


def _shown(case: AccumulationCase) -> str:
    parts = [
        f"K={kernel.tolist()} / 2^{exponent}, u={layer.scalars.tolist()}, "
        f"V={layer.kernels.tolist()}, owner={owner.tolist()}"
        for kernel, exponent, layer, owner in zip(
            case.kernels, case.exponents, case.layers, case.owners, strict=True
        )
    ]
    return " | ".join(parts)
