"""Search for two sides of blocks that reach all targets. Floats propose, balls decide.

The parameters of one block, the number of blocks, tau and the slope of the majorant
are proposed from `Moment`; `SidesOfBlocks.certified` evaluates them.
"""

from __future__ import annotations

import math
from fractions import Fraction

from slth_verify.bounds._bisect import least_that
from slth_verify.bounds.certificates.certified_width import SidesOfBlocks
from slth_verify.bounds.certificates.two_sides import STATEMENT, failure_by_decay
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.sides_float import NOTHING, Estimate
from slth_verify.bounds.searches.weighted_float import Moment
from slth_verify.bounds.searches.weighted_search import Search

#: The float estimate must be this many nats better than asked before balls are asked.
_SLACK = 2e-3

#: Samples added before giving up, should the balls disagree with the floats.
_PATIENCE = 12

#: Growth of the sample sizes of one block that are compared.
_GROWTH = 1.12


def sides_of_blocks_width(question: Question) -> SidesOfBlocks:
    """A small width with which all targets of a Euclidean ball are reached at once.

    Each side gets half of the accuracy.

    Rigor:
        Enclosed; the parameters are proposed in floating point.

    Raises:
        InvalidParameterError: If no certificate was found.
    """
    dim, half, log_goal = question.dim, question.eps / 2, -question.nats
    estimate = Estimate(dim, float(question.norm))
    blocks = _proposed_blocks(estimate, half, log_goal)
    search = _search(estimate, half, blocks)
    proposal = search.least(-log_goal + _SLACK)
    for extra in range(_PATIENCE):
        candidate = search.best(proposal.n + extra)
        _, sides = estimate.best(*_reach(candidate.moment(dim), half), blocks)
        certificate = candidate.certificate(dim, half, Fraction(0))
        width = SidesOfBlocks.certified(sides, certificate, question.norm)
        if width.failure <= question.miss:
            return width
    raise question.refused(NOTHING, STATEMENT)


def stairs_of(found: SidesOfBlocks) -> tuple[tuple[int, Fraction], ...]:
    """Widths with their failure probabilities, for other numbers of blocks."""
    c, kappa = found.reach
    log_c = math.log(c) if c > 0 else -math.inf
    dim, norm = found.side.dim, found.norm
    estimate = Estimate(dim, float(norm))
    stairs = []
    for blocks in range(1, 2 * found.sides.blocks + 1):
        if blocks == found.sides.blocks:
            failure = found.failure
        else:
            _, sides = estimate.best(log_c, float(kappa), blocks)
            failure = failure_by_decay(sides, c, kappa, dim, norm)
        stairs.append((2 * blocks * found.side.n, failure))
    return tuple(stairs)


def _reach(moment: Moment, eps: Fraction) -> tuple[float, float]:
    """Estimates of ``log c`` and of kappa."""
    return moment.log_bound(float(eps), 0.0), moment.decay


def _search(estimate: Estimate, eps: Fraction, blocks: int) -> Search:
    """A search for the smallest estimate of the failure probability."""

    def objective(n: int, k: int, tilt: float, weight: float) -> float:
        log_c, rate = _reach(Moment(n, k, estimate.dim, tilt, weight), eps)
        return -estimate.best(log_c, rate, blocks)[0] if log_c > -math.inf else log_c

    return Search(estimate.dim, eps, Fraction(0), objective)


def _proposed_blocks(estimate: Estimate, eps: Fraction, log_goal: float) -> int:
    """The number of blocks with the least total, from a coarse sweep."""
    search = _search(estimate, eps, max(1, round(-log_goal / 2)))
    most = max(8, math.ceil(-4 * log_goal))
    best, least = 1, math.inf
    n = estimate.dim + 8
    while True:
        proposal = search.best(n, fine=False)
        blocks = None
        if math.isfinite(proposal.value):
            reach = _reach(proposal.moment(estimate.dim), eps)
            blocks = _enough_blocks(estimate, reach, log_goal, most)
        if blocks is not None and blocks * n < least:
            best, least = blocks, blocks * n
        if n > 1.5 * least or (blocks == 1) or n > 10**6:
            return best
        n = math.ceil(_GROWTH * n)


def _enough_blocks(
    estimate: Estimate, reach: tuple[float, float], log_goal: float, most: int
) -> int | None:
    """The least number of blocks whose estimate reaches the goal."""
    if estimate.best(*reach, most)[0] > log_goal:
        return None
    return least_that(lambda n: estimate.best(*reach, n)[0] <= log_goal, 0, most)
