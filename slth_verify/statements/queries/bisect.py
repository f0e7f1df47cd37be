"""Certified bisection: every step is a proved comparison."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import sympy as sp

from slth_verify.verdict import Verdict

Holds = Callable[[Any], Verdict]
Side = Literal["least", "greatest"]

_MOST_DOUBLINGS = 128
_BITS = 40


def extreme_integer(holds: Holds, side: Side) -> tuple[Any, Any] | None:
    """Least or greatest natural number at which a monotone condition holds.

    Args:
        holds: Proved truth at an integer; REFUTED where a hypothesis fails.
        side: ``least`` if the condition holds for all large numbers, ``greatest`` if
            for all small ones (from the least admissible number on).

    Returns:
        The number and its neighbour at which the condition is refuted or a hypothesis
        fails, or None when nothing was found or a step stayed open.
    """
    inside, outside = _stepped(holds, Verdict.VERIFIED, 1, 2), 0
    if inside is not None and side == "greatest":
        outside = _stepped(holds, Verdict.REFUTED, 2 * inside, 2)
        inside = None if outside is None else outside // 2
    if inside is None:
        return None
    while abs(inside - outside) > 1:
        narrowed = _narrowed(holds, inside, outside, (inside + outside) // 2)
        if narrowed is None:
            return None
        inside, outside = narrowed
    return sp.Integer(inside), sp.Integer(outside)


def _narrowed(
    holds: Holds, inside: Any, outside: Any, middle: Any
) -> tuple[Any, Any] | None:
    """One of the two numbers moved to the one between them, by what holds there."""
    verdict = holds(sp.sympify(middle))
    if verdict is Verdict.INCONCLUSIVE:
        return None
    return (middle, outside) if verdict is Verdict.VERIFIED else (inside, middle)


def _stepped(holds: Holds, wanted: Verdict, value: Any, factor: Any) -> Any:
    """The first of ``value``, ``factor * value``, ... with a verdict; None if open."""
    for _ in range(_MOST_DOUBLINGS):
        verdict = holds(sp.sympify(value))
        if verdict is wanted:
            return value
        if verdict is Verdict.INCONCLUSIVE:
            return None
        value *= factor
    return None


def extreme_rational(holds: Holds, side: Side) -> tuple[Any, Any] | None:
    """As `extreme_integer` for positive rationals, to a relative width of 2^-40.

    Returns:
        A rational at which the condition is proved, and one within a factor
        ``1 + 2^-40`` at which it is refuted.
    """
    powers = [sp.Rational(2) ** exponent for exponent in _zigzag(_MOST_DOUBLINGS)]
    inside = next((p for p in powers if holds(p) is Verdict.VERIFIED), None)
    if inside is None:
        return None
    factor = sp.Rational(1, 2) if side == "least" else sp.Integer(2)
    outside = _stepped(holds, Verdict.REFUTED, inside * factor, factor)
    if outside is None:
        return None
    inside = outside / factor
    for _ in range(_BITS):
        narrowed = _narrowed(holds, inside, outside, (inside + outside) / 2)
        if narrowed is None:
            return None
        inside, outside = narrowed
    return inside, outside


def _zigzag(count: int) -> list[int]:
    """0, -1, 1, -2, 2, ..."""
    return sorted(
        range(-count, count + 1), key=lambda exponent: (abs(exponent), exponent)
    )
