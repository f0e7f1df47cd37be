"""Planted lies for ``check_layer_error``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import settings

from slth_verify.conformance import (
    ConformanceFailure,
    LayerCase,
    certified_layer_error,
    check_layer_error,
)
from slth_verify.conformance.oracles.integer import UNIT, pair_errors

ZERO = Fraction(0)
Errors = tuple[np.ndarray, np.ndarray]


def _errors(case: LayerCase) -> Errors:
    """D+ and D-, exact, ``(c_out, entries)``; D- = 0 for non-negative inputs."""
    _, plus, minus = pair_errors(case.kernel, case.exponent, case.kept, UNIT)
    sides = plus, minus if case.signed_input else 0 * minus
    plus, minus = (
        side.reshape(len(side), -1).astype(object) * Fraction(1, UNIT) for side in sides
    )
    return plus, minus


def _largest(
    case: LayerCase, entry: Callable[[Fraction, Fraction], tuple[Fraction, Fraction]]
) -> Fraction:
    """Largest sum of ``entry`` over output filters and both sides."""
    plus, minus = _errors(case)
    best = ZERO
    for row, other in zip(plus, minus, strict=True):
        sides = [entry(p, m) for p, m in zip(row, other, strict=True)]
        best = max(best, sum(a for a, _ in sides), sum(b for _, b in sides))
    return best


def right(case: LayerCase) -> Fraction:
    return _largest(case, lambda p, m: (max(ZERO, p, m), max(ZERO, -p, -m)))


def halved(case: LayerCase) -> Fraction:
    return certified_layer_error(case) / 2


def radius_dropped(case: LayerCase) -> Fraction:
    """The middle of each entry's range instead of its end."""
    return _largest(case, lambda p, m: ((p + m) / 2, -(p + m) / 2))


def negative_inputs_forgotten(case: LayerCase) -> Fraction:
    return certified_layer_error(replace(case, signed_input=False))


def negative_inputs_invented(case: LayerCase) -> Fraction:
    return certified_layer_error(replace(case, signed_input=True))


def swapped_sign(case: LayerCase) -> Fraction:
    return _largest(case, lambda p, m: (max(ZERO, p, -m), max(ZERO, -p, m)))


def both_ends_added(case: LayerCase) -> Fraction:
    return _largest(
        case, lambda p, m: (max(ZERO, p) + max(ZERO, m), max(ZERO, -p) + max(ZERO, -m))
    )


def moduli_instead_of_sides(case: LayerCase) -> Fraction:
    """The larger formula that is only an upper bound."""
    return _largest(case, lambda p, m: (max(abs(p), abs(m)), ZERO))


def one_side_only(case: LayerCase) -> Fraction:
    return _largest(case, lambda p, m: (max(ZERO, p, m), ZERO))


def exponent_forgotten(case: LayerCase) -> Fraction:
    return certified_layer_error(replace(case, exponent=0))


def _changed(case: LayerCase, **fields: np.ndarray) -> Fraction:
    return certified_layer_error(replace(case, kept=replace(case.kept, **fields)))


def last_filter_forgotten(case: LayerCase) -> Fraction:
    kept = case.kept
    return _changed(
        case,
        filters=kept.filters[:-1],
        owner=kept.owner[:-1],
        scalars=kept.scalars[:-1],
        kernels=kept.kernels[:-1],
    )


def filters_read_the_first_channel(case: LayerCase) -> Fraction:
    """A mask that is not blocked."""
    return _changed(case, owner=np.zeros_like(case.kept.owner))


def scalar_squared(case: LayerCase) -> Fraction:
    return _changed(case, scalars=case.kept.scalars * np.abs(case.kept.scalars))


def kernel_flipped(case: LayerCase) -> Fraction:
    """True convolution where torch correlates."""
    kernel = case.kernel[:, :, ::-1, ::-1].copy()
    return certified_layer_error(replace(case, kernel=kernel))


LIES = [
    halved,
    radius_dropped,
    negative_inputs_forgotten,
    negative_inputs_invented,
    swapped_sign,
    both_ends_added,
    moduli_instead_of_sides,
    one_side_only,
    exponent_forgotten,
    last_filter_forgotten,
    filters_read_the_first_channel,
    scalar_squared,
    kernel_flipped,
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_lie_is_caught(lie: Callable[[LayerCase], Fraction], hunt: settings) -> None:
    with pytest.raises(ConformanceFailure, match="lem:kernel-pruning"):
        check_layer_error(lie, settings=hunt)


def test_formula_that_the_lies_are_made_from_passes(hunt: settings) -> None:
    check_layer_error(right, settings=settings(hunt, max_examples=60))
