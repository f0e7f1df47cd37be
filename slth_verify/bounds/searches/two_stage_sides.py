r"""All targets at once by two independent sides, each of two stages.

Statement (der:two-blocks with der:high-probability). Let nu be N(0, tau^2 I). If one
side misses a fixed target of norm R within eps/2 with probability at most F(R), then
the nu-measure x that it misses has mean at most :math:`F(R) + \nu(|w|_2 > R)`, because
F(R) holds for every target of the ball. Two independent sides then miss some target of
norm r within eps with the probability that `failure_of_measure` bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.stats import chi2

from slth_verify.bounds.certificates.two_sides import STATEMENT, failure_of_measure
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.searches.two_sides_search import TAUS, Estimate, slope_above
from slth_verify.bounds.searches.two_stage_search import Search
from slth_verify.bounds.searches.two_stage_width import two_stage_certificate
from slth_verify.enclosure import (
    chi_square_cdf,
    from_ball,
    to_ball,
    working_precision,
)
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import rough

#: Share of the missed measure that may come from targets that are too long.
_LONG = Fraction(1, 4)

#: The missed measure that is asked for, over the largest one that is enough.
_MARGIN = Fraction(499, 500)

#: Values of tau that are compared.
_COMPARED = tuple(Fraction(i, 16) for i in (4, 5, 6, 7, 8, 9, 10, 12, 14, 16))


@dataclass(frozen=True, slots=True)
class TwoStageSides:
    """A width for all targets of a Euclidean ball, with its proof.

    Attributes:
        side: Certificate of one side, at half of the accuracy and norm R.
        missed: Certified failure probability of one side for one target.
        tau: Standard deviation of the Gaussian measure.
        slope: Slope of the majorant, see `failure_of_measure`.
        norm: Largest Euclidean norm of the targets.
        failure: Certified bound on the probability that some target is missed.
    """

    side: TwoStageCertificate
    missed: Fraction
    tau: Fraction
    slope: Fraction
    norm: Fraction
    failure: Fraction

    @property
    def n(self) -> int:
        """All samples, both sides."""
        return 2 * self.side.n


def failure_of_two_stage_sides(
    side: TwoStageCertificate,
    missed: Fraction,
    tau: Fraction,
    slope: Fraction,
    norm: Fraction,
) -> Fraction:
    """Upper bound of the probability that some target of the ball is missed.

    Args:
        side: Certificate of each side.
        missed: Its failure probability, see `TwoStageCertificate.failure`.
        tau: Standard deviation of the Gaussian measure, positive.
        slope: Slope of the majorant, positive.
        norm: Largest Euclidean norm of the targets.

    Rigor:
        Enclosed, rounded up.
    """
    with working_precision(128):
        inside = chi_square_cdf(to_ball((side.norm / tau) ** 2), side.dim)
        long = 1 - from_ball(inside).lower
    return failure_of_measure(min(Fraction(1), missed + long), norm / tau, slope)


def two_stage_sides_width(
    dim: int, eps: Fraction, norm: Fraction, goal: Fraction
) -> TwoStageSides:
    """A small width with which all targets of a Euclidean ball are reached at once.

    Args:
        dim: Dimension m.
        eps: Accuracy; each side gets half of it.
        norm: Largest Euclidean norm of the targets.
        goal: Probability, strictly between 0 and 1.

    Rigor:
        Enclosed; the parameters are proposed in floating point.

    Raises:
        InvalidParameterError: If no certificate was found.
    """
    found = None
    if plans := plans_for(dim, norm, goal):
        plan = _best(plans, dim, eps)
        side, missed = two_stage_certificate(dim, eps / 2, plan.reach, 1 - plan.miss)
        found = certified_sides(side, missed, plan.tau, plan.slope, norm)
    if found is None or found.failure > 1 - goal:
        raise InvalidParameterError(
            f"dim={dim}, eps={rough(eps)}, prob={rough(goal)}: no certificate for all "
            f"targets was found ({STATEMENT}). Ask for a smaller probability "
            "or a larger eps."
        )
    return found


def certified_sides(
    side: TwoStageCertificate,
    missed: Fraction,
    tau: Fraction,
    slope: Fraction,
    norm: Fraction,
) -> TwoStageSides:
    """The width of these parameters, with its failure probability in balls."""
    failure = failure_of_two_stage_sides(side, missed, tau, slope, norm)
    return TwoStageSides(side, missed, tau, slope, norm, failure)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a side must do for one tau: reach this norm, but for this chance."""

    tau: Fraction
    slope: Fraction
    reach: Fraction
    miss: Fraction


def plans_for(dim: int, norm: Fraction, goal: Fraction) -> list[Plan]:
    """What each side must do, for every standard deviation that is tried."""
    allowed, slopes = Estimate(dim, float(norm)).allowed(float(1 - goal))
    plans = []
    for tau, measure, slope in zip(TAUS, allowed, slopes, strict=True):
        if tau not in _COMPARED or measure <= 0:
            continue
        whole = Fraction(measure) * _MARGIN
        reach = float(tau) * np.sqrt(chi2.isf(float(whole * _LONG), dim))
        miss = Fraction(whole * (1 - _LONG)).limit_denominator(10**12)
        if miss > 0:
            plans.append(
                Plan(
                    tau=tau,
                    slope=slope_above(slope),
                    reach=Fraction(int(reach * 4096) + 1, 4096),
                    miss=miss,
                )
            )
    return plans


def _best(plans: list[Plan], dim: int, eps: Fraction) -> Plan:
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
