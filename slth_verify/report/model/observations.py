"""Forward passes beside a proved limit: they can contradict it, never confirm it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.report.model.quantity import Absent, Figure, enclosed, heuristic
from slth_verify.verdict import Direction, Finding, Verdict

#: Subject of the observations that bear on a ticket's certified error.
TARGET_AND_PRUNED = "target and pruned network"
CONSISTENT, CONTRADICTED, UNDECIDED = "consistent", "contradicted", "undecided"


@dataclass(frozen=True, slots=True)
class Observation:
    """Two networks compared by forward passes: evidence, never a proof of closeness.

    Attributes:
        subject: What was compared, in words.
        inputs: The kind of inputs.
        images: How many.
        difference: Largest difference seen in float64.
        rounding: Upper bound on what rounding can have done to it.
        limit: What the true difference must not exceed.
        outcome: ``"consistent"``, ``"contradicted"`` (a proof) or ``"undecided"``.
        reason: Why.
    """

    subject: str
    inputs: str
    images: int
    difference: Figure
    rounding: Figure
    limit: Figure
    outcome: str
    reason: str


def observe(
    subject: str,
    inputs: str,
    images: int,
    difference: float,
    rounding: float,
    limit: Fraction,
    unit: str = "",
) -> Observation:
    """Compare a difference seen in float64 with what it must not exceed.

    Args:
        subject: What was compared.
        inputs: The kind of inputs.
        images: How many.
        difference: Largest difference seen.
        rounding: Upper bound on |seen - true| difference.
        limit: Proved bound on the true difference.
        unit: Unit of all three.

    Returns:
        CONTRADICTED if the true difference certainly exceeds ``limit`` on some input,
        which is exact reasoning; CONSISTENT otherwise, which proves nothing;
        UNDECIDED if a number is not finite.
    """
    allowed = f"{float(limit):.6g} allowed, and {rounding:.3g} for rounding"
    if not (math.isfinite(difference) and math.isfinite(rounding)):
        outcome = UNDECIDED
        reason = f"difference {difference} with rounding {rounding} is not finite"
    elif Fraction(difference) - Fraction(rounding) > limit:
        outcome = CONTRADICTED
        reason = f"{difference:.6g} seen, but {allowed}"
    else:
        outcome = CONSISTENT
        reason = f"{difference:.6g} seen, {allowed}"
    return Observation(
        subject,
        inputs,
        images,
        heuristic(difference, unit),
        _upper(rounding, unit),
        enclosed(limit, limit, Direction.UPPER, unit),
        outcome,
        reason,
    )


def finding_of(observation: Observation) -> Finding | None:
    """The finding that an observation forces, if any.

    A consistent observation forces none: it is evidence and must not look like a proof.
    """
    claim = f"{observation.subject}: no {observation.inputs} contradicts the limit"
    if observation.outcome == CONTRADICTED:
        return Finding(claim, Verdict.REFUTED, observation.reason)
    if observation.outcome == UNDECIDED:
        return Finding(claim, Verdict.INCONCLUSIVE, observation.reason)
    return None


def _upper(value: float, unit: str) -> Figure:
    if not math.isfinite(value):
        return Absent(f"not finite: {value}")
    return enclosed(Fraction(0), Fraction(value), Direction.UPPER, unit)
