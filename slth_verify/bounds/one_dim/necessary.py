r"""How likely n uniform samples can be to reach every target, from above.

Statement. Let q of the n samples be positive, and 0 < eps < z <= 1. Reaching z takes a
subset sum in ``[z - eps, z + eps]``. Given q,

- the expected number of such subset sums is :math:`h_q = \sum_{i, j} \binom{q}{i}
  \binom{n - q}{j} [F_{i+j}(z + eps + j) - F_{i+j}(z - eps + j)]`, F_k the distribution
  function of the sum of k uniform variables on [0, 1];
- the positive samples alone fall short of ``z - eps`` with probability
  :math:`s_q = (z - eps)^q / q!`.

The target -z exchanges q and n - q, and positive and negative samples are independent
given q. So all targets in [-z, z] are reached with probability at most

.. math:: \sum_q \binom{n}{q} 2^{-n} \min(1, h_q, h_{n-q}, (1 - s_q)(1 - s_{n-q})) .
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb, factorial

#: Bits of the fixed-point probabilities, rounded up.
_BITS = 256


def reach_probability(n: int, z: Fraction, width: Fraction) -> Fraction:
    """Upper bound of the probability that n samples reach all of ``[-z, z]``.

    Args:
        n: Number of uniform samples on [-1, 1].
        z: The farthest target, ``0 < z <= 1``.
        width: Accuracy, positive.

    Rigor:
        Exact integers, rounded up; 0 if the subset sums are too few to cover.
    """
    if width >= z:
        return Fraction(1)
    if 2**n * width < z:
        return Fraction(0)
    x = z - width
    short = [Fraction(x**q) / factorial(q) for q in range(n + 1)]
    hits = [expected_hits(q, n - q, z, width) for q in range(n + 1)]
    total = Fraction(0)
    for q in range(n + 1):
        both = (1 - short[q]) * (1 - short[n - q])
        total += comb(n, q) * min(hits[q], hits[n - q], both)
    return total * Fraction(1, 2**n)


def expected_hits(
    positive: int, negative: int, z: Fraction, width: Fraction
) -> Fraction:
    """Expected number of non-empty subset sums within ``width`` of z, or 1 if above.

    Given the signs of the samples.

    Rigor:
        Exact integers, rounded up.
    """
    one, total = 1 << _BITS, 0
    for i in range(positive + 1):
        for j in range(negative + 1 if i else 0):
            mass = _mass(i + j, j, z, width)
            total += comb(positive, i) * comb(negative, j) * mass
            if total >= one:
                return Fraction(1)
    return Fraction(total, one)


@lru_cache(maxsize=1 << 14)
def _mass(k: int, shift: int, z: Fraction, width: Fraction) -> int:
    """Probability that k uniform variables on [0, 1] add up to near z + shift."""
    high = uniform_sum_cdf(k, z + width + shift)
    mass = high - uniform_sum_cdf(k, z - width + shift)
    return -((-mass.numerator << _BITS) // mass.denominator)


def uniform_sum_cdf(k: int, x: Fraction) -> Fraction:
    """Distribution function of the sum of k >= 1 uniform variables on [0, 1].

    Rigor:
        Exact.
    """
    if x <= 0:
        return Fraction(0)
    if x >= k:
        return Fraction(1)
    top, unit = x.numerator, x.denominator
    total = sum(
        (-1) ** j * comb(k, j) * (top - j * unit) ** k for j in range(int(x) + 1)
    )
    return Fraction(total, factorial(k) * unit**k)
