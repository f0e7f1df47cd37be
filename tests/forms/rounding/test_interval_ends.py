"""Ends of sums, products and differences: outward where rounded, exact where not."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from types import ModuleType

import numpy as np
import pytest
from handmade.nightly import nightly_but

from slth_verify.forms import Interval, Intervals, intervals
from slth_verify.graph import Clip, Rectifier

F = Fraction
Outside = Callable[..., bool]
NUMBERS = [0.0, 1.0, 2.0, 1 / 3, 1 - 2.0**-53, 1 + 2.0**-52, 2.0**-60, 5e-324, 3e7]
SIGNED = [sign * number for number in NUMBERS for sign in (1.0, -1.0)]
#: Slopes that are floats, and others; a slope of 1 changes nothing.
SLOPES = (F(0), F(1), F(1, 2), F(1, 3), 1 - F(1, 2**60), F(0.3), F(0.7))
THRESHOLDS = ((F(-1), F(1)), (F(0), F(1, 3)), (F(-1, 3), F(2)))
#: Ends with both signs, of one sign, and with no width.
ENDS = [(-3.0, 2.0), (-2.0, -0.5), (0.1, 2.0), (-1 / 3, 0.0), (0.0, 3.0), (0.0, 0.0)]
ENDS += [(-0.7, -0.1), (-0.9, -0.3)]


def sums(module: ModuleType) -> Iterator[str]:
    for one, other in itertools.product(SIGNED, repeat=2):
        a, b = (module.Interval(np.array([x]), np.array([x])) for x in (one, other))
        for found, truth in (
            (a.plus(b), F(one) + F(other)),
            (a.minus(b), F(one) - F(other)),
        ):
            if not F(found.low.item()) <= truth <= F(found.high.item()):
                yield "a sum outside"
            if 0.0 in (one, other) and found.low != found.high:
                yield "a sum with 0 that is not exact"
            neighbours = (
                math.nextafter(float(truth), -9e99),
                math.nextafter(float(truth), 9e99),
            )
            if not neighbours[0] <= found.low <= found.high <= neighbours[1]:
                yield "a sum that is too wide"


def passed(node: Rectifier | Clip, entry: Fraction) -> Fraction:
    if isinstance(node, Clip):
        return min(max(entry, node.low), node.high)
    return entry if entry > 0 else node.slopes[0] * entry


def points(ends: tuple[float, float], *others: Fraction) -> list[Fraction]:
    low, high = map(F, ends)
    return [low, high, *(min(max(number, low), high) for number in (F(0), *others))]


def gates() -> list[Rectifier | Clip]:
    leaky = [Rectifier(name="r", sources=("a",), slopes=(slope,)) for slope in SLOPES]
    clips = [
        Clip(name="r", sources=("a",), low=low, high=high) for low, high in THRESHOLDS
    ]
    return [*leaky, *clips]


def differences(module: ModuleType, outside: Outside) -> Iterator[str]:
    """Both gates' values and how far they are apart, at ends and kinks."""
    for node, ends, gaps in itertools.product(gates(), ENDS, ENDS):
        x, gap = (
            Interval(*(np.full((1, 1, 1), end) for end in both))
            for both in (ends, gaps)
        )
        found = module.through(node, [Intervals(x, x.plus(gap), gap)])
        for p in points(ends, F(1), F(1, 3)):
            for t in points(gaps, -p, F(1) - p):
                of_x, of_y = passed(node, p), passed(node, p + t)
                for part, truth in (
                    (found.target, of_x),
                    (found.pruned, of_y),
                    (found.difference, of_y - of_x),
                ):
                    if outside(part.low, part.high, truth, truth):
                        yield "a value outside"


def channels(module: ModuleType) -> Iterator[str]:
    """Slopes of several channels, of which each is that of its own entries."""
    for shape in ((2,), (2, 2, 2), (2, 1, 2)):
        ends = np.linspace(-3.0, -1.0, math.prod(shape)).reshape(shape)
        x, gap = Interval(ends, ends / 2), Interval(ends / 8, -ends / 8)
        node = Rectifier(name="r", sources=("a",), slopes=(F(1, 3), F(3, 4)))
        found = module.through(node, [Intervals(x, x.plus(gap), gap)])
        for at in np.ndindex(shape):
            slope = node.slopes[at[0]]
            for part, whole in (
                (found.target, x),
                (found.pruned, x.plus(gap)),
                (found.difference, gap),
            ):
                for low, high in ((part.low, whole.low), (part.high, whole.high)):
                    truth = float(slope * F(float(high[at])))
                    if not math.isclose(low[at], truth, rel_tol=1e-15):
                        yield "another channel's slope"


def kept(module: ModuleType) -> Iterator[str]:
    """Slopes of 0 and 1, and signs that are known, lose nothing."""
    for slope, ends in itertools.product((0, 1), ENDS):
        node = Rectifier(name="r", sources=("a",), slopes=(slope,))
        x = Interval(*(np.full((1, 1, 1), end) for end in ends))
        for gaps in ENDS:
            gap = Interval(*(np.full((1, 1, 1), end) for end in gaps))
            found = module.through(node, [Intervals(x, x.plus(gap), gap)])
            truth = [float(passed(node, F(end))) for end in ends]
            if [found.target.low.item(), found.target.high.item()] != truth:
                yield "values that are not exact"
            inside = (
                found.difference.low >= min(gaps[0], 0),
                (found.difference.high <= max(gaps[1], 0)),
            )
            if not all(inside):
                yield "a difference that grows"
            off = max(ends[1], ends[1] + gaps[1]) <= 0 and slope == 0
            if off and (found.difference.low.any() or found.difference.high.any()):
                yield "a difference of nothing"
            one = slope == 1 and (
                found.difference.low < gaps[0] or found.difference.high > gaps[1]
            )
            if one:
                yield "a difference that the identity makes"


@pytest.fixture
def wrong(outside: Outside) -> Callable[[ModuleType], Iterator[str]]:
    def judge(module: ModuleType) -> Iterator[str]:
        with np.errstate(all="ignore"):
            yield from sums(module)
            yield from channels(module)
            yield from differences(module, outside)
            yield from kept(module)

    return judge


def test_ends_are_outward_where_rounded_and_exact_where_not(
    wrong: Callable[[ModuleType], Iterator[str]],
) -> None:
    assert not list(wrong(intervals))


LIES: dict[str, tuple[str, str, str]] = {
    "sums with -1 are exact": (
        "exact = (one == 0) | (other == 0)",
        "exact = (one == -1) | (other == 0)",
        "a sum outside",
    ),
    "no sum is exact": (
        "exact = (one == 0) | (other == 0)",
        "exact = one != one",
        "a sum with 0 that is not exact",
    ),
    "sums are not rounded": (
        "np.where(exact, one + other, outward(one + other))",
        "one + other",
        "a sum outside",
    ),
    "divided by what a slope of 1 is multiplied with": (
        "np.where(exact, factors * ends,",
        "np.where(exact, factors / ends,",
        "a value outside",
    ),
    "slopes from above along the last axis": (
        "by_channel(most, axes + 1)",
        "by_channel(most, axes - 1)",
        "another channel's slope",
    ),
    "slopes from below along the last axis": (
        "by_channel(least, axes + 1)",
        "by_channel(least, axes - 1)",
        "another channel's slope",
    ),
    "all products are exact": (
        "exact = (factors == 0) | (factors == 1)",
        "exact = factors == factors",
        "a value outside",
    ),
    "differences are rounded inward": (
        "_product(np.where(gap.low > 0, least, most), gap.low, below)",
        "_product(np.where(gap.low > 0, least, most), gap.low, above)",
        "a value outside",
    ),
    "a slope for both signs": (
        "_product(np.where(gap.low > 0, least, most), gap.low, below)",
        "_product(np.where(gap.low > 0, most, least), gap.low, below)",
        "a value outside",
    ),
    "clips keep differences": (
        "np.where(between, gap.high, np.maximum(gap.high, 0.0))",
        "gap.high",
        "a value outside",
    ),
}


#: One of every sort; the others run nightly.
QUICK = ("sums with -1 are exact", "no sum is exact", "clips keep differences")
QUICK += ("slopes from above along the last axis", "differences are rounded inward")


@pytest.mark.parametrize("lie", nightly_but(QUICK, LIES))
def test_a_lie_is_seen(
    lie: str,
    mutant: Callable[..., ModuleType],
    wrong: Callable[[ModuleType], Iterator[str]],
) -> None:
    truth, false, what = LIES[lie]
    assert what in wrong(mutant(intervals, truth, false))
