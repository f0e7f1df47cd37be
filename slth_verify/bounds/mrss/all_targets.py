"""Widths for all targets at once: every evaluator there is, and the smallest answer."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from slth_verify.bounds._ledger import Step
from slth_verify.bounds.certificates.net_cells import net_size
from slth_verify.bounds.certificates.two_sides import STATEMENT
from slth_verify.bounds.mrss.fixed_target import certificate_values
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.mrss.net import net_width
from slth_verify.bounds.searches.two_sides_search import TwoSidesWidth, two_sides_width
from slth_verify.bounds.searches.two_stage_sides import (
    TwoStageSides,
    two_stage_sides_width,
)
from slth_verify.bounds.searches.two_stage_width import two_stage_ledger
from slth_verify.enclosure import Enclosure
from slth_verify.errors import InvalidParameterError

#: The ball of targets: of the Euclidean norm or, smaller, of the one-norm.
TargetBall = Literal["euclidean", "one-norm"]


def all_targets_width(
    dim: int, eps: Fraction, norm: Fraction, goal: Fraction, ball: TargetBall
) -> FoundWidth:
    """The smallest width that any evaluator certifies for all targets at once.

    Args:
        dim: Dimension m.
        eps: Accuracy.
        norm: Radius of the ball of targets.
        goal: Probability that all of them are hit, strictly between 0 and 1.
        ball: Which norm the radius is measured in. Two sides cover the Euclidean ball
            and so the one-norm ball in it; the net covers the one-norm ball only, and
            is tried for that ball, or in one dimension, where both balls agree.

    Rigor:
        Enclosed.

    Raises:
        InvalidParameterError: If no certificate was found.
    """
    found = [_by_sides(dim, eps, norm, goal)]
    if net_is_worth_a_try(dim, eps, norm, goal, ball):
        found.append(net_width(dim, eps, norm, goal))
    return min(found, key=lambda width: width.n)


def _by_sides(dim: int, eps: Fraction, norm: Fraction, goal: Fraction) -> FoundWidth:
    """Two sides of two stages each; of blocks, where that is cheap or needed."""
    evaluators = [by_two_stage_sides] if dim > 1 else []
    if dim <= _FEW_DIMENSIONS:
        evaluators.append(by_two_sides)
    found = []
    for evaluate in evaluators:
        try:
            found.append(evaluate(dim, eps, norm, goal))
        except InvalidParameterError:
            continue
    if not found:
        return by_two_sides(dim, eps, norm, goal)
    return min(found, key=lambda width: width.n)


def by_two_stage_sides(
    dim: int, eps: Fraction, norm: Fraction, goal: Fraction
) -> FoundWidth:
    """The width of two independent sides of two stages, for the Euclidean ball."""
    return from_two_stage_sides(two_stage_sides_width(dim, eps, norm, goal))


def from_two_stage_sides(found: TwoStageSides) -> FoundWidth:
    """The width of two sides of two stages whose failure has been evaluated."""
    both = Step(
        statement=STATEMENT,
        text="Two independent sides reach all targets of the Euclidean ball together, "
        "hence those of the one-norm ball of that radius.",
        values=(
            ("radius", str(found.norm)),
            ("tau", str(found.tau)),
            ("slope", str(found.slope)),
            ("n", str(found.n)),
            ("failure", str(Enclosure(Fraction(0), found.failure))),
        ),
    )
    return FoundWidth(
        n=found.n,
        failure=found.failure,
        derivation=(*two_stage_ledger(found.side, found.missed), both),
        size=found.side.stages[-1].size,
        certificate=found,
    )


def by_two_sides(dim: int, eps: Fraction, norm: Fraction, goal: Fraction) -> FoundWidth:
    """The width of two independent sides of blocks, for the Euclidean ball."""
    return from_two_sides(two_sides_width(dim, eps, norm, goal))


def from_two_sides(found: TwoSidesWidth) -> FoundWidth:
    """The width of two sides of blocks whose failure has been evaluated."""
    return FoundWidth(
        n=found.n,
        failure=found.failure,
        derivation=_ledger(found),
        size=found.certificate.size,
        stairs=found.stairs(),
        certificate=found,
    )


def net_is_worth_a_try(
    dim: int, eps: Fraction, norm: Fraction, goal: Fraction, ball: TargetBall
) -> bool:
    """Whether the net covers the ball and has few points.

    Blocks repeat about ``log(N / delta)`` times for the net and ``2 log(2 / delta)``
    times for two sides, so with more than ``1 / delta`` points the net is behind.
    """
    if (dim > 1 and ball != "one-norm") or dim > _LARGEST_NET:
        return False
    return net_size(dim, eps / 2, norm) * (1 - goal) <= _FEW


#: Up to this dimension, sides of blocks are compared as well.
_FEW_DIMENSIONS = 3

#: In more dimensions a net has too many points for any probability.
_LARGEST_NET = 32

#: Largest expected number of missed points, were each missed like the whole ball.
_FEW = 4


def _ledger(found: TwoSidesWidth) -> tuple[Step, ...]:
    certificate, sides = found.certificate, found.sides
    c, kappa = found.reach
    block = Step(
        statement="der:weighted-moment",
        text="One block hits every w with probability at least c exp(-kappa |w|^2), at "
        "half of the accuracy.",
        values=(
            *certificate_values(certificate),
            ("eps", str(certificate.eps)),
            ("c", str(Enclosure(c, Fraction(1)))),
            ("kappa", str(Enclosure(Fraction(0), kappa))),
        ),
    )
    both = Step(
        statement=STATEMENT,
        text="Two independent sides of disjoint blocks reach all targets of the "
        "Euclidean ball together, hence those of the one-norm ball of that radius.",
        values=(
            ("radius", str(found.norm)),
            ("blocks per side", str(sides.blocks)),
            ("tau", str(sides.tau)),
            ("slope", str(sides.slope)),
            ("n", str(found.n)),
            ("failure", str(Enclosure(Fraction(0), found.failure))),
        ),
    )
    return (block, both)
