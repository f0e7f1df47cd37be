"""How near an implementation came to what a claim allows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction

import hypothesis

from slth_verify.conformance.recording.observations import note_feature

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
        hypothesis.target(float(ratio), label=name)
    note_feature(name, float(ratio))
    worst = _WORST.get()
    if worst is not None:
        worst[name] = max(ratio, worst.get(name, ratio))


@contextmanager
def worst_ratios() -> Iterator[dict[str, Fraction]]:
    """Collect the largest ratio under each name that checks inside the block see."""
    found: dict[str, Fraction] = {}
    token = _WORST.set(found)
    try:
        yield found
    finally:
        _WORST.reset(token)
