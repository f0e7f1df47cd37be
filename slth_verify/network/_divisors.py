"""Division by numbers as a batch norm, exactly: 1 / d is no float, but a root is.

With ``d = m 2^p`` and a mantissa m in [1/2, 1), ``x / d`` is ``sign(m) 2^-p x /
sqrt(variance + epsilon)`` where variance and epsilon add up to m^2.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

_Numbers = NDArray[np.floating[Any]]


def norm_that_divides(numbers: _Numbers) -> dict[str, Any] | None:
    """Scale, variance and epsilon of a batch norm that divides channels by numbers.

    Args:
        numbers: One for each channel.

    Returns:
        None if one is 0, infinite or NaN; or if squares of mantissas are no floats:
        those of different float64 numbers. Squares of float32 mantissas end at 2^-48,
        and float64 holds what they are without 2^-48.
    """
    if not np.isfinite(numbers).all() or not numbers.all():
        return None
    mantissas, powers = np.frexp(numbers)
    squares = [Fraction(float(x)) ** 2 for x in mantissas]
    for epsilon in (squares[0], Fraction(1, 2**48)):
        variance = np.array([float(square - epsilon) for square in squares])
        exactly = (
            Fraction(x) + epsilon == square and x >= 0
            for x, square in zip(variance.tolist(), squares, strict=True)
        )
        if all(exactly):
            scale = np.ldexp(np.sign(mantissas).astype(np.float64), -powers)
            return {"scale": scale, "variance": variance, "epsilon": epsilon}
    return None
