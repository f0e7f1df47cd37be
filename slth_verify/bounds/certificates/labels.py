r"""Samples split by a label, and generating functions of the split.

The standard normal law is a mixture, :math:`N(0,1) = \sigma N(0, \sigma^2) + (1-\sigma)
L_\sigma`, because :math:`\phi(x/\sigma) \le \phi(x)`; L has density
:math:`\phi(x) (1 - e^{-b x^2/2}) / (1-\sigma)`, :math:`b = \sigma^{-2} - 1`. So every
sample can carry a label, small with probability sigma, given which its scale has the
first or the second law; the labels exist in the analysis only. Given that nu samples
are small, the scales are independent, and the directions do not see the labels.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from slth_verify.enclosure import (
    Ball,
    ComplexBall,
    binomial_coefficient,
    complex_polynomial,
    polynomial,
    to_ball,
)


class Labels:
    """n labelled samples on the event that ``first <= nu < stop`` are small.

    The small samples beyond the first ``first`` stay with the large ones.

    Args:
        n: Number of samples.
        share: Probability sigma of the label "small", in (0, 1).
        first: Number of small samples that are set apart.
        stop: Upper end of nu, at most ``n + 1``.
    """

    def __init__(self, n: int, share: Fraction, first: int, stop: int) -> None:
        self.n, self.share, self.first, self.stop = n, share, first, stop
        weight = (
            binomial_coefficient(n, first)
            * to_ball(share) ** first
            * to_ball(1 - share) ** (n - first)
        )
        odds = share / (1 - share)
        weights = []
        for nu in range(first, stop):
            weights.append(weight)
            weight *= to_ball(odds * Fraction(n - nu, nu + 1))
        self.probability = sum(weights, to_ball(0))
        self._split, self._real_split = complex_polynomial(weights), polynomial(weights)

    def mean(self, large: ComplexBall, small: ComplexBall) -> ComplexBall:
        r"""The mean of :math:`large^{n - \nu} small^{\nu - first}` on the event.

        Args:
            large: Value of one large sample, not zero.
            small: Value of one small sample.
        """
        value: ComplexBall = self._mean(self._split, large, small)
        return value

    def real_mean(self, large: Ball, small: Ball) -> Ball:
        """`mean` of real numbers."""
        value: Ball = self._mean(self._real_split, large, small)
        return value

    def _mean(self, split: Callable[[Any], Any], large: Any, small: Any) -> Any:
        power = large ** (self.n - self.first)
        return power * split(small / large)
