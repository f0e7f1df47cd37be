r"""Nodes of the trapezoidal rule for one coordinate in logit form.

Statement: with :math:`t = \log(D/D')` the integrand is
:math:`e^{at} (1+e^t)^{-N} \prod_f Q_f(e^t)^{-w_f}` with polynomials Q that have
non-negative coefficients. In the strip :math:`|\mathrm{Im}\,t| \le d < \pi/2`

* :math:`|Q(e^{t+id})| \ge \cos(d/2)\, Q(e^t)` if Q is linear, and for a quadratic Q
  :math:`\ge \cos(d)\, Q(e^t)`, or :math:`\cos^2(d/2)\, Q(e^t)` if its roots are real;
* :math:`|1+e^{t+id}| \ge \cos(d/2) (1+e^t)`, or :math:`\ge 1 + e^t \cos d`; in the
  second case a shift of t by :math:`\log\cos d` gives the factor
  :math:`(\cos d)^{-a}`, because the Q increase.

So the integral along the shifted line exceeds the one along the real line at most by
:math:`\exp(g(d))` with a g that `Axis.log_growth` computes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.enclosure import Ball, to_ball, trapezoid_ratio
from slth_verify.errors import InvalidParameterError

#: Candidates for the half width of the strip.
_SHIFTS = tuple(Fraction(i, 64) for i in range(1, 96))

#: How much ``cos(d/2)`` and ``cos(d)`` fall, in nats.
_FALLS = [
    (-math.log(math.cos(float(d) / 2)), -math.log(math.cos(float(d)))) for d in _SHIFTS
]

_STEP_GRID = 4096

#: Nodes on one side; with more the integrand is too flat for this rule.
_MOST_NODES = 1500


@dataclass(frozen=True, slots=True)
class Axis:
    """What the strip bound needs to know about the integrand in one coordinate.

    Attributes:
        left: Exponent a of ``e^t``.
        total: Exponent N of ``1 / (1 + e^t)``.
        linear: Sum of the exponents of linear factors, two per quadratic with real
            roots.
        quadratic: Sum of the exponents of the other quadratic factors.
    """

    left: Fraction
    total: Fraction
    linear: Fraction
    quadratic: Fraction

    def growths(self) -> list[float]:
        """The numbers g of all shifts in floating point, to choose the step."""
        left, total = float(self.left), float(self.total)
        linear, quadratic = float(self.linear), float(self.quadratic)
        found = []
        for half, full in _FALLS:
            own = max(total, 0.0) * half
            if total >= 0 and left >= 0:
                own = min(own, left * full)
            found.append(own + linear * half + quadratic * full)
        return found

    def log_growth(self, shift: Fraction) -> Ball:
        """The number g, enclosed."""
        half = -(to_ball(shift / 2).cos().log())
        full = -(to_ball(shift).cos().log())
        own = to_ball(max(self.total, Fraction(0))) * half
        if self.total >= 0 and self.left >= 0:
            own = own.min(to_ball(self.left) * full)
        return own + to_ball(self.linear) * half + to_ball(self.quadratic) * full


@dataclass(frozen=True, slots=True)
class Lattice:
    """Nodes ``offset + i * step`` for ``first <= i <= last``.

    Attributes:
        step: Distance of the nodes.
        shift: Half width of the strip used for the error.
        offset: Position of node 0.
        first: Index of the first node.
        last: Index of the last node.
    """

    step: Fraction
    shift: Fraction
    offset: Fraction
    first: int
    last: int

    @classmethod
    def choose(
        cls,
        axis: Axis,
        powers: tuple[Fraction, Fraction],
        nats: float,
        *,
        centred: bool = False,
    ) -> Lattice:
        """A lattice that leaves out about ``exp(-nats)`` of the integral.

        Args:
            axis: Strip data of the integrand.
            powers: Exponents (left, right) of a bounding product of powers.
            nats: Accuracy asked for.
            centred: Put node 0 at the origin; otherwise at the mode of the bound.
        """
        left, right = (float(power) for power in powers)
        grown = zip(_SHIFTS, axis.growths(), strict=True)
        rates = [float(d) / (nats + 1 + growth) for d, growth in grown]
        best = _SHIFTS[rates.index(max(rates))]
        step = math.tau * max(rates)
        grid = Fraction(max(1, math.floor(step * _STEP_GRID)), _STEP_GRID)
        mode = 0.0 if centred else math.log(left / right)
        offset = Fraction(round(mode * 64), 64)

        def drop(t: float) -> float:
            return _log_powers(left, right, t) - _log_powers(left, right, mode)

        first = last = 0
        while drop(float(offset + first * grid)) > -nats - 3 and first > -_MOST_NODES:
            first -= 1
        while drop(float(offset + last * grid)) > -nats - 3 and last < _MOST_NODES:
            last += 1
        return cls(grid, best, offset, first, last)

    def ratio(self, axis: Axis) -> Ball:
        """Relative error of the infinite sum."""
        return trapezoid_ratio(self.step, self.shift, axis.log_growth(self.shift))

    def shares(self) -> list[tuple[Ball, Ball]]:
        """The values of D and D' at the nodes."""
        pairs = []
        for i in range(self.first, self.last + 1):
            odds = to_ball(self.offset + i * self.step).exp()
            pairs.append((odds / (1 + odds), 1 / (1 + odds)))
        return pairs


@dataclass(frozen=True, slots=True)
class PowerSum:
    """Sum over all nodes of a product of powers, inside and outside the lattice."""

    inside: Ball
    outside: Ball

    @classmethod
    def of(cls, lattice: Lattice, powers: tuple[Fraction, Fraction]) -> PowerSum:
        """Sum of ``D^left D'^right``; what is outside is bounded by a geometric series.

        The logarithm of the summand is concave in t, so that the ratio of neighbours
        only falls on the way out.
        """
        left, right = (to_ball(power) for power in powers)
        if not (left > 0 and right > 0):
            raise InvalidParameterError(
                f"powers={powers}: both must be positive (der:weighted-moment). "
                "Use another tangent."
            )

        def term(i: int) -> Ball:
            t = to_ball(lattice.offset + i * lattice.step)
            return (left * t - (left + right) * (1 + t.exp()).log()).exp()

        inside = to_ball(0)
        for i in range(lattice.first, lattice.last + 1):
            inside += term(i)
        outside = to_ball(0)
        for end, direction in ((lattice.first, -1), (lattice.last, 1)):
            ratio = term(end + direction) / term(end)
            if not ratio < 1:
                return cls(inside, inside / 0)
            outside += term(end + direction) / (1 - ratio)
        return cls(inside, outside)

    def everywhere(self) -> Ball:
        """Sum over all nodes."""
        return self.inside + self.outside


def _log_powers(left: float, right: float, t: float) -> float:
    """``left log D + right log D'`` at logit t."""
    smaller = -math.log1p(math.exp(-abs(t)))
    if t > 0:
        return left * smaller + right * (smaller - t)
    return left * (smaller + t) + right * smaller
