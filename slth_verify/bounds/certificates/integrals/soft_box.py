r"""A box some of whose sides are soft: a bound for sums of moduli.

Statement. For q residuals and any rate t > 0

.. math:: 1\{\textstyle\sum_j |D_j| \le w\} \le e^{t w} \prod_j e^{-t |D_j|},

and for D normal with variance R the mean of a factor is
:math:`\mathrm{erfcx}(t \sqrt{R/2})` with
:math:`\mathrm{erfcx}(w) = e^{w^2} \mathrm{erfc}(w)`, which falls with R. For complex
:math:`R = \rho e^{i d}` its modulus is at most :math:`(\cos d)^{-1/2}` and at most
:math:`(2/t) (2 \pi \rho)^{-1/2}`: the bounds of a hard side of half width ``1/t``,
which is what the integral over scales needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.certificates.integrals.scale_integral import Box
from slth_verify.enclosure import Ball, to_ball


@dataclass(frozen=True, slots=True)
class SoftBox(Box):
    """A box with further coordinates that are only weighted, around 0.

    Attributes:
        soft: Number of soft coordinates.
        rate: The number t, at least ``1 / eps``.
    """

    soft: int
    rate: Fraction

    @property
    def dim(self) -> int:
        """Number of coordinates, hard and soft."""
        return sum(count for _, count in self.groups) + self.soft

    def probability(self, scale: Ball) -> Ball:
        """Mean weight under N(0, scale I)."""
        argument = to_ball(self.rate) * (scale / 2).sqrt()
        weight = (argument**2).exp() * argument.erfc()
        return Box(self.eps, self.groups).probability(scale) * weight**self.soft
