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
from operator import mul

from slth_verify.bounds.certificates.integrals.overlap import BRACKET, Overlap
from slth_verify.bounds.certificates.integrals.tangent_point import FloatShape
from slth_verify.enclosure import Ball, log_beta, to_ball

#: Denominator of the weights.
GRID = 1 << 24

#: Exponents of each of D, D', p, p', y y' in the monomials of beta.
_EXPONENTS = tuple(zip(*(powers for powers, _ in BRACKET), strict=True))

#: Exponents (left, right) of the three coordinates.
Powers = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Tangent:
    """A product of powers above the integrand ``beta^{-s} ((1-a)(1-a'))^{-x}``.

    Attributes:
        overlap: The pair of subsets.
        bracket: Weights of the five monomials of beta, in units of `GRID`, which is
            their sum.
        rest: Weights of D'p' and of D y in ``1 - alpha``, likewise.
    """

    overlap: Overlap
    bracket: tuple[int, ...]
    rest: tuple[int, ...]

    @classmethod
    def touching(cls, shape: FloatShape, d: float, p: float) -> Tangent:
        """The tangent at ``(D, p, y = 1/2)``; frozen coordinates are ignored."""
        bracket, rest = shape.weights(*shape.frozen(d, p))
        return cls(shape.overlap, _on_grid(bracket), _on_grid(rest))

    @classmethod
    def fitted(cls, overlap: Overlap) -> Tangent:
        """The tangent at the mode of the integrand in logit coordinates."""
        shape = FloatShape(overlap)
        return cls.touching(shape, *shape.mode())

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

    def about_common(self, a: float, b: float) -> tuple[float, float]:
        """`common` in floating point, for proposals; ``a, b`` is the law of p."""
        rest = float(self.overlap.weight) * self.rest[0] / GRID
        return a - self.overlap.dim * self._count(2) / (2 * GRID), b - 2 * rest

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
        c, total = to_ball(self.overlap.tilt), to_ball(0)
        for g, (_, tilted) in zip(self.bracket, BRACKET, strict=True):
            if g:
                share = to_ball(g) / GRID
                total += (
                    self.overlap.dim * share * (share / (c if tilted else 1 - c)).log()
                )
        for g in self.rest:
            if g:
                share = to_ball(g) / GRID
                total += int(4 * self.overlap.weight) * share * share.log()
        return total / 2

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
        return Fraction(self.overlap.dim * self._count(coordinate), 2 * GRID)

    def _count(self, coordinate: int) -> int:
        return sum(map(mul, self.bracket, _EXPONENTS[coordinate]))

    def _rest_power(self, monomial: int) -> Fraction:
        return self.overlap.weight * Fraction(self.rest[monomial], GRID)


def _on_grid(weights: Sequence[float]) -> tuple[int, ...]:
    """Weights in units of a grid, zero where a term vanishes; their sum is exact."""
    counts = [int(GRID * weight) for weight in weights]
    largest = max(range(len(counts)), key=counts.__getitem__)
    counts[largest] += GRID - sum(counts)
    return tuple(counts)
