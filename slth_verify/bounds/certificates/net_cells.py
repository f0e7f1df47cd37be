"""The net of a one-norm ball: how many points it has, and how far they reach."""

from __future__ import annotations

import math
from fractions import Fraction
from math import comb

STATEMENT = "der:net"


def net_size(
    dim: int, spacing: Fraction, norm: Fraction, most: Fraction | None = None
) -> int:
    """Number of cells of the grid of width ``2 spacing`` that meet a one-norm ball.

    Args:
        dim: Dimension m.
        spacing: Half width h of a cell, positive.
        norm: Radius r of the ball in the one-norm.
        most: Counting ends where this number is exceeded.

    Rigor:
        Exact, unless it exceeds ``most``: then some larger number.
    """
    ratio = norm / (2 * spacing)
    count = 0
    for i in range(dim + 1):
        steps = math.floor(ratio + Fraction(i, 2))
        if steps < i or (most is not None and count > most):
            break  # the remaining terms are zero, or do not matter
        count += 2**i * comb(dim, i) * comb(steps, i)
    return count


def net_reach(spacing: Fraction, norm: Fraction) -> Fraction:
    """Largest Euclidean norm of a point of the net.

    Rigor:
        Exact, and attained by rounding ``r e_1`` if r is an odd multiple of h.
    """
    return norm + spacing if norm >= spacing else Fraction(0)
