"""The second moment of the weighted count: a sum over overlaps of two subsets."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from slth_verify.bounds.certificates.integrals.near_diagonal import near_diagonal
from slth_verify.bounds.certificates.integrals.overlap import Overlap
from slth_verify.bounds.certificates.integrals.pair_integral import pair_expectation
from slth_verify.bounds.certificates.integrals.tangent import Tangent
from slth_verify.bounds.certificates.integrals.tilted_beta import log_tilted_beta
from slth_verify.enclosure import (
    Ball,
    hypergeometric_weight,
    log_beta,
    to_ball,
)

#: Accuracy of the integration, in nats, for a term that is the whole sum.
_NATS = 9.0
_LEAST_NATS = 5.0

#: Terms above this share, in minus nats, are integrated to full accuracy.
_LARGE = 4.0

#: Width of the cells of log D next to the diagonal.
_COARSE, _FINE = Fraction(1), Fraction(1, 8)

#: Terms whose cheap bound is below this share of the sum, in nats, are not refined.
_NEGLIGIBLE = -11.5


#: "closed": one product of powers per overlap; "integrated": the three-dimensional
#: trapezoidal rule where it matters.
Method = Literal["closed", "integrated"]


@dataclass(frozen=True, eq=False, kw_only=True)
class SecondMoment:
    """The sum over overlaps: cheap bounds first, refined where they matter.

    Attributes:
        n: Number of samples.
        size: Size k of the subsets.
        dim: Dimension m.
        tilt: The number lambda.
        weight: The exponent x.
        method: How terms are bounded.
        single: Logarithm of the factor of a term where one event is dropped.
        pair: That of all other terms.
    """

    n: int
    size: int
    dim: int
    tilt: Fraction
    weight: Fraction
    method: Method
    single: Ball
    pair: Ball

    def total(self) -> Ball:
        """The sum, as small as the method allows."""
        n, k, diagonal = self.n, self.size, self._diagonal()
        own = hypergeometric_weight(n, k, k) * diagonal
        if not own.is_finite():
            return own
        terms = []
        for j in range(max(0, 2 * k - n), k):
            weight = hypergeometric_weight(n, k, j)
            cheap = _least(diagonal, self._closed(j))
            terms.append((float((weight * cheap).log()), j, weight, cheap))
        terms.sort(key=lambda term: term[0], reverse=True)
        total = own
        for estimate, j, weight, cheap in terms:
            log_share = estimate - float(total.log())
            if self.method == "closed" or log_share < _NEGLIGIBLE:
                total += weight * cheap
            else:
                total += weight * self._refined(j, cheap, log_share)
        return total

    def _overlap(self, j: int) -> Overlap:
        return Overlap(self.n, self.size, j, self.dim, 4 * self.tilt, self.weight)

    def _diagonal(self) -> Ball:
        """B_k: both subsets are the same, one event dropped."""
        a, b, s = (
            Fraction(self.size, 2),
            Fraction(self.n - self.size, 2),
            Fraction(self.dim, 2),
        )
        log_mean = log_tilted_beta(a - s, b - 2 * self.weight, s, 4 * self.tilt)
        return (self.single + log_mean - log_beta(to_ball(a), to_ball(b))).exp()

    def _closed(self, j: int) -> Ball:
        """One product of powers; a few cells of it next to the diagonal."""
        overlap = self._overlap(j)
        if 2 * (self.size - j) <= self.dim:
            return self._near(overlap, _COARSE)
        tangent = Tangent.fitted(overlap)
        if not tangent.usable():
            return to_ball(1) / 0
        return (self.pair + tangent.log_expectation()).exp()

    def _near(self, overlap: Overlap, cell: Fraction) -> Ball:
        if overlap.shared <= overlap.dim:
            return to_ball(1) / 0
        return near_diagonal(overlap, self.single, self.pair, cell)

    def _refined(self, j: int, cheap: Ball, log_share: float) -> Ball:
        overlap = self._overlap(j)
        best = cheap
        if 2 * (self.size - j) > self.dim:
            nats = max(_LEAST_NATS, _NATS + min(0.0, log_share + _LARGE))
            best = _least(best, self.pair.exp() * pair_expectation(overlap, nats))
        if 2 * (self.size - j) <= self.dim + 2:
            best = _least(best, self._near(overlap, _FINE))
        return best


def _least(first: Ball, second: Ball) -> Ball:
    """The smaller of two upper bounds, one of which may be missing."""
    if not second.is_finite():
        return first
    return first.min(second) if first.is_finite() else second
