"""Widths for all targets at once: every evaluator there is, and the smallest answer."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from slth_verify.bounds.certificates.certified_width import (
    ProvedSides,
    SidesOfBlocks,
    SidesOfStages,
)
from slth_verify.bounds.certificates.net_cells import Net
from slth_verify.bounds.certificates.two_sides import STATEMENT
from slth_verify.bounds.ledger import keys
from slth_verify.bounds.ledger.steps import Step
from slth_verify.bounds.mrss.fixed_target import (
    block_values,
    smallest,
    two_stage_ledger,
)
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.mrss.net import net_width
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.sides_of_blocks import sides_of_blocks_width, stairs_of
from slth_verify.bounds.searches.sides_of_stages import sides_of_stages_width
from slth_verify.enclosure import Enclosure

#: The ball of targets: of the Euclidean norm or, smaller, of the one-norm.
TargetBall = Literal["euclidean", "one-norm"]


def all_targets_width(question: Question, ball: TargetBall) -> FoundWidth:
    """The smallest width that any evaluator certifies for all targets at once.

    Args:
        question: What is asked, of all targets of a ball.
        ball: Which norm its radius is measured in. Two sides cover the Euclidean ball
            and so the one-norm ball in it; the net covers the one-norm ball only, and
            is tried for that ball, or in one dimension, where both balls agree.

    Rigor:
        Enclosed.

    Raises:
        InvalidParameterError: If no certificate was found.
    """
    found: list[FoundWidth | None] = [_by_sides(question)]
    if net_is_worth_a_try(question, ball):
        found.append(net_width(question))
    return min(filter(None, found), key=lambda width: width.n)


def _by_sides(question: Question) -> FoundWidth:
    """Two sides of two stages each; of blocks, where that is cheap or needed."""
    stages = (by_sides_of_stages,) if question.dim > 1 else ()
    blocks = (by_sides_of_blocks,) if question.dim <= _FEW_DIMENSIONS else ()
    return smallest((*stages, *blocks), (by_sides_of_blocks,), question)


def by_sides_of_stages(question: Question) -> FoundWidth:
    """The width of two independent sides of two stages, for the Euclidean ball."""
    return from_sides_of_stages(sides_of_stages_width(question))


def from_sides_of_stages(found: SidesOfStages) -> FoundWidth:
    """The width of two sides of two stages whose failure has been evaluated."""
    step = _both_sides(found, "sides", "tau", "slope")
    return FoundWidth(
        n=found.n,
        failure=found.failure,
        derivation=(*two_stage_ledger(found.side, found.missed), step),
        size=found.side.stages[-1].size,
        certificate=found,
    )


def by_sides_of_blocks(question: Question) -> FoundWidth:
    """The width of two independent sides of blocks, for the Euclidean ball."""
    return from_sides_of_blocks(sides_of_blocks_width(question))


def from_sides_of_blocks(found: SidesOfBlocks) -> FoundWidth:
    """The width of two sides of blocks whose failure has been evaluated."""
    c, kappa = found.reach
    block = Step(
        statement="der:weighted-moment",
        text="One block hits every w with probability at least c exp(-kappa |w|^2), at "
        "half of the accuracy.",
        values=(
            *block_values(found.side),
            *found.side.values("eps").items(),
            ("c", str(Enclosure(c, Fraction(1)))),
            ("kappa", str(Enclosure(Fraction(0), kappa))),
        ),
    )
    step = _both_sides(found, "sides of disjoint blocks", "blocks", "tau", "slope")
    return FoundWidth(
        n=found.n,
        failure=found.failure,
        derivation=(block, step),
        size=found.side.size,
        stairs=stairs_of(found),
        certificate=found,
    )


def _both_sides(found: ProvedSides, which: str, *names: str) -> Step:
    """The step from one side to both, with these parameters."""
    return Step(
        statement=STATEMENT,
        text=f"Two independent {which} reach all targets of the Euclidean ball "
        "together, hence those of the one-norm ball of that radius.",
        values=(
            ("radius", str(found.norm)),
            *found.sides.values(*names, keys=keys.SIDES).items(),
            ("n", str(found.n)),
            ("failure", str(Enclosure(Fraction(0), found.failure))),
        ),
    )


def net_is_worth_a_try(question: Question, ball: TargetBall) -> bool:
    """Whether the net covers the ball and has few points.

    Blocks repeat about ``log(N / delta)`` times for the net and ``2 log(2 / delta)``
    times for two sides, so with more than ``1 / delta`` points the net is behind.
    """
    dim = question.dim
    if (dim > 1 and ball != "one-norm") or dim > _LARGEST_NET:
        return False
    return Net(question.eps / 2, question.norm).points(dim) * question.miss <= _FEW


def net_is_worth_a_look(question: Question, ball: TargetBall) -> bool:
    """The same where a width for a point of the net is known without a search.

    Up to few dimensions at any probability, so that a smaller one needs no more.
    """
    if question.dim == 1 or (ball == "one-norm" and question.dim <= _FEW_DIMENSIONS):
        return True
    return net_is_worth_a_try(question, ball)


#: Up to this dimension, sides of blocks are compared as well.
_FEW_DIMENSIONS = 3

#: In more dimensions a net has too many points for any probability.
_LARGEST_NET = 32

#: Largest expected number of missed points, were each missed like the whole ball.
_FEW = 4
