r"""The observable-weighted second moment: success probabilities from below.

Statement (der:weighted-moment). Let A be the sum of the squared scales of all n
samples, U the sum of all samples, xi = U / sqrt(A), alpha_S the share of S in A. For
:math:`0 \le \lambda < 1/4`, real v and x >= 0 the weighted count

.. math:: T_W = \sum_{|S| = k} A^{v s} (1-\alpha_S)^{-x} e^{\lambda |\xi|^2}
    1\{S \text{ hits}\}, \qquad s = m/2,

is positive only if some subset hits, so P(hit) >= E[T_W]^2 / E[T_W^2]. With
``kappa = 2 eps^2 / pi`` and ``rho^2 = |z|_2^2 + m eps^2 / 3``

.. math::
    E[T_W] \ge \tbinom nk \kappa^s E[A^{(v-1)s}]\,
    \frac{J(a, b, s, 2\lambda)}{B(k/2, (n-k)/2)}
    \exp\Bigl(-\frac{\rho^2}{2} (1-2\lambda)\, \tilde E[A^{-1}]\,
    \frac{J(a-1, b, s+1, 2\lambda)}{J(a, b, s, 2\lambda)}\Bigr)

with ``a = k/2 - s > 1``, ``b = (n-k)/2 - x > 0`` (Jensen's inequality under the law
tilted by everything but the exponential), and
``E[T_W^2] <= C(n,k)^2 kappa^{2s} sum_j h(j) B_j``. The bound falls with ``|z|_2`` only,
so it holds for all targets of the Euclidean ball, hence of the one-norm ball.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from slth_verify.bounds.certificates import codec
from slth_verify.bounds.certificates.integrals.tilted_beta import log_tilted_beta
from slth_verify.bounds.certificates.weighted_second_moment import Method, SecondMoment
from slth_verify.enclosure import (
    Ball,
    NonFiniteError,
    from_ball,
    log_beta,
    log_gamma,
    pi,
    to_ball,
    working_precision,
)
from slth_verify.errors import InvalidParameterError
from slth_verify.showing import OneLine

STATEMENT = "der:weighted-moment"

#: Working precision, if no other is asked for.
BITS = 80


#: Certificates of which a process remembers the outcome: it is a function of them.
_REMEMBERED = 1024


@dataclass(frozen=True, slots=True, repr=False)
class WeightedCertificate(codec.Stored, OneLine):
    """Parameters of one second-moment bound: all that is needed to check it again.

    Stored are those of the search: with ``scale`` 1 and the integrated ``method``.

    Attributes:
        n: Number of samples.
        size: Size k of the subsets.
        dim: Dimension m.
        eps: Accuracy in the maximum norm.
        norm: Largest Euclidean norm of the targets.
        tilt: The number lambda, in ``[0, 1/4)``.
        weight: The exponent x, in ``{0, 1/2, 1, ...}``.
        scale: The number v.
        method: How the second moment is bounded.
    """

    _READERS = {  # noqa: RUF012 - read only
        "eps": codec.number,
        "n": codec.samples,
        "size": codec.samples,
        "tilt": codec.number,
        "weight": codec.half_integer,
        "norm": codec.number,
    }

    n: int
    size: int
    dim: int
    eps: Fraction
    norm: Fraction
    tilt: Fraction = Fraction(0)
    weight: Fraction = Fraction(0)
    scale: Fraction = Fraction(1)
    method: Method = "integrated"

    def __post_init__(self) -> None:
        if not 0 <= self.tilt < Fraction(1, 4):
            raise InvalidParameterError(
                f"tilt={self.tilt}: 0 <= lambda < 1/4 was required ({STATEMENT}), "
                "beyond it the second moment is infinite. Lower the tilt."
            )
        if not 0 < self.size < self.n or self.dim < 1:
            raise InvalidParameterError(
                f"n={self.n}, size={self.size}, dim={self.dim}: 0 < size < n and a "
                f"positive dimension were required ({STATEMENT}). Correct them."
            )
        if self.eps <= 0 or self.norm < 0:
            raise InvalidParameterError(
                f"eps={self.eps}, norm={self.norm}: eps > 0 and norm >= 0 were "
                f"required ({STATEMENT}). Correct them."
            )

    @lru_cache(maxsize=_REMEMBERED)  # noqa: B019 - frozen: small, hashable, no cycle
    def check(self, bits: int = BITS) -> Fraction:
        """A lower bound of the success probability, 0 if nothing is proved.

        Args:
            bits: Working precision.

        Rigor:
            Enclosed; the lower end point is returned. Anything non-finite gives 0.
        """
        with working_precision(bits):
            try:
                log_first = self.log_first()
                if not log_first.is_finite():
                    return Fraction(0)
                bound = from_ball((2 * log_first - self.second().log()).exp())
            except NonFiniteError:
                return Fraction(0)
        return bound.within(0, None).readable().lower

    @lru_cache(maxsize=_REMEMBERED)  # noqa: B019 - as `check`
    def at_zero(self, bits: int = BITS) -> tuple[Fraction, Fraction]:
        r"""Numbers (c, kappa) with ``P(hit z) >= c exp(-kappa |z|_2^2)`` for every z.

        Rigor:
            Enclosed; c is rounded down and kappa up. Both are 0 if nothing is proved.
        """
        with working_precision(bits):
            try:
                decay = self.decay()
                if not decay.is_finite():
                    return Fraction(0), Fraction(0)
                log_first = self.log_mass() - decay * self._cube() / 2
                bound = (2 * log_first - self.second().log()).exp()
                return max(from_ball(bound).lower, Fraction(0)), from_ball(decay).upper
            except NonFiniteError:
                return Fraction(0), Fraction(0)

    def log_first(self) -> Ball:
        """Logarithm of the bound on E[T_W], without the factor C(n,k) kappa^s."""
        square = to_ball(self.norm**2) + self._cube()
        return self.log_mass() - self.decay() * square / 2

    def log_mass(self) -> Ball:
        """The part of `log_first` that does not depend on the target."""
        a, b, s = self._shape()
        beta = log_beta(
            to_ball(Fraction(self.size, 2)), to_ball(Fraction(self.n - self.size, 2))
        )
        power = self._log_power((self.scale - 1) * s)
        return power + log_tilted_beta(a, b, s, 2 * self.tilt) - beta

    def decay(self) -> Ball:
        """Mean of the inverse variance of a coordinate, under the tilted law."""
        a, b, s = self._shape()
        inverse = Fraction(self.n, 2) + (self.scale - 1) * s - 1
        if a <= 1 or inverse <= 0:
            return to_ball(1) / 0
        c = 2 * self.tilt
        log_ratio = log_tilted_beta(a - 1, b, s + 1, c) - log_tilted_beta(a, b, s, c)
        return to_ball(1 - c) * log_ratio.exp() / to_ball(2 * inverse)

    def second(self) -> Ball:
        """Upper bound of the sum of ``h(j) B_j``; the upper end is safe."""
        moment = SecondMoment(
            n=self.n,
            size=self.size,
            dim=self.dim,
            tilt=self.tilt,
            weight=self.weight,
            method=self.method,
            single=self.log_single(),
            pair=self.log_pair(),
        )
        return moment.total()

    def log_single(self) -> Ball:
        """Logarithm of ``kappa^{-s} E[A^{(2v-1)s}]``: one of two events dropped."""
        s = Fraction(self.dim, 2)
        log_kappa = (2 * to_ball(self.eps) ** 2 / pi()).log()
        return self._log_power((2 * self.scale - 1) * s) - to_ball(s) * log_kappa

    def log_pair(self) -> Ball:
        """Logarithm of ``E[A^{(2v-2)s}]``: the density of both events."""
        return self._log_power((2 * self.scale - 2) * Fraction(self.dim, 2))

    def _cube(self) -> Ball:
        return to_ball(self.dim * self.eps**2 / 3)

    def _shape(self) -> tuple[Fraction, Fraction, Fraction]:
        s = Fraction(self.dim, 2)
        a = Fraction(self.size, 2) - s
        return a, Fraction(self.n - self.size, 2) - self.weight, s

    def _log_power(self, q: Fraction) -> Ball:
        """Logarithm of E[A^q] for A chi-square with n degrees of freedom."""
        half = Fraction(self.n, 2)
        if half + q <= 0:
            return to_ball(1) / 0
        log_two = to_ball(2).log()
        ratio = log_gamma(to_ball(half + q)) - log_gamma(to_ball(half))
        return to_ball(q) * log_two + ratio
