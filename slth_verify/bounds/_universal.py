r"""All targets at once: two independent sides, or a net.

Statement (der:two-blocks). Let nu be N(0, tau^2 I), let two independent groups of
samples miss (within eps/2) sets of nu-measure x_1 and x_2. If
:math:`\Phi^{-1}(x_1) + \Phi^{-1}(x_2) + r/\tau < 0`, then every z with
:math:`|z|_2 \le r` is within eps of the sum of a subset of one side and a subset of the
other: a point w near z/2 has w reached by one side and z - w by the other, because by
the Neyman-Pearson lemma a shift by z/2 cannot enlarge the missed measure further.

If every side consists of B independent blocks, each of which hits w with probability at
least :math:`c e^{-\kappa |w|^2}`, then

.. math:: E[x_i] \le X_B = \sum_{i=0}^B \binom Bi (-c)^i (1 + 2 i \kappa \tau^2)^{-m/2}

and by Markov's inequality some target is missed with probability at most
:math:`2 X_B / \Phi(-r/(2\tau))`. The sum alternates, so it is evaluated in balls with
enough bits, after c has been rounded down and kappa up.

Statement (der:net). The cells of a grid of width 2h that meet the one-norm ball are
counted exactly; the targets of the net have one-norm at most
``r + h min(m, floor(r/h))``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from math import comb

import numpy as np
from scipy.special import log_ndtr, logsumexp

from slth_verify.bounds._blocks import BlockWidth, block_width
from slth_verify.bounds._cache import remember, remembered
from slth_verify.bounds._weighted_float import decay, log_bound
from slth_verify.bounds._weighted_moment import WeightedCertificate
from slth_verify.bounds._weighted_search import Proposal, Search
from slth_verify.enclosure import (
    Ball,
    NonFiniteError,
    from_ball,
    normal_cdf,
    to_ball,
    working_precision,
)
from slth_verify.errors import InvalidParameterError

STATEMENT = "der:two-blocks"

_SLACK = 1e-3

_PATIENCE = 12

#: Values of tau that are tried.
_TAUS = tuple(Fraction(i, 32) for i in range(4, 65))

#: Most bits spent on the alternating sum.
_CAP = 1 << 14


@dataclass(frozen=True, slots=True)
class TwoSides:
    """Two sides of independent blocks that reach all targets together.

    Attributes:
        blocks: Number B of blocks on each side.
        certificate: Second-moment bound of one block, at half of the accuracy.
        tau: Standard deviation of the Gaussian measure.
        norm: Largest Euclidean norm of the targets.
        failure: Certified bound on the probability that some target is missed.
    """

    blocks: int
    certificate: WeightedCertificate
    tau: Fraction
    norm: Fraction
    failure: Fraction

    @property
    def n(self) -> int:
        """All samples, both sides."""
        return 2 * self.blocks * self.certificate.n


def two_sides(
    certificate: WeightedCertificate, blocks: int, tau: Fraction, norm: Fraction
) -> TwoSides:
    """Certify the failure probability of two sides of blocks.

    Rigor:
        Enclosed; c rounded down, kappa up, the failure probability up. It is 1 if
        nothing is proved.
    """
    c, kappa = certificate.at_zero()
    failure = Fraction(1)
    if c > 0:
        missed = missed_measure(
            min(c, Fraction(1)), kappa, tau, certificate.dim, blocks
        )
        with working_precision(96):
            tail = normal_cdf(to_ball(-norm / (2 * tau)))
            try:
                failure = min(failure, from_ball(2 * to_ball(missed) / tail).upper)
            except NonFiniteError:
                failure = Fraction(1)
    return TwoSides(blocks, certificate, tau, norm, failure)


def missed_measure(
    c: Fraction, kappa: Fraction, tau: Fraction, dim: int, blocks: int
) -> Fraction:
    """Upper bound of ``E (1 - c exp(-kappa |w|^2))^B`` for w normal with scale tau.

    Args:
        c: Certified probability at w = 0, between 0 and 1.
        kappa: Decay, at least 0.
        tau: Standard deviation of every coordinate of w.
        dim: Dimension of w.
        blocks: Number B of blocks.

    Rigor:
        Enclosed: bits are added until the alternating sum is known to 20 bits; a value
        that cannot be told from 0 is never returned as such.
    """
    bits = 128 + 2 * blocks
    while bits <= _CAP:
        with working_precision(bits):
            enclosure = from_ball(_alternating(c, kappa * tau**2, dim, blocks))
        if enclosure.lower > 0 and enclosure.width * 2**20 < enclosure.lower:
            return enclosure.upper
        bits *= 2
    return Fraction(1)


def _alternating(c: Fraction, spread: Fraction, dim: int, blocks: int) -> Ball:
    total = to_ball(0)
    for i in range(blocks + 1):
        factor = to_ball(1 + 2 * i * spread).rsqrt() ** dim
        total += comb(blocks, i) * to_ball((-c) ** i) * factor
    return total


def universal_width(
    dim: int, eps: Fraction, norm: Fraction, goal: Fraction
) -> TwoSides:
    """A small width with which all targets of a Euclidean ball are reached at once.

    Args:
        dim: Dimension m.
        eps: Accuracy.
        norm: Largest Euclidean norm of the targets, positive.
        goal: Probability, strictly between 0 and 1.

    Rigor:
        Enclosed; the parameters are proposed in floating point.

    Raises:
        InvalidParameterError: If no certificate was found.
    """
    question = {
        "search": "universal_width",
        "dim": str(dim),
        "eps": str(eps),
        "norm": str(norm),
        "goal": str(goal),
    }
    known = remembered(question)
    if known is not None:
        width = _rebuilt(known, dim, eps, norm)
        if width is not None and width.failure <= 1 - goal:
            return width
    blocks, proposal, tau = _proposed(dim, eps / 2, norm, 1 - goal)
    search = _search(dim, eps / 2, norm, blocks)
    for extra in range(_PATIENCE):
        if extra:
            proposal = search.best(proposal.n + 1)
        certificate = proposal.certificate(dim, eps / 2, Fraction(0))
        width = two_sides(certificate, blocks, tau, norm)
        if width.failure <= 1 - goal:
            answer = {
                "blocks": blocks,
                "n": certificate.n,
                "size": certificate.size,
                "tilt": certificate.tilt,
                "weight": certificate.weight,
                "tau": tau,
            }
            remember(question, {key: str(value) for key, value in answer.items()})
            return width
    raise InvalidParameterError(
        f"dim={dim}, eps={eps}, prob={goal}: no certificate for all targets was found "
        f"({STATEMENT}). Ask for a smaller probability or a larger eps."
    )


def _rebuilt(
    known: dict[str, str], dim: int, eps: Fraction, norm: Fraction
) -> TwoSides | None:
    try:
        certificate = WeightedCertificate(
            n=int(known["n"]),
            size=int(known["size"]),
            dim=dim,
            eps=eps / 2,
            norm=Fraction(0),
            tilt=Fraction(known["tilt"]),
            weight=Fraction(known["weight"]),
        )
        blocks, tau = int(known["blocks"]), Fraction(known["tau"])
    except (KeyError, ValueError, ZeroDivisionError):
        return None
    if blocks < 1 or tau <= 0:
        return None
    return two_sides(certificate, blocks, tau, norm)


def _search(dim: int, eps: Fraction, norm: Fraction, blocks: int) -> Search:
    """A search for the smallest float estimate of the failure probability."""

    def objective(n: int, k: int, tilt: float, weight: float) -> float:
        log_c = log_bound(n, k, dim, float(eps), 0.0, tilt, weight)
        if not math.isfinite(log_c):
            return -math.inf
        rate = decay(n, k, dim, tilt, weight)
        return -_best_tau(log_c, rate, dim, float(norm), blocks)[0]

    return Search(dim, eps, norm, objective)


def _best_tau(
    log_c: float, rate: float, dim: int, norm: float, blocks: int
) -> tuple[float, Fraction]:
    """Logarithm of the estimated failure probability, and the tau that gives it."""
    half = dim / 2
    t = math.log(half) + np.linspace(-9, 9, 61) * math.sqrt(1 / half + 1 / half**2)
    log_w = half * t - np.exp(t) - math.lgamma(half) + math.log(t[1] - t[0])
    taus = np.array([float(tau) for tau in _TAUS])
    exponent = log_c - 2 * rate * taus[:, None] ** 2 * np.exp(t)[None, :]
    missed = np.log1p(-np.minimum(np.exp(exponent), 1 - 1e-12))
    value = logsumexp(log_w[None, :] + blocks * missed, axis=1)
    value = value + math.log(2) - log_ndtr(-norm / (2 * taus))
    index = int(np.argmin(value))
    return float(value[index]), _TAUS[index]


def _proposed(
    dim: int, eps: Fraction, norm: Fraction, miss: Fraction
) -> tuple[int, Proposal, Fraction]:
    """Number of blocks, parameters and tau with the least total. Untrusted."""
    nats = math.log(miss.denominator) - math.log(miss.numerator) + _SLACK
    best: tuple[int, Proposal] | None = None
    worse = 0
    blocks = max(1, math.ceil(nats / 4))
    while worse < 2:
        proposal = _search(dim, eps, norm, blocks).least(nats)
        if best is None or blocks * proposal.n < best[0] * best[1].n:
            best, worse = (blocks, proposal), 0
        else:
            worse += 1
        blocks += max(1, blocks // 12)
    blocks, proposal = best if best is not None else (blocks, proposal)
    log_c = log_bound(
        proposal.n,
        proposal.size,
        dim,
        float(eps),
        0.0,
        float(proposal.tilt),
        float(proposal.weight),
    )
    rate = decay(
        proposal.n, proposal.size, dim, float(proposal.tilt), float(proposal.weight)
    )
    return blocks, proposal, _best_tau(log_c, rate, dim, float(norm), blocks)[1]


def net_size(dim: int, spacing: Fraction, norm: Fraction) -> int:
    """Number of cells of the grid of width ``2 spacing`` that meet a one-norm ball.

    Rigor:
        Exact; the floors are taken of rational numbers.
    """
    ratio = norm / (2 * spacing)
    return sum(
        2**i * comb(dim, i) * comb(math.floor(ratio + Fraction(i, 2)), i)
        for i in range(dim + 1)
    )


def net_width(dim: int, eps: Fraction, norm: Fraction, goal: Fraction) -> BlockWidth:
    """A width with which all targets of a one-norm ball are reached, by a net.

    Half of the accuracy goes into the net, half into the subset sums.

    Rigor:
        Enclosed.
    """
    half = eps / 2
    count = net_size(dim, half, norm)
    reach = norm + half * min(dim, math.floor(norm / half))
    return block_width(dim, half, reach, 1 - (1 - goal) / count)
