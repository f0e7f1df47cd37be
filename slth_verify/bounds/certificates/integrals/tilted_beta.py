r"""Integrals of beta type with one more linear factor.

Statement:

.. math:: J(a, b, s, c) = \int_0^1 \alpha^{a-1} (1-\alpha)^{b-1}
    (1 - c(1-\alpha))^{-s}\, d\alpha
    = B(a, b) \sum_{i \ge 0} \frac{(s)_i (b)_i}{(a+b)_i\, i!}\, c^i,

a series of positive terms for ``a, b > 0``, ``s >= 0``, ``0 <= c < 1``. From term i on
the ratio of neighbouring terms is at most ``c max(1, (s+i)/(1+i))``, which only falls.
"""

from __future__ import annotations

from fractions import Fraction

from slth_verify.enclosure import Ball, hull, log_beta, to_ball

#: The series is cut when what is left is below this share of the sum.
_REST = Fraction(1, 2**60)

_MAX_TERMS = 200_000


def log_tilted_beta(a: Fraction, b: Fraction, s: Fraction, c: Fraction) -> Ball:
    """Logarithm of ``J(a, b, s, c)``; not finite unless ``a, b > 0 <= s, c < 1``.

    Cost: about 1 us for each of ``60 / log(1/c)`` terms or so.
    """
    if a <= 0 or b <= 0 or s < 0 or not 0 <= c < 1:
        return to_ball(1) / 0
    first, second, third = to_ball(s), to_ball(b), to_ball(a + b)
    base, rest_share = to_ball(c), to_ball(_REST)
    total = term = to_ball(1)
    for i in range(_MAX_TERMS):
        ratio = (first + i) * (second + i) / ((third + i) * (i + 1)) * base
        term *= ratio
        total += term
        following = base * ((first + i) / (1 + i)).max(to_ball(1))
        if following < 1 and term * following < rest_share * total * (1 - following):
            rest = term * following / (1 - following)
            total += hull(to_ball(0), rest)
            return log_beta(to_ball(a), to_ball(b)) + total.log()
    return to_ball(1) / 0
