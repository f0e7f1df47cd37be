r"""Failure probability of the one-dimensional growth process, step by step, exactly.

Statement. Let J be [-1/2, 1/2] or [-1, 1], let A_0 be the interval [-e1, e1] and let
A_{t+1} be the union of A_t and of the part of ``A_t + X_{t+1}`` that lies in J. The
share v_t of J that A_t covers satisfies :math:`v_t \le v_{t+1} \le \min(2 v_t, 1)` and
:math:`E[v_{t+1} | A_t] \ge \mu(v_t)`, :math:`\mu(v) = v + v(1-v)/2`. With
:math:`U_0(v) = 1\{v < 1 - g\}` and

.. math:: U_{t+1}(v) = \text{largest } E\,U_t(V) \text{ over laws of V on }
    [v, \min(2v, 1)] \text{ with mean } \mu(v)

the probability that v_n < 1 - g is at most U_n(v_0). A mean above mu(v) does no harm,
since U falls.

Monotonicity. If U falls, so does the next one. Let v < v' and let a two-point law on
a < b be best at v'. If mu(v) <= a, the constant mu(v) is at least as bad at v. Else the
law on a and min(b, 2v) with mean mu(v) puts no more mass on the upper point, because
``(mu(v) - a) / (2v - a)`` grows with v for a >= v (its derivative has the sign of
``a (1 + 2v) - 2 v^2``), and so does ``(mu(v) - a) / (1 - a)``.
So the step function that holds on to the value of the node on the left is again an
upper bound. Its concave envelope passes through the upper right corners of the steps.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from fractions import Fraction

from slth_verify.errors import InvalidParameterError

#: Nodes per factor of two; the second number, where there are more octaves than given.
_PER_OCTAVE, _PER_OCTAVE_OF_MANY, _MANY_OCTAVES = 64, 24, 44

#: Bits of the fixed-point probabilities, all rounded up.
_BITS = 112

#: Bits by which positions are finer than the nodes, for the mean, rounded down.
_FINER = 24


def failure_probabilities(start: Fraction, missing: Fraction) -> Iterator[Fraction]:
    """Upper bounds of the failure probability after 0, 1, 2, ... samples.

    Args:
        start: Share of J that is covered at first, ``0 < start <= 1``.
        missing: Share of J that may stay uncovered, ``0 < missing < 1``.

    Yields:
        For every number of samples an upper bound of the probability that less than
        ``1 - missing`` of J is covered.

    Raises:
        InvalidParameterError: If a share is out of range.

    Rigor:
        Exact integers, rounded up.
    """
    if not 0 < start <= 1 or not 0 < missing < 1:
        raise InvalidParameterError(
            f"start={start}, missing={missing}: 0 < start <= 1 and 0 < missing < 1 "
            "were required (der:rss-explicit). Split the accuracy differently."
        )
    nodes, means, tops = _positions(start, missing)
    unit = nodes[-1]
    here = bisect_left(nodes, int(start * unit))
    good = bisect_left(nodes, int((1 - missing) * unit))
    one = 1 << _BITS
    values = [one] * good + [0] * (len(nodes) - good)
    while True:
        yield Fraction(values[here], one)
        values = _next(nodes, values, means, tops, good)


def _positions(
    start: Fraction, missing: Fraction
) -> tuple[list[int], list[int], list[int]]:
    """Nodes, means and window ends as integers of one common unit, the last node.

    The nodes lie densest near ``start`` and near 1. Means are rounded down.
    """
    places = {start, 1 - missing, Fraction(1)}
    octaves = math.log2(1 / start) + math.log2(1 / missing)
    parts = _PER_OCTAVE if octaves <= _MANY_OCTAVES else _PER_OCTAVE_OF_MANY
    for i in range(parts):
        step = 1 + Fraction(i, parts)
        octave = start
        while octave * step < 1:
            places.add(octave * step)
            octave *= 2
        octave = missing
        while octave < Fraction(1, 2) and 1 - octave * step > start:
            places.add(1 - octave * step)
            octave *= 2
    unit = start.denominator * missing.denominator * parts << _FINER
    exact = sorted(places)
    means = [int((v + v * (1 - v) / 2) * unit) for v in exact]
    tops = [int(min(2 * v, Fraction(1)) * unit) for v in exact]
    return [int(v * unit) for v in exact], means, tops


def _next(
    nodes: list[int], values: list[int], means: list[int], tops: list[int], good: int
) -> list[int]:
    """One step of the programme at every node, from the right to the left."""
    following = [0] * len(nodes)
    chain = [(nodes[-1], 0)]
    for i in range(len(nodes) - 2, -1, -1):
        mean = means[i]
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
