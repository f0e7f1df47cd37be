r"""All targets at once by two independent sides, each of two stages.

Statement (der:two-blocks with der:high-probability). Let nu be N(0, tau^2 I). If one
side misses a fixed target of norm R within eps/2 with probability at most F(R), then
the nu-measure x that it misses has mean at most :math:`F(R) + \nu(|w|_2 > R)`, because
F(R) holds for every target of the ball. Two independent sides then miss some target of
norm r within eps with the probability that `failure_by_reach` bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from scipy.special import chdtri

from slth_verify.bounds.certificates.certified_width import SidesOfStages
from slth_verify.bounds.certificates.two_sides import STATEMENT, Sides
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.sides_float import (
    NOTHING,
    TAUS,
    allowed_measures,
    slope_above,
)
from slth_verify.bounds.searches.two_stage_search import Search
from slth_verify.bounds.searches.two_stage_width import two_stage_certificate

#: Share of the missed measure that may come from targets that are too long.
_LONG = Fraction(1, 4)

#: The missed measure that is asked for, over the largest one that is enough.
_MARGIN = Fraction(499, 500)

#: Values of tau that are compared, and those that only far targets need.
_COMPARED = tuple(Fraction(i, 16) for i in (4, 5, 6, 7, 8, 9, 10, 12, 14, 16))
FAR_TAUS = tuple(Fraction(i, 4) for i in (5, 6, 7, 8))


def sides_of_stages_width(question: Question) -> SidesOfStages:
    """A small width with two sides of stages; as `sides_of_blocks_width`."""
    dim, eps = question.dim, question.eps
    found = None
    plans = plans_for(dim, question.norm, question.prob)
    if near := [plan for plan in plans if plan.sides.tau not in FAR_TAUS]:
        plan = _best(near, dim, eps)
        one = Question(dim, eps / 2, plan.reach, 1 - plan.miss)
        side = two_stage_certificate(one)
        found = SidesOfStages.certified(plan.sides, *side, question.norm)
    if found is None or found.failure > question.miss:
        raise question.refused(NOTHING, STATEMENT)
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """What a side must do for one tau: reach this norm, but for this chance."""

    sides: Sides
    reach: Fraction
    miss: Fraction


@lru_cache(maxsize=64)
def plans_for(dim: int, norm: Fraction, goal: Fraction) -> tuple[Plan, ...]:
    """What each side must do, for every standard deviation that is tried."""
    allowed, slopes = allowed_measures(float(norm), float(1 - goal))
    plans = []
    for tau, measure, slope in zip(TAUS, allowed, slopes, strict=True):
        if tau not in (*_COMPARED, *FAR_TAUS) or measure <= 0:
            continue
        whole = Fraction(measure) * _MARGIN
        reach = float(tau) * np.sqrt(chdtri(dim, float(whole * _LONG)))
        miss = Fraction(whole * (1 - _LONG)).limit_denominator(10**12)
        if miss > 0:
            plans.append(
                Plan(
                    sides=Sides(1, tau, slope_above(slope)),
                    reach=Fraction(int(reach * 4096) + 1, 4096),
                    miss=miss,
                )
            )
    return tuple(plans)


def _best(plans: Sequence[Plan], dim: int, eps: Fraction) -> Plan:
    """Where the estimated width is least, going down from the middle."""
    widths: dict[int, float] = {}

    def width(i: int) -> float:
        if i not in widths:
            plan = plans[i]
            n = Search(dim, eps / 2, plan.reach, plan.miss).least()
            widths[i] = n or np.inf
        return widths[i]

    place = len(plans) // 2
    while True:
        near = [i for i in (place - 1, place + 1) if 0 <= i < len(plans)]
        better = min(near, key=width, default=place)
        if width(better) >= width(place):
            return plans[place]
        place = better
