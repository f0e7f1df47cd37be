"""The net of a one-norm ball: how many points it has, and how far they reach."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from slth_verify.bounds.certificates import codec

STATEMENT = "der:net"


@dataclass(frozen=True, slots=True)
class Net(codec.Stored):
    """Parameters of a net of a one-norm ball.

    Attributes:
        spacing: Half width h of a cell, positive.
        norm: Radius r of the ball in the one-norm.
    """

    _READERS = {  # noqa: RUF012 - read only
        "spacing": codec.positive,
        "norm": codec.not_negative,
    }

    spacing: Fraction
    norm: Fraction

    def points(self, dim: int, most: Fraction | None = None) -> int:
        """Number of cells of the grid of width ``2 h`` that meet the ball.

        Args:
            dim: Dimension m.
            most: Counting ends where this number is exceeded.

        Rigor:
            Exact, unless it exceeds ``most``: then some larger number.
        """
        ratio = self.norm / (2 * self.spacing)
        count = 0
        for i in range(dim + 1):
            steps = math.floor(ratio + Fraction(i, 2))
            if steps < i or (most is not None and count > most):
                break  # the remaining terms are zero, or do not matter
            count += 2**i * comb(dim, i) * comb(steps, i)
        return count

    @property
    def reach(self) -> Fraction:
        """Largest Euclidean norm of a point of the net.

        Rigor:
            Exact, and attained by rounding ``r e_1`` if r is an odd multiple of h.
        """
        inside = self.norm >= self.spacing
        return self.norm + self.spacing if inside else Fraction(0)


def failure_of_net(points: Fraction | int, one: Fraction) -> Fraction:
    """Upper bound of the probability that some point is missed: a union bound; exact.

    Args:
        points: Number of points.
        one: Upper bound of the probability that one of them is missed.
    """
    return min(Fraction(1), points * one)
