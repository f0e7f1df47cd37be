"""What is known of an entry of two networks: intervals of both and of their difference.

The pair (x, y) of an entry of f and g lies in the polygon

    x- <= x <= x+,   y- <= y <= y+,   d- <= y - x <= d+.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

Interval = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Known:
    """Intervals of one entry.

    Attributes:
        x: Of f.
        y: Of g.
        d: Of y - x.
    """

    x: Interval
    y: Interval
    d: Interval


def tight(x: Interval, y: Interval, d: Interval) -> Known:
    """The shadows of the polygon.

    As ``x = y - d``, x lies in [x-, x+] and in [y- - d+, y+ - d-]; likewise y and d.
    One round is enough: a number in such an intersection belongs to a point of the
    polygon.

    Raises:
        ArithmeticError: If the intervals exclude each other.
    """
    shadows = (
        (max(x[0], y[0] - d[1]), min(x[1], y[1] - d[0])),
        (max(y[0], x[0] + d[0]), min(y[1], x[1] + d[1])),
        (max(d[0], y[0] - x[1]), min(d[1], y[1] - x[0])),
    )
    if any(low > high for low, high in shadows):
        raise ArithmeticError(f"{x}, {y} and {d} exclude each other")
    return Known(*shadows)


def corners_of(
    known: Known, bends: Sequence[Fraction]
) -> list[tuple[Fraction, Fraction]]:
    """Points of the polygon where a function that bends at some lines is extreme.

    Let the function be continuous, and affine on each of the parts into which the lines
    ``x = k`` and ``y = k`` cut the polygon, for k among the bends. A part is convex and
    compact, so the function is extreme at its corners; and a corner lies on two lines
    of different directions among those that cut and those that bound. These are listed.
    """
    xs, ys, ds = {*known.x, *bends}, {*known.y, *bends}, set(known.d)
    points = set(product(xs, ys))
    points |= {(x, x + d) for x, d in product(xs, ds)}
    points |= {(y - d, y) for y, d in product(ys, ds)}
    return [
        (x, y)
        for x, y in points
        if known.x[0] <= x <= known.x[1]
        and known.y[0] <= y <= known.y[1]
        and known.d[0] <= y - x <= known.d[1]
    ]
