r"""All targets at once by two independent sides: the certificate.

Statement (der:two-blocks). Let nu be N(0, tau^2 I), and let two independent groups of
samples miss (within eps/2) sets of nu-measure x_1 and x_2. If
:math:`\Phi^{-1}(x_1) + \Phi^{-1}(x_2) + r/\tau < 0`, then every z with
:math:`|z|_2 \le r` is within eps of the sum of a subset of one side and a subset of the
other: a point w near z/2 has w reached by one side and z - w by the other, because by
the Neyman-Pearson lemma no set gains more by the shift z/2 than a half-space.

If every side consists of B independent blocks, each of which hits w with probability at
least :math:`c e^{-\kappa |w|^2}`, then

.. math:: E[x_i] \le X_B = \sum_{i=0}^B \binom Bi (-c)^i (1 + 2 i \kappa \tau^2)^{-m/2}.

The sum alternates, so it is evaluated in balls with enough bits, after c has been
rounded down and kappa up.

Some target is missed only if :math:`x_2 \ge \psi(x_1)` with
:math:`\psi(x) = \Phi(-r/\tau - \Phi^{-1}(x))`. The sides are independent, so Markov's
inequality for x_2 given x_1 and a linear majorant in x_1 give, for every slope b > 0,

.. math:: P(\text{some target is missed}) \le
    \sup_{0 \le x \le 1} \bigl(\min(1, X_B/\psi(x)) - b x\bigr) + b X_B.

The best slope is never worse than :math:`2 X_B/\Phi(-r/(2\tau))`, which is what
Markov's inequality gives for each side alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb

from slth_verify.bounds.certificates import codec
from slth_verify.enclosure import (
    Ball,
    Enclosure,
    NonFiniteError,
    chi_square_cdf,
    from_ball,
    normal_cdf,
    to_ball,
    working_precision,
)

STATEMENT = "der:two-blocks"

#: Most bits spent on the alternating sum.
_CAP = 1 << 14

#: Bits of the normal distribution function on the grid of normal scores.
_BITS = 96

#: Bits of the measure beyond the reach.
_REACH_BITS = 128

#: The majorant is certified on cells between these normal scores.
_SCORES = tuple(Fraction(i, 32) for i in range(-8 * 32, 8 * 32 + 1))


_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Sides(codec.Stored):
    """Parameters of a certificate for two sides.

    Attributes:
        blocks: Number B of blocks on each side; 1 if a side is no repetition.
        tau: Standard deviation of the Gaussian measure, positive.
        slope: Slope b of the majorant, positive.
    """

    _READERS = {  # noqa: RUF012 - read only
        "blocks": codec.blocks,
        "tau": codec.positive,
        "slope": codec.positive,
    }

    blocks: int
    tau: Fraction
    slope: Fraction


def failure_by_decay(
    sides: Sides, c: Fraction, kappa: Fraction, dim: int, norm: Fraction
) -> Fraction:
    """Upper bound of the probability that some target is missed by sides of blocks.

    Args:
        sides: Number of blocks on each side, and the free parameters.
        c: One block hits w with probability at least ``c exp(-kappa |w|_2^2)``.
        kappa: See ``c``; at least 0.
        dim: Dimension m.
        norm: Largest Euclidean norm of the targets.

    Rigor:
        Enclosed and rounded up; 1 if nothing is proved.
    """
    if c <= 0:
        return Fraction(1)
    missed = missed_measure(min(c, Fraction(1)), kappa, sides.tau, dim, sides.blocks)
    return failure_of_measure(missed, norm / sides.tau, sides.slope)


def failure_by_reach(
    sides: Sides, one: Fraction, reach: Fraction, dim: int, norm: Fraction
) -> Fraction:
    """Upper bound of the probability that some target is missed, from one target alone.

    The nu-measure that a side misses has mean at most ``one + nu(|w|_2 > reach)``:
    targets beyond the reach are missed at worst.

    Args:
        sides: The free parameters; the number of blocks does not matter.
        one: Upper bound of the probability that a side misses a target within reach.
        reach: Largest Euclidean norm of these targets.
        dim: Dimension m.
        norm: Largest Euclidean norm of the targets of both sides.

    Rigor:
        Enclosed and rounded up.
    """
    with working_precision(_REACH_BITS):
        inside = chi_square_cdf(to_ball((reach / sides.tau) ** 2), dim)
        long = 1 - from_ball(inside).lower
    missed = min(Fraction(1), one + long)
    return failure_of_measure(missed, norm / sides.tau, sides.slope)


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
            enclosure = _enclosed(_alternating(c, kappa * tau**2, dim, blocks))
        if enclosure.lower > 0 and enclosure.width * 2**20 < enclosure.lower:
            return min(enclosure.upper, Fraction(1))
        bits *= 2
    return Fraction(1)


def failure_of_measure(missed: Fraction, ratio: Fraction, slope: Fraction) -> Fraction:
    """Upper bound of the probability that ``x_2 >= psi(x_1)``.

    Args:
        missed: Bound X of the mean of both independent measures x_1 and x_2.
        ratio: The number ``r / tau``.
        slope: Slope b of the majorant, positive.

    Rigor:
        Enclosed and rounded up. Between two scores the increasing function
        ``min(1, X/psi)`` is taken at the upper end and the linear one at the lower.
    """
    lowest = Fraction(0)
    height = Fraction(0)
    # Phi(score) is the tail without shift at -score, and the scores are symmetric
    for tail, next_lowest in zip(_tails(ratio), reversed(_tails(_ZERO)), strict=True):
        share = missed / tail if missed < tail else Fraction(1)
        height = max(height, share - slope * lowest)
        lowest = max(lowest, next_lowest)
    height = max(height, 1 - slope * lowest)
    return min(Fraction(1), height + slope * missed)


@lru_cache(maxsize=64)
def _tails(ratio: Fraction) -> tuple[Fraction, ...]:
    """Lower bounds of ``Phi(-ratio - score)`` for all scores."""
    with working_precision(_BITS):
        return tuple(
            _enclosed(normal_cdf(to_ball(-ratio - score))).lower for score in _SCORES
        )


def _alternating(c: Fraction, spread: Fraction, dim: int, blocks: int) -> Ball:
    total = to_ball(0)
    for i in range(blocks + 1):
        factor = to_ball(1 + 2 * i * spread).rsqrt() ** dim
        total += comb(blocks, i) * to_ball((-c) ** i) * factor
    return total


def _enclosed(ball: Ball) -> Enclosure:
    """The probability in a ball; all of [0, 1] if nothing is known."""
    try:
        return from_ball(ball)
    except NonFiniteError:
        return Enclosure(Fraction(0), Fraction(1))
