"""How near an implementation came to what a claim allows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction

import hypothesis

from slth_verify.conformance.recording.observations import note_feature

_STEPS = 1 << 10
_WORST: ContextVar[dict[str, Fraction] | None] = ContextVar("_WORST", default=None)


def observe(
    name: str,
    seen: Fraction | float,
    allowed: Fraction | float,
    *,
    drive: bool = True,
) -> None:
    """Note ``seen / allowed``; numbers that are none, or no ratio, are passed over.

    Args:
        name: What is compared; once in a drawn case.
        seen: What was seen.
        allowed: What the claim allows.
        drive: Whether Hypothesis looks for larger ratios, which only a drawn case can.
    """
    if not (math.isfinite(seen) and math.isfinite(allowed) and allowed > 0):
        return
    ratio = Fraction(seen) / Fraction(allowed)
    if drive:
        hypothesis.target(_coarse(float(ratio)), label=name)
    note_feature(name, float(ratio))
    worst = _WORST.get()
    if worst is not None:
        worst[name] = max(ratio, worst.get(name, ratio))


def _coarse(ratio: float) -> float:
    """The ratio to ten binary digits, rounded down.

    Hypothesis climbs on for as long as a ratio improves at all, and most of its steps
    are no new cases: with all digits it spends hours on the last of them.
    """
    mantissa, exponent = math.frexp(ratio)
    return math.ldexp(math.floor(mantissa * _STEPS) / _STEPS, exponent)


@contextmanager
def worst_ratios() -> Iterator[dict[str, Fraction]]:
    """Collect the largest ratio under each name that checks inside the block see."""
    found: dict[str, Fraction] = {}
    token = _WORST.set(found)
    try:
        yield found
    finally:
        _WORST.reset(token)
