r"""Integrals over the half line of a gamma-like density times error functions.

The integrand is :math:`C R^{a-1} e^{-\beta R} g(R)` with :math:`a, \beta > 0`, where g
is built from constants and :math:`\mathrm{erf}(c / \sqrt R)` by sums, products and
natural powers. In :math:`u = \log R` it is analytic in :math:`|\mathrm{Im}\, u| <
\pi/2`, and the trapezoidal rule converges exponentially. For :math:`R = \rho e^{i d}`

.. math::
    |\mathrm{erf}(c / \sqrt R)| = \Bigl| \frac{2}{\sqrt{\pi R}} \int_0^c e^{-y^2/R} dy
    \Bigr| \le \frac{2}{\sqrt{\pi \rho}} \int_0^\infty e^{-y^2 \cos d / \rho} dy
    = (\cos d)^{-1/2},

so :math:`|g| \le M(d)`, the value of g with this number for every error function and
moduli for all constants. Hence the integral of the modulus over the line
:math:`\mathrm{Im}\, u = \pm d` is at most :math:`S = C M(d) \Gamma(a) (\beta \cos
d)^{-a}`, and the error of the rule with step h at most :math:`2 S / (e^{2 \pi d/h} -
1)`. What a finite sum leaves out is at most, with :math:`M = M(0)`,

.. math::
    \frac{h C M e^{a (l - h)}}{1 - e^{-a h}} \text{ below } l, \qquad
    C M \beta^{-a} \Gamma(a, \beta e^{t}) \text{ above } t \ge \log(a/\beta).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from slth_verify.enclosure.balls.precision import precision_in_force, working_precision
from slth_verify.enclosure.balls.special import Ball
from slth_verify.errors import InvalidParameterError

Constant = Callable[[Any], Ball]
_ROUNDS = 4
_MAX_NODES = 100_000


def half_line_integral(node: Any, constant: Constant) -> Ball:
    """Enclose one SymPy integral of the form above.

    Args:
        node: The unevaluated integral, over ``(0, oo)``.
        constant: Ball evaluation of the parts without the variable.

    Returns:
        An enclosure, of relative width about the precision in force.

    Raises:
        InvalidParameterError: If the integral is not of that form, or needs more than
            100 000 nodes.

    Rigor:
        Enclosed: discretisation and both tails are inside the ball.
    """
    form = _Form.read(node, constant)
    excess = 0.0
    total, error = arb.nan(), arb.nan()
    with precision_in_force() as wanted:
        for _ in range(_ROUNDS):
            with working_precision(wanted + 16 + math.ceil(excess / math.log(2))):
                total, error = form.apply(wanted * math.log(2) + 8 + excess)
            enough = abs(total) * arb(2) ** -wanted
            if error < enough or error < total.rad() or total.contains(0):
                break
            # the bounds exceed the value by so much: ask for as much more
            excess = max(excess, float((form.line(arb(1)) / total).log().mid()))
        return total + error * arb(0, 1)


@dataclass(frozen=True, slots=True)
class _Form:
    """The parts ``C R^(a-1) exp(-beta R) g(R)`` of an integrand, in SymPy."""

    node: Any
    variable: Any
    root: Any
    constant: Constant
    powers: Any
    rates: Any
    constants: Any
    rest: Any

    @classmethod
    def read(cls, node: Any, constant: Constant) -> _Form:
        import sympy as sp

        variable, *ends = node.limits[0]
        if len(node.limits) > 1 or ends != [0, sp.oo] or not variable.is_positive:
            raise _refused(node)
        power, rate, factors, rest = sp.Integer(0), sp.Integer(0), [], []
        for factor in sp.Mul.make_args(node.function):
            base, exponent = factor.as_base_exp()
            if not factor.has(variable):
                factors.append(factor)
            elif base == variable and not exponent.has(variable):
                power += exponent
            elif base is sp.E and not (exponent / variable).has(variable):
                rate -= exponent / variable
            else:
                rest.append(factor)
        parts = (power + 1, rate, sp.Mul(*factors), sp.Mul(*rest))
        form = cls(node, variable, sp.sqrt(variable), constant, *parts)
        if not (constant(parts[0]) > 0 and constant(parts[1]) > 0):
            raise _refused(node)
        form.modulus(form.rest, arb(1))  # refuses what is no error function
        return form

    def apply(self, nats: float) -> tuple[Ball, Ball]:
        """The sum over the nodes, and a bound on what it leaves out."""
        shape, rate = self.constant(self.powers), self.constant(self.rates)
        a, beta = float(shape.mid()), float(rate.mid())
        power = self._growth(0.5) / -math.log(math.cos(0.5))
        shift = max(1 / 32, min(1.2, math.sqrt(2 * nats / power)))
        growth = self._growth(shift)
        step = Fraction(max(1, int(4096 * math.tau * shift / (nats + growth))), 4096)
        h, d = arb(step.numerator) / step.denominator, arb(shift)
        first = math.floor(-(nats + abs(math.log(a))) / a / float(step))
        last = math.ceil(math.log((2 * nats + 4 * a + 8) / beta) / float(step))
        if last - first > _MAX_NODES:
            raise _refused(self.node)
        scale = self.constant(self.constants)
        total = arb(0)
        for i in range(first, last + 1):
            u = h * i
            weight = (shape * u - rate * u.exp()).exp()
            total += weight * self.value(self.rest, (-u / 2).exp())
        most = abs(scale) * self.modulus(self.rest, arb(1))
        left = h * most * (shape * h * (first - 1)).exp() / (1 - (-shape * h).exp())
        end = rate * (h * last).exp()
        if not end >= shape:
            return arb.nan(), arb.nan()
        right = most * end.gamma_upper(shape) / rate**shape
        rule = 2 * self.line(d.cos()) / (2 * arb.pi() * d / h).expm1()
        return scale * h * total, left + right + rule

    def _growth(self, shift: float) -> float:
        """Logarithm of the growth of `line` over the strip, for the choice of steps."""
        ratio = self.line(arb(shift).cos()) / self.line(arb(1))
        return max(1e-3, float(ratio.log().mid()))

    def line(self, cosine: Ball) -> Ball:
        """Bound of the integral of the modulus over a line of the strip."""
        shape, rate = self.constant(self.powers), self.constant(self.rates)
        most = abs(self.constant(self.constants)) * self.modulus(self.rest, cosine)
        return most * shape.gamma() / (rate * cosine) ** shape

    def modulus(self, node: Any, cosine: Ball) -> Ball:
        """Bound of ``|g|`` where the argument of R has this cosine."""
        return self._walk(node, abs, lambda c: 1 / cosine.sqrt())

    def value(self, node: Any, inverse_root: Ball) -> Ball:
        """Value of g, given ``R^(-1/2)``."""
        return self._walk(
            node, lambda c: c, lambda c: (self.constant(c) * inverse_root).erf()
        )

    def _walk(
        self, node: Any, plain: Callable[[Ball], Ball], erf: Callable[[Any], Ball]
    ) -> Ball:
        if not node.has(self.variable):
            return plain(self.constant(node))
        if node.func.__name__ == "erf":
            factor = node.args[0] * self.root
            if factor.has(self.variable):
                raise _refused(self.node)
            return erf(factor)
        if node.is_Add or node.is_Mul:
            parts = [self._walk(part, plain, erf) for part in node.args]
        elif node.is_Pow and node.exp.is_Integer and node.exp > 0:
            return self._walk(node.base, plain, erf) ** int(node.exp)
        else:
            raise _refused(self.node)
        total = arb(0) if node.is_Add else arb(1)
        for part in parts:
            total = total + part if node.is_Add else total * part
        return total


def _refused(node: Any) -> InvalidParameterError:
    return InvalidParameterError(
        f"operation=Integral in {node} has no ball evaluation: a power and an "
        "exponential times error functions of c/sqrt(R), over (0, oo), was required "
        "(any statement). Rewrite the integral, or bound it."
    )
