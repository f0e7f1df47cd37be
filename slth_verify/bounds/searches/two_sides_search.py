"""Search for two sides of blocks that reach all targets. Floats propose, balls decide.

The parameters of one block, the number of blocks, tau and the slope of the majorant
are proposed from `log_bound`; `two_sides_width` certifies them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from slth_verify.bounds.certificates.two_sides import STATEMENT, Sides, failure_of_sides
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.bounds.searches.log_sum import log_sum
from slth_verify.bounds.searches.weighted_float import decay, log_bound
from slth_verify.bounds.searches.weighted_search import Proposal, Search
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import rough

Floats = NDArray[np.float64]

#: The float estimate must be this many nats better than asked before balls are asked.
_SLACK = 2e-3

#: Samples added before giving up, should the balls disagree with the floats.
_PATIENCE = 12

#: Values of tau that are tried.
TAUS = tuple(
    Fraction(i, 32) for i in (*range(4, 16), *range(16, 32, 2), *range(32, 65, 4))
)

#: Normal scores where the majorant is estimated, and where it may reach 1.
_SCORES = np.arange(-8, 8 + 1 / 64, 1 / 32)
_CUTS = np.arange(64, 385, 4)

#: Growth of the sample sizes of one block that are compared.
_GROWTH = 1.12


@dataclass(frozen=True, slots=True)
class TwoSidesWidth:
    """A width for all targets of a Euclidean ball, with its proof.

    Attributes:
        sides: Number of blocks on each side, tau, and the slope of the majorant.
        certificate: Second-moment bound of one block, at half of the accuracy.
        norm: Largest Euclidean norm of the targets.
        reach: Certified numbers (c, kappa) of one block.
        failure: Certified bound on the probability that some target is missed.
    """

    sides: Sides
    certificate: WeightedCertificate
    norm: Fraction
    reach: tuple[Fraction, Fraction]
    failure: Fraction

    @property
    def n(self) -> int:
        """All samples, both sides."""
        return 2 * self.sides.blocks * self.certificate.n

    def stairs(self) -> tuple[tuple[int, Fraction], ...]:
        """Widths with their failure probabilities, for other numbers of blocks."""
        c, kappa = self.reach
        log_c = math.log(c) if c > 0 else -math.inf
        dim, norm = self.certificate.dim, self.norm
        estimate = Estimate(dim, float(norm))
        stairs = []
        for blocks in range(1, 2 * self.sides.blocks + 1):
            if blocks == self.sides.blocks:
                failure = self.failure
            else:
                _, sides = estimate.best(log_c, float(kappa), blocks)
                failure = failure_of_sides(sides, c, kappa, dim, norm)
            stairs.append((2 * blocks * self.certificate.n, failure))
        return tuple(stairs)


def two_sides_width(
    dim: int, eps: Fraction, norm: Fraction, goal: Fraction
) -> TwoSidesWidth:
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
    half = eps / 2
    estimate = Estimate(dim, float(norm))
    log_goal = math.log((1 - goal).numerator) - math.log((1 - goal).denominator)
    blocks = _proposed_blocks(estimate, half, log_goal)
    search = _search(estimate, half, blocks)
    proposal = search.least(-log_goal + _SLACK)
    for extra in range(_PATIENCE):
        candidate = search.best(proposal.n + extra)
        _, sides = estimate.best(*_float_reach(candidate, dim, half), blocks)
        certificate = candidate.certificate(dim, half, Fraction(0))
        width = certified(sides, certificate, norm)
        if width.failure <= 1 - goal:
            return width
    raise InvalidParameterError(
        f"dim={dim}, eps={rough(eps)}, prob={rough(goal)}: no certificate for all "
        f"targets was found ({STATEMENT}). Ask for a smaller probability or "
        "a larger eps."
    )


def certified(
    sides: Sides, certificate: WeightedCertificate, norm: Fraction
) -> TwoSidesWidth:
    """The width of these parameters, with its failure probability in balls."""
    c, kappa = certificate.at_zero()
    failure = failure_of_sides(sides, c, kappa, certificate.dim, norm)
    return TwoSidesWidth(sides, certificate, norm, (c, kappa), failure)


class Estimate:
    """The failure probability of two sides in floating point. Untrusted.

    Args:
        dim: Dimension m.
        norm: Largest Euclidean norm of the targets.
    """

    def __init__(self, dim: int, norm: float) -> None:
        half = dim / 2
        spread = math.sqrt(1 / half + 1 / half**2)
        t = math.log(half) + np.linspace(-9, 9, 61) * spread
        weight = half * t - np.exp(t) - math.lgamma(half) + math.log(t[1] - t[0])
        taus = np.array([float(tau) for tau in TAUS])
        self.dim = dim
        self._log_weight = weight
        self._squares = 2 * taus[:, None] ** 2 * np.exp(t)[None, :]
        self._tails = ndtr(-norm / taus[:, None] - _SCORES[None, :])
        self._levels = ndtr(_SCORES)

    def best(self, log_c: float, rate: float, blocks: int) -> tuple[float, Sides]:
        """Logarithm of the least failure probability, and the parameters for it."""
        hit = np.exp(np.minimum(log_c, 0.0) - rate * self._squares)
        missed = blocks * np.log1p(-np.minimum(hit, 1 - 1e-12))
        measure = np.exp(log_sum(self._log_weight + missed, axis=1))
        failures, slopes = self.of_measure(measure)
        place = int(np.argmin(failures))
        sides = Sides(blocks, TAUS[place], slope_above(slopes[place]))
        return math.log(max(failures[place], 1e-300)), sides

    def of_measure(self, measure: Floats) -> tuple[Floats, Floats]:
        """Failure probabilities for missed measures, and slopes, for every tau."""
        column = measure[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.fmin(1.0, column / self._tails)
        best, slopes = np.full(measure.shape, math.inf), np.ones(measure.shape)
        for cut in _CUTS:
            b = 1 / self._levels[cut]
            height = share[:, 1 : cut + 1] - b * self._levels[:cut]
            value = np.maximum(share[:, 0], height.max(axis=1)) + b * measure
            slopes = np.where(value < best, b, slopes)
            best = np.minimum(value, best)
        return best, slopes

    def allowed(self, miss: float) -> tuple[Floats, Floats]:
        """The largest missed measures with this failure probability, and slopes."""
        low, high = np.zeros(len(TAUS)), np.full(len(TAUS), miss)
        for _ in range(40):
            middle = (low + high) / 2
            fits = self.of_measure(middle)[0] <= miss
            low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        return low, self.of_measure(low)[1]


def slope_above(slope: float) -> Fraction:
    """A rational slope, as good as the given one."""
    return Fraction(math.ceil(slope * 2**16), 2**16)


def _float_reach(proposal: Proposal, dim: int, eps: Fraction) -> tuple[float, float]:
    """Estimates of ``log c`` and of kappa for these parameters."""
    n, k = proposal.n, proposal.size
    tilt, weight = float(proposal.tilt), float(proposal.weight)
    return (
        log_bound(n, k, dim, float(eps), 0.0, tilt, weight),
        decay(n, k, dim, tilt, weight),
    )


def _search(estimate: Estimate, eps: Fraction, blocks: int) -> Search:
    """A search for the smallest estimate of the failure probability."""

    def objective(n: int, k: int, tilt: float, weight: float) -> float:
        log_c = log_bound(n, k, estimate.dim, float(eps), 0.0, tilt, weight)
        if not math.isfinite(log_c):
            return -math.inf
        rate = decay(n, k, estimate.dim, tilt, weight)
        return -estimate.best(log_c, rate, blocks)[0]

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
            reach = _float_reach(proposal, estimate.dim, eps)
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
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        if estimate.best(*reach, middle)[0] <= log_goal:
            high = middle
        else:
            low = middle
    return high
