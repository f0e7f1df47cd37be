"""How the enclosures fail the oracle, in words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from old_interval.decide import enclose as old_enclose
from old_interval.decide import sign_of as old_sign
from old_interval.interval import Interval, UndecidedError
from slth_verify.statements.decisions.decide import enclosed, enclosed_sign, sign_of
from slth_verify.statements.queries.isolate import Between

Q = sp.Rational
x = sp.Symbol("x", positive=True)


def old_enclosure(constant: Any, bits: int) -> Interval | None:
    try:
        return old_enclose(constant, bits)
    except UndecidedError:
        return None


def complaint(constant: Any) -> str | None:
    """How the enclosures fail the oracle at one constant; None where they do not."""
    if constant.free_symbols:
        return None
    fewest, most = 64, 200
    if constant.has(sp.Integral):  # slow: compared at one precision
        most = fewest
        ours, theirs = enclosed(constant, fewest), old_enclosure(constant, fewest)
        old, new = old_sign_of(theirs), enclosed_sign(ours)
    else:
        old, new = old_sign(constant), sign_of(constant)
    if old is not None and new != old:
        return f"{constant}: the sign {old} became {new}"
    fine = old_enclosure(constant, most)
    for bits in (fewest, most):
        coarse = enclosed(constant, bits)
        if fine is None or old_enclosure(constant, bits) is None:
            continue
        if coarse is None:
            return f"{constant}: nothing is known at {bits} bits"
        if coarse.lower > fine.upper or fine.lower > coarse.upper:
            return f"{constant}: the enclosures at {bits} and {most} bits are disjoint"
    return None


def on_cell(formula: Any, low: Fraction, high: Fraction) -> str | None:
    """How the enclosure over a cell fails the oracle; None where it does not."""
    at = {x: Between(low, high)}
    old, new = (
        old_enclosure(formula.xreplace(at), 96),
        enclosed(formula.xreplace(at), 96),
    )
    if new is None:
        return None if old is None else f"{formula}: nothing is known on the cell"
    signs = enclosed_sign(new), old_sign_of(old)
    if signs[1] is not None and signs[0] != signs[1]:
        return f"{formula}: the sign {signs[1]} became {signs[0]}"
    for step in range(5):
        point = low + (high - low) * step / 4
        inside = old_enclosure(formula.xreplace({x: Q(str(point))}), 96)
        if inside and not new.lower <= inside.upper:
            return f"{formula}: at {point} it is less than the enclosure says"
        if inside and not inside.lower <= new.upper:
            return f"{formula}: at {point} it is more than the enclosure says"
    return None


def old_sign_of(value: Interval | None) -> int | None:
    if value is None:
        return None
    if value.lower > 0 or value.upper < 0:
        return 1 if value.lower > 0 else -1
    return 0 if value.is_point else None
