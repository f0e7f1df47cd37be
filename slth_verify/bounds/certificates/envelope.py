r"""The worst mean of a step function over all laws with mean at most 1.

Statement. Let F be at most :math:`f_i` on :math:`(y_{i-1}, y_i]`, :math:`y_0 = 0`, and
at most ``whole`` everywhere. For every X >= 0 with E[X] <= 1 and every line
:math:`a + b y` with b >= 0 that lies above the points :math:`(y_{i-1}, f_i)` and
:math:`(y_L, \text{whole})`, :math:`E[F(X)] \le a + b`, because F <= a + b y everywhere.
The least such value is the concave envelope of these points at 1.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

#: A point (place, value).
Corner = tuple[Fraction, Fraction]


def envelope_at_one(points: list[Corner], whole: Fraction) -> Fraction:
    """Least upper bound of E[F(X)] over X >= 0 with E[X] <= 1.

    Args:
        points: Pairs (y_i, f_i): F is at most f_i as long as X <= y_i.
        whole: Bound on F for larger X.

    Rigor:
        Exact; the pairs need not be sorted.
    """
    corners: list[Corner] = []
    left = Fraction(0)
    for place, value in sorted(points):
        corners.append((left, min(value, whole)))
        left = max(left, place)
    corners.append((left, whole))
    hull = _hull(corners)
    for (x, u), (y, v) in pairwise(hull):
        if x <= 1 <= y:
            return u + (v - u) * (1 - x) / (y - x)
    return max(value for place, value in hull if place <= 1)


def _hull(corners: list[Corner]) -> list[Corner]:
    """Upper hull of the corners, from left to right, without the falling part."""
    top: dict[Fraction, Fraction] = {}
    for place, value in corners:
        top[place] = max(top.get(place, Fraction(0)), value)
    hull: list[Corner] = []
    highest = Fraction(0)
    for place in sorted(top):
        highest = max(highest, top[place])
        while len(hull) > 1:
            (a, u), (b, w) = hull[-2], hull[-1]
            if (w - u) * (place - a) > (highest - u) * (b - a):
                break
            hull.pop()
        hull.append((place, highest))
    return hull
