r"""Random signs: how many of the filters of a channel can be used.

A channel has 2n filters. Given the signs of their first-layer weights u, the vectors
``|u| V`` are independent NSN vectors, and those with the sign that is asked for are
``N ~ Bin(2n, 1/2)`` in number. If N vectors miss the target with probability at most
``f(N)``, where f is a staircase with ``f(N) <= f_r`` from ``N >= n_r`` on
(``f_0 = 1``, ``n_0 = 0``, widths rising and failures falling), then

.. math:: P(\text{miss}) \le E f(N) = f_R + \sum_{r=1}^{R} (f_{r-1} - f_r)\,
    P(\mathrm{Bin}(2n, \tfrac12) < n_r).

With one stair this is ``f_1 + P(Bin(2n, 1/2) < n_1)`` at most: the split of the failure
budget between signs and subset sums. More stairs lose less. The first layer needs both
signs and adds both failure probabilities; the other layers need the positive one only.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from slth_verify.enclosure import (
    NonFiniteError,
    binomial_cdf,
    from_ball,
    to_ball,
    working_precision,
)

#: Widths with failure probabilities; widths rise, failure probabilities fall.
Staircase = Sequence[tuple[int, Fraction]]

_BITS = 96


def channel_failure(n: int, stairs: Staircase, signs: int) -> Fraction:
    """Upper bound of the probability that a channel with 2n filters fails.

    Args:
        n: Half of the number of filters of the channel, at least 1.
        stairs: What a number of filters of one sign certifies.
        signs: How many signs are needed: 2 in the first layer, 1 in the others.

    Rigor:
        Enclosed and rounded up: all terms are positive.
    """
    with working_precision(_BITS):
        total, before = to_ball(0), Fraction(1)
        for width, failure in stairs:
            total += to_ball(before - failure) * binomial_cdf(
                width - 1, 2 * n, Fraction(1, 2)
            )
            before = failure
        try:
            missed = from_ball(signs * (total + to_ball(before))).upper
        except NonFiniteError:
            return Fraction(1)
    return min(missed, Fraction(1))
