r"""Failure probability of the one-dimensional growth process, step by step, exactly.

Statement. Let I = [-1/2, 1/2], let f_0 be the indicator of [-e1, e1] and
f_{t+1}(z) = f_t(z) or f_t(z - X_{t+1}), where f_t is taken as 0 outside I. The covered
share v_t starts at 2 e1, satisfies :math:`v_t \le v_{t+1} \le \min(2 v_t, 1)` and
:math:`E[v_{t+1} | v_t] = \mu(v_t)`, :math:`\mu(v) = v + v(1-v)/2`. With
:math:`U_0(v) = 1\{v < 1 - e_2\}` and

.. math:: U_{t+1}(v) = \text{largest } E\,U_t(V) \text{ over laws of V on }
    [v, \min(2v, 1)] \text{ with mean } \mu(v)

the probability that v_n < 1 - e2 is at most U_n(2 e1).

Monotonicity. If U falls, so does the next one. Let v < v' and let a two-point law on
a < b be best at v'. At v, the law on a and min(b, 2v) with mean mu(v) puts no more mass
on the upper point, because ``(mu(v) - a) / (2v - a)`` grows with v for a >= v (its
derivative has the sign of ``a (1 + 2v) - 2 v^2``); if mu(v) < a, use v and a instead.
So the step function that holds on to the value of the node on the left is again an
upper bound. Its concave envelope passes through the upper right corners of the steps.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from fractions import Fraction

from slth_verify.errors import InvalidParameterError

#: Nodes per factor of two.
_PER_OCTAVE = 64

#: Bits of the fixed-point probabilities, all rounded up.
_BITS = 112

#: Bits by which positions are finer than the nodes, for the mean, rounded down.
_FINER = 24


def failure_probabilities(e1: Fraction, e2: Fraction) -> Iterator[Fraction]:
    """Upper bounds of the failure probability after 0, 1, 2, ... samples.

    Args:
        e1: Half width of the first interval, ``0 < e1 <= 1/2``.
        e2: Share of I that may stay uncovered, ``0 < e2 < 1``.

    Yields:
        For every number of samples an upper bound of the probability that less than
        ``1 - e2`` of I is covered, that is, that some target in I is farther than
        ``e1 + e2`` from every subset sum.

    Rigor:
        Exact integers, rounded up.
    """
    if not 0 < e1 <= Fraction(1, 2) or not 0 < e2 < 1:
        raise InvalidParameterError(
            f"e1={e1}, e2={e2}: 0 < e1 <= 1/2 and 0 < e2 < 1 were required "
            "(der:rss-explicit). Split the accuracy differently."
        )
    nodes, means, tops = _positions(e1, e2)
    start = bisect_left(nodes, means[0][0])
    good = bisect_left(nodes, means[0][1])
    one = 1 << _BITS
    values = [one] * good + [0] * (len(nodes) - good)
    while True:
        yield Fraction(values[start], one)
        values = _next(nodes, values, means[1:], tops, good)


def _positions(
    e1: Fraction, e2: Fraction
) -> tuple[list[int], list[tuple[int, int]], list[int]]:
    """Nodes, means and window ends as integers of one common unit.

    The first entry of the means holds the positions of ``2 e1`` and ``1 - e2``.
    """
    places = {2 * e1, 1 - e2, Fraction(1)}
    octave = 2 * e1
    while octave < 1:
        for i in range(_PER_OCTAVE):
            place = octave * (1 + Fraction(i, _PER_OCTAVE))
            if place < 1:
                places.add(place)
        octave *= 2
    octave = e2
    while octave < Fraction(1, 2):
        for i in range(_PER_OCTAVE):
            place = 1 - octave * (1 + Fraction(i, _PER_OCTAVE))
            if place > 2 * e1:
                places.add(place)
        octave *= 2
    exact = sorted(places)
    unit = e1.denominator * e2.denominator * _PER_OCTAVE << _FINER
    nodes = [int(place * unit) for place in exact]
    means = [(int(2 * e1 * unit), int((1 - e2) * unit))]
    tops = []
    for place in exact:
        mean = place + place * (1 - place) / 2
        means.append((int(mean * unit), 0))
        tops.append(int(min(2 * place, Fraction(1)) * unit))
    return nodes, means, tops


def _next(
    nodes: list[int],
    values: list[int],
    means: list[tuple[int, int]],
    tops: list[int],
    good: int,
) -> list[int]:
    """One step of the programme at every node, from the right to the left."""
    following = [0] * len(nodes)
    chain = [(nodes[-1], 0)]
    for i in range(len(nodes) - 2, -1, -1):
        mean = means[i][0]
        if tops[i] == nodes[-1]:
            _extend(chain, (nodes[i + 1], values[i]))
            bound = _right_end(chain, mean)
        else:
            bound = _window(nodes, values, i, tops[i], mean)
        if i < good:
            following[i] = max(following[i + 1], min(bound, values[i]))
    return following


def _extend(chain: list[tuple[int, int]], point: tuple[int, int]) -> None:
    """Add a point on the left of an upper hull that is stored from right to left."""
    place, value = point
    if place == chain[-1][0]:
        chain[-1] = (place, max(value, chain[-1][1]))
        return
    while len(chain) > 1:
        (b, w), (a, u) = chain[-2], chain[-1]
        if (u - value) * (b - a) > (w - u) * (a - place):
            break
        chain.pop()
    chain.append(point)


def _right_end(chain: list[tuple[int, int]], mean: int) -> int:
    """Value at the mean of a hull stored from right to left, rounded up."""
    if mean <= chain[-1][0]:
        return chain[-1][1]
    low, high = 0, len(chain) - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if chain[middle][0] >= mean else (low, middle)
    return _between(chain[high], chain[low], mean)


def _window(
    nodes: list[int], values: list[int], first: int, top: int, mean: int
) -> int:
    """Concave envelope of the step function on ``[nodes[first], top]`` at the mean."""
    last = bisect_right(nodes, top) - 1
    if values[last] == values[first]:
        return values[first]
    hull: list[tuple[int, int]] = []
    for j in range(first, last + 1):
        place, value = (nodes[j + 1], values[j]) if j < last else (top, values[last])
        if hull and place == hull[-1][0]:
            continue
        while len(hull) > 1:
            (a, u), (b, w) = hull[-2], hull[-1]
            if (w - u) * (place - a) > (value - u) * (b - a):
                break
            hull.pop()
        hull.append((place, value))
    right = bisect_left(hull, (mean, -1))
    return hull[0][1] if right == 0 else _between(hull[right - 1], hull[right], mean)


def _between(left: tuple[int, int], right: tuple[int, int], mean: int) -> int:
    """Linear interpolation, rounded up."""
    (a, u), (b, w) = left, right
    return -((u * (mean - b) + w * (a - mean)) // (b - a))
