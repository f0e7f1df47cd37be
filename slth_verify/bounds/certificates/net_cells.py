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
        """Number of its points, see `net_size`."""
        return net_size(dim, self.spacing, self.norm, most)

    @property
    def reach(self) -> Fraction:
        """Largest Euclidean norm of its points, see `net_reach`."""
        return net_reach(self.spacing, self.norm)


def failure_of_net(points: Fraction | int, one: Fraction) -> Fraction:
    """Upper bound of the probability that some point is missed: a union bound; exact.

    Args:
        points: Number of points.
        one: Upper bound of the probability that one of them is missed.
    """
    return min(Fraction(1), points * one)


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
