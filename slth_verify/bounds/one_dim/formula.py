r"""Failure probabilities of Theorem 1 in closed form, and of reserved samples.

From share v to all but a share g, n samples fail with probability at most

.. math:: \Bigl(\frac34\Bigr)^n \Bigl(\frac1v - 1\Bigr) \frac{1 - g}{g} ,

and r reserved samples fail to widen [-1/2, 1/2] to [-1, 1] with probability at most
:math:`2^{1-r} L_r(-1/2)`, L the Laguerre polynomial.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial

from slth_verify.numbers import whole_number

STATEMENT = "der:rss-whole"
HALF_STATEMENT = "der:rss-explicit"
NECESSARY = "der:rss-missed"

#: More reserved samples are not evaluated; so many fail with probability below 1e-1400.
_MOST_RESERVED = 5_000


def reserve_failure(r: int) -> Fraction:
    r"""Bound on the probability that r reserved samples do not widen the interval.

    Their positive parts, and their negative parts, must add up to at least 1/2. With q
    positive samples the first fails with probability :math:`2^{-q} / q!`.

    Rigor:
        Exact value of :math:`2^{1-r} L_r(-1/2)`, an upper bound by a union bound.
    """
    return _reserve_failure(whole_number(r, "r", least=0, most=_MOST_RESERVED))


@lru_cache(maxsize=1 << 12)
def _reserve_failure(r: int) -> Fraction:
    # over the common denominator 2^r r!
    total = sum(
        comb(r, q) * 2 ** (r - q) * (factorial(r) // factorial(q)) for q in range(r + 1)
    )
    return Fraction(2 * total, 4**r * factorial(r))


def formula_failures(start: Fraction, missing: Fraction) -> Iterator[Fraction]:
    """The formula's failure probability after 0, 1, 2, ... samples.

    Args:
        start: Share covered at first, ``0 < start <= 1``.
        missing: Share that may stay uncovered, ``0 < missing < 1``.
    """
    value = (1 / start - 1) * (1 - missing) / missing
    while True:
        yield min(value, Fraction(1))
        value *= Fraction(3, 4)
