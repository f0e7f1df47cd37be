"""Special functions of balls: every result contains every true value."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

from slth_verify.enclosure.balls.precision import (
    MIN_BITS,
    precision_in_force,
    working_precision,
)

#: The ball type of the backend. Other rooms name it only through this alias.
Ball = arb

#: The precision is doubled at most this often when a result comes out too wide.
_RETRIES = 5


def hull(low: Ball, high: Ball) -> Ball:
    """The smallest ball that contains both arguments."""
    return low.union(high)


def pi() -> Ball:
    """The circle's number, at the precision in force."""
    return arb.pi()


def log_gamma(x: Ball) -> Ball:
    """Logarithm of the Gamma function, for ``x > 0``; NaN otherwise."""
    return x.lgamma()


def log_beta(a: Ball, b: Ball) -> Ball:
    """Logarithm of the Euler beta function, for ``a, b > 0``; NaN otherwise."""
    return a.lgamma() + b.lgamma() - (a + b).lgamma()


def erf(x: Ball) -> Ball:
    """Error function."""
    return x.erf()


def normal_cdf(x: Ball) -> Ball:
    """Distribution function of the standard normal law, accurate in both tails."""
    return (-x / arb(2).sqrt()).erfc() / 2


def normal_quantile(p: Ball) -> Ball:
    """Inverse of `normal_cdf`, for ``0 < p < 1``; NaN otherwise."""
    return -((2 * p).erfcinv()) * arb(2).sqrt()


def gamma_lower(a: Ball, x: Ball) -> Ball:
    r"""Regularised incomplete gamma function :math:`P(a, x)`.

    Increasing in ``x``: a wide ``x`` is evaluated at its end points.

    Args:
        a: Shape, ``a > 0``; NaN otherwise.
        x: Upper limit, ``x >= 0``; NaN otherwise.
    """
    if not (a > 0 and x >= 0):
        return arb.nan()
    return _monotone(lambda z: _gamma_lower_at(a, z), x)


def gamma_upper(a: Ball, x: Ball) -> Ball:
    r"""Regularised incomplete gamma function :math:`Q(a, x) = 1 - P(a, x)`.

    Arguments as for `gamma_lower`.
    """
    if not (a > 0 and x >= 0):
        return arb.nan()
    return _monotone(lambda z: _probability(lambda: z.gamma_upper(a, 1)), x)


def chi_square_cdf(x: Ball, dof: int) -> Ball:
    """Distribution function at ``x >= 0`` of chi-square with ``dof >= 1`` degrees."""
    return gamma_lower(arb(dof) / 2, x / 2)


def beta_lower(x: Ball, a: Ball, b: Ball) -> Ball:
    r"""Regularised incomplete beta function :math:`I_x(a, b)`.

    Increasing in ``x``: a wide ``x`` is evaluated at its end points.

    Args:
        x: Upper limit, ``0 <= x <= 1``; NaN otherwise.
        a: First shape, positive; NaN otherwise.
        b: Second shape, positive; NaN otherwise.
    """
    if not (a > 0 and b > 0 and x >= 0 and x <= 1):
        return arb.nan()
    return _monotone(lambda z: _probability(lambda: z.beta_lower(a, b, 1)), x)


def _monotone(function: Callable[[Ball], Ball], x: Ball) -> Ball:
    if x.is_exact():
        return function(x)
    return function(x.lower()).union(function(x.upper()))


def _gamma_lower_at(a: Ball, x: Ball) -> Ball:
    with precision_in_force() as bits:
        complement = 1 - x.gamma_upper(a, 1)
    if complement.rel_accuracy_bits() >= bits // 2:
        return _clipped(complement)
    return _probability(lambda: x.gamma_lower(a, 1))


def _clipped(probability: Ball) -> Ball:
    """Cut a finite ball back to (very nearly) the unit interval."""
    if not probability.is_finite():
        return probability
    return probability.intersection(arb(0).union(arb(1)))


def _probability(function: Callable[[], Ball]) -> Ball:
    """A probability, at a precision high enough for half of the bits asked for."""
    with precision_in_force() as asked:
        value, bits = function(), max(asked, MIN_BITS)
        for _ in range(_RETRIES):
            if value.is_zero() or value.rel_accuracy_bits() >= asked // 2:
                break
            bits *= 2
            with working_precision(bits):
                value = function()
        return _clipped(value)
