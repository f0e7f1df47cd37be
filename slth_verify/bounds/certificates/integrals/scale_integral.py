r"""Averages over chi-square scales of the probability that a Gaussian hits a box.

Statement: with :math:`R \sim \chi^2_k` and
:math:`g_R(z) = \Phi((z+\varepsilon)/\sqrt R) - \Phi((z-\varepsilon)/\sqrt R)`,

.. math:: p_k(z) = E_R \prod_c g_R(z_c),  \qquad  I = \sum_{k \ge 1} a_k\, p_k(z).

In :math:`u = \log R` the integrand is analytic in :math:`|\mathrm{Im}\, u| < \pi/2`
and the trapezoidal rule converges exponentially. For :math:`R = \rho e^{i d}` the
box probability is at most :math:`(\cos d)^{-1/2}` and at most
:math:`2 \varepsilon (2 \pi \rho)^{-1/2}` in modulus. Bounding q of the m coordinates
by the second and the others by the first gives, for every :math:`q < k`,

.. math::
    \int |f_k G|(u + i d)\, du \le
    \Bigl(\frac{\varepsilon^2}{\pi}\Bigr)^{q/2} \frac{\Gamma((k-q)/2)}{\Gamma(k/2)}
    (\cos d)^{-(k-q)/2 - (m-q)/2}.

The error of the sum with step h is at most this number times
:math:`2 / (e^{2 \pi d / h} - 1)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.enclosure import (
    Ball,
    binomial_coefficient,
    hull,
    log_gamma,
    more_precision,
    pi,
    polynomial,
    to_ball,
)
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import rough

_Density = Callable[[Ball], Ball]

#: Nodes times terms at each of them; a larger sum would take more than seconds.
_MAX_WORK = 60_000_000

#: What else a node costs, in terms.
_NODE = 300

#: Relative error that is asked for.
_RELATIVE = Fraction(1, 2**40)

#: Nats of accuracy beyond which the step is not refined any more, and nats that are
#: asked for beyond those that are missing.
_MAX_ASK, _SPARE = 4000.0, 16.0


@dataclass(frozen=True, slots=True)
class Box:
    """The cube of half width ``eps`` around a target.

    Attributes:
        eps: Half width, positive.
        groups: Distinct moduli of the coordinates with their multiplicities,
            largest modulus first.
    """

    eps: Fraction
    groups: tuple[tuple[Fraction, int], ...]

    @classmethod
    def around(cls, target: Sequence[Fraction], eps: Fraction) -> Box:
        """The box around a vector."""
        counts: dict[Fraction, int] = {}
        for coordinate in target:
            counts[abs(coordinate)] = counts.get(abs(coordinate), 0) + 1
        return cls(eps, tuple(sorted(counts.items(), reverse=True)))

    @classmethod
    def on_axis(cls, dim: int, norm: Fraction, eps: Fraction) -> Box:
        """The box around ``norm * e_1``, the worst target of both balls."""
        return cls.around([norm] + [Fraction(0)] * (dim - 1), eps)

    @property
    def dim(self) -> int:
        """Number of coordinates."""
        return sum(count for _, count in self.groups)

    @property
    def reach(self) -> Fraction:
        """Largest modulus of a coordinate."""
        return self.groups[0][0]

    def probability(self, scale: Ball) -> Ball:
        """Probability that N(0, scale I) falls into the box."""
        root = (2 * scale).sqrt()
        total = to_ball(1)
        for modulus, count in self.groups:
            high = (to_ball(modulus + self.eps) / root).erfc()
            low = (to_ball(modulus - self.eps) / root).erfc()
            total *= ((low - high) / 2) ** count
        return total


def every_size(n: int) -> list[Ball]:
    """Weights a_k for which the integral counts all non-empty subsets of n vectors."""
    return [to_ball(0), *(binomial_coefficient(n, size) for size in range(1, n + 1))]


def scale_integral(weights: Sequence[Ball], box: Box) -> Ball:
    """The sum over ``k >= 1`` of ``weights[k] * p_k``.

    Args:
        weights: Non-negative weights; ``weights[0]`` must be zero.
        box: Target and accuracy.

    Returns:
        A ball that contains the sum, at the precision in force.

    Rigor:
        Enclosed: discretisation and both truncated tails are inside the ball.
    """
    largest = len(weights) - 1
    if largest < 1 or not weights[0].is_zero():
        raise InvalidParameterError(
            f"len(weights)={len(weights)}: weights for k = 0, 1, ... with weights[0] "
            "= 0 were required (der:first-moment). Add the empty subset separately."
        )
    if all(weight.is_zero() for weight in weights):
        return to_ball(0)
    with more_precision(_bits_of_a_difference(box, largest)):
        return _integral(weights, box, largest)


def _bits_of_a_difference(box: Box, largest: int) -> int:
    """Bits that are lost where two nearly equal normal probabilities are subtracted."""
    ratio = (box.reach + 4 * largest + 16) / box.eps
    return max(0, ratio.numerator.bit_length() - ratio.denominator.bit_length())


def _integral(weights: Sequence[Ball], box: Box, largest: int) -> Ball:
    ask = 60.0
    value, error = _Rule.choose(largest, box, ask).apply(weights, box)
    while ask < _MAX_ASK and not error < value * to_ball(_RELATIVE):
        ask = min(_MAX_ASK, ask + _missing(value, error, ask))
        value, error = _Rule.choose(largest, box, ask).apply(weights, box)
    return value + hull(-error, error)


def _missing(value: Ball, error: Ball, ask: float) -> float:
    """Nats that are missing, by the first attempt; as many again if that fails."""
    if not (value > 0 and error > 0 and value.is_finite() and error.is_finite()):
        return ask
    missing = (error / (value * to_ball(_RELATIVE))).log()
    return float(missing) + _SPARE if missing.is_finite() else ask


@dataclass(frozen=True, slots=True)
class _Rule:
    """Step, half width of the strip, and the range of nodes."""

    step: Fraction
    shift: Fraction
    first: int
    last: int

    @classmethod
    def choose(cls, largest: int, box: Box, ask: float) -> _Rule:
        excess = max(largest - box.dim, 1) / 2
        shift = Fraction(round(64 * min(1.2, math.sqrt(2 * ask / excess))), 64)
        shift = max(shift, Fraction(1, 32))
        growth = -math.log(math.cos(shift)) * excess
        step = Fraction(max(1, round(2048 * math.tau * float(shift) / (ask + growth))))
        step /= 2048
        high = math.log(4 * largest + 4 * ask + 100 + float(box.reach + box.eps) ** 2)
        gap = float(box.reach - box.eps)
        low = math.log(gap**2 / (4 * ask)) if gap > 0 else -2 * ask
        low = max(low, -2 * ask)
        return cls(step, shift, math.floor(low / step), math.ceil(high / step))

    def apply(self, weights: Sequence[Ball], box: Box) -> tuple[Ball, Ball]:
        """The sum over the nodes, and a bound on what it leaves out."""
        nodes = self.last - self.first
        if nodes * (len(weights) + _NODE) > _MAX_WORK:
            raise InvalidParameterError(
                f"size={len(weights) - 1}, eps={rough(box.eps)}, "
                f"reach={rough(box.reach)}: a sum of {nodes} nodes is needed, and "
                f"sizes times nodes of at most {_MAX_WORK} are evaluated "
                "(der:nsn-law). Ask for fewer samples, or for an accuracy nearer to "
                "the target's norm."
            )
        density = polynomial(
            [w * v for w, v in zip(weights, _norms(weights), strict=True)]
        )
        total = to_ball(0)
        for i in range(self.first, self.last + 1):
            scale = to_ball(self.step * i).exp()
            total += _sizes(density, scale) * box.probability(scale)
        error = self._lower_tail(density, box)
        error += self._upper_tail(density, box, len(weights) - 1)
        error += self._strip(weights, box)
        return total * to_ball(self.step), error

    def _lower_tail(self, density: _Density, box: Box) -> Ball:
        """Nodes below the first: term k falls at least by exp(-h k / 2) per node.

        The box probability is at most 1; if the box leaves out 0, its largest
        coordinate hits less often the smaller the scale, as long as that stays below
        the squared distance of the box from 0.
        """
        step = to_ball(self.step)
        scale = (step * (self.first - 1)).exp()
        hit = to_ball(1)
        gap = box.reach - box.eps
        if gap > 0 and scale < to_ball(gap**2):
            hit = Box(box.eps, ((box.reach, 1),)).probability(scale)
        bound = density(scale.sqrt()) * hit
        return step * bound / (1 - (-step / 2).exp())

    def _upper_tail(self, density: _Density, box: Box, largest: int) -> Ball:
        """Nodes above the last: neighbouring terms fall at least by a fixed ratio.

        Beyond the squared reach of the box its probability falls with the scale.
        """
        step = to_ball(self.step)
        scale = (step * (self.last + 1)).exp()
        if not scale > to_ball((box.reach + box.eps) ** 2):
            return scale / 0
        ratio = (step * largest / 2 - scale * step.expm1() / 2).exp()
        if not ratio < 1:
            return scale / 0
        return step * _sizes(density, scale) * box.probability(scale) / (1 - ratio)

    def _strip(self, weights: Sequence[Ball], box: Box) -> Ball:
        """Discretisation error: the bound of the module's docstring, term by term."""
        log_cos = to_ball(self.shift).cos().log()
        log_box = (to_ball(box.eps) ** 2 / pi()).log()
        total = to_ball(0)
        for size in range(1, len(weights)):
            if weights[size].is_zero():
                continue
            q = min(box.dim, size - 1)
            log_bound = (
                q * log_box / 2
                + log_gamma(to_ball(Fraction(size - q, 2)))
                - log_gamma(to_ball(Fraction(size, 2)))
                - (size + box.dim - 2 * q) * log_cos / 2
            )
            total += weights[size] * log_bound.exp()
        return 2 * total / (2 * pi() * to_ball(self.shift / self.step)).expm1()


def _sizes(density: _Density, scale: Ball) -> Ball:
    """Weighted chi-square densities, times the scale."""
    return density(scale.sqrt()) * (-scale / 2).exp()


def _norms(weights: Sequence[Ball]) -> list[Ball]:
    """``1 / (2^{k/2} Gamma(k/2))`` for ``k = 0, 1, ...``, with 0 at ``k = 0``."""
    root = (to_ball(2) * pi()).sqrt()
    norms = [to_ball(0), 1 / root, to_ball(Fraction(1, 2))]
    for size in range(3, len(weights)):
        norms.append(norms[size - 2] / (size - 2))
    return norms[: len(weights)]
