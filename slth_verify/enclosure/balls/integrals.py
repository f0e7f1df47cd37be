"""Rigorous one-dimensional integrals.

Three ways, by what is known about the integrand: `integrate_monotone` (nothing but
monotonicity), `integrate_analytic` (an analytic integrand on a bounded interval), and
`trapezoid_ratio` (an integrand on the whole line that is analytic in a strip; the
trapezoidal rule then converges exponentially, and its error is a product of the step
and one number about the strip).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

from flint import acb, arb

from slth_verify.enclosure._enclosure import to_ball
from slth_verify.enclosure.balls.special import Ball
from slth_verify.errors import InvalidParameterError

#: A complex ball of the backend, for integrands of `integrate_analytic`.
ComplexBall = acb


def integrate_monotone(
    function: Callable[[Ball], Ball], points: Sequence[Fraction]
) -> Ball:
    """Integral of a monotone function between the first and the last point.

    On every cell the function lies between its values at the two ends, so the width
    of the result is at most the largest cell times the variation of the function.

    Args:
        function: Increasing or decreasing on the whole interval. This is the
            caller's promise; it is not checked.
        points: At least two strictly increasing rational numbers.

    Raises:
        InvalidParameterError: If ``points`` is too short or does not increase.
    """
    if len(points) < 2 or any(a >= b for a, b in pairwise(points)):
        raise InvalidParameterError(
            f"points={list(points)[:4]}...: a partition needs at least two strictly "
            "increasing points (any statement). Sort them and drop repetitions."
        )
    values = [function(to_ball(point)) for point in points]
    total = arb(0)
    for i in range(len(points) - 1):
        step = to_ball(points[i + 1] - points[i])
        total += step * values[i].union(values[i + 1])
    return total


def integrate_analytic(
    function: Callable[[ComplexBall, bool], ComplexBall],
    lower: Fraction | int,
    upper: Fraction | int,
) -> Ball:
    """Integral of an analytic function over a bounded interval.

    Args:
        function: Takes a complex ball and a flag. If the flag is set, it must return
            a non-finite ball wherever the function is not analytic; the backend's own
            functions take the flag as ``analytic=``.
        lower: Lower end, exact.
        upper: Upper end, exact.

    Returns:
        The real part of the integral; NaN or very wide if the integrator gives up.
    """
    ends = [acb(to_ball(Fraction(end))) for end in (lower, upper)]
    return acb.integral(function, ends[0], ends[1]).real


def trapezoid_ratio(step: Fraction, shift: Fraction, log_growth: Ball) -> Ball:
    r"""Relative error of the trapezoidal rule for an integrand analytic in a strip.

    Let :math:`f \ge 0` on the line be analytic in :math:`|\mathrm{Im}\, t| \le d`,
    decaying at both ends, with
    :math:`\int |f(t \pm i d)|\, dt \le e^g \int f(t)\, dt`. By Poisson summation

    .. math::
        \Bigl| h \sum_{n} f(nh + c) - \int f \Bigr|
        \le \rho \int f, \qquad \rho = \frac{2 e^g}{e^{2 \pi d / h} - 1}.

    Args:
        step: The step h, positive.
        shift: The half width d of the strip, positive.
        log_growth: The number g.

    Returns:
        A ball around the ratio :math:`\rho`. It bounds the error from both sides;
        the integral is at most the sum divided by ``1 - ratio`` if that is positive.
    """
    if step <= 0 or shift <= 0:
        raise InvalidParameterError(
            f"step={step}, shift={shift}: the trapezoidal rule needs both positive "
            "(any statement). Pass positive fractions."
        )
    decay = (2 * arb.pi() * to_ball(shift / step)).expm1()
    return 2 * log_growth.exp() / decay
