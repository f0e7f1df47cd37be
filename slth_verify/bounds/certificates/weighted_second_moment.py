"""The second moment of the weighted count: a sum over overlaps of two subsets."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate

#: Accuracy of the integration, in nats, for a term that is the whole sum.
_NATS = 9.0
_LEAST_NATS = 5.0

#: Terms above this share, in minus nats, are integrated to full accuracy.
_LARGE = 4.0

#: Width of the cells of log D next to the diagonal.
_COARSE, _FINE = Fraction(1), Fraction(1, 8)

#: Terms whose cheap bound is below this share of the sum, in nats, are not refined.
_NEGLIGIBLE = -11.5


class SecondMoment:
    """The sum over overlaps: cheap bounds first, refined where they matter."""

    def __init__(self, certificate: WeightedCertificate) -> None:
        self.certificate = certificate
        self.single = certificate.log_single()
        self.pair = certificate.log_pair()
        self.diagonal = self._diagonal()

    def total(self) -> Ball:
        """The sum, as small as the method allows."""
        n, k = self.certificate.n, self.certificate.size
        own = hypergeometric_weight(n, k, k) * self.diagonal
        if not own.is_finite():
            return own
        terms = []
        for j in range(max(0, 2 * k - n), k):
            weight = hypergeometric_weight(n, k, j)
            cheap = _least(self.diagonal, self._closed(j))
            terms.append((float((weight * cheap).log()), j, weight, cheap))
        terms.sort(key=lambda term: term[0], reverse=True)
        total = own
        for estimate, j, weight, cheap in terms:
            log_share = estimate - float(total.log())
            if self.certificate.method == "closed" or log_share < _NEGLIGIBLE:
                total += weight * cheap
            else:
                total += weight * self._refined(j, cheap, log_share)
        return total

    def _overlap(self, j: int) -> Overlap:
        c = self.certificate
        return Overlap(c.n, c.size, j, c.dim, 4 * c.tilt, c.weight)

    def _diagonal(self) -> Ball:
        """B_k: both subsets are the same, one event dropped."""
        c = self.certificate
        a, b, s = Fraction(c.size, 2), Fraction(c.n - c.size, 2), Fraction(c.dim, 2)
        log_mean = log_tilted_beta(a - s, b - 2 * c.weight, s, 4 * c.tilt)
        return (self.single + log_mean - log_beta(to_ball(a), to_ball(b))).exp()

    def _closed(self, j: int) -> Ball:
        """One product of powers; a few cells of it next to the diagonal."""
        c = self.certificate
        overlap = self._overlap(j)
        if 2 * (c.size - j) <= c.dim:
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
        c = self.certificate
        overlap = self._overlap(j)
        best = cheap
        if 2 * (c.size - j) > c.dim:
            nats = max(_LEAST_NATS, _NATS + min(0.0, log_share + _LARGE))
            best = _least(best, self.pair.exp() * pair_expectation(overlap, nats))
        if 2 * (c.size - j) <= c.dim + 2:
            best = _least(best, self._near(overlap, _FINE))
        return best


def _least(first: Ball, second: Ball) -> Ball:
    """The smaller of two upper bounds, one of which may be missing."""
    if not second.is_finite():
        return first
    return first.min(second) if first.is_finite() else second
