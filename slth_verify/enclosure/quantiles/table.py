"""The normal distribution function on whole arrays, with a proved error radius.

Phi(x) - 1/2 is expanded at the nearest point g = j / 64: with h = x - g, |h| <= 2^-7,

    Phi(x) - 1/2 = a_0 + h (a_1 + h (a_2 + ... + h a_6)) + R,
    a_0 = Phi(g) - 1/2,  a_{n+1} = (-1)^n He_n(g) phi(g) / (n+1)!.

* Truncation. |R| <= max |He_6 phi| |h|^7 / 7!, and Cramer's inequality
  |He_n(x)| exp(-x^2/4) <= 1.09 sqrt(n!) gives |R| <= 0.0024 |h|^7 <= 2^-50 |h|.
* Rounding. x has at most 25 bits, so h is exact in float64. The a_n are float64 numbers
next to
  enclosed values (relative error 2^-53 each); Horner's rule with 6 steps then errs by
  at most gamma_14 * sum |a_n| |h|^n <= 14 * 2^-53 * 1.01 * (|a_0| + 0.41 |h|).

Together the error is below 2^-49 (|a_0| + |h|). The radius returned is four times that,
which also covers the roundings of whoever adds it to the value.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from flint import arb
from numpy.typing import NDArray

from slth_verify.enclosure.balls.precision import working_precision

Float64Array = NDArray[np.float64]

#: Arguments of larger modulus are not covered.
REACH = 6.0
_STEPS = 64
_DEGREE = 6


def centred_normal_cdf(x: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Phi(x) - 1/2 and a radius.

    Args:
        x: float64 array of float32 numbers, or midpoints of such, with modulus at most
        ``REACH``.

    Returns:
        Values and radii of the same shape; the exact number lies within half the radius
        of the value, the other half pays for one rounding of ``value +- radius``.

    Rigor:
        Enclosed, given IEEE 754 double arithmetic with rounding to nearest.

    Cost:
        About 50 ns an entry.
    """
    table = _coefficients()
    cell = np.rint(x * _STEPS).astype(np.int64)
    h = x - cell / _STEPS
    row = cell + int(REACH) * _STEPS
    value = table[_DEGREE][row]
    for degree in range(_DEGREE - 1, -1, -1):
        value = value * h + table[degree][row]
    radius = 2.0**-47 * (np.abs(table[0][row]) + np.abs(h))
    return value, radius


@lru_cache(maxsize=1)
def _coefficients() -> Float64Array:
    """a_n at every grid point, shape ``(7, points)``, from 256-bit balls."""
    cells = range(-int(REACH) * _STEPS, int(REACH) * _STEPS + 1)
    columns = []
    with working_precision(256):
        for cell in cells:
            columns.append([_nearest(ball) for ball in _taylor(arb(cell) / _STEPS)])
    return np.array(columns).T


def _taylor(point: arb) -> list[arb]:
    density = (-(point**2) / 2).exp() / (2 * arb.pi()).sqrt()
    balls = [(point / arb(2).sqrt()).erf() / 2]
    hermite, previous, factorial = arb(1), arb(0), 1
    for n in range(_DEGREE):
        factorial *= n + 1
        sign = -1 if n % 2 else 1
        balls.append(sign * hermite * density / factorial)
        hermite, previous = point * hermite - n * previous, hermite
    return balls


def _nearest(ball: arb) -> float:
    """A float64 within relative 2^-53 (and a little) of everything in the ball.

    Raises:
        ArithmeticError: If the ball is too wide for that.
    """
    if ball == 0:
        return 0.0
    value = float(ball.mid())
    if not abs(ball - value) <= abs(ball) * (arb(2) ** -53) * (1 + arb(2) ** -20):
        raise ArithmeticError(f"ball={ball} is too wide for a float64 coefficient")
    return value
