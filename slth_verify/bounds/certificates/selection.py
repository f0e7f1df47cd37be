r"""Laws of one second-stage sample of Theorem H, as Laplace transforms.

A sample of scale Z >= 0 and independent standard normal g is *selected* if
:math:`g > \lambda Z`. Two sums over the selected samples matter: the *gain*
:math:`W = Z g - \lambda Z^2` and the *energy* :math:`Z^2`. For a scale of variance
:math:`\tau^2`

* a sample is selected with probability :math:`w(\tau) = \arctan(1/(\lambda\tau))/\pi`;
* the gain has density :math:`e^{-\lambda w} K_0(a w) / (\pi\tau)`,
  :math:`a^2 = \tau^{-2} + \lambda^2`, so that its transform is
  :math:`G_a(\lambda + z)/(\pi\tau)` with
  :math:`G_a(y) = \int_0^\infty \frac{d\theta}{y + a \cosh\theta}
  = \frac{2}{a+y} \frac{\arctan\sqrt v}{\sqrt v}`, :math:`v = \frac{a-y}{a+y}`;
* :math:`e^{-z Z^2}` turns the scale into one of variance
  :math:`\tau_z^2 = \tau^2/(1 + 2 z \tau^2)`, so that the energy has the transform
  :math:`\tau_z w(\tau_z) / \tau`.

Large samples are differences of two normal laws (see `labels`). Every law comes with
*decay*: numbers :math:`d(U)` with :math:`|\text{transform}(t+iu)| \le d(U) \sqrt{U/u}`
for all :math:`t \ge 0`, :math:`u \ge U`. They follow from integration by parts: a
decreasing density f gives :math:`2 f(0)/u`; for the energy of one normal law the second
mean value theorem and :math:`|\int_0^x e^{-\zeta y^2} dy| \le 2` for
:math:`|\zeta| = 1` give :math:`2 h(0)/\sqrt u`; for the energy of a large sample, whose
density in x is :math:`x \cdot k(x) d(x)` with k unimodal, d decreasing and
:math:`k \le 0.64 \sqrt{b/2}`, they give
:math:`\tfrac32 d(0) \cdot 0.64 \sqrt{b/2} / u`.

For Re z >= 0 a transform's derivative is at most the mean of what is summed (*steep*).
A gain is at most Z times the positive part of g, whose mean is
:math:`1/\sqrt{2\pi}`, and Z has mean :math:`\tau\sqrt{2/\pi}`: at most
:math:`\sigma/\pi` for a small and :math:`(1+\sigma)/\pi` for a large sample. As g > 0
on selection, the energy's mean is at most half that of :math:`Z^2`:
:math:`\sigma^2/2`, and :math:`(1 + \sigma + \sigma^2)/2`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from slth_verify.enclosure import Ball, ComplexBall, pi, to_ball

#: Upper bound of the maximum of ``(1 - exp(-y)) / sqrt(y)``, which is 0.6382 at 1.2564.
_UNIMODAL = Fraction(64, 100)


@dataclass(frozen=True)
class Selection:
    """The rule that selects second-stage samples.

    Attributes:
        share: Standard deviation sigma of small scales, in (0, 1).
        slope: The number lambda, positive.
    """

    share: Fraction
    slope: Fraction

    @cached_property
    def missed(self) -> tuple[Ball, Ball]:
        """Probabilities that a large and that a small sample is not selected."""
        small = self._wedge(to_ball(self.share))
        large = self._wedge(to_ball(1)) - to_ball(self.share) * small
        return 1 - large / to_ball(1 - self.share), 1 - small

    def _wedge(self, deviation: Ball) -> Ball:
        return (1 / (to_ball(self.slope) * deviation)).atan() / pi()


@dataclass(frozen=True)
class Gain(Selection):
    """The sum of the gains of the selected samples."""

    def transforms(self, z: ComplexBall) -> tuple[ComplexBall, ComplexBall]:
        """See `laplace.Observable`."""
        (wide, narrow), (slope, to_large, to_small) = self._rates, self._factors
        y = z + slope
        small = _resolvent(y, narrow)
        return (_resolvent(y, wide) - small) * to_large, small * to_small

    @cached_property
    def steep(self) -> tuple[Ball, Ball]:
        """See `laplace.Observable`."""
        return to_ball(1 + self.share) / pi(), to_ball(self.share) / pi()

    def decay(self, height: Fraction) -> tuple[Ball, Ball]:
        """See `laplace.Observable`; infinite where the bound does not hold yet."""
        wide, narrow = self._rates
        top = to_ball(height)
        if not top >= narrow:
            return to_ball(1) / 0, to_ball(1) / 0
        at_zero = (narrow / wide).log() / (pi() * to_ball(1 - self.share))
        small = ((2 * top / narrow).log() + 2) / (pi() * to_ball(self.share))
        return 2 * at_zero / top, small / top

    @cached_property
    def _factors(self) -> tuple[Ball, Ball, Ball]:
        """The slope, and what makes resolvents transforms of both kinds of samples."""
        twice = 2 / pi()
        share = to_ball(self.share)
        return to_ball(self.slope), twice / to_ball(1 - self.share), twice / share

    @cached_property
    def _rates(self) -> tuple[Ball, Ball]:
        square = self.slope**2
        return to_ball(1 + square).sqrt(), to_ball(1 / self.share**2 + square).sqrt()


@dataclass(frozen=True)
class Energy(Selection):
    """The sum of the squared scales of the selected samples."""

    def transforms(self, z: ComplexBall) -> tuple[ComplexBall, ComplexBall]:
        """See `laplace.Observable`; also defined for real ``z > -1/2``."""
        share, rest, one, own = self._factors
        small = _turned(z, own)
        return (_turned(z, one) - small * share) * rest, small

    @cached_property
    def steep(self) -> tuple[Ball, Ball]:
        """See `laplace.Observable`."""
        square = self.share**2
        return to_ball((1 + self.share + square) / 2), to_ball(square / 2)

    def decay(self, height: Fraction) -> tuple[Ball, Ball]:
        """See `laplace.Observable`."""
        root = (2 * pi()).sqrt()
        small = 2 / (to_ball(self.share) * root * to_ball(height).sqrt())
        steep = to_ball((1 / self.share**2 - 1) / 2).sqrt() * to_ball(_UNIMODAL)
        large = to_ball(Fraction(3, 2)) * steep / (root * to_ball(1 - self.share))
        return large / to_ball(height), small

    @cached_property
    def _factors(self) -> tuple[Ball, Ball, _Turn, _Turn]:
        """Numbers sigma and 1/(1 - sigma), and those of wide and of small scales."""
        one, own = (
            (to_ball(2 * deviation**2), to_ball(self.slope * deviation), pi())
            for deviation in (Fraction(1), self.share)
        )
        return to_ball(self.share), 1 / to_ball(1 - self.share), one, own


#: For one deviation: twice its square, lambda times it, and the circle's number.
_Turn = tuple[Ball, Ball, Ball]


def _turned(z: ComplexBall, turn: _Turn) -> ComplexBall:
    twice, slope, half_turn = turn
    root = (1 + z * twice).sqrt()
    return (root / slope).atan() / (root * half_turn)


def _resolvent(y: ComplexBall, rate: Ball) -> ComplexBall:
    """Half of the function G of the module's docstring."""
    above = rate + y
    root = ((rate - y) / above).sqrt()
    return root.atan() / (root * above)
