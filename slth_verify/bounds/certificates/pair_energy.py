r"""The pair energy of the first stage of Theorem H, in the mean.

Statement (claim ``energy`` of der:high-probability). n samples of unit scale are good
if every squared scale is at most ``cap`` and their sum A lies in the given range. For
a Gaussian of variance s around the target, the normalised pair energy X_s satisfies
:math:`\nu_s(A_0) \ge 1 / X_s` surely, and

.. math:: E[X_s; \text{good}] \le E[f(A)\, g(A); A \text{ in the range}]

with f increasing and :math:`g(A) = \sum_i h(i) E \min(1, q/D_i)^{m/2}` decreasing,
where :math:`q = 2 \varepsilon^2 / (\pi A)` and
:math:`D_i \sim \mathrm{Beta}(i, n/2 - i)` is the share of a symmetric difference of 2i
samples. For i > m/2 the negative moment of D_i is a quotient of Gamma functions; for
smaller i, with ``q < 1`` and ``n >= m + 2``, the density of D_i is at most
:math:`d^{i-1} / B(i, n/2 - i)`, so that

.. math:: E \min(1, q/D_i)^{m/2} \le \frac{q^i}{B(i, n/2-i)}
    \Bigl(\frac1i + \int_q^1 \frac{d^{\,i-1-m/2}}{q^{i - m/2}}\, dd\Bigr).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from slth_verify.enclosure import (
    Ball,
    chi_square_cdf,
    hypergeometric_weight,
    log_gamma,
    normal_cdf,
    pi,
    polynomial,
    to_ball,
)

#: Cells into which the range of A is cut.
_CELLS = 48


@dataclass(frozen=True)
class PairEnergy:
    """First-stage samples of unit scale, and what counts as good.

    Attributes:
        n: Number of samples, at least ``dim + 3``.
        size: Size k of the subsets, between 1 and ``n - 1``.
        dim: Dimension m.
        eps: Accuracy, in units of the scale.
        norm: Largest Euclidean norm of the target, in units of the scale.
        cap: Largest squared scale of a good sample.
        energy: Range of the sum A of the squared scales of good samples.
    """

    n: int
    size: int
    dim: int
    eps: Fraction
    norm: Fraction
    cap: Fraction
    energy: tuple[Fraction, Fraction]

    def admits(self, scale: Fraction) -> bool:
        """Whether the hypotheses hold for a Gaussian of this variance. Exact."""
        if not (
            self.n >= self.dim + 3
            and 0 < self.size < self.n
            and 0 < self.energy[0] < self.energy[1]
            and scale > 0
            and self._tilt(scale) < 1
        ):
            return False
        room = 1 - self._growth(scale) * self._tilted(self.energy[1], scale)
        drift = self._tilted(self.energy[1], scale) * (self._p * self.norm / scale) ** 2
        return room > 0 and room**2 >= drift

    def mean(self, scale: Fraction) -> Ball:
        """Upper bound of ``E[X_s; good]`` for an admitted variance s.

        Rigor:
            Enclosed; the cells of A are summed with both factors at their worse end.
        """
        total = to_ball(0)
        for (low, below), (high, upto) in pairwise(self._masses):
            total += self._factor(high, scale) * self._coincidence[low] * (upto - below)
        return total

    @cached_property
    def bad(self) -> Ball:
        """Upper bound of the probability that the samples are not good."""
        outside = 1 - (self._masses[-1][1] - self._masses[0][1])
        single = 2 * normal_cdf(-to_ball(self.cap).sqrt())
        return outside + self.n * single

    @property
    def _p(self) -> Fraction:
        return Fraction(self.size, self.n)

    @cached_property
    def _spread(self) -> Fraction:
        """Variance p(1-p)n/(n-1) of the random subset."""
        return self._p * (1 - self._p) * Fraction(self.n, self.n - 1)

    def _tilt(self, scale: Fraction) -> Fraction:
        """The largest tilt x of a single sample."""
        return self._spread * self.cap / scale

    def _tilted(self, energy: Fraction, scale: Fraction) -> Fraction:
        """Bound on the variance of the sum of all samples after the tilt."""
        return energy / (1 - self._tilt(scale))

    def _growth(self, scale: Fraction) -> Fraction:
        """The rate kappa, never negative."""
        return self._p**2 / scale - self._spread / (self.n * scale)

    def _factor(self, energy: Fraction, scale: Fraction) -> Ball:
        """The increasing factor at this energy."""
        tilt, tilted = self._tilt(scale), self._tilted(energy, scale)
        room = 1 - self._growth(scale) * tilted
        shift = 1 + self._spread / (self.n * scale) * tilted
        half = Fraction(self.dim, 2)
        base = pi() * to_ball(scale / (2 * self.eps**2)) / to_ball(room)
        chord = -to_ball(1 - tilt).log() * to_ball(half * energy / self.cap)
        target = self.norm**2 * shift / (2 * scale * room)
        cube = self.dim * self.eps**2 / (6 * scale)
        return (to_ball(half) * base.log() + chord + to_ball(target + cube)).exp()

    @cached_property
    def _masses(self) -> list[tuple[Fraction, Ball]]:
        """Ends of the cells of A, with the distribution function there."""
        low, high = self.energy
        ends = [low + (high - low) * Fraction(i, _CELLS) for i in range(_CELLS + 1)]
        return [(end, chi_square_cdf(to_ball(end), self.n)) for end in ends]

    @cached_property
    def _coincidence(self) -> dict[Fraction, Ball]:
        """The decreasing factor at the lower end of every cell."""
        near = polynomial(self._near())
        far, half = self._far(), to_ball(Fraction(self.dim, 2))
        values = {}
        for energy, _ in self._masses[:-1]:
            q = to_ball(2 * self.eps**2 / energy) / pi()
            value = near(q) + far * (half * q.log()).exp()
            if self.dim % 2 == 0 and self.dim // 2 <= self._most:
                value -= self._even * q ** (self.dim // 2) * q.log()
            values[energy] = value if q < 1 else to_ball(1)
        return values

    @property
    def _most(self) -> int:
        return min(self.size, self.n - self.size)

    @cached_property
    def _weights(self) -> list[Ball]:
        """h(i), the law of half the size of the symmetric difference, from i = 0."""
        weights = [hypergeometric_weight(self.n, self.size, self.size)]
        for i in range(self._most):
            ways = (self.size - i) * (self.n - self.size - i)
            weights.append(weights[-1] * ways / (i + 1) ** 2)
        return weights

    def _near(self) -> list[Ball]:
        """Coefficients of powers of q: pairs that differ in at most m samples."""
        half = Fraction(self.dim, 2)
        density = to_ball(Fraction(self.n, 2) - 1)
        coefficients = []
        for i, weight in enumerate(self._weights):
            if i == 0:
                coefficients.append(weight)
                continue
            if i > half:
                break
            rest = 1 / (half - i) if i < half else Fraction(0)
            coefficients.append(weight * density * to_ball(Fraction(1, i) + rest))
            density *= to_ball(self.n - 2 * i - 2) / (2 * i)
        return coefficients

    @cached_property
    def _even(self) -> Ball:
        """Coefficient of ``-q^i log q`` for ``i = m/2``, m even."""
        middle = self.dim // 2
        density = Fraction(self.n, 2) - 1
        for i in range(1, middle):
            density *= (Fraction(self.n, 2) - i - 1) / Fraction(i)
        return self._weights[middle] * to_ball(density)

    def _far(self) -> Ball:
        """Coefficient of ``q^(m/2)``: pairs that differ in more than m samples."""
        half = Fraction(self.dim, 2)
        total, ratio = to_ball(0), None
        for i, weight in enumerate(self._weights):
            if i <= half:
                continue
            if ratio is None:
                ratio = (log_gamma(to_ball(i - half)) - log_gamma(to_ball(i))).exp()
            total += weight * ratio
            ratio *= to_ball(2 * i - self.dim) / (2 * i)
        whole = Fraction(self.n, 2)
        return (
            total * (log_gamma(to_ball(whole)) - log_gamma(to_ball(whole - half))).exp()
        )
