"""One number, drawn on the right or on the wrong side of its bounds.

Half of the draws are nasty: the bound itself where it is a number, a hair away from it,
huge, tiny. All of them are exact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from hypothesis import reject
from hypothesis import strategies as st

from slth_verify.statements import Variable
from slth_verify.statements.decisions.decide import enclosed
from slth_verify.statements.queries.values import put_in
from slth_verify.strategies.points.conditions import Bound

_Ends = tuple[Fraction, Fraction]
_BITS = 128
_INTEGERS = {sp.S.Naturals: 1, sp.S.Naturals0: 0}
#: Powers of two in offsets of integers, and of ten in those of other numbers.
_DOUBLINGS = 20
_DECADES = 30
_SCALE = 64
#: Names of integers that stand in exponents, and stay small.
_SMALL = frozenset({"b", "p", "m", "depth"})


@dataclass(frozen=True, slots=True)
class Range:
    """Where a number may lie; None for an end that is not there.

    Attributes:
        low: Lower end.
        high: Upper end.
        low_open: Whether the lower end itself is excluded.
        high_open: Whether the upper end is.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False

    def above(self, end: Fraction, *, strict: bool) -> Range:
        """What of it lies above an end."""
        if self.low is not None and (self.low, self.low_open) >= (end, strict):
            return self
        return Range(end, self.high, strict, self.high_open)

    def below(self, end: Fraction, *, strict: bool) -> Range:
        """What of it lies below an end."""
        if self.high is not None and (-self.high, self.high_open) >= (-end, strict):
            return self
        return Range(self.low, end, self.low_open, strict)


def domain_of(variable: Variable, *, without_low: bool) -> Range:
    """The range of a symbol's domain, without its lower end if that is missed."""
    if variable.domain in _INTEGERS:
        return Range() if without_low else Range(Fraction(_INTEGERS[variable.domain]))
    found = Range()
    if isinstance(variable.domain, sp.Interval):
        if variable.domain.start.is_finite:
            low = _fraction(variable.domain.start)
            found = found.above(low, strict=bool(variable.domain.left_open))
        if variable.domain.end.is_finite:
            high = _fraction(variable.domain.end)
            found = found.below(high, strict=bool(variable.domain.right_open))
    return found


def narrowed(
    inside: Range, bound: Bound, values: Mapping[Any, Any], *, missed: bool
) -> Range:
    """What of a range meets a bound, or misses it; all where the bound has no value."""
    ends, factor = _value(bound.expression, values), _value(bound.factor, values)
    if ends is None or factor is None or factor[0] <= 0 <= factor[1]:
        return inside
    low, high = ends
    if bound.side == "equal":
        if missed:
            return inside.above(high, strict=True)
        return inside.above(low, strict=False).below(high, strict=False)
    upward = (bound.side == "low") == (factor[0] > 0)
    strict = bound.strict or low < high
    if missed:
        strict = low < high or not bound.strict
    if upward != missed:
        return inside.above(high, strict=strict)
    return inside.below(low, strict=strict)


def draw_from(draw: st.DrawFn, variable: Variable, inside: Range) -> Fraction:
    """One number of a range; a draw without one is rejected."""
    if variable.domain in _INTEGERS:
        return Fraction(_integer(draw, variable.name, inside))
    if inside.low is not None and inside.high is not None:
        return _between(draw, inside, inside.low, inside.high)
    if inside.low is not None:
        return inside.low + _offset(draw, nothing=not inside.low_open)
    if inside.high is not None:
        return inside.high - _offset(draw, nothing=not inside.high_open)
    number = _offset(draw, nothing=True)
    return -number if draw(st.booleans()) else number


def _between(draw: st.DrawFn, inside: Range, low: Fraction, high: Fraction) -> Fraction:
    if low > high or (low == high and (inside.low_open or inside.high_open)):
        reject()
    kinds = ["inside", "inside", "near low", "near high"]
    kinds += [] if inside.low_open else ["low"]
    kinds += [] if inside.high_open else ["high"]
    kind = draw(st.sampled_from(kinds))
    if kind == "low" or low == high:
        return low
    if kind == "high":
        return high
    if kind == "inside":
        share = Fraction(draw(st.integers(1, _SCALE - 1)), _SCALE)
        return low + (high - low) * share
    hair = (high - low) * Fraction(1, 10 ** draw(st.integers(2, _DECADES)))
    return low + hair if kind == "near low" else high - hair


def _offset(draw: st.DrawFn, *, nothing: bool) -> Fraction:
    """A positive number of any size, or nothing."""
    kinds = ("plain", "plain", "huge", "tiny", *(["nothing"] if nothing else []))
    kind = draw(st.sampled_from(kinds))
    if kind == "nothing":
        return Fraction(0)
    if kind == "plain":
        over, under = divmod(draw(st.integers(0, _SCALE - 1)), 8)
        return Fraction(over + 1, under + 1)
    power = Fraction(10 ** draw(st.integers(2, _DECADES)))
    return power if kind == "huge" else 1 / power


def _integer(draw: st.DrawFn, name: str, inside: Range) -> int:
    low = None if inside.low is None else math.ceil(inside.low)
    high = None if inside.high is None else math.floor(inside.high)
    if low is not None and inside.low_open and low == inside.low:
        low += 1
    if high is not None and inside.high_open and high == inside.high:
        high -= 1
    if low is not None and high is not None and low > high:
        reject()
    kind = draw(st.sampled_from(("end", "near", "other end", "far")))
    doublings = 3 if name in _SMALL else _DOUBLINGS
    step = {"end": 0, "other end": 0, "far": 0}.get(kind, draw(st.integers(0, 5)))
    if kind == "far":
        step = 1 << draw(st.integers(3, max(3, doublings)))
    if low is None or (kind == "other end" and high is not None):
        start = 0 if high is None else high
        number = start - step
        return number if low is None else max(number, low)
    return low + step if high is None else min(low + step, high)


def _value(expression: Any, values: Mapping[Any, Any]) -> _Ends | None:
    """Exact ends around a constant; None where it has no value."""
    expression = values.get(expression, expression)
    if expression.is_Rational:
        return _fraction(expression), _fraction(expression)
    found = put_in(expression, values)
    if found.is_Rational:
        return _fraction(found), _fraction(found)
    if found.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        return None
    inside = enclosed(found, _BITS)
    return None if inside is None else (inside.lower, inside.upper)


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))
