r"""Bounding the pair integrand by a product of powers (weighted AM-GM).

For any weights :math:`g_i \ge 0` with sum 1, a sum of positive monomials is at least
:math:`\prod (c_i M_i / g_i)^{g_i}`. Applied to :math:`\beta` and to both factors
:math:`1 - \alpha`, :math:`1 - \alpha'` it bounds the integrand from above by a constant
times powers of D, D', p, p', y, y', whose expectation is a product of beta functions.
Any weights are admissible, so floats may propose them; equality holds at the point of
contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.certificates.integrals.overlap import BRACKET, Overlap
from slth_verify.bounds.certificates.integrals.tangent_point import FloatShape
from slth_verify.enclosure import Ball, log_beta, to_ball

#: Denominator of the weights.
_GRID = 1 << 24

#: Exponents (left, right) of the three coordinates.
Powers = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Tangent:
    """A product of powers above the integrand ``beta^{-s} ((1-a)(1-a'))^{-x}``.

    Attributes:
        overlap: The pair of subsets.
        bracket: Weights of the five monomials of beta, with sum 1.
        rest: Weights of D'p' and of D y in ``1 - alpha``, with sum 1.
    """

    overlap: Overlap
    bracket: tuple[Fraction, ...]
    rest: tuple[Fraction, ...]

    @classmethod
    def touching(cls, overlap: Overlap, d: float, p: float) -> Tangent:
        """The tangent at ``(D, p, y = 1/2)``; frozen coordinates are ignored."""
        shape = FloatShape(overlap)
        bracket, rest = shape.weights(*shape.frozen(d, p))
        return cls(overlap, _on_grid(bracket), _on_grid(rest))

    @classmethod
    def fitted(cls, overlap: Overlap) -> Tangent:
        """The tangent at the mode of the integrand in logit coordinates."""
        return cls.touching(overlap, *FloatShape(overlap).mode())

    @property
    def difference(self) -> Powers:
        """Exponents of D and D' under the bound, with the law of D and ``D^{-s}``."""
        a, b = self.overlap.difference
        left = a - self.overlap.half_dim - self._power(0) - 2 * self._rest_power(1)
        return left, b - self._power(1) - 2 * self._rest_power(0)

    @property
    def common(self) -> Powers:
        """Exponents of p and p' under the bound, with the law of p."""
        a, b = self.overlap.common
        return a - self._power(2), b - 2 * self._rest_power(0)

    @property
    def split(self) -> Fraction:
        """Exponent of y and of y' under the bound, with the law of y."""
        return self.overlap.split - self._power(4) - self._rest_power(1)

    def usable(self) -> bool:
        """Whether the bound has a finite expectation."""
        active = [self.split]
        if self.overlap.has_difference:
            active += self.difference
        if self.overlap.has_common:
            active += self.common
        return min(active) > 0

    def log_constant(self) -> Ball:
        """Logarithm of the constant in front of the powers."""
        c = self.overlap.tilt
        total = to_ball(0)
        for g, (_, tilted) in zip(self.bracket, BRACKET, strict=True):
            if g:
                ratio = to_ball(g / (c if tilted else 1 - c))
                total += to_ball(self.overlap.half_dim * g) * ratio.log()
        for g in self.rest:
            if g:
                total += to_ball(2 * self.overlap.weight * g) * to_ball(g).log()
        return total

    def log_expectation(self) -> Ball:
        """Logarithm of an upper bound of the expectation, if `usable`."""
        parts = [(self.split, self.split, (self.overlap.split, self.overlap.split))]
        if self.overlap.has_difference:
            parts.append((*self.difference, self.overlap.difference))
        if self.overlap.has_common:
            parts.append((*self.common, self.overlap.common))
        total = self.log_constant()
        for left, right, law in parts:
            total += log_beta(to_ball(left), to_ball(right))
            total -= log_beta(to_ball(law[0]), to_ball(law[1]))
        return total

    def _power(self, coordinate: int) -> Fraction:
        total = sum(
            g * powers[coordinate]
            for g, (powers, _) in zip(self.bracket, BRACKET, strict=True)
        )
        return self.overlap.half_dim * total

    def _rest_power(self, monomial: int) -> Fraction:
        return self.overlap.weight * self.rest[monomial]


def _on_grid(weights: Sequence[float]) -> tuple[Fraction, ...]:
    """Weights on a fixed grid with sum exactly 1, zero where a term vanishes."""
    counts = [int(_GRID * weight) for weight in weights]
    largest = max(range(len(counts)), key=counts.__getitem__)
    counts[largest] += _GRID - sum(counts)
    return tuple(Fraction(count, _GRID) for count in counts)
